"""The event logs: a ring of (time, code) for each kind of event, and counters that never forget.

>>> log = EventLog(10)
>>> log.record(EventCode.STRONG_FIELD, 0)
>>> log.last_code(LogKind.FRAUD).name, len(log.entries_of(LogKind.STANDARD))
('STRONG_FIELD', 0)
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from sim.meter.storage.ring import Ring, restore_into, snapshot_of


class EventCode(IntEnum):
    """What may happen to a meter. Up to 99 the codes of DSMR and IDIS; from 200 the maker's own.

    Source: DSMR P3 companion standard, event table.
    """

    NONE = 0
    POWER_DOWN = 1
    POWER_UP = 2
    DAYLIGHT_SAVING_CHANGED = 3
    CLOCK_BEFORE_ADJUSTMENT = 4
    CLOCK_AFTER_ADJUSTMENT = 5
    CLOCK_INVALID = 6
    REPLACE_BATTERY = 7
    TARIFF_ACTIVATED = 9
    MEMORY_ERROR = 14
    FIRMWARE_READY = 17
    FIRMWARE_ACTIVATED = 18
    PASSIVE_TARIFF_SET = 19
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
    DISCONNECTOR_FAILURE = 68
    UNDER_VOLTAGE = 76
    OVER_VOLTAGE = 79
    MISSING_VOLTAGE = 82
    NORMAL_VOLTAGE = 85
    CURRENT_REVERSAL = 91
    LOCAL_RECONNECTION = 201
    TOKEN_ACCEPTED = 202
    TOKEN_REFUSED = 203
    LOW_CREDIT = 204
    TAMPER_CLEARED = 205
    KEY_CHANGED = 206
    REVERSE_ENERGY = 207
    NO_REVERSE_ENERGY = 208
    LOCKED_OUT = 209
    OVERLOAD = 210
    NO_OVERLOAD = 211
    BILLING_CLOSED = 212
    DEMAND_RESET = 213
    SIGNIFICANT_REVERSE_ENERGY = 214
    NO_SIGNIFICANT_REVERSE_ENERGY = 215
    PAYMENT_MODE_CHANGED = 220
    ACCOUNT_ACTIVATED = 221
    ACCOUNT_CLOSED = 222
    CHARGE_COLLECTED = 223
    UNIT_CHARGE_CHANGED = 224
    CREDIT_SELECTABLE = 225
    CREDIT_SELECTED = 226
    CREDIT_IN_USE = 227
    CREDIT_EXHAUSTED = 228
    AVAILABILITY_REFUNDED = 229
    MANUAL_DISCONNECTION = 230
    MANUAL_RECONNECTION = 231
    CONTROL_MODE_CHANGED = 232
    MONITOR_ABOVE = 233
    MONITOR_BELOW = 234
    PARAMETER_CHANGED = 235
    PUSH_FAILED = 236
    MODULE_REMOVED = 240
    MODULE_FITTED = 241
    LOG_CLEARED = 255


class LogKind(StrEnum):
    """The logs; each has its own ring, buffer object 0.0.99.98.e and event code object 0.0.96.11.e."""

    STANDARD = "standard"
    FRAUD = "fraud"
    DISCONNECTOR = "disconnector"
    QUALITY = "quality"
    COMMUNICATION = "communication"
    PREPAYMENT = "prepayment"


_KINDS: dict[LogKind, frozenset[int]] = {
    LogKind.FRAUD: frozenset({*range(40, 47), 49, 50, 91, 205, 207, 208, 214, 215}),
    LogKind.DISCONNECTOR: frozenset({*range(59, 70), 201, 210, 211, 230, 231, 232}),
    LogKind.QUALITY: frozenset(range(76, 91)),
    LogKind.COMMUNICATION: frozenset({*range(140, 200), 240, 241}),
    LogKind.PREPAYMENT: frozenset({202, 203, 204, 206, 209, *range(220, 230)}),
}


def log_of(code: int) -> LogKind:
    """The log that an event is written to: the one that names it, or the standard one."""
    return next((kind for kind, codes in _KINDS.items() if code in codes), LogKind.STANDARD)


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
        """How many events there have been, forgotten ones included."""
        return sum(self._counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How often each code came, as plain data."""
        return {str(int(code)): count for code, count in self._counts.items()}

    def count(self, code: EventCode) -> int:
        """How often `code` has come, forgotten rows included."""
        return self._counts.get(code, 0)

    def count_of(self, kind: LogKind) -> int:
        """How many events of one log there have been, forgotten ones included."""
        return sum(count for code, count in self._counts.items() if log_of(code) is kind)

    def record(self, code: EventCode, epoch_us: int) -> None:
        """Write one row into the log of its kind."""
        self._counts[code] = self.count(code) + 1
        self.rings[log_of(code)].append(self.total, epoch_us, code)

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
