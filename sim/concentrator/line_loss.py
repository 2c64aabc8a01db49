"""Line loss.

What the totaliser at the transformer counted, against the sum of its meters, day by day (R6.2-01).
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simpy import Environment, Event

from protocols.dlms.errors import DlmsError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.profiles import profile_shape
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.events import EventLog
from sim.concentrator.meter_operations import columns_of, read_range
from sim.concentrator.meter_sessions import MeterKeys
from sim.concentrator.registry import Registry
from sim.concentrator.rs485 import SerialLine
from sim.concentrator.storage import Storage, StoredRow
from sim.concentrator.terms import DAY_S, BalanceTerms, ClockTerms

# ---- loss of a day


class LossVerdict(StrEnum):
    """Verdict of a day's balance."""

    NORMAL = "normal"
    WARNING = "warning"
    ALARM = "alarm"
    NEGATIVE = "negative"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class DayBalance:
    """The balance of one day.

    Args:
        day_utc_s: its begin, s since 1970.
        totaliser_wh: energy that the totaliser counted, Wh.
        meters_wh: energy that the meters counted, Wh.
        technical_wh: assumed technical loss, Wh.
        coverage_percent: share of the values that were there.
        verdict: what it says.
    """

    day_utc_s: int
    totaliser_wh: int
    meters_wh: int
    technical_wh: int
    coverage_percent: float
    verdict: LossVerdict

    @property
    def loss_percent(self) -> float:
        """Missing energy, as a share of the totaliser's energy; 0 where that counted nothing."""
        return _share(self.totaliser_wh, self.meters_wh, self.technical_wh)


def _share(totaliser_wh: int, meters_wh: int, technical_wh: int) -> float:
    if totaliser_wh <= 0:
        return 0.0
    return 100 * (totaliser_wh - meters_wh - technical_wh) / totaliser_wh


#: End of an interval, s since 1970 -> register, Wh.
Readings = Mapping[int, int]


class LineLoss:
    """The balance of one transformer.

    Args:
        terms: thresholds.
        deviation_minutes: minutes from local time to UTC: days are local.

    Attributes:
        terms: may be replaced.
        days: the last judged days, oldest first.
        on_verdict: told of each day that is not normal.
    """

    __slots__ = ("_deviation_s", "days", "on_verdict", "terms")

    def __init__(self, terms: BalanceTerms, deviation_minutes: int) -> None:
        self.terms = terms
        self._deviation_s = 60 * deviation_minutes
        self.days: deque[DayBalance] = deque(maxlen=100)
        self.on_verdict: Callable[[DayBalance], None] = lambda day: None

    def interval(
        self, end_s: int, totaliser: Readings, meters: Iterable[Readings]
    ) -> tuple[int, int, int] | None:
        """The balance of one interval; None where the totaliser has not both of its values.

        Returns:
            Energy of the totaliser, Wh; of the meters that have both values, Wh; how many these are.
        """
        begin_s = end_s - self.terms.period_s
        if begin_s not in totaliser or end_s not in totaliser:
            return None
        known = [item[end_s] - item[begin_s] for item in meters if begin_s in item and end_s in item]
        return totaliser[end_s] - totaliser[begin_s], sum(known), len(known)

    def day_of(self, instant_s: int) -> int:
        """Begin of the local day that an interval ending at `instant_s` belongs to, s since 1970."""
        local_s = instant_s - self._deviation_s - 1
        return local_s // DAY_S * DAY_S + self._deviation_s

    def judge(self, day_s: int, totaliser: Readings, meters: Mapping[str, Readings]) -> DayBalance:
        """The balance of the local day that begins at `day_s`; it is kept, and told if it is not normal.

        A register is read at both ends of the day, so that a hole in between costs nothing; a meter without
        both is missing.
        """
        end_s = day_s + DAY_S
        found = {serial: _over(readings, day_s, end_s) for serial, readings in meters.items()}
        known = [energy_wh for energy_wh in found.values() if energy_wh is not None]
        total_wh = _over(totaliser, day_s, end_s)
        coverage = 100 * len(known) / len(meters) if meters else 0.0
        technical_wh = round((total_wh or 0) * self.terms.technical_percent / 100)
        day = DayBalance(
            day_s,
            total_wh or 0,
            sum(known),
            technical_wh,
            0.0 if total_wh is None else coverage,
            LossVerdict.UNJUDGED,
        )
        day = DayBalance(
            day.day_utc_s,
            day.totaliser_wh,
            day.meters_wh,
            day.technical_wh,
            day.coverage_percent,
            self._verdict(day),
        )
        self.days.append(day)
        if day.verdict not in (LossVerdict.NORMAL, LossVerdict.UNJUDGED):
            self.on_verdict(day)
        return day

    def _verdict(self, day: DayBalance) -> LossVerdict:
        terms = self.terms
        if day.totaliser_wh <= 0 or day.coverage_percent < terms.coverage_percent:
            return LossVerdict.UNJUDGED
        if day.loss_percent < terms.negative_percent:
            return LossVerdict.NEGATIVE
        first_s = day.day_utc_s - (terms.window_days - 1) * DAY_S
        window = [item for item in self.days if item.day_utc_s >= first_s] + [day]
        bad = sum(
            item.loss_percent > terms.alarm_percent
            for item in window
            if item is day or item.verdict is not LossVerdict.UNJUDGED
        )
        if bad >= terms.alarm_days and day.loss_percent > terms.alarm_percent:
            return LossVerdict.ALARM
        return LossVerdict.WARNING if day.loss_percent > terms.warning_percent else LossVerdict.NORMAL


