"""The few forms of BER that the ACSE uses: tagged fields with definite lengths, short and long.

Source: ITU-T X.690; IEC 62056-5-3, 7 (ASN.1 of the ACSE)
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.reader import Reader

_OBJECT_IDENTIFIER = 0x06
_OCTET_STRING = 0x04
_INTEGER = 0x02
CHARSTRING = 0x80

T = TypeVar("T")

# A field of an ACSE APDU: its name in the standard's terms, and the reader of its content.
ReadField = Callable[[Reader], Any]
Fields = dict[int, tuple[str, ReadField]]


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    return bytes((tag,)) + encode_length(len(content)) + content


def read_fields(reader: Reader, fields: Fields) -> dict[int, Any]:
    """Read the length of an APDU and its fields, each at most once.

    Returns:
        Tag -> what the field's reader gave.

    Raises:
        DecodeError: an unknown or repeated field, or content that does not fit its field.
    """
    found: dict[int, Any] = {}
    with reader.within(reader.length(), "content"):
        while reader.remaining:
            tag = reader.peek_u8()
            if tag is None or tag not in fields:
                raise DecodeError(f"acse: field with tag {tag!r} is not known here", position=reader.pos)
            if tag in found:
                raise DecodeError(f"{fields[tag][0]}: appears twice", position=reader.pos)
            name, read = fields[tag]
            with reader.group(name) as group:
                reader.u8("tag")
                with reader.within(reader.length(), "value"):
                    found[tag] = value = read(reader)
                group.value = value if isinstance(value, str | int) else None
    return found


def name_of(kind: type[Enum], value: bytes) -> str:
    """The standard's spelling of an object identifier, or its octets when it is not known."""
    try:
        return kind(value).name.lower().replace("_", "-")
    except ValueError:
        return f"unknown object identifier {value.hex()}"


def read_object_identifier(kind: type[Enum], implicit: bool = False) -> ReadField:
    """A reader of an object identifier; the value is its content octets."""

    def read(reader: Reader) -> bytes:
        if not implicit:
            _expect(reader, "object-identifier", _OBJECT_IDENTIFIER)
        size = reader.remaining if implicit else reader.length()
        with reader.group("object-identifier") as group:
            value = reader.take(size, "octets")
            group.value = name_of(kind, value) if reader.trace else None
        return value

    return read


def read_octet_string(reader: Reader) -> bytes:
    """Read an explicit octet string that fills the field."""
    _expect(reader, "octet-string", _OCTET_STRING)
    return reader.take(reader.length(), "octets")


def read_title(reader: Reader) -> bytes:
    """Keep a title or qualifier as it is, whatever its form; an octet string is shown as one."""
    content = reader.data[reader.pos : reader.end]
    if len(content) >= 2 and content[0] == _OCTET_STRING and content[1] == len(content) - 2:
        read_octet_string(reader)
    else:
        reader.rest("octets")
    return content


def read_integer(reader: Reader) -> int:
    """Read an explicit integer that fills the field."""
    _expect(reader, "integer", _INTEGER)
    return int.from_bytes(reader.take(reader.length(), "integer"), "big", signed=True)


def read_opaque(reader: Reader) -> bytes:
    """Keep the content as it is: fields that are ignored."""
    return reader.rest("octets")


def read_bits(reader: Reader) -> str:
    """Read an implicit bit string that fills the field, as ``0`` and ``1``."""
    with reader.group("bit-string") as group:
        unused = reader.u8("unused-bits")
        raw = reader.rest("bits")
        if unused > 7 or (unused and not raw):
            raise DecodeError(f"bit-string: {unused} unused bits in {len(raw)} octets")
        bits = "".join(f"{octet:08b}" for octet in raw)
        group.value = bits = bits[: len(bits) - unused]
    return bits


def bits_bytes(bits: str) -> bytes:
    """Content octets of a bit string."""
    if set(bits) - {"0", "1"}:
        raise DlmsValueError(f"a bit string holds 0 and 1 only, not {bits!r}")
    unused = -len(bits) % 8
    padded = bits + "0" * unused
    return bytes((unused,)) + bytes(int(padded[i : i + 8], 2) for i in range(0, len(padded), 8))


def apdu(tag: int, fields: list[tuple[int, bytes | None]], user_information: bytes) -> bytes:
    """A whole APDU: the fields that are present in the standard's order, user-information last."""
    present = sorted(
        ((number, content) for number, content in fields if content is not None), key=_field_number
    )
    return tlv(tag, b"".join(tlv(number, content) for number, content in present) + user_information)


def if_present(value: T | None, encode: Callable[[T], bytes]) -> bytes | None:
    """The encoded value, None when absent."""
    return None if value is None else encode(value)


def charstring(value: bytes) -> bytes:
    """An authentication value as a charstring."""
    return tlv(CHARSTRING, value)


def read_authentication_value(reader: Reader) -> bytes:
    """Read an authentication value; only the charstring form is known.

    Raises:
        DecodeError: another form.
    """
    if reader.u8("choice") != CHARSTRING:
        raise DecodeError("authentication-value: only a charstring is known", position=reader.pos - 1)
    return reader.take(reader.length(), "charstring")


def object_identifier(value: bytes) -> bytes:
    """An explicit object identifier."""
    return tlv(_OBJECT_IDENTIFIER, value)


def octet_string(value: bytes) -> bytes:
    """An explicit octet string."""
    return tlv(_OCTET_STRING, value)


def integer(value: int) -> bytes:
    """An explicit integer, 0 to 127."""
    return tlv(_INTEGER, bytes((value,)))


def _field_number(item: tuple[int, bytes]) -> int:
    return item[0] & 0x1F


def _expect(reader: Reader, name: str, tag: int) -> None:
    found = reader.u8("tag")
    if found != tag:
        raise DecodeError(f"{name}: tag {found:#04x}, {tag:#04x} is expected", position=reader.pos - 1)
