"""Disturbances of a microgrid.

Drawn a day at a time or injected by hand, and what of them holds at an instant.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.grid.errors import InjectionError
from sim.grid.loads import Bools
from sim.grid.local_calendar import DAY_S, LocalCalendar
from sim.grid.power_flow import Feeder
from sim.grid.supply_quality import CODE, SupplyEventCause
from sim.grid.supply_state import SupplyState
from sim.grid.terms import DisturbanceTerms
from sim.grid.theft import PlantedTheft
from sim.grid.weather import CloudModel
from sim.kernel.random import RandomStreams

# ---- disturbances drawn a day at a time


class Effect(StrEnum):
    """Effect of a disturbance while it lasts."""

    PLANT_FAULT = "plant-fault"  # nobody is supplied
    PLANT_PLANNED = "plant-planned"
    BRANCH = "branch"  # the feeder is dead from a node on
    POINT = "point"  # one service drop is dead
    VOLTAGE = "voltage"  # the source's voltage is multiplied


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One of them.

    Attributes:
        effect, cause: what it does, and why.
        begin_s, end_s: world seconds.
        place: the node (`BRANCH`) or the point (`POINT`); else 0.
        factor: of the source's voltage (`VOLTAGE`); else 1.
    """

    effect: Effect
    cause: SupplyEventCause
    begin_s: float
    end_s: float
    place: int = 0
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class _Rate:
    """Names of the terms that say how often, how long (s or min) and by how much."""

    effect: Effect
    cause: SupplyEventCause
    often: str
    lasts: str
    unit_s: float
    factor: str = ""


RATES = (
    _Rate(Effect.BRANCH, SupplyEventCause.LINE_FAULT, "line_faults", "line_fault_min", 60.0),
    _Rate(Effect.PLANT_FAULT, SupplyEventCause.GENERATION, "generation_faults", "generation_fault_min", 60.0),
    _Rate(Effect.PLANT_PLANNED, SupplyEventCause.PLANNED, "planned", "planned_min", 60.0),
    _Rate(Effect.VOLTAGE, SupplyEventCause.SWITCHING, "sags", "sag_s", 1.0, "sag_residual"),
    _Rate(Effect.VOLTAGE, SupplyEventCause.SWITCHING, "swells", "swell_s", 1.0, "swell_factor"),
)
#: How much more often it storms on such a day.
STORMY = {"clear": 0.2, "mixed": 1.0, "overcast": 2.2}
_PERIOD_DAYS = 30.0
#: Planned work begins in the working morning.
_PLANNED_H = (8.0, 12.0)


