"""Value types of `Data`, and one constructor per tag."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

# Tags of the `Data` choice, and the fixed sizes that go with them, as tables.
#
# Source: IEC 62056-5-3, clause 8 (Data).


class DataTag(IntEnum):
    """Tags of the `Data` choice."""

    NULL = 0
    ARRAY = 1
    STRUCTURE = 2
    BOOLEAN = 3
    BIT_STRING = 4
    DOUBLE_LONG = 5
    DOUBLE_LONG_UNSIGNED = 6
    FLOATING_POINT = 7
    OCTET_STRING = 9
    VISIBLE_STRING = 10
    UTF8_STRING = 12
    BCD = 13
    INTEGER = 15
    LONG = 16
    UNSIGNED = 17
    LONG_UNSIGNED = 18
    COMPACT_ARRAY = 19
    LONG64 = 20
    LONG64_UNSIGNED = 21
    ENUM = 22
    FLOAT32 = 23
    FLOAT64 = 24
    DATE_TIME = 25
    DATE = 26
    TIME = 27
    DELTA_INTEGER = 28
    DELTA_LONG = 29
    DELTA_DOUBLE_LONG = 30
    DELTA_UNSIGNED = 31
    DELTA_LONG_UNSIGNED = 32
    DELTA_DOUBLE_LONG_UNSIGNED = 33
    DONT_CARE = 255

    @property
    def type_name(self) -> str:
        """The standard's name: ``double-long-unsigned``."""
        return TYPE_NAMES[self]


TYPE_NAMES = {tag: tag.name.lower().replace("_", "-") for tag in DataTag} | {DataTag.NULL: "null-data"}

#: numbers of fixed size
NUMBERS: dict[DataTag, struct.Struct] = {
    DataTag.DOUBLE_LONG: struct.Struct(">i"),
    DataTag.DOUBLE_LONG_UNSIGNED: struct.Struct(">I"),
    DataTag.FLOATING_POINT: struct.Struct(">f"),
    DataTag.BCD: struct.Struct(">B"),
    DataTag.INTEGER: struct.Struct(">b"),
    DataTag.LONG: struct.Struct(">h"),
    DataTag.UNSIGNED: struct.Struct(">B"),
    DataTag.LONG_UNSIGNED: struct.Struct(">H"),
    DataTag.LONG64: struct.Struct(">q"),
    DataTag.LONG64_UNSIGNED: struct.Struct(">Q"),
    DataTag.ENUM: struct.Struct(">B"),
    DataTag.FLOAT32: struct.Struct(">f"),
    DataTag.FLOAT64: struct.Struct(">d"),
    DataTag.DELTA_INTEGER: struct.Struct(">b"),
    DataTag.DELTA_LONG: struct.Struct(">h"),
    DataTag.DELTA_DOUBLE_LONG: struct.Struct(">i"),
    DataTag.DELTA_UNSIGNED: struct.Struct(">B"),
    DataTag.DELTA_LONG_UNSIGNED: struct.Struct(">H"),
    DataTag.DELTA_DOUBLE_LONG_UNSIGNED: struct.Struct(">I"),
}

#: octets of fixed size, kept as they are: tag -> size
FIXED_OCTETS: dict[DataTag, int] = {DataTag.DATE_TIME: 12, DataTag.DATE: 5, DataTag.TIME: 4}

#: no content octets at all
EMPTY = frozenset({DataTag.NULL, DataTag.DONT_CARE})

#: numbers whose Python type is float
FLOATS = frozenset({DataTag.FLOATING_POINT, DataTag.FLOAT32, DataTag.FLOAT64})


@dataclass(frozen=True, slots=True)
class TypeDescription:
    """The type of a compact-array's elements.

    Args:
        tag: any tag except COMPACT_ARRAY.
        count: elements of an ARRAY, 0 to 65535; None otherwise.
        elements: the one element type of an ARRAY, or those of a STRUCTURE in order.
    """

    tag: DataTag
    count: int | None = None
    elements: tuple["TypeDescription", ...] = ()


@dataclass(frozen=True, slots=True)
class CompactArray:
    """Values of one type, the type written once."""

    description: TypeDescription
    items: tuple["Data", ...]


DataValue: TypeAlias = "tuple[Data, ...] | bool | int | float | str | bytes | CompactArray | None"


