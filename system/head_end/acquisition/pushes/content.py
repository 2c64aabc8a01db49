"""What a notification tells: how the meter calls itself, its clock, an event, values of registers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.declaration import class_id_of
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.explain.readings import readings
from protocols.dlms.obis import Obis
from protocols.dlms.session.push import Push
from protocols.dlms.xdlms.notification import EventNotification
from system.head_end.acquisition.push_layouts import Layouts, Place
from system.head_end.acquisition.shapes import SCALED
from system.head_end.desk import Column

_CLOCK = class_id_of(Clock)
_VALUE = 2
#: Beginnings of the codes under which meters tell their names, and the code of the last event of a log.
_NAMES = ("0.0.96.1.", "0.0.42.0.")
_EVENT_CODE = "0.0.96.11."
_SEQUENCES = (DataTag.ARRAY, DataTag.STRUCTURE)
_TEXT_MAX, _VALUES_MAX = 40, 200
_CODE_OCTETS = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What a notification tells.

    Args:
        names: by which its sender calls itself.
        at: by its clock, UTC; None: it does not say.
        code: of an event; 0: none.
        log: of that event, such as ``0.0.99.98.1``; empty: none.
        values: of registers whose scaler and unit came along or are known, each once.
        left_out: values of registers that nobody can scale.
    """

    names: frozenset[str] = frozenset()
    at: datetime | None = None
    code: int = 0
    log: str = ""
    values: tuple[tuple[Column, int], ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    place: Place
    data: Data
    scaled: tuple[int, int | None] | None = None


def told(push: Push, layouts: Layouts, columns: Sequence[Column] = (), deviation_minutes: int = 300) -> Told:
    """What a notification tells; what it holds besides is left out.

    Args:
        push: the notification.
        layouts: of bodies without codes.
        columns: what is known of the meter's registers.
        deviation_minutes: from local time to UTC where the meter does not say it.
    """
    items = list(_items(push, layouts))[:_VALUES_MAX]
    event = next((item for item in items if _is_event(item)), None)
    known = {(column.obis, column.attribute): column for column in columns}
    values: dict[Column, int] = {}
    left_out = 0
    for item in items:
        if item.place.class_id not in SCALED or type(item.data.value) is not int:
            continue
        column = _column(item, known)
        if column is None:
            left_out += 1
        else:
            values.setdefault(column, item.data.value)
    return Told(
        frozenset(filter(None, (_text(item.data) for item in items if item.place.obis.startswith(_NAMES)))),
        _clock(push, items, deviation_minutes),
        0 if event is None else int(event.data.value),  # type: ignore[arg-type]  # `_is_event` looked
        "" if event is None else "0.0.99.98." + event.place.obis.removeprefix(_EVENT_CODE),
        tuple(values.items()),
        left_out,
    )


def _items(push: Push, layouts: Layouts) -> Iterator[_Item]:
    apdu = push.apdu
    if isinstance(apdu, EventNotification):
        named = apdu.attribute
        yield _Item(Place(named.class_id, _short(named.instance), named.attribute), apdu.value)
        return
    body = apdu.body
    parts = body.value if body.tag in _SEQUENCES and isinstance(body.value, tuple) else ()
    layout = layouts.get(_first_code(parts), ())
    if len(layout) == len(parts):
        yield from map(_Item, layout, parts)
        return
    for reading in readings(body):
        if reading.obis is not None:
            scaled = None if reading.scaler is None else (reading.scaler, reading.unit)
            class_id = reading.class_id or _class_of(reading.obis)
            yield _Item(
                Place(class_id, _short(reading.obis), reading.attribute or _VALUE), reading.data, scaled
            )


def _first_code(parts: Sequence[Data]) -> str:
    value = parts[0].value if parts else None
    named = isinstance(value, bytes) and len(value) == _CODE_OCTETS
    return _short(Obis.from_bytes(value)) if named and isinstance(value, bytes) else ""


def _short(code: Obis) -> str:
    return str(code).removesuffix(".255")


def _class_of(code: Obis) -> int:
    """Of a value that came with nothing but its code: registers are what electricity is told in."""
    text = _short(code)
    return _CLOCK if text.startswith("0.0.1.0.") else 1 if text.startswith("0.") else 3


def _is_event(item: _Item) -> bool:
    value = item.data.value
    return item.place.obis.startswith(_EVENT_CODE) and type(value) is int and 0 < value <= 0xFFFF


def _column(item: _Item, known: Mapping[tuple[str, int], Column]) -> Column | None:
    place = item.place
    if item.scaled is not None:
        return Column(place.class_id, place.obis, place.attribute, item.scaled[0], item.scaled[1])
    return known.get((place.obis, place.attribute))


def _text(data: Data) -> str:
    value = data.value
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    text = value.strip("\x00 ") if isinstance(value, str) else ""
    return text if text.isascii() and text.isprintable() and len(text) <= _TEXT_MAX else ""


def _clock(push: Push, items: Sequence[_Item], deviation_minutes: int) -> datetime | None:
    """The clock that was pushed, else the time of the notification."""
    apdu = push.apdu
    dated = apdu.time if isinstance(apdu, EventNotification) else apdu.date_time
    clocks = [item.data.value for item in items if item.place.class_id == _CLOCK]
    for octets in (*clocks, dated):
        if not isinstance(octets, bytes):
            continue
        try:
            return CosemDateTime.from_bytes(octets).to_utc(deviation_minutes)
        except (DecodeError, DlmsValueError):
            continue
    return None