class Disturbances:
    """All that happens to one microgrid, by day.

    Args:
        terms: how often and how long.
        streams, name: where the randomness comes from.
        almanac, clouds: of the place; storms come with covered skies.
        nodes: poles of the feeder, the bus not counted.
        points: how many.
    """

    __slots__ = ("_calendar", "_clouds", "_name", "_nodes", "_points", "_streams", "_terms")

    def __init__(
        self,
        terms: DisturbanceTerms,
        streams: RandomStreams,
        name: str,
        calendar: LocalCalendar,
        clouds: CloudModel,
        *,
        nodes: int,
        points: int,
    ) -> None:
        self._terms, self._streams, self._name = terms, streams, name
        self._calendar, self._clouds = calendar, clouds
        self._nodes, self._points = nodes, points

    def day(self, day: int) -> tuple[Disturbance, ...]:
        """Disturbances that begin on that day, in order."""
        found: list[Disturbance] = []
        for rate in RATES:
            stream = self._streams.stream(f"{self._name}/{rate.often}/day-{day}")
            often = getattr(self._terms, rate.often) / _PERIOD_DAYS
            found += [self._one(rate, day, stream) for _ in range(int(stream.poisson(often)))]
        found += self._storms(day)
        found += self._user_outages(day)
        return tuple(sorted(found, key=lambda one: (one.begin_s, one.effect, one.place)))

    def _one(self, rate: _Rate, day: int, stream: Generator) -> Disturbance:
        draw = stream.random(4)
        hours = _PLANNED_H if rate.cause is SupplyEventCause.PLANNED else (0.0, 24.0)
        begin_s = self._calendar.begin_s(day) + 3600.0 * _between(hours, draw[0])
        lasts_s = rate.unit_s * _log_between(getattr(self._terms, rate.lasts), draw[1])
        place = 1 + int(draw[2] * self._nodes) if rate.effect is Effect.BRANCH else 0
        factor = _between(getattr(self._terms, rate.factor), draw[3]) if rate.factor else 1.0
        return _whole_ms(Disturbance(rate.effect, rate.cause, begin_s, begin_s + lasts_s, place, factor))

    def _storms(self, day: int) -> list[Disturbance]:
        """A storm takes a branch down at some moment of it, and shakes the voltage before."""
        terms = self._terms
        stream = self._streams.stream(f"{self._name}/storms/day-{day}")
        often = terms.storms / _PERIOD_DAYS * STORMY[self._clouds.kind(day)]
        found = []
        for _ in range(int(stream.poisson(often))):
            draw = stream.random(3)
            begin_s = self._calendar.begin_s(day) + DAY_S * _between((0.5, 0.95), draw[0])
            lasts_s = 60.0 * _log_between(terms.storm_min, draw[1])
            node = 1 + int(draw[2] * self._nodes)
            found.append(
                _whole_ms(
                    Disturbance(Effect.BRANCH, SupplyEventCause.STORM, begin_s, begin_s + lasts_s, node)
                )
            )
            for _ in range(terms.storm_sags):
                numbers = stream.random(3)
                sag_s = begin_s - 3600.0 * numbers[0]
                end_s = sag_s + _log_between(terms.sag_s, numbers[1])
                factor = _between(terms.sag_residual, numbers[2])
                found.append(
                    _whole_ms(
                        Disturbance(Effect.VOLTAGE, SupplyEventCause.STORM, sag_s, end_s, factor=factor)
                    )
                )
        return found

    def _user_outages(self, day: int) -> list[Disturbance]:
        """A point's own fuse; a point's number does not depend on how many points follow it."""
        terms, chance = self._terms, 1.0 - math.exp(-self._terms.user_outages / _PERIOD_DAYS)
        draw = self._streams.stream(f"{self._name}/user/day-{day}").random((self._points, 3))
        found = []
        for point in np.flatnonzero(draw[:, 0] < chance):
            begin_s = self._calendar.begin_s(day) + DAY_S * float(draw[point, 1])
            lasts_s = 60.0 * _log_between(terms.user_outage_min, float(draw[point, 2]))
            outage = Disturbance(Effect.POINT, SupplyEventCause.USER, begin_s, begin_s + lasts_s, int(point))
            found.append(_whole_ms(outage))
        return found


def _between(pair: tuple[float, float], share: float) -> float:
    return float(pair[0] + (pair[1] - pair[0]) * share)


def _log_between(pair: tuple[float, float], share: float) -> float:
    """Short ones are more frequent: evenly spread in the logarithm."""
    return float(pair[0] * (pair[1] / pair[0]) ** share)


def _whole_ms(one: Disturbance) -> Disturbance:
    """Instants on the millisecond: what is written in a log is what happened."""
    begin_s = round(float(one.begin_s), 3)
    end_s = max(round(float(one.end_s), 3), begin_s + 0.001)
    return Disturbance(one.effect, one.cause, begin_s, end_s, one.place, one.factor)


# ---- injections by hand


@dataclass(frozen=True, slots=True)
class InjectionKind:
    """One kind.

    Attributes:
        does: one line for people.
        needs_point: whether it acts on one point; None: either.
        usual: the value when none is given.
        low, high: the range of the value.
    """

    does: str
    needs_point: bool | None
    usual: float = 0.0
    low: float = 0.0
    high: float = 0.0


INJECTIONS = {
    "outage": InjectionKind("the plant is down, or with a point that point's fuse is open", None),
    "generation-fault": InjectionKind("the plant is down by a fault of the generation", False),
    "line-fault": InjectionKind("the feeder is dead from the point's pole on", True),
    "sag": InjectionKind("the source's voltage falls to a share", False, 0.7, 0.0, 1.0),
    "swell": InjectionKind("the source's voltage rises to a share", False, 1.15, 1.0, 2.0),
    "cloud": InjectionKind("a share of the sun is left", False, 0.2, 0.0, 1.0),
    "load": InjectionKind("a load of so many W; negative feeds in", True, 1000.0, -1e5, 1e5),
    "reactive": InjectionKind("a load of so many var; negative is capacitive", True, 500.0, -1e5, 1e5),
    "full-bypass": InjectionKind("a wire around the meter", True),
    "partial-bypass": InjectionKind("a share of the circuits before the meter", True, 0.6, 0.0, 1.0),
    "magnet": InjectionKind("a magnet: a share of what passes is registered", True, 0.7, 0.0, 1.0),
    "reversed": InjectionKind("the meter's terminals are swapped", True),
    "dead-meter": InjectionKind("the meter's voltage link is open", True),
}
_THEFTS = ("full-bypass", "partial-bypass", "magnet", "reversed", "dead-meter")


