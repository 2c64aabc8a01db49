"""From plans to rows: the gaps of every profile, fetched by selective access and stored batch by batch.

A gap is closed up to the last row that came; behind it the meter may still have to capture. A gap that is old
and brings nothing is a hole of the meter itself (it had no supply): it is closed, too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.profiles import ProfileShape, profile_shape
from protocols.dlms.session_errors import AccessRefused, ExceptionAnswered
from sim.concentrator.ages import Latest
from sim.concentrator.batches import Row
from sim.concentrator.coverage import Range
from sim.concentrator.events import EventLog
from sim.concentrator.meter_work import columns_of, read_range, read_values
from sim.concentrator.plans import Plan, Task
from sim.concentrator.registry import MeterRecord
from sim.concentrator.storage import Storage
from sim.concentrator.terms import DAY_S

#: A gap whose end is so old that the meter has long captured everything that it ever will there.
_SETTLED_AFTER_S = DAY_S
#: Registers are stored as rows of this profile.
REGISTERS = "registers"
#: Logs whose entries are alarms: of fraud.
_ALARM_LOGS = frozenset({"0.0.99.98.1"})
#: Most rows that one request for a log asks for, as a time.
_LOG_SPAN_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class FetchTerms:
    """How it fetches.

    Args:
        rows_per_read: rows of a profile that one request asks for.
        deviation_minutes: minutes from local time to UTC.
    """

    rows_per_read: int
    deviation_minutes: int


class Fetcher:
    """Runs the tasks of plans at meters.

    Args:
        storage: where rows go.
        events: where entries of logs go.
        latest: where the newest values go.
        terms: how it fetches.
        utc_s: time of the concentrator's clock.
    """

    __slots__ = ("_events", "_latest", "_shapes", "_storage", "_terms", "_utc_s")

    def __init__(
        self,
        storage: Storage,
        events: EventLog,
        latest: Latest,
        terms: FetchTerms,
        utc_s: Callable[[], int],
    ) -> None:
        self._storage = storage
        self._events = events
        self._latest = latest
        self._terms = terms
        self._utc_s = utc_s
        self._shapes: dict[tuple[str, str], ProfileShape] = {}

    def forget(self, serial: str | None = None) -> None:
        """Ask again what profiles capture: of one meter, or of all."""
        for key in [key for key in self._shapes if serial in (None, key[0])]:
            del self._shapes[key]

    def work(self, meter: MeterRecord, plan: Plan) -> Callable[[SessionEngine], Operation[int]]:
        """What a plan does at a meter; gives the number of rows or entries that were new."""
        tasks = {Task.PROFILE: self._profiles, Task.REGISTERS: self._registers, Task.EVENTS: self._logs}
        return lambda engine: tasks[plan.task](engine, meter, plan)

    def missing_s(self, meter: MeterRecord, plan: Plan, period_s: int) -> int:
        """How many seconds of a profile's past, in whole periods, have not been fetched yet."""
        through_s = self._utc_s() // period_s * period_s - period_s
        return sum(
            end_s - begin_s
            for obis in plan.obis
            for begin_s, end_s in self._storage.coverage(meter.serial, obis).gaps(
                self._since_s(meter, plan, period_s), through_s
            )
        )

    # ------------------------------------------------------------ tasks

    def _profiles(self, engine: SessionEngine, meter: MeterRecord, plan: Plan) -> Operation[int]:
        new = 0
        for obis in plan.obis:
            shape = yield from self._shape(engine, meter.serial, obis)
            if shape is not None:
                new += yield from self._profile(engine, meter, plan, obis, shape)
        return new

    def _profile(
        self, engine: SessionEngine, meter: MeterRecord, plan: Plan, obis: str, shape: ProfileShape
    ) -> Operation[int]:
        new, now_s, period_s = 0, self._utc_s(), shape.period_s or DAY_S
        coverage = self._storage.coverage(meter.serial, obis)
        gaps = coverage.gaps(self._since_s(meter, plan, period_s), now_s)
        for after_s, through_s in _pieces(gaps, self._terms.rows_per_read * period_s):
            if after_s + period_s > now_s:
                break  # nothing can have been captured yet
            rows = yield from read_range(
                engine, obis, shape, after_s, through_s, self._terms.deviation_minutes
            )
            closed_s = _closed(rows, through_s, now_s, coverage.end_s)
            if closed_s is None:
                continue
            columns = columns_of(shape)
            new += self._storage.store(meter.serial, obis, columns, period_s, (after_s, closed_s), rows)
            if rows:
                at_s, values = rows[-1]
                for column, value in zip(columns, values, strict=True):
                    self._latest.take(meter.serial, column, value, at_s)
        return new

    def _registers(self, engine: SessionEngine, meter: MeterRecord, plan: Plan) -> Operation[int]:
        values = yield from read_values(engine, plan.obis)
        if not values:
            return 0
        now_s = self._utc_s()
        columns = tuple(f"{obis}/2" for obis in values)
        for column, value in zip(columns, values.values(), strict=True):
            self._latest.take(meter.serial, column, value, now_s)
        row: Row = (now_s, tuple(values.values()))
        return self._storage.store(meter.serial, REGISTERS, columns, 0, (now_s - 1, now_s), [row])

    def _logs(self, engine: SessionEngine, meter: MeterRecord, plan: Plan) -> Operation[int]:
        new = 0
        for obis in plan.obis:
            shape = yield from self._shape(engine, meter.serial, obis)
            if shape is not None:
                new += yield from self._log(engine, meter, obis, shape)
        return new

    def _log(
        self, engine: SessionEngine, meter: MeterRecord, obis: str, shape: ProfileShape
    ) -> Operation[int]:
        coverage, now_s = self._storage.coverage(meter.serial, obis), self._utc_s()
        end_s = coverage.end_s
        after_s = meter.since_utc_s - _LOG_SPAN_S if end_s is None else end_s - 1
        rows = yield from read_range(
            engine, obis, shape, after_s, now_s + DAY_S, self._terms.deviation_minutes
        )
        known = coverage.at_end if end_s is not None else 0
        fresh = [row for place, row in enumerate(rows) if place >= known or row[0] != end_s]
        for at_s, values in fresh:
            name = "meter-alarm" if obis in _ALARM_LOGS else "meter-event"
            text = " ".join(str(value) for value in values)
            self._events.tell(name, meter.serial, f"{obis} {text} @{at_s}")
        if fresh:
            last_s = rows[-1][0]
            coverage.add(after_s, last_s)
            coverage.at_end = sum(row[0] == last_s for row in rows)
            self._storage.keep_coverage(meter.serial)
        return len(fresh)

    # ------------------------------------------------------------ inside

    def _shape(self, engine: SessionEngine, serial: str, obis: str) -> Operation[ProfileShape | None]:
        """What a profile captures; None where the meter has no such profile."""
        known = self._shapes.get((serial, obis))
        if known is not None:
            return known
        try:
            shape = yield from profile_shape(engine, obis)
        except (AccessRefused, ExceptionAnswered):
            return None
        self._shapes[serial, obis] = shape
        return shape

    def _since_s(self, meter: MeterRecord, plan: Plan, period_s: int) -> int:
        """Behind which instant rows are wanted: since the meter is here, but not for ever."""
        wanted_s = max(meter.since_utc_s, self._utc_s() - plan.days * DAY_S)
        return wanted_s // period_s * period_s


def _pieces(gaps: list[Range], span_s: int) -> Iterator[Range]:
    """The gaps, cut where one request would ask for too much."""
    for after_s, through_s in gaps:
        while after_s < through_s:
            yield after_s, min(through_s, after_s + span_s)
            after_s += span_s


def _closed(rows: list[Row], through_s: int, now_s: int, end_s: int | None) -> int | None:
    """Up to where a piece is closed; None where it stays open.

    Whole, where it is old or where later rows are here already: a meter captures in order.
    """
    if now_s - through_s >= _SETTLED_AFTER_S or (end_s is not None and end_s > through_s):
        return through_s
    return rows[-1][0] if rows else None
