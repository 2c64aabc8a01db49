"""Registers now: value, scaler and unit of codes that somebody asks for.

A code is written ``1.0.1.8.0``, or in full ``3/1.0.1.8.0/2``: class, code, attribute.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.declaration import class_id_of
from protocols.dlms.cosem.measurement import Register
from protocols.dlms.cosem.payment import Credit, TokenGateway
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.session.engine import Target
from protocols.dlms.session.profiles import scaler_and_unit
from protocols.dlms.units import UNITS
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.cosem_reads import SCALED, read_attributes
from system.head_end.acquisition.key_file import CosemAttribute, attribute_of
from system.head_end.acquisition.meter_session import MeterSession
from system.head_end.acquisition.orders.outcome import Attempt, Outcome, done, impossible, refused
from system.head_end.acquisition.profile_reading import number
from system.head_end.store_port import Column, DueOrder, Row, RowBatch
from system.head_end.vocabulary import Reason, Source

#: What is read where nothing is asked for: energy imported, credit left.
DEFAULT_CODES: tuple[str, ...] = ("1.0.1.8.0", "0.0.19.10.0")
PROFILE = "on-demand"
_CODES_MAX = 100
_DATA, _VALUE = 1, 2
#: Beginning of a code -> class of its object where none is said; all others are registers.
_CLASSES: dict[str, int] = {
    "0.0.19.10.": class_id_of(Credit),
    "0.0.19.40.": class_id_of(TokenGateway),
    "0.0.96.": _DATA,
    "0.0.42.": _DATA,
}


#: Results that say that the meter has no such object or attribute.
_NOT_SUPPORTED = frozenset(
    {
        DataAccessResult.OBJECT_UNDEFINED,
        DataAccessResult.OBJECT_CLASS_INCONSISTENT,
        DataAccessResult.OBJECT_UNAVAILABLE,
    }
)


def reference_of(text: str) -> CosemAttribute:
    """Attribute that a text names.

    >>> reference_of("1.0.1.8.0")
    CosemAttribute(class_id=3, obis='1.0.1.8.0', attribute=2)

    Raises:
        ValueError: it is no code.
    """
    if "/" in text:
        return attribute_of(text)
    try:
        Obis.from_string(text)
    except DlmsValueError as error:
        raise ValueError(str(error)) from error
    obis = text.removesuffix(".255")
    known = (class_id for prefix, class_id in _CLASSES.items() if obis.startswith(prefix))
    return CosemAttribute(next(known, class_id_of(Register)), obis, _VALUE)


async def read_on_demand(session: MeterSession, order: DueOrder, attempt: Attempt) -> Outcome:
    """Read the attributes that the order names, and keep the numbers.

    An order whose meter lacks one of the attributes is refused with what the others hold; of the default
    codes one is enough.

    Raises:
        Exception: one of `failures.DEVICE_FAULTS`.
        LeaseLost: the channel has another lease.
    """
    asked = order.parameters.get("obis") or DEFAULT_CODES
    try:
        wanted = [reference_of(str(text)) for text in ([asked] if isinstance(asked, str) else asked)]
    except (ValueError, TypeError) as error:
        return impossible(str(error))
    if len(wanted) > _CODES_MAX:
        return impossible(f"at most {_CODES_MAX} codes at once")
    values = await read_attributes(session.dlms, [_target(item, item.attribute) for item in wanted])
    scaled = [item for item in wanted if item.class_id in SCALED and item.attribute == _VALUE]
    units = await read_attributes(session.dlms, [_target(item, SCALED[item.class_id]) for item in scaled])
    found = dict(zip(scaled, map(scaler_and_unit, units), strict=True))
    lines = [_line(item, value, found.get(item)) for item, value in zip(wanted, values, strict=True)]
    await _keep(session, order, lines)
    lacking = [place for place, line in enumerate(lines) if line["value"] is None]
    if not lacking or (asked is DEFAULT_CODES and len(lacking) < len(lines)):
        return done({"values": lines})
    unsupported = all(_is_unsupported(values[place]) for place in lacking)
    return refused(
        Reason.NOT_SUPPORTED if unsupported else Reason.ACCESS_REFUSED,
        f"without a value: {', '.join(wanted[place].obis for place in lacking)}",
        {"values": lines},
    )


def _is_unsupported(value: Result) -> bool:
    """True where the meter has no such attribute, or has it without a value."""
    return isinstance(value, Data) or value in _NOT_SUPPORTED


def _target(item: CosemAttribute, attribute: int) -> Target:
    return item.class_id, item.obis, attribute


def _line(item: CosemAttribute, value: Result, pair: tuple[int, int] | None) -> dict[str, Any]:
    scaler, unit = pair or (0, None)
    known = UNITS.get(unit) if unit is not None else None
    return {
        "class_id": item.class_id,
        "obis": item.obis,
        "attribute": item.attribute,
        "value": _plain(value.value) if isinstance(value, Data) else None,
        "scaler": scaler,
        "unit": unit,
        "symbol": known.symbol if known is not None else "",
    }


def _plain(value: object) -> int | float | str | None:
    """As JSON takes it: octets that are text as text, others as hexadecimal."""
    if value is None or isinstance(value, int | float | str):
        return value
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        return text if text.isprintable() and text.isascii() else value.hex()
    return str(value)[:200]


async def _keep(session: MeterSession, order: DueOrder, lines: Sequence[dict[str, Any]]) -> None:
    numbers = [line for line in lines if isinstance(line["value"], int)]
    if not numbers:
        return
    now = session.store.now()
    batch = RowBatch(
        id=uuid.uuid5(order.id, f"reading {order.attempt}"),
        device_id=order.meter.device_id,
        profile=PROFILE,
        source=Source.ON_DEMAND,
        columns=tuple(
            Column(line["class_id"], line["obis"], line["attribute"], line["scaler"], line["unit"])
            for line in numbers
        ),
        rows=(Row(now, tuple(number(line["value"]) for line in numbers)),),
        period_s=0,
        received_at=now,
        clock_off_s=session.clock_off_s,
    )
    await session.store.keep_rows([batch])