@dataclass(frozen=True, slots=True)
class Injection:
    """A handle: one injection in force."""

    number: int
    kind: str
    point: int | None
    value: float

    @property
    def is_theft(self) -> bool:
        """True if it is a theft, which goes into the list of planted ones."""
        return self.kind in _THEFTS


def injection(number: int, kind: str, point: int | None, value: float | None, points: int) -> Injection:
    """A checked injection.

    Raises:
        InjectionError: there is no such kind or point, or the value is out of its range.
    """
    if kind == "bypass":
        kind = "full-bypass" if value is None else "partial-bypass"
    if kind not in INJECTIONS:
        raise InjectionError(f"the grid cannot inject {kind!r}; it knows {', '.join(INJECTIONS)}")
    row = INJECTIONS[kind]
    if row.needs_point is True and point is None:
        raise InjectionError(f"{kind} acts on one point: give its number, 0 to {points - 1}")
    if row.needs_point is False and point is not None:
        raise InjectionError(f"{kind} acts on the whole microgrid: leave the point out")
    if point is not None and not 0 <= point < points:
        raise InjectionError(f"there is no point {point}: they count from 0 to {points - 1}")
    given = row.usual if value is None else float(value)
    if value is not None and not row.low <= given <= row.high:
        raise InjectionError(f"the value of {kind} must lie between {row.low:g} and {row.high:g}")
    return Injection(number, kind, point, given)


# ---- disturbances and injections that hold now

_FOREVER_S = 1e12
_PLANT = {Effect.PLANT_FAULT: SupplyState.FAULT, Effect.PLANT_PLANNED: SupplyState.PLANNED}


class ActiveDisturbances:
    """Disturbances as they come, injections as they are made.

    Args:
        drawn: what goes wrong by itself.
        calendar: of the place.
        feeder: to know what lies behind a fault.
        points: how many.
    """

    def __init__(self, drawn: Disturbances, calendar: LocalCalendar, feeder: Feeder, points: int) -> None:
        self._drawn, self._calendar, self._feeder, self._points = drawn, calendar, feeder, points
        self._drawn_to = -1
        self._pending: list[Disturbance] = []
        self._active: list[Disturbance] = []
        self._injected: dict[int, tuple[Injection, Disturbance | PlantedTheft | None]] = {}
        self._numbers = 0
        self.thefts: list[PlantedTheft] = []
        self.live = np.ones(len(feeder.node), bool)
        self.voltage_share = 1.0
        self.plant: SupplyState | None = None
        self.cause: NDArray[np.int8] = np.full(points, CODE[SupplyEventCause.LOAD], dtype=np.int8)

    def observe(self, now_s: float) -> None:
        """Bring everything up to an instant."""
        while self._drawn_to < self._calendar.day(now_s):
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
    def plant_cause(self) -> SupplyEventCause | None:
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
        """Share of the sun that injected clouds leave."""
        clouds = [made.value for made, _ in self._injected.values() if made.kind == "cloud"]
        return min(clouds, default=1.0)

    def _disturbance(self, made: Injection, now_s: float) -> Disturbance | None:
        point = made.point or 0
        rows = {
            "outage": (
                Effect.PLANT_FAULT if made.point is None else Effect.POINT,
                SupplyEventCause.INJECTED,
                point,
            ),
            "generation-fault": (Effect.PLANT_FAULT, SupplyEventCause.GENERATION, 0),
            "line-fault": (Effect.BRANCH, SupplyEventCause.LINE_FAULT, int(self._feeder.node[point])),
            "sag": (Effect.VOLTAGE, SupplyEventCause.INJECTED, 0),
            "swell": (Effect.VOLTAGE, SupplyEventCause.INJECTED, 0),
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
        self.cause = np.full(self._points, CODE[SupplyEventCause.LOAD], dtype=np.int8)
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
