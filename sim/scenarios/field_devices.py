"""The devices of a field by name: their ports, their control surfaces and their fault boards."""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from sim.kernel.clock import SimClock
from sim.kernel.control import ControlSurface
from sim.kernel.devices import DeviceDirectory
from sim.kernel.environment import FieldEnvironment
from sim.kernel.faults import FaultBoard, fault_handlers
from sim.kernel.ports import Port
from sim.meter import Meter, control_handlers
from sim.scenarios.identities import site_prefix
from sim.scenarios.operations import SetSpeed, WorldOperations
from sim.scenarios.scenario import Scenario
from sim.scenarios.site_grid import grid_faults, offer_point_faults
from sim.scenarios.site_meters import PlacedMeter
from sim.scenarios.solar_homes import SolarHome

if TYPE_CHECKING:
    from sim.concentrator import Concentrator
    from sim.scenarios.site import Site

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
        self._boards: dict[str, Callable[[], FaultBoard]] = {}
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

    def board(self, name: str) -> FaultBoard:
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

    def _board_of(self, site: "Site", place: PlacedMeter) -> FaultBoard:
        """A meter's board, once the grid has put on it what it can do to that point."""
        board = place.meter.faults
        if place.point is not None:
            offer_point_faults(board, self._env, site.grid, site.physics, place.point)
        return board

    def _add(
        self,
        name: str,
        ports: dict[str, Port],
        board: Callable[[], FaultBoard],
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

    def _plain(self, name: str, board: FaultBoard) -> ControlSurface:
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
