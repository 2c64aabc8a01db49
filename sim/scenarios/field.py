"""Field world.

A scenario come alive, with its sites, their devices by name, one clock, one control channel.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from links.clock import Clock
from sim.kernel.control import ControlSurface, DeviceDirectory
from sim.kernel.faults import FaultInjector, fault_handlers
from sim.kernel.ports import Port
from sim.kernel.served import ServedWorld
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import SimLink, advance
from sim.meter import Meter, control_handlers
from sim.scenarios.customers import OpenShop, open_shop
from sim.scenarios.digest import digest_of
from sim.scenarios.faults import begin_incidents, grid_faults, offer_point_faults
from sim.scenarios.identities import site_prefix
from sim.scenarios.operations import SetSpeed, WorldOperations
from sim.scenarios.scenario import Scenario
from sim.scenarios.site import Site, build_site
from sim.scenarios.site_meters import PlacedMeter, SiteContext
from sim.scenarios.solar_homes import SolarHome, build_solar_homes
from sim.scenarios.summary import summarise

if TYPE_CHECKING:
    from sim.concentrator import Concentrator

# ---- devices by name

_NO_PORTS: dict[str, Port] = {}


class FieldDevices:
    """Everything in a field that has a name.

    Args:
        env: the world's environment.
        clock: its clock.
        scenario: what it is.
        sites: where the devices stand.
        solar_homes: those away from the grid.
    """

    __slots__ = ("_boards", "_clock", "_env", "_ports", "_scenario", "directory", "set_speed")

    def __init__(
        self,
        env: FieldEnvironment,
        clock: SimClock,
        scenario: Scenario,
        sites: "tuple[Site, ...]",
        solar_homes: tuple[SolarHome, ...] = (),
    ) -> None:
        self._env = env
        self._clock = clock
        self._scenario = scenario
        self._ports: dict[str, dict[str, Port]] = {}
        self._boards: dict[str, Callable[[], FaultInjector]] = {}
        #: What changes the speed where the world is served; a stepped world takes any.
        self.set_speed: SetSpeed = lambda _: None
        self.directory = DeviceDirectory()
        for site in sites:
            self._add_site(site)
        for home in solar_homes:
            meter = home.ssfvi.meter
            surface = partial(self._of_any_meter, home.name, meter)
            self._add(home.name, meter.ports, partial(getattr, meter, "faults"), surface)

    def port(self, name: str, port: str) -> Port:
        """A port of a device.

        Raises:
            LookupError: there is no such device or port.
        """
        if name not in self._ports:
            raise LookupError(f"there is no device {name!r} in this world")
        if port not in self._ports[name]:
            known = ", ".join(self._ports[name]) or "none"
            raise LookupError(f"{name} has no port {port!r}; known: {known}")
        return self._ports[name][port]

    def board(self, name: str) -> FaultInjector:
        """The fault board of a device.

        Raises:
            LookupError: there is no such device.
        """
        if name not in self._boards:
            raise LookupError(f"there is no device {name!r} in this world")
        return self._boards[name]()

    # ------------------------------------------------------------ how they come in

    def _add_site(self, site: "Site") -> None:
        prefix = site_prefix(site.number, self._scenario.frame.sites)
        for place in site.placed:
            self._add(
                place.identity.name,
                place.meter.ports,
                cache(partial(self._board_of, site, place)),
                partial(self._of_meter, place),
            )
        for name, concentrator in site.wire.concentrators.items():
            self._add(
                name,
                concentrator.ports,
                partial(getattr, concentrator, "faults"),
                partial(self._of_concentrator, concentrator),
            )
        board = grid_faults(self._env, site.grid, site.physics)
        name = f"{prefix}grid"
        self._add(name, _NO_PORTS, lambda: board, lambda: self._plain(name, board))

    def _board_of(self, site: "Site", place: PlacedMeter) -> FaultInjector:
        """A meter's board, once the grid has put on it what it can do to that point."""
        board = place.meter.faults
        if place.point is not None:
            offer_point_faults(board, self._env, site.grid, site.physics, place.point)
        return board

    def _add(
        self,
        name: str,
        ports: dict[str, Port],
        board: Callable[[], FaultInjector],
        make: Callable[[], ControlSurface],
    ) -> None:
        self.directory.add(name, make)
        self._ports[name] = ports
        self._boards[name] = board

    # ------------------------------------------------------------ surfaces

    def _of_meter(self, place: PlacedMeter) -> ControlSurface:
        self.board(place.identity.name)
        return self._of_any_meter(place.identity.name, place.meter)

    def _of_any_meter(self, name: str, meter: Meter) -> ControlSurface:
        info = {"device": name, "drn": meter.drn, "profile": meter.profile.name}
        surface = self._surface(meter.ports, info)
        for op, handler in control_handlers(meter).items():
            surface.register(op, handler)
        return surface

    def _of_concentrator(self, concentrator: "Concentrator") -> ControlSurface:
        info = {"device": concentrator.terms.serial, "drn": "", "profile": "concentrator"}
        surface = self._surface(concentrator.ports, info)
        for op, handler in concentrator.control_handlers().items():
            surface.register(op, handler)
        return surface

    def _plain(self, name: str, board: FaultInjector) -> ControlSurface:
        surface = self._surface(_NO_PORTS, {"device": name, "drn": "", "profile": "grid"})
        for op, handler in fault_handlers(board).items():
            surface.register(op, handler)
        return surface

    def _surface(self, ports: dict[str, Port], info: dict[str, str]) -> ControlSurface:
        surface = ControlSurface(self._env)
        operations = WorldOperations(self._env, self._clock, ports.values(), info, self.directory.names)
        operations.set_speed = self._change_speed
        operations.register_on(surface)
        return surface

    def _change_speed(self, speed: float) -> None:
        self.set_speed(speed)  # looked up when it is asked for: a world is served after it was built


# ---- world


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
        around = SiteContext(self.env, self.clock, frame.seed)
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
            site.memory_writes.release()
        served = ServedWorld(self.env, speed=speed, wall=wall)
        self._devices.set_speed = served.set_speed
        return served

    def summary(self) -> dict[str, Any]:
        """Summary so far, as plain data; see `sim.scenarios.summary`."""
        self._settle()
        return summarise(self.scenario, self.clock, self.sites, self.solar_homes)

    def digest(self) -> str:
        """SHA-256 over everything that happened, as whole numbers in a fixed order; hexadecimal."""
        self._settle()
        return digest_of(self.env.now, self.sites, self.solar_homes)

    def _settle(self) -> None:
        """Close every book at this instant."""
        for site in self.sites:
            site.physics.close()
            for place in site.placed:
                place.meter.settle()
        for home in self.solar_homes:
            home.ssfvi.meter.settle()
            _ = home.ssfvi.system.charge_milli  # closes its books
