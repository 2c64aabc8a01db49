"""The conformance block: which xDLMS services an association may use.

Source: IEC 62056-5-3, Conformance ::= [APPLICATION 31] IMPLICIT BIT STRING (SIZE(24))
"""

from enum import IntFlag

from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader

# [APPLICATION 31] in its long tag form, length 4, no unused bits: the bytes that stand before the 24 bits.
PREFIX = bytes.fromhex("5f1f0400")


class Conformance(IntFlag):
    """The 24 bits; bit 0 of the standard is the most significant one. Bits not named here are reserved."""

    GENERAL_PROTECTION = 1 << 22
    GENERAL_BLOCK_TRANSFER = 1 << 21
    READ = 1 << 20
    WRITE = 1 << 19
    UNCONFIRMED_WRITE = 1 << 18
    DELTA_VALUE_ENCODING = 1 << 17
    ATTRIBUTE0_SUPPORTED_WITH_SET = 1 << 15
    PRIORITY_MGMT_SUPPORTED = 1 << 14
    ATTRIBUTE0_SUPPORTED_WITH_GET = 1 << 13
    BLOCK_TRANSFER_WITH_GET_OR_READ = 1 << 12
    BLOCK_TRANSFER_WITH_SET_OR_WRITE = 1 << 11
    BLOCK_TRANSFER_WITH_ACTION = 1 << 10
    MULTIPLE_REFERENCES = 1 << 9
    INFORMATION_REPORT = 1 << 8
    DATA_NOTIFICATION = 1 << 7
    ACCESS = 1 << 6
    PARAMETERIZED_ACCESS = 1 << 5
    GET = 1 << 4
    SET = 1 << 3
    SELECTIVE_ACCESS = 1 << 2
    EVENT_NOTIFICATION = 1 << 1
    ACTION = 1 << 0


# What this codec's own server and client can do. Priority management is not among it: each request is served
# before the next one is looked at.
IMPLEMENTED = (
    Conformance.GET
    | Conformance.SET
    | Conformance.ACTION
    | Conformance.SELECTIVE_ACCESS
    | Conformance.MULTIPLE_REFERENCES
    | Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ
    | Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE
    | Conformance.BLOCK_TRANSFER_WITH_ACTION
    | Conformance.ATTRIBUTE0_SUPPORTED_WITH_GET
    | Conformance.ATTRIBUTE0_SUPPORTED_WITH_SET
    | Conformance.ACCESS
    | Conformance.GENERAL_BLOCK_TRANSFER
    | Conformance.DATA_NOTIFICATION
    | Conformance.EVENT_NOTIFICATION
)


def encode(conformance: int) -> bytes:
    """The seven bytes of a conformance block on the wire."""
    return PREFIX + (int(conformance) & 0xFFFFFF).to_bytes(3, "big")


def labels(conformance: int) -> str:
    """Names of the bits set, in the standard's spelling, separated by spaces."""
    return " ".join(
        str(bit.name).lower().replace("_", "-") for bit in Conformance if int(conformance) & int(bit)
    )


def read(reader: Reader, name: str) -> Conformance:
    """Read a conformance block; reserved bits are kept, because a peer must ignore and not refuse them.

    Raises:
        DecodeError: the tag, length or count of unused bits is not that of a conformance block.
    """
    with reader.group(name) as group:
        prefix = reader.take(4, "tag, length, unused-bits")
        if prefix != PREFIX:
            raise DecodeError(f"{name}: starts with {prefix.hex()}, not with {PREFIX.hex()}")
        bits = int.from_bytes(reader.take(3, "bits"), "big")
        group.value = labels(bits)
    return Conformance(bits)
