"""The day's balance: reads the totaliser over its bus and judges, once the meters of the day are in."""

from collections.abc import Generator
from typing import Any

from simpy import Environment, Event

from protocols.dlms.errors import DlmsError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.profiles import profile_shape
from sim.concentrator.balance import DayBalance, LineLoss, Verdict
from sim.concentrator.batches import Row
from sim.concentrator.buses import SerialLine
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.events import EventLog
from sim.concentrator.meter_client import MeterKeys
from sim.concentrator.meter_work import columns_of, read_range
from sim.concentrator.registry import Registry
from sim.concentrator.storage import Storage
from sim.concentrator.terms import DAY_S, ClockTerms

LOAD_PROFILE = "1.0.99.1.0"
IMPORT, EXPORT = "1.0.1.8.0/2", "1.0.2.8.0/2"
#: The balance is drawn so long after the day's end: the meters must be read first.
_AFTER_S = 4 * 3600
_TOLD = {
    Verdict.WARNING: "loss-warning",
    Verdict.ALARM: "loss-alarm",
    Verdict.NEGATIVE: "loss-negative",
}


class Balancing:
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
        self._events.tell(_TOLD[day.verdict], "", text)


def _net(columns: tuple[str, ...], rows: list[Row]) -> dict[int, int]:
    """Import less export at the instant of each row, Wh."""
    found: dict[int, int] = {}
    for at_s, values in rows:
        by_column = dict(zip(columns, values, strict=True))
        taken, given = by_column.get(IMPORT), by_column.get(EXPORT, 0)
        if isinstance(taken, int):
            found[at_s] = taken - (given if isinstance(given, int) else 0)
    return found
