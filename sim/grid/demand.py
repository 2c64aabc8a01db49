"""Demand of a community.

Appliances, the households that own them, a day's runs as minute arrays, thermostats. The appliances stand
in ``data/appliances.toml``. A household is drawn once from the stream of its point. Cold appliances know
how warm they are, so a cut makes them run longer afterwards.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.grid.local_calendar import MINUTES, LocalCalendar
from sim.grid.terms import CLASSES, SPECIALS, HomesTerms
from sim.grid.weather import Floats
from sim.kernel.random import RandomStreams

# ---- appliances


@dataclass(frozen=True, slots=True)
class Run:
    """One run in a window of the day, with the chance that it happens on a usual day."""

    begin_h: float
    end_h: float
    minutes: float
    chance: float


@dataclass(frozen=True, slots=True)
class Cold:
    """A thermostat: see the head of the catalogue."""

    warm_h: float
    reach: float
    duty: float


@dataclass(frozen=True, slots=True)
class Appliance:
    """One row of the catalogue.

    Source: ``data/appliances.toml``, an assumption of this project throughout.
    """

    name: str
    kind: str
    power_w: float
    spread: float
    pf: float
    inrush: float = 1.0
    inrush_s: float = 0.0
    runs: tuple[Run, ...] = ()
    days: dict[str, float] = field(default_factory=dict)
    season: dict[str, float] = field(default_factory=dict)
    owns: dict[str, float] = field(default_factory=dict)
    climate: dict[str, float] = field(default_factory=dict)
    cold: Cold | None = None

    @property
    def reactive_ratio(self) -> float:
        """Reactive over active power; negative for a leading current."""
        return math.copysign(math.tan(math.acos(min(abs(self.pf), 1.0))), self.pf)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Appliances by name, what stands at special points, and which months belong to which season."""

    appliances: dict[str, Appliance]
    specials: dict[str, dict[str, int]]
    months: dict[str, tuple[int, ...]]

    def season(self, appliance: Appliance, month: int) -> float:
        """Factor of the month on the chance of a run."""
        factor = appliance.season.get("dry" if month in self.months["dry"] else "wet", 1.0)
        if month in self.months["harvest"]:
            factor *= appliance.season.get("harvest", 1.0)
        return factor


