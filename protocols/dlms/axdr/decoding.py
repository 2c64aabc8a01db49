"""Octets to `Data`: total over every tag, bounded in depth and size, raising only `DecodeError`."""

from collections.abc import Callable

from protocols.dlms.axdr.tags import EMPTY, FIXED_OCTETS, NUMBERS, TYPE_NAMES, DataTag
from protocols.dlms.axdr.values import CompactArray, Data, DataValue, TypeDescription
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Group, Reader, Trace

#: arrays and structures may nest this deep; real meters use four or five levels
MAX_DEPTH = 32
#: values that one compact-array may unfold to (elements may take no octet, so the input is no bound)
MAX_COMPACT_VALUES = 65_536

_TAGS = {int(tag): tag for tag in DataTag}
#: the first octet of a number -> its tag and form
_NUMBERS = {int(tag): (tag, form) for tag, form in NUMBERS.items()}
#: lengths from here on take more than one octet
_LONG_FORM = 0x80
#: takes what is said of a group when there is no trace
_UNSEEN = Group(Reader(b""), "data")


def decode(raw: bytes, trace: Trace | None = None) -> Data:
    """Read one `Data` that fills `raw`.

    Raises:
        DecodeError: unknown tag, short data, octets too many, nesting beyond `MAX_DEPTH`.
    """
    number = decode_number(raw) if trace is None else None
    if number is not None:
        return number
    reader = Reader(raw, trace)
    data = read(reader)
    reader.expect_end("data")
    return data


def decode_number(raw: bytes, start: int = 0) -> Data | None:
    """The number that fills `raw` from `start`, without a cursor; None where anything else stands there."""
    found = _NUMBERS.get(raw[start]) if start < len(raw) else None
    if found is None:
        return None
    tag, form = found
    return Data(tag, form.unpack_from(raw, start + 1)[0]) if len(raw) == start + 1 + form.size else None


def read(reader: Reader) -> Data:
    """Read one `Data` at the cursor.

    Raises:
        DecodeError: as for `decode`.
    """
    return _read(reader, 0)


def _tag(reader: Reader) -> DataTag:
    position = reader.pos
    number = reader.u8("tag")
    tag = _TAGS.get(number)
    if tag is None:
        raise DecodeError(f"data: tag {number} is not a type of COSEM", position=position)
    return tag


def _read(reader: Reader, depth: int) -> Data:
    if depth > MAX_DEPTH:
        raise DecodeError(f"data: nested deeper than {MAX_DEPTH} levels", position=reader.pos)
    if reader.trace is None:  # half the time of a profile would go into groups that nobody sees
        return _at_once(reader, depth) or _tagged(reader, depth, _UNSEEN)
    with reader.group("data") as group:
        return _tagged(reader, depth, group)


def _at_once(reader: Reader, depth: int) -> Data | None:
    """What most of a long answer is made of, in one step; None, and nothing read, for all the rest."""
    data, start, end = reader.data, reader.pos + 2, reader.end
    if start > end:
        return None
    first, length = data[start - 2], data[start - 1]
    number = _NUMBERS.get(first)
    if number is not None:
        tag, form = number
        after = start - 1 + form.size
        if after > end:
            return None
        reader.pos = after
        return Data(tag, form.unpack_from(data, start - 1)[0])
    if length >= _LONG_FORM or start + length > end:
        return None
    if first in _SEQUENCES:
        reader.pos = start
        return Data(_TAGS[first], tuple([_read(reader, depth + 1) for _ in range(length)]))
    if first == DataTag.OCTET_STRING:
        reader.pos = start + length
        return Data(DataTag.OCTET_STRING, data[start : start + length])
    return None


def _tagged(reader: Reader, depth: int, group: Group) -> Data:
    tag = _tag(reader)
    group.name = TYPE_NAMES[tag]
    if tag in _SEQUENCES:
        count = reader.length("count")
        group.value = count
        return Data(tag, tuple([_read(reader, depth + 1) for _ in range(count)]))
    if tag is DataTag.COMPACT_ARRAY:
        return Data(tag, _compact_array(reader, group, depth))
    value = _simple(reader, tag)
    group.value = value
    return Data(tag, value)


