"""Readings of a pushed body: codes, values, scalers and units, in the four layouts that meters use.

1. a list of structures {code, value, {scaler, unit}} (Aidon);
2. a flat structure: code, value, code, value… perhaps {scaler, unit} after it (Kaifa, Kamstrup, Austria);
3. a push-object-list first, and then the values in its order (Iskraemeco, Landis+Gyr, Energomera);
4. values by position only (Kaifa, Norway).

Source: IEC 62056-6-2, 4.4.8 (push setup) for 3; for the others their countries' companion specifications.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.errors import DecodeError
from protocols.dlms.explain.tree import looks_like_obis
from protocols.dlms.obis import Obis

_SEQUENCES = (DataTag.ARRAY, DataTag.STRUCTURE)
_MIN_DESCRIPTOR = 4
#: attribute of a register that is its scaler and unit, by class
_SCALER_ATTRIBUTE = {3: 3, 4: 3, 5: 4}


@dataclass(frozen=True, slots=True)
class Reading:
    """One pushed value.

    Args:
        data: the value as it came.
        position: index in the body, from 0.
        obis: whose value, None where only the position says it.
        class_id: interface class, where a push-object-list says it.
        attribute: attribute index, likewise.
        scaler: power of ten to apply, None when not sent.
        unit: code of the unit, None when not sent.
    """

    data: Data
    position: int
    obis: Obis | None = None
    class_id: int | None = None
    attribute: int | None = None
    scaler: int | None = None
    unit: int | None = None


def readings(body: Data) -> list[Reading]:
    """The values of a pushed `body`; empty when it is no list of values."""
    items = body.value
    if body.tag not in _SEQUENCES or not isinstance(items, tuple) or not items:
        return []
    descriptors = _object_list(items[0])
    if descriptors:
        return _by_object_list(items, descriptors)
    return _by_codes(items)


def _children(data: Data) -> tuple[Data, ...]:
    return data.value if data.tag in _SEQUENCES and isinstance(data.value, tuple) else ()


def _code(data: Data) -> Obis | None:
    if data.tag is DataTag.OCTET_STRING and isinstance(data.value, bytes) and looks_like_obis(data.value):
        return Obis.from_bytes(data.value)
    return None


def scaler_unit(data: Data) -> tuple[int, int] | None:
    """Scaler and unit, where `data` is a structure of an integer and an enum."""
    parts = _children(data)
    if len(parts) != 2 or (parts[0].tag, parts[1].tag) != (DataTag.INTEGER, DataTag.ENUM):
        return None
    scaler, unit = parts[0].value, parts[1].value
    return (scaler, unit) if isinstance(scaler, int) and isinstance(unit, int) else None


# ---------------------------------------------------------------- layouts 1, 2 and 4


def _by_codes(items: Sequence[Data]) -> list[Reading]:
    found: list[Reading] = []
    code: Obis | None = None
    for position, item in enumerate(items):
        pair = scaler_unit(item)
        inner = _children(item)
        if code is None and _code(item) is not None:
            code = _code(item)
        elif pair is not None and found:
            found[-1] = replace(found[-1], scaler=pair[0], unit=pair[1])
        elif code is None and 2 <= len(inner) <= 3 and _code(inner[0]) is not None:
            found.append(_entry(inner, position))
        else:
            found.append(Reading(item, position, code))
            code = None
    return found


def _entry(parts: tuple[Data, ...], position: int) -> Reading:
    """Layout 1: one structure of code, value and perhaps scaler and unit."""
    reading = Reading(parts[1], position, _code(parts[0]))
    pair = scaler_unit(parts[2]) if len(parts) == 3 else None
    return reading if pair is None else replace(reading, scaler=pair[0], unit=pair[1])


# ---------------------------------------------------------------- layout 3


@dataclass(frozen=True, slots=True)
class ObjectDefinition:
    """One row of a push-object-list: class, object, attribute (0 all of them), data index."""

    class_id: int
    obis: Obis
    attribute: int
    data_index: int


def _object_list(data: Data) -> list[ObjectDefinition]:
    """The rows of a push-object-list; empty when `data` is none."""
    rows = [_definition(row) for row in _children(data)]
    return [row for row in rows if row is not None] if all(rows) else []


def _definition(row: Data) -> ObjectDefinition | None:
    parts = _children(row)
    if len(parts) < _MIN_DESCRIPTOR:
        return None
    class_id, name, attribute, index = (part.value for part in parts[:_MIN_DESCRIPTOR])
    if not isinstance(class_id, int) or not isinstance(attribute, int) or not isinstance(index, int):
        return None
    try:
        return (
            ObjectDefinition(class_id, Obis.from_bytes(name), attribute, index)
            if isinstance(name, bytes)
            else None
        )
    except DecodeError:
        return None


def _by_object_list(items: Sequence[Data], rows: list[ObjectDefinition]) -> list[Reading]:
    """Values in the order of the list, which is itself the first value when its first row says so."""
    values = list(enumerate(items))
    if len(rows) != len(items):
        values = values[1:]
    found = [
        Reading(item, position, row.obis, row.class_id, row.attribute)
        for (position, item), row in zip(values, rows, strict=False)
        if position > 0
    ]
    units = {
        reading.obis: scaler_unit(reading.data)
        for reading in found
        if _SCALER_ATTRIBUTE.get(reading.class_id or 0) == reading.attribute
    }
    return [_with_unit(reading, units.get(reading.obis)) for reading in found]


def _with_unit(reading: Reading, pair: tuple[int, int] | None) -> Reading:
    if pair is None or reading.attribute != 2:
        return reading
    return replace(reading, scaler=pair[0], unit=pair[1])
