"""The `Data` of COSEM: a tagged value, encoded by A-XDR; total over every tag of the standard.

>>> encode(structure(unsigned(7), double_long_unsigned(1362))).hex()
'020211070600000552'
>>> decode(bytes.fromhex("020211070600000552")).python()
[7, 1362]

Source: IEC 62056-5-3, clause 8 (Data); IEC 61334-6.
"""

from protocols.dlms.axdr.decoding import MAX_COMPACT_VALUES, MAX_DEPTH, decode, decode_number, read
from protocols.dlms.axdr.encoding import encode, encode_length
from protocols.dlms.axdr.tags import TYPE_NAMES, DataTag
from protocols.dlms.axdr.values import (
    CompactArray,
    Data,
    DataValue,
    TypeDescription,
    array,
    bcd,
    bit_string,
    boolean,
    compact_array,
    date,
    date_time,
    dont_care,
    double_long,
    double_long_unsigned,
    enum,
    float32,
    float64,
    integer,
    long,
    long64,
    long64_unsigned,
    long_unsigned,
    null,
    octet_string,
    structure,
    time,
    unsigned,
    utf8_string,
    visible_string,
)

__all__ = [
    "MAX_COMPACT_VALUES",
    "MAX_DEPTH",
    "TYPE_NAMES",
    "CompactArray",
    "Data",
    "DataTag",
    "DataValue",
    "TypeDescription",
    "array",
    "bcd",
    "bit_string",
    "boolean",
    "compact_array",
    "date",
    "date_time",
    "decode",
    "decode_number",
    "dont_care",
    "double_long",
    "double_long_unsigned",
    "encode",
    "encode_length",
    "enum",
    "float32",
    "float64",
    "integer",
    "long",
    "long64",
    "long64_unsigned",
    "long_unsigned",
    "null",
    "octet_string",
    "read",
    "structure",
    "time",
    "unsigned",
    "utf8_string",
    "visible_string",
]
