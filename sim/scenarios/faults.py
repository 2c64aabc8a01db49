"""Faults of a scenario: of the grid and its points, and those that are planned for a time."""

from collections.abc import Callable, Iterable
from functools import partial

from simpy import Environment

from protocols.field.errors import StationControlError
from sim.grid.disturbances import INJECTIONS, Injection
from sim.grid.microgrid import Microgrid
from sim.kernel.faults import FaultInjector
from sim.kernel.timing import Timer
from sim.scenarios.scenario import Incident
from sim.scenarios.site_physics import Physics
from sim.scenarios.tables import ScenarioError

# ---- faults of the grid and of its points

#: What a meter's own board offers under the same name goes first: there the meter itself is struck.
_OF_POINTS = tuple(kind for kind, row in INJECTIONS.items() if row.needs_point is not False)
_OF_GRIDS = tuple(kind for kind, row in INJECTIONS.items() if row.needs_point is not True)


def grid_faults(env: Environment, grid: Microgrid, physics: Physics) -> FaultInjector:
    """The fault board of a whole grid."""
    board = FaultInjector(env)
    _offer(board, _OF_GRIDS, partial(_Injected, env, grid, physics, None))
    return board


def offer_point_faults(
    board: FaultInjector, env: Environment, grid: Microgrid, physics: Physics, point: int
) -> None:
    """Put what the grid can do to one point on the board of its meter."""
    kinds = [kind for kind in _OF_POINTS if kind not in board.names()]
    _offer(board, kinds, partial(_Injected, env, grid, physics, point))


def _offer(
    board: FaultInjector, kinds: "list[str] | tuple[str, ...]", make: "Callable[[str], _Injected]"
) -> None:
    for kind in kinds:
        injected = make(kind)
        row = INJECTIONS[kind]
        unit = f" Value from {row.low:g} to {row.high:g}." if row.high > row.low else ""
        board.add(kind, injected.begin, injected.end, f"{row.does[0].upper()}{row.does[1:]}.{unit}")


class _Injected:
    """One kind of injection at one place; while it lasts, its handle."""

    __slots__ = ("_env", "_grid", "_handle", "_kind", "_physics", "_point")

    def __init__(
        self, env: Environment, grid: Microgrid, physics: Physics, point: int | None, kind: str
    ) -> None:
        self._env = env
        self._grid = grid
        self._physics = physics
        self._point = point
        self._kind = kind
        self._handle: Injection | None = None

    def begin(self, value: float | None) -> None:
        """Begin, or begin anew with another value."""
        before, now_s = self._handle, float(self._env.now)
        handle = self._grid.inject(self._kind, self._point, value, now_s)
        if before is not None:
            self._grid.clear(before, now_s)
        self._handle = handle
        self._physics.changed()

    def end(self) -> None:
        """End."""
        if self._handle is not None:
            self._grid.clear(self._handle, float(self._env.now))
            self._handle = None
            self._physics.changed()


# ---- planned incidents


def begin_incidents(
    env: Environment, incidents: Iterable[Incident], board: Callable[[str], FaultInjector]
) -> None:
    """Let every incident begin when its time comes.

    Args:
        env: the world's environment.
        incidents: what is planned.
        board: gives the fault board of a device by its name; raises LookupError.

    Raises:
        ScenarioError: a device or a fault does not exist.
    """
    for incident in incidents:
        try:
            faults = board(incident.device)
            faults.does(incident.fault)
        except (LookupError, StationControlError) as error:
            raise ScenarioError(f"[[incidents]] {incident.device}: {error.args[0]}") from error
        _plan(env, incident, faults)


def _plan(env: Environment, incident: Incident, faults: FaultInjector) -> None:
    def begin() -> None:
        faults.begin(incident.fault, incident.value, incident.for_s or None)

    Timer(env, begin).set(incident.at_s)
