"""The event log: a ring of (time, code), and a counter for each code that never forgets."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sim.meter.ring import Cell, Ring


class EventCode(IntEnum):
    """What may happen to a meter. Up to 99 the codes of DSMR and IDIS; from 200 the maker's own.

    Source: DSMR P3 companion standard, event table.
    """

    NONE = 0
    POWER_DOWN = 1
    POWER_UP = 2
    CLOCK_BEFORE_ADJUSTMENT = 4
    CLOCK_AFTER_ADJUSTMENT = 5
    TERMINAL_COVER_REMOVED = 40
    TERMINAL_COVER_CLOSED = 41
    STRONG_FIELD = 42
    NO_STRONG_FIELD = 43
    METER_COVER_REMOVED = 44
    METER_COVER_CLOSED = 45
    WRONG_PASSWORD = 46
    REMOTE_DISCONNECTION = 62
    REMOTE_RECONNECTION = 63
    LOCAL_DISCONNECTION = 64
    LIMITER_EXCEEDED = 65
    LIMITER_NORMAL = 66
    LIMITER_CHANGED = 67
    LOCAL_RECONNECTION = 201
    TOKEN_ACCEPTED = 202
    TOKEN_REFUSED = 203
    LOW_CREDIT = 204
    TAMPER_CLEARED = 205
    KEY_CHANGED = 206
    REVERSE_ENERGY = 207
    NO_REVERSE_ENERGY = 208
    LOCKED_OUT = 209


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One row of the log: when by the meter's clock (microseconds since 1970), and what."""

    epoch_us: int
    code: EventCode


class EventLog:
    """The last `capacity` events and how often each code came.

    Args:
        capacity: rows that the ring holds, 1 or more.
    """

    __slots__ = ("_counts", "_ring")

    def __init__(self, capacity: int) -> None:
        self._ring = Ring(capacity)
        self._counts: dict[EventCode, int] = {}

    @property
    def entries(self) -> tuple[EventEntry, ...]:
        """The rows that are still held, oldest first."""
        return tuple(EventEntry(epoch_us, EventCode(code)) for epoch_us, code in self._ring.rows)

    @property
    def capacity(self) -> int:
        """Rows that the ring can hold."""
        return self._ring.capacity

    @property
    def last_code(self) -> EventCode:
        """The newest event, `NONE` before the first."""
        newest = self._ring.newest
        return EventCode(newest[1]) if newest else EventCode.NONE

    @property
    def total(self) -> int:
        """How many events there have been, forgotten ones included."""
        return sum(self._counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How often each code came, as plain data."""
        return {str(int(code)): count for code, count in self._counts.items()}

    def count(self, code: EventCode) -> int:
        """How often `code` has come, forgotten rows included."""
        return self._counts.get(code, 0)

    def record(self, code: EventCode, epoch_us: int) -> None:
        """Write one row."""
        self._ring.append(epoch_us, code)
        self._counts[code] = self.count(code) + 1

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each row that is new since this was last called."""
        return self._ring.take_unsaved()

    def snapshot(self) -> dict[str, Any]:
        """The log as plain data."""
        return {"entries": self._ring.snapshot(), "counts": self.counts}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the log that was kept."""
        self._ring.restore(kept["entries"])
        self._counts = {EventCode(int(code)): count for code, count in kept["counts"].items()}
