"""`FieldWorld`: a scenario come alive: sites, their devices, one clock, one control channel.

The caller's thread owns it: `run`, the `receive` of a link and ``control.call`` move it, nothing else. Or it
is handed by `serve` to an asyncio task that moves it with the wall clock.
"""

from typing import Any

from links.clock import Clock
from sim.kernel.clock import SimClock
from sim.kernel.devices import DeviceDirectory
from sim.kernel.environment import FieldEnvironment
from sim.kernel.ports import Port
from sim.kernel.served import ServedWorld
from sim.kernel.stepping import SimLink, advance
from sim.scenarios.digest import digest_of
from sim.scenarios.field_devices import FieldDevices
from sim.scenarios.incidents import begin_incidents
from sim.scenarios.scenario import Scenario
from sim.scenarios.site import Site, build_site
from sim.scenarios.site_customers import OpenShop, open_shop
from sim.scenarios.site_meters import Surroundings
from sim.scenarios.solar_homes import build_solar_homes
from sim.scenarios.summary import summarise


class FieldWorld:
    """A world of one or more microgrids.

    Args:
        scenario: what it is.
        seed: in place of the scenario's.
        open_shop: opens the shop of each site; one of another room sells for money.

    Raises:
        ScenarioError: a table of the scenario says what cannot be; one sentence.
    """

    __slots__ = ("_devices", "clock", "env", "scenario", "sites", "solar_homes")

    def __init__(self, scenario: Scenario, seed: int | None = None, open_shop: OpenShop = open_shop) -> None:
        self.scenario = scenario if seed is None else scenario.with_frame(seed=seed)
        frame = self.scenario.frame
        self.env = FieldEnvironment()
        self.clock = SimClock(self.env, frame.epoch)
        around = Surroundings(self.env, self.clock, frame.seed)
        self.sites: tuple[Site, ...] = tuple(
            build_site(around, self.scenario, number, open_shop) for number in range(1, frame.sites + 1)
        )
        self.solar_homes = build_solar_homes(around, self.scenario)
        self._devices = FieldDevices(self.env, self.clock, self.scenario, self.sites, self.solar_homes)
        begin_incidents(self.env, self.scenario.incidents, self._devices.board)

    @property
    def control(self) -> DeviceDirectory:
        """The control surfaces of every device, by name."""
        return self._devices.directory

    def devices(self) -> tuple[str, ...]:
        """The names of the devices: meters, totalisers, concentrators and grids."""
        return self._devices.directory.names()

    def port(self, name: str, port: str) -> Port:
        """A port of a device.

        Raises:
            LookupError: there is no such device or port.
        """
        return self._devices.port(name, port)

    def link(self, name: str, port: str = "wrapper") -> SimLink:
        """A new link to a device; each has a session of its own.

        Raises:
            LookupError: there is no such device or port.
        """
        url = f"sim://{self.scenario.name}/{name}?port={port}&seed={self.scenario.frame.seed}"
        return SimLink(self.env, self.port(name, port), url)

    def run(self, until_s: float) -> None:
        """Move to `until_s` seconds after the world began; a time that has passed does nothing."""
        advance(self.env, until_s)

    def serve(self, speed: float = 1.0, wall: Clock | None = None) -> ServedWorld:
        """Hand the world over to an owner whose `run` must be a task of the present event loop."""
        for site in self.sites:
            site.memories.release()
        served = ServedWorld(self.env, speed=speed, wall=wall)
        self._devices.set_speed = served.set_speed
        return served

    def summary(self) -> dict[str, Any]:
        """What happened so far, as plain data; see `sim.scenarios.summary`."""
        self._settle()
        return summarise(self)

    def digest(self) -> str:
        """SHA-256 over everything that happened, as whole numbers in a fixed order; hexadecimal."""
        self._settle()
        return digest_of(self)

    def _settle(self) -> None:
        """Close every book at this instant."""
        for site in self.sites:
            site.physics.close()
            for place in site.placed:
                place.meter.settle()
        for home in self.solar_homes:
            home.ssfvi.meter.settle()
            _ = home.ssfvi.system.charge_milli  # closes its books
