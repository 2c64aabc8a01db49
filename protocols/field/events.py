"""Events of field devices: one table for meter, concentrator and head-end of code, name, log and alarm.

A new event or alarm is a row: of a meter in `EventCode`, of a concentrator in `CONCENTRATOR_EVENTS`.
Words for people stand in the catalogues of the pages that show them, by the name of the event; tests find
a missing one.

Source: DSMR P3 companion standard, event table (codes of a meter below 200); from 200 the maker's own, here
those of this house's meters [M]. Names of a concentrator's events are ours, their groups those of STG-DC.

>>> EventCode.STRONG_FIELD.event_name, EventCode.STRONG_FIELD.log.obis, EventCode.STRONG_FIELD.alarm
('strong-field', '0.0.99.98.1', True)
>>> event_name(777), is_alarm(777)
('event-777', False)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class LogKind(StrEnum):
    """Event logs of a meter; each has its own ring, buffer 0.0.99.98.e and event code 0.0.96.11.e."""

    STANDARD = "standard"
    FRAUD = "fraud"
    DISCONNECTOR = "disconnector"
    QUALITY = "quality"
    COMMUNICATION = "communication"
    PREPAYMENT = "prepayment"

    @property
    def obis(self) -> str:
        """Logical name of its buffer object, five groups."""
        return f"0.0.99.98.{list(LogKind).index(self)}"


_STANDARD, _FRAUD, _DISCONNECTOR = LogKind.STANDARD, LogKind.FRAUD, LogKind.DISCONNECTOR
_QUALITY, _COMMUNICATION, _PREPAYMENT = LogKind.QUALITY, LogKind.COMMUNICATION, LogKind.PREPAYMENT
#: A person must look at it: covers, magnets, reversed current, wrong keys, a switch or memory that fails.
_ALARM = True


class EventCode(IntEnum):
    """Events of a meter: code, log, alarm; and a name where it is not that of the row.

    Attributes:
        log: the log that it is written to.
        alarm: whether a person must look at it.
        event_name: its name as head-end and interfaces say it.
    """

    log: LogKind
    alarm: bool
    event_name: str

    def __new__(
        cls, code: int, log: LogKind = _STANDARD, alarm: bool = False, event_name: str = ""
    ) -> "EventCode":
        """Read one row."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.log, member.alarm, member.event_name = log, alarm, event_name
        return member

    def __init__(self, *_row: object) -> None:
        """Name the event after its row, unless the row names it."""
        self.event_name = self.event_name or self.name.lower().replace("_", "-")

    NONE = 0, _STANDARD, False, "event-0"
    POWER_DOWN = 1
    POWER_UP = 2
    DAYLIGHT_SAVING_CHANGED = 3
    CLOCK_BEFORE_ADJUSTMENT = 4
    CLOCK_AFTER_ADJUSTMENT = 5
    CLOCK_INVALID = 6, _STANDARD, _ALARM
    REPLACE_BATTERY = 7, _STANDARD, _ALARM
    BATTERY_LOW = 8
    TARIFF_ACTIVATED = 9
    ERROR_REGISTER_CLEARED = 10
    ALARM_REGISTER_CLEARED = 11
    PROGRAM_MEMORY_ERROR = 12, _STANDARD, _ALARM
    RAM_ERROR = 13, _STANDARD, _ALARM
    MEMORY_ERROR = 14, _STANDARD, _ALARM
    WATCHDOG_ERROR = 15, _STANDARD, _ALARM
    MEASUREMENT_ERROR = 16, _STANDARD, _ALARM
    FIRMWARE_READY = 17
    FIRMWARE_ACTIVATED = 18
    PASSIVE_TARIFF_SET = 19
    TERMINAL_COVER_REMOVED = 40, _FRAUD, _ALARM
    TERMINAL_COVER_CLOSED = 41, _FRAUD
    STRONG_FIELD = 42, _FRAUD, _ALARM
    NO_STRONG_FIELD = 43, _FRAUD
    METER_COVER_REMOVED = 44, _FRAUD, _ALARM
    METER_COVER_CLOSED = 45, _FRAUD
    WRONG_PASSWORD = 46, _FRAUD, _ALARM
    DECRYPTION_FAILED = 49, _FRAUD, _ALARM
    REPLAY = 50, _FRAUD, _ALARM
    DISCONNECTOR_READY = 59, _DISCONNECTOR
    MANUAL_DISCONNECTION_DSMR = 60, _DISCONNECTOR, False, "manual-disconnection"
    MANUAL_RECONNECTION_DSMR = 61, _DISCONNECTOR, False, "manual-reconnection"
    REMOTE_DISCONNECTION = 62, _DISCONNECTOR
    REMOTE_RECONNECTION = 63, _DISCONNECTOR
    LOCAL_DISCONNECTION = 64, _DISCONNECTOR
    LIMITER_EXCEEDED = 65, _DISCONNECTOR
    LIMITER_NORMAL = 66, _DISCONNECTOR
    LIMITER_CHANGED = 67, _DISCONNECTOR
    DISCONNECTOR_FAILURE = 68, _DISCONNECTOR, _ALARM
    UNDER_VOLTAGE = 76, _QUALITY
    OVER_VOLTAGE = 79, _QUALITY
    MISSING_VOLTAGE = 82, _QUALITY
    NORMAL_VOLTAGE = 85, _QUALITY
    CURRENT_REVERSAL = 91, _FRAUD, _ALARM
    LOCAL_RECONNECTION = 201, _DISCONNECTOR
    TOKEN_ACCEPTED = 202, _PREPAYMENT
    TOKEN_REFUSED = 203, _PREPAYMENT
    LOW_CREDIT = 204, _PREPAYMENT
    TAMPER_CLEARED = 205, _FRAUD
    KEY_CHANGED = 206, _PREPAYMENT
    REVERSE_ENERGY = 207, _FRAUD, _ALARM
    NO_REVERSE_ENERGY = 208, _FRAUD
    LOCKED_OUT = 209, _PREPAYMENT, _ALARM
    OVERLOAD = 210, _DISCONNECTOR
    NO_OVERLOAD = 211, _DISCONNECTOR
    BILLING_CLOSED = 212
    DEMAND_RESET = 213
    SIGNIFICANT_REVERSE_ENERGY = 214, _FRAUD, _ALARM
    NO_SIGNIFICANT_REVERSE_ENERGY = 215, _FRAUD
    PAYMENT_MODE_CHANGED = 220, _PREPAYMENT
    ACCOUNT_ACTIVATED = 221, _PREPAYMENT
    ACCOUNT_CLOSED = 222, _PREPAYMENT
    CHARGE_COLLECTED = 223, _PREPAYMENT
    UNIT_CHARGE_CHANGED = 224, _PREPAYMENT
    CREDIT_SELECTABLE = 225, _PREPAYMENT
    CREDIT_SELECTED = 226, _PREPAYMENT
    CREDIT_IN_USE = 227, _PREPAYMENT
    CREDIT_EXHAUSTED = 228, _PREPAYMENT
    AVAILABILITY_REFUNDED = 229, _PREPAYMENT
    MANUAL_DISCONNECTION = 230, _DISCONNECTOR
    MANUAL_RECONNECTION = 231, _DISCONNECTOR
    CONTROL_MODE_CHANGED = 232, _DISCONNECTOR
    MONITOR_ABOVE = 233
    MONITOR_BELOW = 234
    PARAMETER_CHANGED = 235
    PUSH_FAILED = 236
    MODULE_REMOVED = 240, _COMMUNICATION
    MODULE_FITTED = 241, _COMMUNICATION
    LOG_CLEARED = 255, _STANDARD, _ALARM