@cache
def catalogue() -> Catalogue:
    """The catalogue as it ships.

    Raises:
        ValueError: the file names a class or a special point that does not exist.
    """
    text = resources.files("sim.grid").joinpath("data/appliances.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    known = {name: _appliance(name, dict(row)) for name, row in data["appliances"].items()}
    for row in known.values():
        if set(row.owns) - set(CLASSES):
            raise ValueError(f"{row.name} is owned by a class that does not exist")
    if set(data["specials"]) != set(SPECIALS):
        raise ValueError("the catalogue and the terms name other special points")
    return Catalogue(known, data["specials"], {name: tuple(row) for name, row in data["months"].items()})


def _appliance(name: str, row: dict[str, object]) -> Appliance:
    runs = tuple(Run(*numbers) for numbers in row.pop("runs", ()))  # type: ignore[attr-defined]
    cold = row.pop("cold", None)
    return Appliance(
        name=name,
        runs=runs,
        cold=Cold(**cold) if isinstance(cold, dict) else None,
        **row,  # type: ignore[arg-type]
    )


# ---- households

#: How far homes differ in how much they use what they have: sigma of a lognormal [A].
_HABIT_SPREAD = 0.22
#: What one copy's nameplate may be off at most.
_SPREAD_LIMIT = 2.5


@dataclass(frozen=True, slots=True)
class InstalledAppliance:
    """One appliance at one point, with its own power."""

    appliance: Appliance
    power_w: float


@dataclass(frozen=True, slots=True)
class Household:
    """Household or special point with its appliances.

    Attributes:
        label: the income class of a home, or the kind of a special point.
        closed: nobody lives there: it uses nothing.
        habit: how much it uses its appliances, 1 is usual.
        copies: the appliances.
        pv_kwp: panels of its own.
    """

    label: str
    closed: bool
    habit: float
    copies: tuple[InstalledAppliance, ...]
    pv_kwp: float = 0.0


def home_household(terms: HomesTerms, stream: Generator) -> Household:
    """A home of the terms' mix."""
    draw = stream.random(3)
    edges = np.cumsum([terms.classes[name] for name in CLASSES])
    label = CLASSES[min(int(np.searchsorted(edges, draw[0], side="right")), len(CLASSES) - 1)]
    habit = float(np.exp(_HABIT_SPREAD * stream.standard_normal()))
    copies: list[InstalledAppliance] = []
    for appliance in catalogue().appliances.values():
        mean = appliance.owns.get(label, 0.0) * appliance.climate.get(terms.climate, 1.0)
        # Two numbers for every row of the catalogue, owned or not: a home stays itself when a share changes.
        number = int(mean) + int(stream.random() < mean % 1.0)
        copies += _copies(appliance, number, stream)
    panels = terms.pv_home_kwp if draw[2] < terms.pv_share else 0.0
    return Household(label, bool(draw[1] < terms.zero_share), habit, tuple(copies), panels)


def special_household(kind: str, stream: Generator) -> Household:
    """A special point of that kind."""
    wanted = catalogue().specials[kind]
    copies = [
        copy
        for name, number in wanted.items()
        for copy in _copies(catalogue().appliances[name], number, stream)
    ]
    return Household(kind, False, 1.0, tuple(copies))


def _copies(appliance: Appliance, number: int, stream: Generator) -> list[InstalledAppliance]:
    deviation = float(np.clip(stream.standard_normal(), -_SPREAD_LIMIT, _SPREAD_LIMIT))
    power_w = appliance.power_w * float(np.exp(appliance.spread * deviation))
    return [InstalledAppliance(appliance, power_w)] * number


# ---- thermostats of cold appliances


class Thermostats:
    """Many thermostats as arrays.

    A temperature of 0 is as cold as it gets, at 1 the compressor starts; the air is at `reach`. Left alone it
    follows the air with a time constant; while the compressor runs, it falls.

    Args:
        colds: the rows of the catalogue.
        begin: temperatures at the start, 0 to 1.
    """

    __slots__ = ("_chill", "_hours", "_reach", "running", "temperature")

    def __init__(self, colds: Sequence[Cold], begin: Floats) -> None:
        self._hours = np.array([cold.warm_h for cold in colds])
        self._reach = np.array([cold.reach for cold in colds])
        duty = np.array([cold.duty for cold in colds])
        # Within the dead band warmth comes in at reach/hours; running for `duty` of the time must undo it.
        self._chill = self._reach / duty
        self.temperature = begin.copy()
        self.running = begin > 0.5

    def pass_time(self, duration_s: float, supplied: NDArray[np.bool_]) -> None:
        """Let time pass in which the supply of each was as given."""
        target = self._reach - np.where(self.running & supplied, self._chill, 0.0)
        keep = np.exp(-duration_s / 3600.0 / self._hours)
        self.temperature = target + (self.temperature - target) * keep

    def switch(self) -> NDArray[np.bool_]:
        """Let every thermostat decide; returns which compressors want to start now."""
        wants = np.where(self.running, self.temperature > 0.0, self.temperature >= 1.0)
        starts = wants & ~self.running
        self.running = wants
        return np.asarray(starts)


# ---- demand of a community

_WEEKEND = (6, 7)


@dataclass(frozen=True, slots=True)
class MotorStart:
    """A motor or a power supply that starts: its peak power and for how long."""

    load: int
    peak_va: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class DemandDay:
    """One local day: W and var at the nominal voltage, arrays of minutes times loads; starts by minute."""

    day: int
    active_w: Floats
    reactive_var: Floats
    starts: dict[int, list[MotorStart]]


class CommunityDemand:
    """The demand of many loads.

    Each load draws from streams of its own name, one a day: its numbers do not depend on how many others
    there are, nor on which days were asked for.

    Args:
        names: of the loads.
        households: what stands there.
        streams: of the world.
        calendar: of the place.
        market_weekday: 1 to 7.
        scale: multiplies every power.
    """

    def __init__(
        self,
        names: Sequence[str],
        households: Sequence[Household],
        streams: RandomStreams,
        calendar: LocalCalendar,
        *,
        market_weekday: int = 7,
        scale: float = 1.0,
    ) -> None:
        self._names, self._streams, self._calendar = tuple(names), streams, calendar
        self._market = market_weekday
        self._rows = _run_rows(households, scale)
        self._standing = _standing_w(households, scale)
        self._split = np.cumsum(np.bincount(self._rows.load, minlength=len(names)))[:-1]
        self.cold_load, self._cold_w, self._cold_var, self._cold_start, colds = _cold_rows(households, scale)
        phases = [streams.stream(f"{name}/cold").random(64) for name in names]
        seen = [0] * len(names)
        begin = []
        for load in self.cold_load:
            begin.append(float(phases[load][seen[load] % 64]))
            seen[load] += 1
        self.thermostats = Thermostats(colds, np.array(begin))

    @property
    def count(self) -> int:
        """Number of loads."""
        return len(self._names)

    def day(self, day: int) -> DemandDay:
        """Runs of appliances on that day."""
        rows, count = self._rows, self.count
        numbers = [
            self._streams.stream(f"{name}/day-{day}").random((size, 3))
            for name, size in zip(self._names, np.bincount(rows.load, minlength=count), strict=True)
        ]
        draw = np.concatenate(numbers) if numbers else np.zeros((0, 3))
        happens = draw[:, 0] < rows.chance * self._day_factor(day)
        minutes = np.maximum(rows.minutes * (0.5 + draw[:, 1]), 1.0)
        minutes = np.minimum(minutes, rows.end_min - rows.begin_min)
        begin = rows.begin_min + draw[:, 2] * (rows.end_min - rows.begin_min - minutes)
        first = np.floor(begin).astype(np.intp)
        last = np.minimum(first + np.maximum(np.rint(minutes), 1.0).astype(np.intp), MINUTES)
        load = rows.load[happens]
        first, last = first[happens], last[happens]
        active = self._deposit(load, first, last, rows.power_w[happens]) + self._standing[0]
        reactive = self._deposit(load, first, last, rows.reactive_var[happens]) + self._standing[1]
        return DemandDay(day, active, reactive, self._starts(happens, first))

    def cold(self, count: int) -> tuple[Floats, Floats]:
        """Active and reactive power of the compressors that run now, per load."""
        running = self.thermostats.running
        active = np.bincount(self.cold_load, self._cold_w * running, count)
        reactive = np.bincount(self.cold_load, self._cold_var * running, count)
        return active.astype(np.float64), reactive.astype(np.float64)

    def cold_starts(self, starting: NDArray[np.bool_]) -> list[MotorStart]:
        """The starts of these compressors."""
        return [self._cold_start[index] for index in np.flatnonzero(starting)]

    def _deposit(
        self, load: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp], power: Floats
    ) -> Floats:
        size = (MINUTES + 1) * self.count
        change = np.bincount(first * self.count + load, power, size)
        change -= np.bincount(last * self.count + load, power, size)
        total = np.cumsum(change.reshape(MINUTES + 1, self.count), axis=0)[:MINUTES]
        # What sums leave over when everything is off again is not a load.
        return np.asarray(np.where(np.abs(total) < 1e-6, 0.0, total))

    def _starts(self, happens: NDArray[np.bool_], first: NDArray[np.intp]) -> dict[int, list[MotorStart]]:
        starts: dict[int, list[MotorStart]] = {}
        rows = np.flatnonzero(happens)
        for place in np.flatnonzero(self._rows.peak_va[rows] > 0.0):
            row = rows[place]
            start = MotorStart(
                int(self._rows.load[row]), float(self._rows.peak_va[row]), float(self._rows.inrush_s[row])
            )
            starts.setdefault(int(first[place]), []).append(start)
        return starts

    def _day_factor(self, day: int) -> Floats:
        date = self._calendar.date(day)
        weekday = date.isoweekday()
        kind = "market" if weekday == self._market else "weekend" if weekday in _WEEKEND else "weekday"
        factors = {
            appliance.name: appliance.days.get(kind, 1.0) * catalogue().season(appliance, date.month)
            for appliance in self._rows.kinds
        }
        table = np.array([factors[appliance.name] for appliance in self._rows.kinds])
        return table[self._rows.kind] if len(table) else np.zeros(0)


