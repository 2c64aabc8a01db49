"""Objects of a meter: the object list of the association, the clock's time zone, the account's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.cosem.payment import Account, Charge, Credit
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.session import AccessRefused, DlmsSession, ExceptionAnswered
from protocols.dlms.session.profiles import USUAL_DEVIATION_MINUTES
from protocols.dlms.units import scaled

OBJECT_LIST = 2
#: From this version of class 15 on, an access mode is a set of bits, of which bit 0 is reading.
_BITS_FROM_VERSION = 3
_READ_BIT = 1
#: READ_ONLY, READ_AND_WRITE and both with authentication
_READING_MODES = frozenset({1, 3, 4, 6})


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One object.

    Args:
        class_id: interface class.
        version: of that class.
        obis: logical name.
        readable: attributes that this client may read.
    """

    class_id: int
    version: int
    obis: Obis
    readable: frozenset[int]


def object_list(session: DlmsSession) -> list[ListedObject]:
    """Every object that the association shows, in the meter's order.

    Raises:
        RemoteProtocolError: the list cannot be read, or is none.
    """
    data = session.get(AssociationLn, CURRENT_ASSOCIATION, OBJECT_LIST)
    rows = data.value if isinstance(data.value, tuple) else ()
    listed = [_entry(row) for row in rows]
    association = next((item for item in listed if item.obis == CURRENT_ASSOCIATION), None)
    by_bits = association is not None and association.version >= _BITS_FROM_VERSION
    return [_with_rights(item, row, by_bits=by_bits) for item, row in zip(listed, rows, strict=True)]


def _elements(data: Data, count: int) -> tuple[Data, ...]:
    if not isinstance(data.value, tuple) or len(data.value) < count:
        raise DecodeError("object_list: an entry has another shape")
    return data.value


def _number(data: Data) -> int:
    if not isinstance(data.value, int):
        raise DecodeError("object_list: a number is expected")
    return data.value


def _entry(row: Data) -> ListedObject:
    class_id, version, name, _rights = _elements(row, 4)[:4]
    if not isinstance(name.value, bytes):
        raise DecodeError("object_list: a logical name is expected")
    return ListedObject(_number(class_id), _number(version), Obis.from_bytes(name.value), frozenset())


def _with_rights(item: ListedObject, row: Data, *, by_bits: bool) -> ListedObject:
    attributes = _elements(_elements(row, 4)[3], 1)[0]
    readable = set()
    for attribute in attributes.value if isinstance(attributes.value, tuple) else ():
        index, mode = (_number(part) for part in _elements(attribute, 2)[:2])
        if mode & _READ_BIT if by_bits else mode in _READING_MODES:
            readable.add(index)
    return ListedObject(item.class_id, item.version, item.obis, frozenset(readable))


# ---------------- Time zone of the meter: for its tables, and for ``--from`` and ``--to``

TIME_ZONE = 3
_MINUTES_PER_HOUR = 60
#: no zone lies beyond this
_MINUTES_MAX = 14 * _MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True)
class MeterZone:
    """A zone without daylight saving: a table's rows stay evenly spaced.

    Args:
        deviation_minutes: from local standard time to UTC, Bogotá +300.
        is_told: whether the meter says so; else it is assumed.
    """

    deviation_minutes: int = USUAL_DEVIATION_MINUTES
    is_told: bool = False

    @property
    def name(self) -> str:
        """As people write it.

        >>> MeterZone(300).name, MeterZone(-330).name, MeterZone(0).name
        ('UTC-5', 'UTC+5:30', 'UTC')
        """
        hours, minutes = divmod(abs(self.deviation_minutes), _MINUTES_PER_HOUR)
        if not self.deviation_minutes:
            return "UTC"
        sign = "-" if self.deviation_minutes > 0 else "+"
        return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")

    def local(self, moment: datetime) -> datetime:
        """An aware instant in this zone."""
        return moment.astimezone(self._tzinfo)

    def of_local(self, moment: datetime | None) -> datetime | None:
        """An instant as it was typed: local, without zone."""
        return None if moment is None else moment.replace(tzinfo=self._tzinfo)

    @property
    def _tzinfo(self) -> timezone:
        return timezone(-timedelta(minutes=self.deviation_minutes))


def meter_zone(session: DlmsSession, listed: Sequence[ListedObject]) -> MeterZone:
    """The zone of the first clock that tells it, else the assumed one."""
    for item in listed:
        if item.class_id != Clock.class_id or TIME_ZONE not in item.readable:
            continue
        try:
            found = session.get(Clock, item.obis, TIME_ZONE).value
        except (AccessRefused, ExceptionAnswered):
            continue
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= _MINUTES_MAX:
            return MeterZone(found, is_told=True)
    return MeterZone()


# ---------------- Currency of the account, in which credits and charges count

CURRENCY = 15

#: class -> attributes that are amounts
AMOUNTS: dict[int, frozenset[int]] = {
    Account.class_id: frozenset({5, 6, 7, 8, 16, 17}),
    Credit.class_id: frozenset({2, 5, 6, 9, 10}),
    Charge.class_id: frozenset({2, 11, 12}),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """Currency of amounts.

    Args:
        name: of the currency, as the meter has it: Wh, COP, min …
        scaler: exponent of ten of an amount.
    """

    name: str
    scaler: int

    def amount(self, value: int) -> str:
        """An amount with its unit.

        >>> Currency("Wh", 0).amount(25000)
        '25000 Wh'
        """
        return f"{scaled(value, self.scaler)} {self.name}".strip()


#: of a meter that tells none
NO_CURRENCY = Currency("", 0)


def is_amount(class_id: int, attribute: int) -> bool:
    """True where an attribute is counted in the account's currency."""
    return attribute in AMOUNTS.get(class_id, frozenset())


def currency_of(session: DlmsSession, listed: Sequence[ListedObject]) -> Currency | None:
    """The currency of the first account, None where there is none or this client may not read it."""
    account = next((item for item in listed if item.class_id == Account.class_id), None)
    if account is None:
        return None
    try:
        return currency_in(session.get(Account, account.obis, CURRENCY))
    except (AccessRefused, ExceptionAnswered):
        return None


def currency_in(data: Data) -> Currency | None:
    """Read the attribute, None where it has another shape."""
    parts = data.value if isinstance(data.value, tuple) else ()
    if len(parts) < 2:
        return None
    name, scaler = parts[0].value, parts[1].value
    if not isinstance(name, str) or not isinstance(scaler, int):
        return None
    # a meter's text must not steer the terminal
    return Currency("".join(char for char in name if char.isprintable()), scaler)
