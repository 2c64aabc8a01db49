"""Collection of readings.

Every plan at its time, meter by meter; gaps fetched by selective access, failures tried again (R6.2-02).
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from protocols.dlms.errors import DlmsError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.clock import ClockCorrection
from protocols.dlms.session.errors import AccessRefused, ExceptionAnswered
from protocols.dlms.session.profiles import ProfileShape, profile_shape
from protocols.field.events import LogKind
from protocols.intervals import Span
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.errors import UnreachableError
from sim.concentrator.events import EventLog
from sim.concentrator.latest_values import LatestValues
from sim.concentrator.meter_operations import ClockCheck, columns_of, keep_clock, read_range, read_values
from sim.concentrator.meter_sessions import MeterSessions
from sim.concentrator.pass_through import PassThrough
from sim.concentrator.plans import Plan, Task
from sim.concentrator.registry import MeterRecord, Registry
from sim.concentrator.southbound import Urgency
from sim.concentrator.statistics import Statistics
from sim.concentrator.storage import Storage, StorageFullError, StoredRow
from sim.concentrator.terms import DAY_S, ClockTerms

# ---- fetching the gaps of a profile

#: A gap whose end is so old that the meter has long captured everything that it ever will there.
_SETTLED_AFTER_S = DAY_S
#: Registers are stored as rows of this profile.
REGISTERS = "registers"
#: Logs whose entries are alarms: of fraud.
_ALARM_LOGS = frozenset({LogKind.FRAUD.obis})
#: Most rows that one request for a log asks for, as a time.
_LOG_SPAN_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class FetchTerms:
    """Settings of fetching.

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
        latest: LatestValues,
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
        """Work of a plan at a meter; gives the number of rows or entries that were new."""
        tasks = {Task.PROFILE: self._profiles, Task.REGISTERS: self._registers, Task.EVENTS: self._logs}
        return lambda engine: tasks[plan.task](engine, meter, plan)

    def missing_s(self, meter: MeterRecord, plan: Plan, period_s: int) -> int:
        """Seconds of a profile's past, in whole periods, that have not been fetched yet."""
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
        row: StoredRow = (now_s, tuple(values.values()))
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
            self._events.record(name, meter.serial, f"{obis} {text} @{at_s}")
        if fresh:
            last_s = rows[-1][0]
            coverage.add(after_s, last_s)
            coverage.at_end = sum(row[0] == last_s for row in rows)
            self._storage.keep_coverage(meter.serial)
        return len(fresh)

    # ------------------------------------------------------------ inside

    def _shape(self, engine: SessionEngine, serial: str, obis: str) -> Operation[ProfileShape | None]:
        """Capture objects of a profile; None where the meter has no such profile."""
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


def _pieces(gaps: list[Span], span_s: int) -> Iterator[Span]:
    """The gaps, cut where one request would ask for too much."""
    for after_s, through_s in gaps:
        while after_s < through_s:
            yield after_s, min(through_s, after_s + span_s)
            after_s += span_s


def _closed(rows: list[StoredRow], through_s: int, now_s: int, end_s: int | None) -> int | None:
    """Up to where a piece is closed; None where it stays open.

    Whole, where it is old or where later rows are here already: a meter captures in order.
    """
    if now_s - through_s >= _SETTLED_AFTER_S or (end_s is not None and end_s > through_s):
        return through_s
    return rows[-1][0] if rows else None


# ---- collection by plan

Steps = Generator[Event, Any, Any]
#: Rounds of one run, and the pause before each further one.
_ROUNDS = 3
_PAUSE_S = 300.0
#: What became of a meter's clock -> the event that tells so.
_CLOCK_EVENTS = {
    ClockCorrection.SHIFTED: "meter-clock-set",
    ClockCorrection.SET: "meter-clock-set",
    ClockCorrection.TOO_FAR: "meter-clock-far",
}


@dataclass(slots=True)
class Reads:
    """Counts of visits.

    Attributes:
        wanted: visits that plans asked for.
        done: of them, made.
        late: of those made, only in a further round: the first one did not get through.
        failed: of them, given up until the plan is due again.
        rows: new rows and entries that they brought.
    """

    wanted: int = 0
    done: int = 0
    late: int = 0
    failed: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class LastRun:
    """Result of the last run of a plan."""

    begun_utc_s: int
    ended_utc_s: int
    meters: int
    reached: int