def _simple(reader: Reader, tag: DataTag) -> DataValue:
    """The content of a value that holds no other values."""
    number = NUMBERS.get(tag)
    if number is not None:
        (value,) = number.unpack(reader.take(number.size, "value"))
        return value  # type: ignore[no-any-return]
    if tag in EMPTY:
        return None
    if tag in FIXED_OCTETS:
        return reader.take(FIXED_OCTETS[tag], "value")
    return _READERS[tag](reader)


def _boolean(reader: Reader) -> bool:
    return reader.u8("value") != 0


def _bit_string(reader: Reader) -> str:
    bits = reader.length("bits", bounded=False)
    raw = reader.take((bits + 7) // 8, "value")
    return f"{int.from_bytes(raw, 'big'):0{len(raw) * 8}b}"[:bits] if raw else ""


def _octets(reader: Reader) -> bytes:
    return reader.take(reader.length(), "value")


def _visible(reader: Reader) -> str:
    return _octets(reader).decode("latin-1")


def _utf8(reader: Reader) -> str:
    position = reader.pos
    try:
        return _octets(reader).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError("utf8-string: not UTF-8", position=position) from error


_SEQUENCES = frozenset({DataTag.ARRAY, DataTag.STRUCTURE})

_READERS: dict[DataTag, Callable[[Reader], DataValue]] = {
    DataTag.BOOLEAN: _boolean,
    DataTag.BIT_STRING: _bit_string,
    DataTag.OCTET_STRING: _octets,
    DataTag.VISIBLE_STRING: _visible,
    DataTag.UTF8_STRING: _utf8,
}


# ---------------------------------------------------------------- compact-array


def _compact_array(reader: Reader, group: Group, depth: int) -> CompactArray:
    description = _description(reader, depth + 1)
    size = reader.length("contents-length")
    items: list[Data] = []
    budget = [MAX_COMPACT_VALUES]
    with reader.within(size, "contents"):
        while reader.remaining:
            before = reader.pos
            items.append(_element(reader, description, budget))
            if reader.pos == before:
                raise DecodeError(
                    "compact-array: elements of no size cannot fill the contents", position=before
                )
    group.value = len(items)
    return CompactArray(description, tuple(items))


def _description(reader: Reader, depth: int) -> TypeDescription:
    if depth > MAX_DEPTH:
        raise DecodeError(f"type-description: nested deeper than {MAX_DEPTH} levels", position=reader.pos)
    with reader.group("type-description") as group:
        position = reader.pos
        tag = _tag(reader)
        group.value = TYPE_NAMES[tag]
        if tag is DataTag.COMPACT_ARRAY:
            raise DecodeError(
                "type-description: a compact-array cannot hold compact-arrays", position=position
            )
        if tag is DataTag.ARRAY:
            count = reader.u16("number-of-elements")
            return TypeDescription(tag, count, (_description(reader, depth + 1),))
        if tag is DataTag.STRUCTURE:
            members = reader.length("count")
            return TypeDescription(
                tag, None, tuple([_description(reader, depth + 1) for _ in range(members)])
            )
        return TypeDescription(tag)


def _element(reader: Reader, description: TypeDescription, budget: list[int]) -> Data:
    """One element by its description; `budget` counts down the values of the whole compact-array."""
    budget[0] -= 1
    if budget[0] < 0:
        raise DecodeError(f"compact-array: more than {MAX_COMPACT_VALUES} values", position=reader.pos)
    with reader.group(TYPE_NAMES[description.tag]) as group:
        if description.tag is DataTag.ARRAY:
            (kind,) = description.elements
            return Data(
                description.tag,
                tuple([_element(reader, kind, budget) for _ in range(description.count or 0)]),
            )
        if description.tag is DataTag.STRUCTURE:
            return Data(
                description.tag, tuple([_element(reader, kind, budget) for kind in description.elements])
            )
        value = _simple(reader, description.tag)
        group.value = value
        return Data(description.tag, value)
