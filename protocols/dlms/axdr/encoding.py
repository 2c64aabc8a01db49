"""`Data` to octets, checked: what a value cannot hold is a `DlmsValueError`."""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from protocols.dlms.axdr.tags import EMPTY, FIXED_OCTETS, FLOATS, NUMBERS, DataTag
from protocols.dlms.axdr.values import CompactArray, Data, TypeDescription
from protocols.dlms.errors import DlmsValueError

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
    """How a number is packed together with its tag, and the Python type that needs no look."""

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


def _boolean(data: Data) -> bytes:
    _expect(isinstance(data.value, bool), data)
    return bytes((_TRUE if data.value else 0,))


def _bit_string(data: Data) -> bytes:
    bits = data.value
    if not isinstance(bits, str) or bits.strip("01"):
        raise DlmsValueError(f"bit-string needs text of 0 and 1, not {bits!r}")
    size = (len(bits) + 7) // 8
    padded = bits.ljust(size * 8, "0")
    return encode_length(len(bits)) + (int(padded, 2).to_bytes(size, "big") if bits else b"")


def _octets(data: Data) -> bytes:
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
    return _description(value.description) + encode_length(len(contents)) + contents


def _description(description: TypeDescription) -> bytes:
    tag, elements = description.tag, description.elements
    if tag is DataTag.COMPACT_ARRAY:
        raise DlmsValueError("a compact-array cannot hold compact-arrays")
    if tag is DataTag.ARRAY:
        count = description.count
        if count is None or not 0 <= count <= _MAX_COMPACT_COUNT or len(elements) != 1:
            raise DlmsValueError(
                f"the description of an array needs a count of 0 to 65535 and one type: {description!r}"
            )
        return bytes((tag,)) + count.to_bytes(2, "big") + _description(elements[0])
    if tag is DataTag.STRUCTURE:
        return (
            bytes((tag,))
            + encode_length(len(elements))
            + b"".join(_description(element) for element in elements)
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
    DataTag.BOOLEAN: _boolean,
    DataTag.BIT_STRING: _bit_string,
    DataTag.OCTET_STRING: _octets,
    DataTag.VISIBLE_STRING: _text,
    DataTag.UTF8_STRING: _text,
    DataTag.COMPACT_ARRAY: _compact,
}
