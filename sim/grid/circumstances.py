"""What holds at an instant beside demand and sun: disturbances and injections, and when that changes."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.grid.almanac import Almanac
from sim.grid.disturbances import Disturbance, Disturbances, Effect
from sim.grid.errors import InjectionError
from sim.grid.events import Cause
from sim.grid.feeder.power_flow import Feeder
from sim.grid.injections import Injection, injection
from sim.grid.loads import Bools
from sim.grid.plant.machine import SupplyState
from sim.grid.quality import CODE
from sim.grid.theft import PlantedTheft

_FOREVER_S = 1e12
_PLANT = {Effect.PLANT_FAULT: SupplyState.FAULT, Effect.PLANT_PLANNED: SupplyState.PLANNED}


class Circumstances:
    """Disturbances as they come, injections as they are made.

    Args:
        drawn: what goes wrong by itself.
        almanac: of the place.
        feeder: to know what lies behind a fault.
        points: how many.
    """

    def __init__(self, drawn: Disturbances, almanac: Almanac, feeder: Feeder, points: int) -> None:
        self._drawn, self._almanac, self._feeder, self._points = drawn, almanac, feeder, points
        self._drawn_to = -1
        self._pending: list[Disturbance] = []
        self._active: list[Disturbance] = []
        self._injected: dict[int, tuple[Injection, Disturbance | PlantedTheft | None]] = {}
        self._numbers = 0
        self.thefts: list[PlantedTheft] = []
        self.live = np.ones(len(feeder.node), bool)
        self.voltage_share = 1.0
        self.plant: SupplyState | None = None
        self.cause: NDArray[np.int8] = np.full(points, CODE[Cause.LOAD], dtype=np.int8)

    def look(self, now_s: float) -> None:
        """Bring everything up to an instant."""
        while self._drawn_to < self._almanac.day(now_s):
            self._drawn_to += 1
            self._pending += self._drawn.day(self._drawn_to)
        self._pending = [one for one in self._pending if one.end_s > now_s]
        begun = [one for one in self._pending if one.begin_s <= now_s]
        begun += [what for _, what in self._injected.values() if isinstance(what, Disturbance)]
        if begun != self._active:
            self._active = begun
            self._apply(begun)

    def next_change_s(self, now_s: float) -> float:
        """The next instant at which a disturbance that is known begins or ends."""
        instants: Iterable[float] = (at for one in self._pending for at in (one.begin_s, one.end_s))
        return min((at for at in instants if at > now_s), default=math.inf)

    @property
    def plant_cause(self) -> Cause | None:
        """Why the plant is down, if a disturbance took it down."""
        for one in self._active:
            if one.effect in _PLANT:
                return one.cause
        return None

    def inject(self, kind: str, point: int | None, value: float | None, now_s: float) -> Injection:
        """Put an injection in force.

        Raises:
            InjectionError: there is no such kind or point, or the value is out of range.
        """
        made = injection(self._numbers, kind, point, value, self._points)
        what: Disturbance | PlantedTheft | None = self._disturbance(made, now_s)
        if made.is_theft:
            what = PlantedTheft(made.kind, made.point or 0, now_s, value=made.value)
            self.thefts.append(what)
        self._numbers += 1
        self._injected[made.number] = (made, what)
        return made

    def clear(self, handle: Injection, now_s: float) -> None:
        """End an injection; a theft stays in the list, with its end.

        Raises:
            InjectionError: it is not in force.
        """
        if handle.number not in self._injected:
            raise InjectionError(f"the injection of {handle.kind} is not in force")
        _, what = self._injected.pop(handle.number)
        if isinstance(what, PlantedTheft):
            what.end_s = now_s

    def injected_va(self, count: int) -> NDArray[np.complex128]:
        """Injected loads, W and var per load."""
        total = np.zeros(count, dtype=np.complex128)
        units = {"load": 1.0 + 0.0j, "reactive": 1.0j}
        for made, _ in self._injected.values():
            if made.kind in units and made.point is not None:
                total[made.point] += units[made.kind] * made.value
        return total

    def sun_share(self) -> float:
        """What injected clouds leave of the sun."""
        clouds = [made.value for made, _ in self._injected.values() if made.kind == "cloud"]
        return min(clouds, default=1.0)

    def _disturbance(self, made: Injection, now_s: float) -> Disturbance | None:
        point = made.point or 0
        rows = {
            "outage": (Effect.PLANT_FAULT if made.point is None else Effect.POINT, Cause.INJECTED, point),
            "generation-fault": (Effect.PLANT_FAULT, Cause.GENERATION, 0),
            "line-fault": (Effect.BRANCH, Cause.LINE_FAULT, int(self._feeder.node[point])),
            "sag": (Effect.VOLTAGE, Cause.INJECTED, 0),
            "swell": (Effect.VOLTAGE, Cause.INJECTED, 0),
        }
        if made.kind not in rows:
            return None
        effect, cause, place = rows[made.kind]
        factor = made.value if effect is Effect.VOLTAGE else 1.0
        return Disturbance(effect, cause, now_s, _FOREVER_S, place, factor)

    def _apply(self, active: list[Disturbance]) -> None:
        """Which loads are live, what the voltage is, and why."""
        self.live = np.ones(len(self._feeder.node), bool)
        self.voltage_share, self.plant = 1.0, None
        self.cause = np.full(self._points, CODE[Cause.LOAD], dtype=np.int8)
        for one in active:
            if one.effect is Effect.VOLTAGE:
                self.voltage_share *= one.factor
                self.cause[self.live[: self._points]] = CODE[one.cause]
        for one in active:
            if one.effect in _PLANT:
                self.plant = self.plant or _PLANT[one.effect]
            elif one.effect in (Effect.BRANCH, Effect.POINT):
                dead = self._dead(one) & self.live
                self.live &= ~dead
                self.cause[dead[: self._points]] = CODE[one.cause]

    def _dead(self, one: Disturbance) -> Bools:
        if one.effect is Effect.BRANCH:
            return np.asarray(self._feeder.tree.subtree(one.place)[self._feeder.node])
        dead = np.zeros(len(self._feeder.node), bool)
        dead[one.place] = True
        return dead
