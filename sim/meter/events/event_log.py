"""Event logs of a meter: a ring of (time, code) for each kind of event, and counters that never forget.

Codes and logs are those of `protocols.field.events`.

>>> log = EventLog(10)
>>> log.record(EventCode.STRONG_FIELD, 0)
>>> log.last_code(LogKind.FRAUD).name, len(log.entries_of(LogKind.STANDARD))
('STRONG_FIELD', 0)
"""

from dataclasses import dataclass
from typing import Any

from protocols.field.events import EventCode, LogKind
from sim.meter.storage.ring import Ring, restore_into, snapshot_of


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One row of the log: when by the meter's clock (microseconds since 1970), and what."""

    epoch_us: int
    code: EventCode


class EventLog:
    """The last `capacity` events of each kind and how often each code came.

    Args:
        capacity: rows that the ring of each kind holds, 1 or more.
    """

    __slots__ = ("_counts", "rings")

    def __init__(self, capacity: int) -> None:
        # A row is the serial number of the event among all of them, its instant and its code.
        self.rings: dict[str, Ring] = {kind.value: Ring(capacity) for kind in LogKind}
        self._counts: dict[EventCode, int] = {}

    @property
    def entries(self) -> tuple[EventEntry, ...]:
        """The rows of all logs that are still held, in the order in which they came."""
        rows = sorted(row for ring in self.rings.values() for row in ring.rows)
        return tuple(EventEntry(epoch_us, EventCode(code)) for _, epoch_us, code in rows)

    def entries_of(self, kind: LogKind) -> tuple[EventEntry, ...]:
        """The rows of one log that are still held, oldest first."""
        return tuple(EventEntry(row[1], EventCode(row[2])) for row in self.rings[kind].rows)

    @property
    def capacity(self) -> int:
        """Rows that each ring can hold."""
        return self.rings[LogKind.STANDARD].capacity

    def last_code(self, kind: LogKind) -> EventCode:
        """The newest event of one log, `NONE` before the first."""
        newest = self.rings[kind].newest
        return EventCode(newest[2]) if newest else EventCode.NONE

    @property
    def total(self) -> int:
        """Number of events so far, forgotten ones included."""
        return sum(self._counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """Number of events of each code, as plain data."""
        return {str(int(code)): count for code, count in self._counts.items()}

    def count(self, code: EventCode) -> int:
        """Number of events of `code`, forgotten rows included."""
        return self._counts.get(code, 0)

    def count_of(self, kind: LogKind) -> int:
        """Number of events of one log, forgotten ones included."""
        return sum(count for code, count in self._counts.items() if code.log is kind)

    def record(self, code: EventCode, epoch_us: int) -> None:
        """Write one row into the log of its kind."""
        self._counts[code] = self.count(code) + 1
        self.rings[code.log].append(self.total, epoch_us, code)

    def clear(self, kind: LogKind, epoch_us: int) -> None:
        """Forget the rows of one log and begin it anew with the event that says so; counters stay."""
        self.rings[kind].clear()
        self._counts[EventCode.LOG_CLEARED] = self.count(EventCode.LOG_CLEARED) + 1
        self.rings[kind].append(self.total, epoch_us, EventCode.LOG_CLEARED)

    def snapshot(self) -> dict[str, Any]:
        """The logs as plain data."""
        return {"rows": snapshot_of(self.rings), "counts": self.counts}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the logs that were kept."""
        restore_into(self.rings, kept["rows"])
        self._counts = {EventCode(int(code)): count for code, count in kept["counts"].items()}