@dataclass(frozen=True, slots=True)
class _Runs:
    """All possible runs of a village: one row a copy and window; arrays of one length, sorted by load."""

    load: NDArray[np.intp]
    kind: NDArray[np.intp]
    kinds: tuple[Appliance, ...]
    begin_min: Floats
    end_min: Floats
    minutes: Floats
    chance: Floats
    power_w: Floats
    reactive_var: Floats
    peak_va: Floats
    inrush_s: Floats


#: A start counts as inrush when its peak is above this; lamps and chargers do not make a feeder sag.
_NOTABLE_VA = 500.0


def _run_rows(households: Sequence[Household], scale: float) -> _Runs:
    kinds = tuple(catalogue().appliances.values())
    number = {appliance.name: index for index, appliance in enumerate(kinds)}
    rows: list[tuple[float, ...]] = []
    for load, household in enumerate(households):
        for copy in () if household.closed else household.copies:
            row, power_w = copy.appliance, copy.power_w * scale
            peak_va = _peak_va(row, power_w)
            rows.extend(
                (
                    load,
                    number[row.name],
                    run.begin_h * 60.0,
                    run.end_h * 60.0,
                    run.minutes * household.habit,
                    run.chance,
                    power_w,
                    power_w * row.reactive_ratio,
                    peak_va,
                    row.inrush_s,
                )
                for run in row.runs
            )
    table = np.array(rows, dtype=float).reshape(-1, 10)
    return _Runs(table[:, 0].astype(np.intp), table[:, 1].astype(np.intp), kinds, *table[:, 2:].T)


