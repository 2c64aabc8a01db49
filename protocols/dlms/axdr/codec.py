"""Octets to `Data`: total over every tag, bounded in depth and size, raising only `DecodeError`."""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from protocols.dlms.axdr.values import (
    EMPTY,
    FIXED_OCTETS,
    FLOATS,
    NUMBERS,
    TYPE_NAMES,
    CompactArray,
    Data,
    DataTag,
    DataValue,
    TypeDescription,
)
from protocols.dlms.errors import DecodeError, DlmsValueError
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
    """The common elements of a long answer, in one step; None, and nothing read, for all the rest."""
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


# `Data` to octets, checked: what a value cannot hold is a `DlmsValueError`.

_TRUE = 0x01
_MAX_COMPACT_COUNT = 0xFFFF


def encode_length(length: int) -> bytes:
    """A definite length in its shortest form: one octet below 128, else 0x80 + how many octets follow.

    Source: ITU-T X.690, 8.1.3.
    """
    if length < 0x80:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")


def encode(data: Data) -> bytes:
    """The octets of `data`, tag first.

    Raises:
        DlmsValueError: a value does not fit its tag.
    """
    number = _TAGGED.get(data.tag)
    if number is not None and type(data.value) is number.kind:
        try:
            return number.pack(data.tag, data.value)
        except (struct.error, OverflowError) as error:
            raise DlmsValueError(f"{data.tag.type_name} cannot hold {data.value!r}") from error
    return bytes((data.tag,)) + _content(data)


class _Tagged(NamedTuple):
    """Packing of a number together with its tag, and the Python type that needs no look."""

    kind: type
    pack: Callable[..., bytes]


_TAGGED = {
    tag: _Tagged(float if tag in FLOATS else int, struct.Struct(">B" + form.format[1:]).pack)
    for tag, form in NUMBERS.items()
}


def _content(data: Data) -> bytes:
    """The octets after the tag."""
    tag, value = data.tag, data.value
    if tag in NUMBERS:
        return _number(tag, value)
    if tag in EMPTY:
        _expect(value is None, data)
        return b""
    if tag in FIXED_OCTETS:
        _expect(isinstance(value, bytes) and len(value) == FIXED_OCTETS[tag], data)
        return bytes(value)  # type: ignore[arg-type]
    return _WRITERS[tag](data)


def _expect(good: bool, data: Data) -> None:
    if not good:
        raise DlmsValueError(f"{data.tag.type_name} cannot hold {data.value!r}")


def _number(tag: DataTag, value: Any) -> bytes:
    kinds: tuple[type, ...] = (int, float) if tag in FLOATS else (int,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise DlmsValueError(f"{tag.type_name} cannot hold {value!r}")
    try:
        return NUMBERS[tag].pack(value)
    except (struct.error, OverflowError) as error:
        raise DlmsValueError(f"{tag.type_name} cannot hold {value!r}") from error


def _sequence(data: Data) -> bytes:
    if not isinstance(data.value, tuple):
        raise DlmsValueError(f"{data.tag.type_name} needs a tuple of Data, not {data.value!r}")
    return encode_length(len(data.value)) + b"".join(encode(item) for item in data.value)


def _encode_boolean(data: Data) -> bytes:
    _expect(isinstance(data.value, bool), data)
    return bytes((_TRUE if data.value else 0,))


def _encode_bit_string(data: Data) -> bytes:
    bits = data.value
    if not isinstance(bits, str) or bits.strip("01"):
        raise DlmsValueError(f"bit-string needs text of 0 and 1, not {bits!r}")
    size = (len(bits) + 7) // 8
    padded = bits.ljust(size * 8, "0")
    return encode_length(len(bits)) + (int(padded, 2).to_bytes(size, "big") if bits else b"")


def _encode_octets(data: Data) -> bytes:
    if not isinstance(data.value, bytes):
        raise DlmsValueError(f"octet-string needs bytes, not {data.value!r}")
    return encode_length(len(data.value)) + data.value


def _text(data: Data) -> bytes:
    charset = "utf-8" if data.tag is DataTag.UTF8_STRING else "latin-1"
    if not isinstance(data.value, str):
        raise DlmsValueError(f"{data.tag.type_name} needs text, not {data.value!r}")
    try:
        raw = data.value.encode(charset)
    except UnicodeEncodeError as error:
        raise DlmsValueError(f"{data.tag.type_name} cannot hold {data.value!r}") from error
    return encode_length(len(raw)) + raw


def _compact(data: Data) -> bytes:
    value = data.value
    if not isinstance(value, CompactArray):
        raise DlmsValueError(f"compact-array needs a CompactArray, not {value!r}")
    contents = b"".join(_compact_content(value.description, item) for item in value.items)
    return _encode_description(value.description) + encode_length(len(contents)) + contents


def _encode_description(description: TypeDescription) -> bytes:
    tag, elements = description.tag, description.elements
    if tag is DataTag.COMPACT_ARRAY:
        raise DlmsValueError("a compact-array cannot hold compact-arrays")
    if tag is DataTag.ARRAY:
        count = description.count
        if count is None or not 0 <= count <= _MAX_COMPACT_COUNT or len(elements) != 1:
            raise DlmsValueError(
                f"the description of an array needs a count of 0 to 65535 and one type: {description!r}"
            )
        return bytes((tag,)) + count.to_bytes(2, "big") + _encode_description(elements[0])
    if tag is DataTag.STRUCTURE:
        return (
            bytes((tag,))
            + encode_length(len(elements))
            + b"".join(_encode_description(element) for element in elements)
        )
    return bytes((tag,))


def _compact_content(description: TypeDescription, data: Data) -> bytes:
    """The octets of one element: as `Data` without tags and without counts that the description fixes."""
    if data.tag is not description.tag:
        raise DlmsValueError(
            f"the description says {description.tag.type_name}, the element is {data.tag.type_name}"
        )
    if not isinstance(data.value, tuple):
        return _content(data)
    if description.tag is DataTag.ARRAY:
        types = description.elements * (description.count or 0)
    else:
        types = description.elements
    if len(types) != len(data.value):
        raise DlmsValueError(f"the description says {len(types)} elements, there are {len(data.value)}")
    return b"".join(_compact_content(kind, item) for kind, item in zip(types, data.value, strict=True))


_WRITERS: dict[DataTag, Callable[[Data], bytes]] = {
    DataTag.ARRAY: _sequence,
    DataTag.STRUCTURE: _sequence,
    DataTag.BOOLEAN: _encode_boolean,
    DataTag.BIT_STRING: _encode_bit_string,
    DataTag.OCTET_STRING: _encode_octets,
    DataTag.VISIBLE_STRING: _text,
    DataTag.UTF8_STRING: _text,
    DataTag.COMPACT_ARRAY: _compact,
}
