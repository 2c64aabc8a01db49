"""Every PDU once, octet by octet, with its line in a dump: a change of a layout shows here."""

import pytest

from protocols.plc.prime import connections, control
from protocols.plc.prime.layout import Packed
from protocols.plc.prime.pdu import (
    GenericHeader,
    Gpdu,
    Packet,
    PacketHeader,
    control_packet,
    decode_pdu,
    describe_pdu,
)

SNA = bytes.fromhex("020000000001")

#: body, its octets, what a dump says after the address
BODIES = [
    (
        control.Registration(0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 5, 0x0200000000AB),
        "45150200000000ab",
        "REG SID=2 LNID=9 N=0 R=1 SPC=0 CAN_ROBUST=0 CAP_SW=1 CAP_PA=0 CAP_CFP=1 CAP_DC=0 CAP_MC=0 "
        "CAP_PRM=0 CAP_ARQ=1 TIME=5 EUI48=200000000ab",
    ),
    (
        connections.Connection(0, 0, 1, 1, 3, data=b"\x07\x08"),
        "200103020708",
        "CON SID=2 LNID=9 N=0 D=0 ARQ=1 LCID=1",
    ),
    (
        connections.Connection(1, 1, 0, 0x1FF, 4, 0x020000000003),
        "d1ff0200000000030400",
        "CON SID=2 LNID=9 N=1 D=1 ARQ=0 LCID=511",
    ),
    (control.Promotion(1, 5, 7, 0x12), "af12", "PRO SID=2 LNID=9 N=1 RQ=5 TIME=7 NSID=18"),
    (
        control.Promotion(0, 7, 0, 0xFF, control.PromotionRequest(0x020000000004, 1, 2, 1, 0, 1, 0)),
        "38ff0200000000040102a0",
        "PRO SID=2 LNID=9 N=0 RQ=7 TIME=0 NSID=255",
    ),
    (control.BeaconSlot(5, 3, 17), "0571", "BSI SID=2 LNID=9 FRQ=5 SLT=3 SEQ=17"),
    (control.FrameChange(2, 200, 9, 5), "80c84d", "FRA SID=2 LNID=9 TYP=2 CFP=200 SEQ=9 BCN=5"),
    (
        control.ContentionFree(0, 1, 3, 257, 60, 216, 1, 9),
        "470178d84009",
        "CFP SID=2 LNID=9 N=0 DIR=1 SEQ=3 LCID=257 LEN=60 POS=216 TYPE=1 LNID=9",
    ),
    (control.KeepAlive(7, 0, 3, 4), "e00304", "ALV SID=2 LNID=9 RXCNT=7 TXCNT=0 TIME=3 SSID=4"),
    (connections.Multicast(0, 1, 6, 3, b"\x09"), "4006030109", "MUL SID=2 LNID=9 N=0 JOIN=1 LCID=6 TYPE=3"),
    (control.Robustness(1, 0, 6), "86", "PRM SID=2 LNID=9 R=1 N=0 SNR=6"),
    (
        control.Security(2, 1, 2),
        "02" + "00" * 15 + "01" + "00" * 15 + "02",
        "SEC SID=2 LNID=9 KEY=2 WK=1 SWK=2",
    ),
]
IDS = [f"{type(body).__name__}-{octets[:4]}" for body, octets, _ in BODIES]


@pytest.mark.parametrize(("body", "octets", "line"), BODIES, ids=IDS)
def test_octets_of_a_body(body: Packed, octets: str, line: str) -> None:
    assert body.encode().hex() == octets
    assert type(body).decode(bytes.fromhex(octets)) == body


@pytest.mark.parametrize(("body", "octets", "line"), BODIES, ids=IDS)
def test_line_of_a_body(body: Packed, octets: str, line: str) -> None:
    raw = Gpdu(True, 0, (control_packet(2, 9, body),)).to_bytes(SNA)
    assert describe_pdu(raw, SNA) == f"down LEVEL=0 {line}"


@pytest.mark.parametrize(("body", "octets", "line"), BODIES, ids=IDS)
def test_a_body_that_is_too_short_or_too_long_is_refused(body: Packed, octets: str, line: str) -> None:
    from protocols.plc.errors import PduError

    raw = bytes.fromhex(octets)
    for bad in (raw[:-1], raw + b"\x00"):
        with pytest.raises(PduError):
            type(body).decode(bad)


@pytest.mark.parametrize(("body", "octets", "line"), BODIES, ids=IDS)
def test_every_field_at_its_ends(body: Packed, octets: str, line: str) -> None:
    """All ones and all zeros of the fixed part come back as they went."""
    layout = type(body).LAYOUT
    for filling in (0x00, 0xFF):
        values = layout.unpack(bytes([filling]) * layout.octets)
        again = layout.unpack(layout.pack(values))
        assert again == values
        assert all(
            value in (0, (1 << width) - 1) for value, width in zip(values, widths(layout), strict=True)
        )


def widths(layout: object) -> list[int]:
    return [field.bits for field in layout.fields if field.name]


def test_two_packets_in_one_frame() -> None:
    frame = Gpdu(False, 3, (control_packet(1, 2, BODIES[8][0]), Packet(1, 2, b"\xaa\xbb", 1)))
    raw = frame.to_bytes(SNA)
    assert decode_pdu(raw, SNA) == frame
    assert describe_pdu(raw, SNA).count(" | ") == 1
    assert len(raw) == 3 + (6 + 3) + (6 + 2) + 4


def test_headers_by_hand() -> None:
    assert GenericHeader(1, 5).encode().hex() == "0045"
    assert PacketHeader(1, 3, 0, 0x101, 0xFE, 0x2AAA, 1, 0x155).encode().hex() == "1d01feaaab55"


def test_reserved_bits_are_ignored() -> None:
    assert control.BeaconSlot.decode(bytes.fromhex("fd71")) == control.BeaconSlot(5, 3, 17)