def _peak_va(row: Appliance, power_w: float) -> float:
    peak_va = row.inrush * power_w * float(np.hypot(1.0, row.reactive_ratio))
    return peak_va if row.inrush > 1.0 and peak_va >= _NOTABLE_VA else 0.0


def _standing_w(households: Sequence[Household], scale: float) -> tuple[Floats, Floats]:
    active, reactive = np.zeros(len(households)), np.zeros(len(households))
    for load, household in enumerate(households):
        for copy in () if household.closed else household.copies:
            if copy.appliance.kind == "base":
                active[load] += copy.power_w * scale
                reactive[load] += copy.power_w * scale * copy.appliance.reactive_ratio
    return active, reactive


def _cold_rows(
    households: Sequence[Household], scale: float
) -> tuple[NDArray[np.intp], Floats, Floats, list[MotorStart], list[Cold]]:
    found = [
        (load, copy, copy.appliance.cold)
        for load, household in enumerate(households)
        if not household.closed
        for copy in household.copies
        if copy.appliance.cold is not None
    ]
    power = np.array([copy.power_w * scale for _, copy, _ in found], dtype=np.float64)
    ratio = np.array([copy.appliance.reactive_ratio for _, copy, _ in found], dtype=np.float64)
    starts = [
        MotorStart(load, _peak_va(copy.appliance, copy.power_w * scale), copy.appliance.inrush_s)
        for load, copy, _ in found
    ]
    loads = np.array([load for load, _, _ in found], dtype=np.intp)
    return loads, power, np.asarray(power * ratio), starts, [cold for _, _, cold in found]