def _over(readings: Readings, begin_s: int, end_s: int) -> int | None:
    if begin_s not in readings or end_s not in readings:
        return None
    return readings[end_s] - readings[begin_s]


# ---- daily balance

LOAD_PROFILE = "1.0.99.1.0"
IMPORT, EXPORT = "1.0.1.8.0/2", "1.0.2.8.0/2"
#: The balance is drawn so long after the day's end: the meters must be read first.
_AFTER_S = 4 * 3600
_LOSS_EVENTS = {
    LossVerdict.WARNING: "loss-warning",
    LossVerdict.ALARM: "loss-alarm",
    LossVerdict.NEGATIVE: "loss-negative",
}


class DailyBalance:
    """Draws the balance of each day.

    Args:
        env: the world's environment.
        clock: its clock.
        line: the bus of the totaliser.
        keys: of the totaliser.
        loss: judges.
        storage: the meters' readings.
        registry: the meters.
        events: where verdicts are told.
        terms: local time.
    """

    __slots__ = ("_clock", "_env", "_events", "_keys", "_line", "_loss", "_registry", "_storage", "_terms")

    def __init__(
        self,
        env: Environment,
        clock: ConcentratorClock,
        line: SerialLine,
        keys: MeterKeys,
        loss: LineLoss,
        storage: Storage,
        registry: Registry,
        events: EventLog,
        terms: ClockTerms,
    ) -> None:
        self._env = env
        self._clock = clock
        self._line = line
        self._keys = keys
        self._loss = loss
        self._storage = storage
        self._registry = registry
        self._events = events
        self._terms = terms
        loss.on_verdict = self._tell

    def run(self) -> Generator[Event, Any, None]:
        """Every day, after the meters have been read."""
        while True:
            now_s = self._clock.utc().timestamp()
            day_s = self._loss.day_of(int(now_s - _AFTER_S) + 1)
            due_s = day_s + DAY_S + _AFTER_S
            yield self._env.timeout(max(1.0, due_s - now_s))
            try:
                yield from self.draw(day_s)
            except DlmsError:
                continue

    def draw(self, day_s: int) -> Generator[Event, Any, DayBalance]:
        """Read the totaliser for the local day that begins at `day_s`, and judge it.

        Raises:
            DlmsError: the totaliser could not be read.
        """
        readings = yield from self._line.visit(
            self._keys, lambda engine: self._read(engine, day_s), lambda: float(self._env.now)
        )
        return self._loss.judge(day_s, readings, self._of_meters(day_s))

    def _read(self, engine: SessionEngine, day_s: int) -> Operation[dict[int, int]]:
        shape = yield from profile_shape(engine, LOAD_PROFILE)
        deviation = self._terms.deviation_minutes
        found: dict[int, int] = {}
        for at_s in (day_s, day_s + DAY_S):
            rows = yield from read_range(engine, LOAD_PROFILE, shape, at_s - 1, at_s, deviation)
            found.update(_net(columns_of(shape), rows))
        return found

    def _of_meters(self, day_s: int) -> dict[str, dict[int, int]]:
        wanted = (day_s, day_s + DAY_S)
        found: dict[str, dict[int, int]] = {
            record.serial: {} for record in self._registry if record.is_registered
        }
        for batch in self._storage:
            if batch.profile == LOAD_PROFILE and batch.serial in found:
                rows = [row for row in batch.rows if row[0] in wanted]
                found[batch.serial].update(_net(batch.columns, rows))
        return found

    def _tell(self, day: DayBalance) -> None:
        text = (
            f"{day.loss_percent:.1f} %: {day.totaliser_wh} Wh at the transformer, "
            f"{day.meters_wh} Wh at {day.coverage_percent:.0f} % of the meters"
        )
        self._events.record(_LOSS_EVENTS[day.verdict], "", text)


def _net(columns: tuple[str, ...], rows: list[StoredRow]) -> dict[int, int]:
    """Import less export at the instant of each row, Wh."""
    found: dict[int, int] = {}
    for at_s, values in rows:
        by_column = dict(zip(columns, values, strict=True))
        taken, given = by_column.get(IMPORT), by_column.get(EXPORT, 0)
        if isinstance(taken, int):
            found[at_s] = taken - (given if isinstance(given, int) else 0)
    return found