_EVENT_CODES: Mapping[int, EventCode] = {int(code): code for code in EventCode}


def event_name(code: int) -> str:
    """Name of a meter's event; one that is not in the table bears its number."""
    known = _EVENT_CODES.get(code)
    return f"event-{code}" if known is None else known.event_name


def is_alarm(code: int) -> bool:
    """True if a person must look at a meter's event."""
    known = _EVENT_CODES.get(code)
    return known is not None and known.alarm


class EventGroup(IntEnum):
    """Groups of concentrator events; 6 and 7 are ours."""

    STANDARD = 1
    ACCESS = 2
    DEMAND = 3
    COMMUNICATIONS = 4
    METERS = 5
    BALANCE = 6
    OF_A_METER = 7


@dataclass(frozen=True, slots=True)
class ConcentratorEvent:
    """One kind of concentrator event.

    Args:
        name: stable, as the uplink says it.
        group: see `EventGroup`.
        number: within its group.
        alarm: whether it is pushed at once.
    """

    name: str
    group: EventGroup
    number: int
    alarm: bool = False

    @property
    def code(self) -> int:
        """One number for both, for a log over DLMS: group times 256 plus number."""
        return int(self.group) << 8 | self.number


_CONCENTRATOR_ROWS = (
    ConcentratorEvent("power-up", EventGroup.STANDARD, 1),
    ConcentratorEvent("last-gasp", EventGroup.STANDARD, 2, _ALARM),
    ConcentratorEvent("clock-synchronised", EventGroup.STANDARD, 3),
    ConcentratorEvent("clock-deviation", EventGroup.STANDARD, 4, _ALARM),
    ConcentratorEvent("storage-evicted", EventGroup.STANDARD, 5, _ALARM),
    ConcentratorEvent("storage-full", EventGroup.STANDARD, 6, _ALARM),
    ConcentratorEvent("usb-exported", EventGroup.STANDARD, 7),
    ConcentratorEvent("usb-imported", EventGroup.STANDARD, 8),
    ConcentratorEvent("usb-refused", EventGroup.STANDARD, 9, _ALARM),
    ConcentratorEvent("login", EventGroup.ACCESS, 1),
    ConcentratorEvent("login-failed", EventGroup.ACCESS, 2, _ALARM),
    ConcentratorEvent("password-set", EventGroup.ACCESS, 3),
    ConcentratorEvent("parameter-changed", EventGroup.ACCESS, 4),
    ConcentratorEvent("plan-changed", EventGroup.ACCESS, 5),
    ConcentratorEvent("uplink-down", EventGroup.COMMUNICATIONS, 1),
    ConcentratorEvent("uplink-up", EventGroup.COMMUNICATIONS, 2),
    ConcentratorEvent("uplink-switched", EventGroup.COMMUNICATIONS, 3),
    ConcentratorEvent("order-done", EventGroup.COMMUNICATIONS, 4),
    ConcentratorEvent("order-failed", EventGroup.COMMUNICATIONS, 5, _ALARM),
    ConcentratorEvent("meter-added", EventGroup.METERS, 1),
    ConcentratorEvent("meter-lost", EventGroup.METERS, 2),
    ConcentratorEvent("meter-back", EventGroup.METERS, 3),
    ConcentratorEvent("meter-quarantined", EventGroup.METERS, 4, _ALARM),
    ConcentratorEvent("meter-confirmed", EventGroup.METERS, 5),
    ConcentratorEvent("meter-rejected", EventGroup.METERS, 6),
    ConcentratorEvent("meter-clock-set", EventGroup.METERS, 7),
    ConcentratorEvent("meter-clock-far", EventGroup.METERS, 8, _ALARM),
    ConcentratorEvent("meter-silent", EventGroup.METERS, 9, _ALARM),
    ConcentratorEvent("loss-warning", EventGroup.BALANCE, 1, _ALARM),
    ConcentratorEvent("loss-alarm", EventGroup.BALANCE, 2, _ALARM),
    ConcentratorEvent("loss-negative", EventGroup.BALANCE, 3, _ALARM),
    ConcentratorEvent("meter-event", EventGroup.OF_A_METER, 1),
    ConcentratorEvent("meter-alarm", EventGroup.OF_A_METER, 2, _ALARM),
)
#: Name -> kind.
CONCENTRATOR_EVENTS: Mapping[str, ConcentratorEvent] = {row.name: row for row in _CONCENTRATOR_ROWS}
