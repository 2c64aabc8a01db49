"""The collection: every plan at its time, meter by meter, with what failed tried again (R6.2-02).

All plans that are due at one moment go into one visit of each meter. A meter that a head-end is talking to
under the same client address, or that cannot be reached, waits for the next round of the same run.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from protocols.dlms.errors import DlmsError
from protocols.dlms.session import Operation, SessionEngine
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.errors import UnreachableError
from sim.concentrator.events import EventLog
from sim.concentrator.fetching import Fetcher
from sim.concentrator.meter_work import ClockCheck, keep_clock
from sim.concentrator.pass_through import PassThrough
from sim.concentrator.plans import Plan
from sim.concentrator.registry import MeterRecord, Registry
from sim.concentrator.southbound import Urgency
from sim.concentrator.statistics import Statistics
from sim.concentrator.storage import StorageFullError
from sim.concentrator.terms import ClockTerms
from sim.concentrator.visits import Visits

Steps = Generator[Event, Any, Any]
#: Rounds of one run, and the pause before each further one.
_ROUNDS = 3
_PAUSE_S = 300.0
#: What became of a meter's clock -> the event that tells so.
_TOLD = {"shifted": "meter-clock-set", "set": "meter-clock-set", "too-far": "meter-clock-far"}


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
    """How the last run of a plan went."""

    begun_utc_s: int
    ended_utc_s: int
    meters: int
    reached: int


class Collector:
    """The collection of one concentrator.

    Args:
        env: the world's environment.
        clock: its clock.
        visits: how it speaks to meters.
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
        "_registry",
        "_statistics",
        "_terms",
        "_through",
        "_visits",
        "_waker",
        "last_runs",
        "plans",
        "reads",
    )

    def __init__(
        self,
        env: Environment,
        clock: ConcentratorClock,
        visits: Visits,
        registry: Registry,
        fetcher: Fetcher,
        through: PassThrough,
        statistics: Statistics,
        events: EventLog,
        terms: ClockTerms,
    ) -> None:
        self._env = env
        self._clock = clock
        self._visits = visits
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

        check = yield from self._visits.at(meter.eui48, meter.serial, work, Urgency.ORDER)
        self._tell_clock(meter, check)
        return check

    # ------------------------------------------------------------ inside

    def _visit(self, meter: MeterRecord, plans: tuple[Plan, ...]) -> Generator[Event, Any, bool]:
        """Whether it could be done."""
        keys = self._visits.keys_of(meter.serial)
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

        return (yield from self._visits.at(meter.eui48, meter.serial, work, urgency))

    def _clock_is_due(self, meter: MeterRecord) -> bool:
        every_s, now_s = self._terms.meters_every_s, float(self._env.now)
        seen_s = self._clock_seen_s.get(meter.serial)
        return every_s > 0 and (seen_s is None or now_s - seen_s >= every_s)

    def _tell_clock(self, meter: MeterRecord, check: ClockCheck) -> None:
        self._clock_seen_s[meter.serial] = float(self._env.now)
        name = _TOLD.get(check.action)
        if name is not None:
            self._events.tell(name, meter.serial, f"{check.action} {check.deviation_s:+.1f} s")
