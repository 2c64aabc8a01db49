# SPDX-License-Identifier: MIT
"""COSEM APDUs as scapy packets: the services of logical-name referencing, notifications, block transfer."""

from axdr import AxdrData, BerElement, Nested
from fields import LengthField
from scapy.fields import (
    ByteField,
    ConditionalField,
    IntField,
    PacketField,
    PacketListField,
    ShortField,
    StrFixedLenField,
    StrLenField,
    XByteField,
)
from scapy.packet import Packet, Raw

NORMAL, NEXT_OR_BLOCK, WITH_LIST, LIST_BLOCK = 1, 2, 3, 3


class Attribute(Nested):
    """An attribute with its selective access."""

    name = "attribute descriptor"
    fields_desc = [
        ShortField("class_id", 1),
        StrFixedLenField("logical_name", bytes(6), 6),
        ByteField("index", 2),
        ByteField("selected", 0),
        ConditionalField(ByteField("selector", 1), lambda p: p.selected == 1),
        ConditionalField(PacketField("selection", AxdrData(), AxdrData), lambda p: p.selected == 1),
    ]


class Method(Nested):
    """A method."""

    name = "method descriptor"
    fields_desc = [
        ShortField("class_id", 1),
        StrFixedLenField("logical_name", bytes(6), 6),
        ByteField("index", 1),
    ]


class Block(Nested):
    """A data block with raw octets."""

    name = "data block"
    fields_desc = [
        ByteField("last", 1),
        IntField("number", 1),
        LengthField("length", "octets"),
        StrLenField("octets", b"", length_from=lambda p: p.length),
    ]


def _is(*choices: int) -> "type":
    return lambda packet: packet.choice in choices  # type: ignore[return-value]


class GetRequest(Packet):
    """GET-request: normal, next, with list."""

    name = "get-request"
    fields_desc = [
        XByteField("apdu", 0xC0),
        ByteField("choice", NORMAL),
        XByteField("invoke", 0xC1),
        ConditionalField(PacketField("attribute", Attribute(), Attribute), _is(NORMAL)),
        ConditionalField(IntField("number", 1), _is(NEXT_OR_BLOCK)),
        ConditionalField(LengthField("count", "attributes"), _is(WITH_LIST)),
        ConditionalField(
            PacketListField("attributes", [], Attribute, count_from=lambda p: p.count), _is(WITH_LIST)
        ),
    ]


class GetResult(Nested):
    """Data or why there are none."""

    name = "get-data-result"
    fields_desc = [
        ByteField("refused", 0),
        ConditionalField(PacketField("data", AxdrData(), AxdrData), lambda p: p.refused == 0),
        ConditionalField(ByteField("reason", 0), lambda p: p.refused != 0),
    ]


class BlockResult(Nested):
    """A block of a long GET, or why it ends."""

    name = "data block of a get-response"
    fields_desc = [
        ByteField("last", 1),
        IntField("number", 1),
        ByteField("refused", 0),
        ConditionalField(LengthField("length", "octets"), lambda p: p.refused == 0),
        ConditionalField(
            StrLenField("octets", b"", length_from=lambda p: p.length), lambda p: p.refused == 0
        ),
        ConditionalField(ByteField("reason", 0), lambda p: p.refused != 0),
    ]


class GetResponse(Packet):
    """GET-response: normal, with block, with list."""

    name = "get-response"
    fields_desc = [
        XByteField("apdu", 0xC4),
        ByteField("choice", NORMAL),
        XByteField("invoke", 0xC1),
        ConditionalField(PacketField("result", GetResult(), GetResult), _is(NORMAL)),
        ConditionalField(PacketField("block", BlockResult(), BlockResult), _is(NEXT_OR_BLOCK)),
        ConditionalField(LengthField("count", "results"), _is(WITH_LIST)),
        ConditionalField(
            PacketListField("results", [], GetResult, count_from=lambda p: p.count), _is(WITH_LIST)
        ),
    ]


class SetRequest(Packet):
    """SET-request: normal, first block, further block."""

    name = "set-request"
    fields_desc = [
        XByteField("apdu", 0xC1),
        ByteField("choice", NORMAL),
        XByteField("invoke", 0xC1),
        ConditionalField(PacketField("attribute", Attribute(), Attribute), _is(1, 2)),
        ConditionalField(PacketField("data", AxdrData(), AxdrData), _is(1)),
        ConditionalField(PacketField("block", Block(), Block), _is(2, 3)),
    ]


class ActionRequest(Packet):
    """ACTION-request: normal, next block, first block, further block."""

    name = "action-request"
    fields_desc = [
        XByteField("apdu", 0xC3),
        ByteField("choice", NORMAL),
        XByteField("invoke", 0xC1),
        ConditionalField(PacketField("method", Method(), Method), _is(1, 4)),
        ConditionalField(ByteField("has_parameter", 0), _is(1)),
        ConditionalField(
            PacketField("parameter", AxdrData(), AxdrData), lambda p: p.choice == 1 and p.has_parameter == 1
        ),
        ConditionalField(IntField("number", 1), _is(2)),
        ConditionalField(PacketField("block", Block(), Block), _is(4, 6)),
    ]


class DataNotification(Packet):
    """Data pushed by a server."""

    name = "data-notification"
    fields_desc = [
        XByteField("apdu", 0x0F),
        IntField("long_invoke", 0),
        LengthField("time_length", "time"),
        StrLenField("time", b"", length_from=lambda p: p.time_length),
        PacketField("body", AxdrData(), AxdrData),
    ]


class GeneralBlockTransfer(Packet):
    """A block of any APDU."""

    name = "general-block-transfer"
    fields_desc = [
        XByteField("apdu", 0xE0),
        XByteField("control", 0x80),
        ShortField("number", 1),
        ShortField("acknowledged", 0),
        LengthField("length", "octets"),
        StrLenField("octets", b"", length_from=lambda p: p.length),
    ]


class GeneralCiphered(Packet):
    """general-glo-ciphering and general-ded-ciphering."""

    name = "general ciphering"
    fields_desc = [
        XByteField("apdu", 0xDB),
        LengthField("title_length", "title"),
        StrLenField("title", b"", length_from=lambda p: p.title_length),
        LengthField("length", "content"),
        StrLenField("content", b"", length_from=lambda p: p.length),
    ]


class ServiceCiphered(Packet):
    """glo- and ded- ciphered services."""

    name = "ciphered service"
    fields_desc = [
        XByteField("apdu", 0xC8),
        LengthField("length", "content"),
        StrLenField("content", b"", length_from=lambda p: p.length),
    ]


_CIPHERED_SERVICES = (0x21, 0x28, *range(0xC8, 0xD8))
#: first octet -> packet.
BY_TAG: dict[int, type[Packet]] = (
    {
        0xC0: GetRequest,
        0xC1: SetRequest,
        0xC3: ActionRequest,
        0xC4: GetResponse,
        0x0F: DataNotification,
        0xE0: GeneralBlockTransfer,
        0xDB: GeneralCiphered,
        0xDC: GeneralCiphered,
    }
    | dict.fromkeys(range(0x60, 0x64), BerElement)
    | dict.fromkeys(_CIPHERED_SERVICES, ServiceCiphered)
)


def read_apdu(raw: bytes) -> Packet:
    """An APDU as the packet that builds the same octets again; raw octets where no layer does."""
    layer = BY_TAG.get(raw[0]) if raw else None
    if layer is not None:
        try:
            packet = layer(raw)
            if bytes(packet) == raw:
                return packet
        except Exception:
            return Raw(raw)
    return Raw(raw)