class Collector:
    """The collection of one concentrator.

    Args:
        env: the world's environment.
        clock: its clock.
        meter_sessions: how it speaks to meters.
        registry: the meters.
        fetcher: what is done there.
        through: who else talks to them.
        statistics: where visits are counted.
        events: where it tells of clocks.
        terms: how clocks are kept.
    """

    __slots__ = (
        "_clock",
        "_clock_seen_s",
        "_env",
        "_events",
        "_fetcher",
        "_meter_sessions",
        "_registry",
        "_statistics",
        "_terms",
        "_through",
        "_waker",
        "last_runs",
        "plans",
        "reads",
    )

    def __init__(
        self,
        env: Environment,
        clock: ConcentratorClock,
        meter_sessions: MeterSessions,
        registry: Registry,
        fetcher: Fetcher,
        through: PassThrough,
        statistics: Statistics,
        events: EventLog,
        terms: ClockTerms,
    ) -> None:
        self._env = env
        self._clock = clock
        self._meter_sessions = meter_sessions
        self._registry = registry
        self._fetcher = fetcher
        self._through = through
        self._statistics = statistics
        self._events = events
        self._terms = terms
        self._clock_seen_s: dict[str, float] = {}
        self._waker: Event | None = None
        self.plans: tuple[Plan, ...] = ()
        self.reads = Reads()
        self.last_runs: dict[str, LastRun] = {}

    def run(self) -> Steps:
        """Wait for the next plan, run it, for ever."""
        while True:
            now_s = self._clock.utc().timestamp()
            due = {plan: plan.due_after(now_s, self._terms.deviation_minutes) for plan in self.plans}
            first_s = min(due.values(), default=now_s + 3600.0)
            # a little later: the meters, too, have to capture at that very moment
            waited = self._env.timeout(first_s - now_s + self._terms.meter_tolerance_s)
            self._waker = self._env.event()
            yield waited | self._waker
            if waited.processed:
                yield from self.collect([plan for plan in self.plans if due.get(plan) == first_s])

    def collect(self, plans: Iterable[Plan]) -> Steps:
        """Run plans at every registered meter, in rounds."""
        wanted, begun_s = tuple(plans), self._clock.utc_s()
        left = [meter for meter in self._registry if meter.is_registered]
        count = len(left)
        self.reads.wanted += count
        for number in range(_ROUNDS):
            if number and left:
                yield self._env.timeout(_PAUSE_S)
            missed: list[MeterRecord] = []
            for meter in left:
                if not (yield from self._visit(meter, wanted)):
                    missed.append(meter)
                else:
                    self.reads.late += number > 0
            left = missed
        self.reads.done += count - len(left)
        self.reads.failed += len(left)
        for plan in wanted:
            self.last_runs[plan.name] = LastRun(begun_s, self._clock.utc_s(), count, count - len(left))

    def now(self, meter: MeterRecord, plans: tuple[Plan, ...]) -> Generator[Event, Any, int]:
        """Run plans at one meter ahead of everything planned; the new rows.

        Raises:
            UnreachableError, DlmsError, StorageFullError: as it went.
        """
        return (yield from self._at(meter, plans, Urgency.ORDER))

    def change_plan(self, plan: Plan) -> None:
        """Add a plan, or replace the one of that name; it holds from the next waking on."""
        kept = [item for item in self.plans if item.name != plan.name]
        self.plans = (*kept, plan)
        waker, self._waker = self._waker, None
        if waker is not None:
            waker.succeed()

    def set_clock(self, meter: MeterRecord) -> Generator[Event, Any, ClockCheck]:
        """Set a meter's clock, because an operator wants it so.

        Raises:
            UnreachableError, DlmsError: as it went.
        """

        def work(engine: SessionEngine) -> Operation[ClockCheck]:
            return keep_clock(engine, self._clock.utc, self._terms, forced=True)

        check = yield from self._meter_sessions.at(meter.eui48, meter.serial, work, Urgency.ORDER)
        self._tell_clock(meter, check)
        return check

    # ------------------------------------------------------------ inside

    def _visit(self, meter: MeterRecord, plans: tuple[Plan, ...]) -> Generator[Event, Any, bool]:
        """True if it could be done."""
        keys = self._meter_sessions.keys_of(meter.serial)
        known = self._registry.by_sap(meter.sap)
        if keys is None or known is None or not known.is_registered:
            return False
        if self._through.is_held(meter.eui48, keys.sap):
            return False
        begun_s = float(self._env.now)
        try:
            self.reads.rows += yield from self._at(meter, plans, Urgency.PLAN)
        except (UnreachableError, DlmsError):
            self._statistics.attempt(meter.serial, False, float(self._env.now), 0.0)
            return False
        except StorageFullError:
            return False
        now_s = float(self._env.now)
        self._statistics.attempt(meter.serial, True, now_s, now_s - begun_s)
        return True

    def _at(
        self, meter: MeterRecord, plans: tuple[Plan, ...], urgency: Urgency
    ) -> Generator[Event, Any, int]:
        def work(engine: SessionEngine) -> Operation[int]:
            new = 0
            for plan in plans:
                new += yield from self._fetcher.work(meter, plan)(engine)
            if self._clock_is_due(meter):
                check = yield from keep_clock(engine, self._clock.utc, self._terms)
                self._tell_clock(meter, check)
            return new

        return (yield from self._meter_sessions.at(meter.eui48, meter.serial, work, urgency))

    def _clock_is_due(self, meter: MeterRecord) -> bool:
        every_s, now_s = self._terms.meters_every_s, float(self._env.now)
        seen_s = self._clock_seen_s.get(meter.serial)
        return every_s > 0 and (seen_s is None or now_s - seen_s >= every_s)

    def _tell_clock(self, meter: MeterRecord, check: ClockCheck) -> None:
        self._clock_seen_s[meter.serial] = float(self._env.now)
        name = _CLOCK_EVENTS.get(check.action)
        if name is not None:
            self._events.record(name, meter.serial, f"{check.action} {check.deviation_s:+.1f} s")
