"""Tags of the `Data` choice, and the fixed sizes that go with them, as tables.

Source: IEC 62056-5-3, clause 8 (Data).
"""

import struct
from enum import IntEnum


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
