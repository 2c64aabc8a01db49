"""A village's demand: the runs of a day as minute arrays, standing loads, and thermostats."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.grid.almanac import MINUTES, Almanac
from sim.grid.demand.catalogue import Appliance, Cold, catalogue
from sim.grid.demand.household import Household
from sim.grid.demand.thermostat import Thermostats
from sim.grid.sky.position import Floats
from sim.kernel.random import RandomStreams

_WEEKEND = (6, 7)


@dataclass(frozen=True, slots=True)
class Start:
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
    starts: dict[int, list[Start]]


class Village:
    """The demand of many loads.

    Each load draws from streams of its own name, one a day: its numbers do not depend on how many others
    there are, nor on which days were asked for.

    Args:
        names: of the loads.
        households: what stands there.
        streams: of the world.
        almanac: of the place.
        market_weekday: 1 to 7.
        scale: multiplies every power.
    """

    def __init__(
        self,
        names: Sequence[str],
        households: Sequence[Household],
        streams: RandomStreams,
        almanac: Almanac,
        *,
        market_weekday: int = 7,
        scale: float = 1.0,
    ) -> None:
        self._names, self._streams, self._almanac = tuple(names), streams, almanac
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
        """How many loads."""
        return len(self._names)

    def day(self, day: int) -> DemandDay:
        """What people switch on that day."""
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

    def cold_starts(self, starting: NDArray[np.bool_]) -> list[Start]:
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

    def _starts(self, happens: NDArray[np.bool_], first: NDArray[np.intp]) -> dict[int, list[Start]]:
        starts: dict[int, list[Start]] = {}
        rows = np.flatnonzero(happens)
        for place in np.flatnonzero(self._rows.peak_va[rows] > 0.0):
            row = rows[place]
            start = Start(
                int(self._rows.load[row]), float(self._rows.peak_va[row]), float(self._rows.inrush_s[row])
            )
            starts.setdefault(int(first[place]), []).append(start)
        return starts

    def _day_factor(self, day: int) -> Floats:
        date = self._almanac.date(day)
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
) -> tuple[NDArray[np.intp], Floats, Floats, list[Start], list[Cold]]:
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
        Start(load, _peak_va(copy.appliance, copy.power_w * scale), copy.appliance.inrush_s)
        for load, copy, _ in found
    ]
    loads = np.array([load for load, _, _ in found], dtype=np.intp)
    return loads, power, np.asarray(power * ratio), starts, [cold for _, _, cold in found]
