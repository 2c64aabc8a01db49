"""Values of attributes: read with few requests and with their units, as people and as JSON have them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from amibench.commands.meter.objects import Currency, ListedObject, currency_of, is_amount
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.cosem.enumerations import CreditStatus, PaymentMode, TokenDeliveryMethod
from protocols.dlms.datetimes import SIZE as DATE_TIME_OCTETS
from protocols.dlms.explain.tree import date_time_text, looks_like_obis, printable
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.profiles import scaler_and_unit
from protocols.dlms.units import UNITS, scaled
from protocols.dlms.xdlms.fields import Result

REGISTER, EXTENDED_REGISTER, DEMAND_REGISTER, PROFILE, CLOCK = 3, 4, 5, 7, 8
#: class -> attribute that holds scaler and unit
SCALER_ATTRIBUTE: dict[int, int] = {REGISTER: 3, EXTENDED_REGISTER: 3, DEMAND_REGISTER: 4}
#: class -> the attribute that a person means by "the value", where it is not 2
MAIN_ATTRIBUTE: dict[int, int] = {PROFILE: 7, 15: 3, 70: 3, 18: 6, 20: 3, 111: 5, 115: 4}
VALUE = 2

#: (class, attribute) -> what its enumeration says
_NAMED: dict[tuple[int, int], type[IntEnum]] = {
    (70, 3): ControlState,
    (112, 8): CreditStatus,
    (115, 5): TokenDeliveryMethod,
    (111, 0): PaymentMode,
}
_NUMBERS = (int, float)
_DATE_OCTETS = 5
#: a date of which nothing is specified
_NEVER = b"\xff" * _DATE_OCTETS


@dataclass(frozen=True, slots=True)
class Reading:
    """One attribute as it was read.

    Args:
        class_id: of its object.
        attribute: its index.
        data: what came.
        scaler_unit: scaler and unit code, None where it has none.
        currency: of an amount, None for all else.
    """

    class_id: int
    attribute: int
    data: Data
    scaler_unit: tuple[int, int] | None = None
    currency: Currency | None = None

    @property
    def quantity(self) -> str | None:
        """The number in its unit, with the symbol; None where it is neither measured nor an amount."""
        value = self.data.value
        if not isinstance(value, _NUMBERS) or isinstance(value, bool):
            return None
        if self.currency is not None and isinstance(value, int):
            return self.currency.amount(value)
        if self.scaler_unit is None:
            return None
        return scaled(value, *self.scaler_unit)

    def shown(self) -> str:
        """One line for a person."""
        if self.quantity is not None:
            return self.quantity
        named = _NAMED.get((self.class_id, self.attribute))
        if named is not None and isinstance(self.data.value, int):
            return _name(named, self.data.value)
        return brief(self.data)


def _name(kind: type[IntEnum], value: int) -> str:
    try:
        return f"{kind(value).name.lower().replace('_', ' ')} ({value})"
    except ValueError:
        return str(value)


def brief(data: Data) -> str:
    """Any value on one line.

    >>> from protocols.dlms import axdr
    >>> brief(axdr.structure(axdr.unsigned(7), axdr.octet_string(bytes.fromhex("0100010800ff"))))
    '(7, 1.0.1.8.0.255)'
    """
    value = data.value
    if isinstance(value, tuple):
        inner = ", ".join(map(brief, value))
        return f"[{inner}]" if data.tag is DataTag.ARRAY else f"({inner})"
    if isinstance(value, bytes):
        return _octets(value)
    if isinstance(value, str):
        return _clean(value) or "-"
    return "-" if value is None else str(value)


def _octets(raw: bytes) -> str:
    tries: tuple[Callable[[bytes], str | None], ...] = (
        lambda octets: "-" if octets[:_DATE_OCTETS] == _NEVER and len(octets) == DATE_TIME_OCTETS else None,
        lambda octets: str(Obis.from_bytes(octets)) if looks_like_obis(octets) else None,
        _moment,
        printable,
    )
    return next((found for found in (reading(raw) for reading in tries) if found), raw.hex() or "-")


def _moment(raw: bytes) -> str | None:
    """Date and time alone: deviation and status are for those who ask for JSON."""
    found = date_time_text(raw)
    return None if found is None else found.partition(" dev=")[0]


def _clean(value: str) -> str:
    """A meter's text must not steer the terminal."""
    return "".join(char if char.isprintable() else "�" for char in value)