@dataclass(frozen=True, slots=True)
class Data:
    """A tagged value.

    The Python type of `value` follows `tag`: tuple of `Data` (array, structure), bool, str of ``0``/``1``
    (bit-string), int, float, str (visible and UTF-8 string), bytes (octet-string; date-time, date, time stay
    raw),
    `CompactArray`, None. Ranges are checked by `axdr.encode`.
    """

    tag: DataTag
    value: DataValue = None

    def python(self) -> object:
        """The value without its tags: lists, numbers, strings, bytes."""
        if isinstance(self.value, tuple):
            return [item.python() for item in self.value]
        if isinstance(self.value, CompactArray):
            return [item.python() for item in self.value.items]
        return self.value


def null() -> Data:
    """``null-data``."""
    return Data(DataTag.NULL)


def dont_care() -> Data:
    """``dont-care``."""
    return Data(DataTag.DONT_CARE)


def array(*items: Data) -> Data:
    """``array``: elements of one type."""
    return Data(DataTag.ARRAY, items)


def structure(*items: Data) -> Data:
    """``structure``: elements of any types."""
    return Data(DataTag.STRUCTURE, items)


def compact_array(description: TypeDescription, *items: Data) -> Data:
    """``compact-array``: `items` must all follow `description`."""
    return Data(DataTag.COMPACT_ARRAY, CompactArray(description, items))


def boolean(value: bool) -> Data:
    """``boolean``."""
    return Data(DataTag.BOOLEAN, value)


def bit_string(bits: str) -> Data:
    """``bit-string``: bit 0 first, as text of ``0`` and ``1``."""
    return Data(DataTag.BIT_STRING, bits)


def double_long(value: int) -> Data:
    """``double-long``: 32 bits signed."""
    return Data(DataTag.DOUBLE_LONG, value)


def double_long_unsigned(value: int) -> Data:
    """``double-long-unsigned``: 32 bits."""
    return Data(DataTag.DOUBLE_LONG_UNSIGNED, value)


def octet_string(value: bytes) -> Data:
    """``octet-string``."""
    return Data(DataTag.OCTET_STRING, value)


def visible_string(value: str) -> Data:
    """``visible-string``: one octet per character (ASCII by the standard; Latin-1 travels too)."""
    return Data(DataTag.VISIBLE_STRING, value)


def utf8_string(value: str) -> Data:
    """``utf8-string``."""
    return Data(DataTag.UTF8_STRING, value)


def bcd(value: int) -> Data:
    """``bcd``: one octet, 0 to 255 as it stands on the wire."""
    return Data(DataTag.BCD, value)


def integer(value: int) -> Data:
    """``integer``: 8 bits signed."""
    return Data(DataTag.INTEGER, value)


def long(value: int) -> Data:
    """``long``: 16 bits signed."""
    return Data(DataTag.LONG, value)


def unsigned(value: int) -> Data:
    """``unsigned``: 8 bits."""
    return Data(DataTag.UNSIGNED, value)


def long_unsigned(value: int) -> Data:
    """``long-unsigned``: 16 bits."""
    return Data(DataTag.LONG_UNSIGNED, value)


def long64(value: int) -> Data:
    """``long64``: 64 bits signed."""
    return Data(DataTag.LONG64, value)


def long64_unsigned(value: int) -> Data:
    """``long64-unsigned``: 64 bits."""
    return Data(DataTag.LONG64_UNSIGNED, value)


def enum(value: int) -> Data:
    """``enum``: 0 to 255."""
    return Data(DataTag.ENUM, value)


def float32(value: float) -> Data:
    """``float32``: IEEE 754 single."""
    return Data(DataTag.FLOAT32, value)


def float64(value: float) -> Data:
    """``float64``: IEEE 754 double."""
    return Data(DataTag.FLOAT64, value)


def date_time(raw: bytes) -> Data:
    """``date-time``: the 12 octets of `datetimes.CosemDateTime.to_bytes`."""
    return Data(DataTag.DATE_TIME, raw)


def date(raw: bytes) -> Data:
    """``date``: 5 octets."""
    return Data(DataTag.DATE, raw)


def time(raw: bytes) -> Data:
    """``time``: 4 octets."""
    return Data(DataTag.TIME, raw)
