"""Reads attributes of many objects with few requests, and their units with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from amibench.commands.meter.currency import Currency, currency_of, is_amount
from amibench.commands.meter.objects import Listed
from amibench.commands.meter.values import MAIN_ATTRIBUTE, SCALER_ATTRIBUTE, VALUE, Reading, plain
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.profiles import scaler_and_unit
from protocols.dlms.units import UNITS
from protocols.dlms.xdlms.fields import Result

#: Attributes in one request: small enough for a meter that takes 128 octets.
_IN_ONE_REQUEST = 8

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """What one attribute said, or why it said nothing.

    Args:
        item: the object.
        attribute: which of its attributes.
        reading: the value, None where there is none.
        refusal: why there is none; None also for what this client may not read.
    """

    item: Listed
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
    session: DlmsSession, wanted: Sequence[tuple[Listed, int | None]], listed: Sequence[Listed]
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


def _read(session: DlmsSession, items: Sequence[Listed], places: Sequence[Place]) -> dict[Place, Result]:
    found: dict[Place, Result] = {}
    for some in _chunks(places):
        targets = [(items[number].class_id, items[number].obis, index) for number, index in some]
        found |= zip(some, session.read_many(targets), strict=True)
    return found


def _chunks(places: Sequence[Place]) -> Iterable[Sequence[Place]]:
    return (places[start : start + _IN_ONE_REQUEST] for start in range(0, len(places), _IN_ONE_REQUEST))


def _reading(
    item: Listed, index: int, result: Result | None, scaler: Result | None, currency: Currency | None
) -> ObjectReading:
    if isinstance(result, Data):
        unit = scaler_and_unit(scaler) if index == VALUE else None
        money = currency if is_amount(item.class_id, index) else None
        return ObjectReading(item, index, Reading(item.class_id, index, result, unit, money))
    refusal = result.label if isinstance(result, DataAccessResult) else None
    return ObjectReading(item, index, None, refusal)