def plain(data: Data) -> object:
    """The value as JSON can hold it: octets as hexadecimal."""
    value = data.value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, str | int | float) else data.python()


# ---------------- Reading of many attributes with few requests

#: Attributes in one request: small enough for a meter that takes 128 octets.
_IN_ONE_REQUEST = 8

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """Value of one attribute, or the reason why there is none.

    Args:
        item: the object.
        attribute: which of its attributes.
        reading: the value, None where there is none.
        refusal: why there is none; None also for what this client may not read.
    """

    item: ListedObject
    attribute: int
    reading: Reading | None
    refusal: str | None = None

    def plain(self, lang: str) -> dict[str, Any]:
        """For JSON."""
        head: dict[str, Any] = {
            "obis": str(self.item.obis),
            "class_id": self.item.class_id,
            "attribute": self.attribute,
            "name": self.item.obis.describe(lang),
        }
        if self.reading is None:
            return head | {"error": self.refusal or "not-readable"}
        head |= {"type": self.reading.data.tag.type_name, "value": plain(self.reading.data)}
        currency = self.reading.currency
        if currency is not None:
            return head | {
                "scaler": currency.scaler,
                "unit": currency.name,
                "quantity": self.reading.quantity,
            }
        if self.reading.scaler_unit is None:
            return head
        scaler, code = self.reading.scaler_unit
        unit = UNITS.get(code)
        return head | {
            "scaler": scaler,
            "unit": unit.symbol if unit is not None else code,
            "quantity": self.reading.quantity,
        }


def read_objects(
    session: DlmsSession, wanted: Sequence[tuple[ListedObject, int | None]], listed: Sequence[ListedObject]
) -> list[ObjectReading]:
    """Read an attribute of each object; None means its value, which is left out where it is not readable.

    Args:
        session: of the client.
        wanted: objects and attributes.
        listed: every object, for the account whose currency amounts are in.

    Raises:
        NoAnswer: nothing came.
    """
    places = [(item, attribute or MAIN_ATTRIBUTE.get(item.class_id, VALUE)) for item, attribute in wanted]
    asked = {
        (number, index)
        for number, ((item, index), (_, attribute)) in enumerate(zip(places, wanted, strict=True))
        if attribute is not None or index in item.readable
    }
    scalers = {
        (number, SCALER_ATTRIBUTE[item.class_id])
        for number, (item, index) in enumerate(places)
        if index == VALUE and item.class_id in SCALER_ATTRIBUTE and (number, index) in asked
    }
    found = _read(session, [item for item, _ in places], sorted(asked | scalers))
    has_amounts = any(is_amount(item.class_id, index) for item, index in places)
    currency = currency_of(session, listed) if has_amounts else None
    return [
        _reading(
            item,
            index,
            found.get((number, index)),
            found.get((number, SCALER_ATTRIBUTE.get(item.class_id, 0))),
            currency,
        )
        for number, (item, index) in enumerate(places)
    ]


def _read(
    session: DlmsSession, items: Sequence[ListedObject], places: Sequence[Place]
) -> dict[Place, Result]:
    found: dict[Place, Result] = {}
    for some in _chunks(places):
        targets = [(items[number].class_id, items[number].obis, index) for number, index in some]
        found |= zip(some, session.read_many(targets), strict=True)
    return found


def _chunks(places: Sequence[Place]) -> Iterable[Sequence[Place]]:
    return (places[start : start + _IN_ONE_REQUEST] for start in range(0, len(places), _IN_ONE_REQUEST))


def _reading(
    item: ListedObject, index: int, result: Result | None, scaler: Result | None, currency: Currency | None
) -> ObjectReading:
    if isinstance(result, Data):
        unit = scaler_and_unit(scaler) if index == VALUE else None
        money = currency if is_amount(item.class_id, index) else None
        return ObjectReading(item, index, Reading(item.class_id, index, result, unit, money))
    refusal = result.label if isinstance(result, DataAccessResult) else None
    return ObjectReading(item, index, None, refusal)
