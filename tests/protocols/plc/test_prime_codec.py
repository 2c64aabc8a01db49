"""PRIME PDUs: sizes of the published table, bytes by hand, identity, and one error for every bad octet."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.plc.errors import PduError, PlcError, PlcValueError
from protocols.plc.prime import connections, control
from protocols.plc.prime.layout import Field, Layout, Packed, crc8, crc32
from protocols.plc.prime.pdu import (
    ANY_SNA,
    BEACON_SIZE,
    BROADCAST,
    CONTROLS,
    PNPDU_SIZE,
    Beacon,
    GenericHeader,
    Gpdu,
    Packet,
    PacketHeader,
    PromotionNeeded,
    control_packet,
    decode_pdu,
    describe_pdu,
)

SNA = bytes.fromhex("020000000001")
REG = control.Registration(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 7, 0x020000000002)
CON = connections.Connection(0, 0, 1, 1, connections.Convergence.LLC_432, data=bytes(16))
PRO_REQUEST = control.Promotion(0, 5, 7, 0xFF, control.PromotionRequest(0x020000000003))
ALV = control.KeepAlive(1, 2, 7, 0xFF)


def fixed(kind: type[Packed]) -> st.SearchStrategy[Packed]:
    """Values of a type that is nothing but its layout."""
    numbers = [st.integers(0, (1 << field.bits) - 1) for field in kind.LAYOUT.fields if field.name]
    return st.tuples(*numbers).map(lambda values: kind(*values))


def with_keys(reg: Packed) -> Packed:
    return dataclasses.replace(reg, keys=bytes(range(32)) if reg.security else b"")


DATA = st.binary(max_size=255)
EUI = st.integers(0, 2**48 - 1)
BIT = st.integers(0, 1)
BODIES = st.one_of(
    fixed(control.Registration).map(with_keys),
    st.builds(
        connections.Connection,
        BIT,
        BIT,
        BIT,
        st.integers(0, 511),
        st.integers(0, 255),
        st.none() | EUI,
        DATA,
    ),
    st.builds(
        lambda pro, request: dataclasses.replace(pro, request=request),
        fixed(control.Promotion),
        st.none() | fixed(control.PromotionRequest),
    ),
    st.builds(connections.Multicast, BIT, BIT, st.integers(0, 511), st.integers(0, 255), DATA),
    *[
        fixed(kind)
        for kind in (
            control.BeaconSlot,
            control.FrameChange,
            control.ContentionFree,
            control.KeepAlive,
            control.Robustness,
            control.Security,
        )
    ],
)
PLACES = st.tuples(st.integers(0, 255), st.integers(0, 2**14 - 1))
PACKETS = st.one_of(
    st.builds(lambda place, body: control_packet(*place, body), PLACES, BODIES),
    st.builds(
        lambda place, body, lcid, priority: Packet(*place, body, lcid, priority),
        PLACES,
        st.binary(max_size=511),
        st.integers(0, 511),
        st.integers(0, 3),
    ),
)
FRAMES = st.builds(
    Gpdu, st.booleans(), st.integers(0, 63), st.lists(PACKETS, min_size=1, max_size=3).map(tuple)
)


# ---------------------------------------------------------------- sizes and bytes


@pytest.mark.parametrize(
    ("body", "size"),
    [(ALV, 16), (REG, 21), (PRO_REQUEST, 24), (CON, 33), (bytes(65), 78), (bytes(257), 270)],
)
def test_sizes_are_those_of_the_published_airtime_table(body: object, size: int) -> None:
    packet = Packet(0, 1, body, 1) if isinstance(body, bytes) else control_packet(0, 1, body)
    assert len(Gpdu(False, 0, (packet,)).to_bytes(SNA)) == size


def test_a_beacon_by_hand() -> None:
    beacon = Beacon(
        quality=7, sid=0, count=5, slot=0, cfp=0, level=0, sequence=3, frequency=0, sna=0x020000000001
    )
    raw = beacon.to_bytes()
    # 00 10 0 111 | SID | 101 000 0000000000 | 00 000000 00011 000 | SNA | costs
    assert raw[:-4].hex() == "2700a0000018" + SNA.hex() + "0000"
    assert len(raw) == BEACON_SIZE


def test_a_promotion_needed_pdu_by_hand() -> None:
    raw = PromotionNeeded(ANY_SNA, 0x020000000002).to_bytes()
    assert raw[:-1].hex() == "10" + "ff" * 6 + "020000000002"
    assert len(raw) == PNPDU_SIZE


def test_a_keep_alive_by_hand() -> None:
    raw = Gpdu(True, 0, (control_packet(0, 1, ALV),)).to_bytes(SNA)
    # DO set, level 0 | priority 1, control, CTYPE 7, SID 0, LNID 1, LEN 3 | 001 010 0.. 111 FF
    assert raw[:2].hex() == "0040"
    assert raw[3:9].hex() == "060700000403"
    assert raw[9:12].hex() == "2807ff"


def test_check_sequences_match_catalogued_ones() -> None:
    assert crc8(b"123456789") == 0xF4
    assert crc32(b"123456789") == 0x89A1897F


def test_crc32_is_plain_polynomial_division() -> None:
    data = bytes(range(1, 40))
    remainder = int.from_bytes(data, "big") << 32
    for shift in range(remainder.bit_length() - 33, -1, -1):
        if remainder >> shift + 32 & 1:
            remainder ^= 0x104C11DB7 << shift
    assert crc32(data) == remainder


# ---------------------------------------------------------------- identity


@given(FRAMES)
def test_decoding_undoes_encoding_of_frames(frame: Gpdu) -> None:
    assert decode_pdu(frame.to_bytes(SNA), SNA) == frame


@given(fixed(Beacon))
def test_decoding_undoes_encoding_of_beacons(beacon: Beacon) -> None:
    assert decode_pdu(beacon.to_bytes(), SNA) == beacon


@given(fixed(PromotionNeeded))
def test_decoding_undoes_encoding_of_promotion_needed(pdu: PromotionNeeded) -> None:
    assert decode_pdu(pdu.to_bytes(), SNA) == pdu


@given(FRAMES)
def test_every_frame_is_explained_in_one_line(frame: Gpdu) -> None:
    line = describe_pdu(frame.to_bytes(SNA), SNA)
    assert line.startswith(("up ", "down "))
    assert "\n" not in line


# ---------------------------------------------------------------- bad octets


@given(st.binary(max_size=300))
def test_any_octets_decode_or_raise_one_error(data: bytes) -> None:
    try:
        decode_pdu(data, SNA)
    except PduError:
        assert describe_pdu(data, SNA).startswith("BAD ")


@given(FRAMES, st.data())
def test_a_flipped_bit_is_noticed(frame: Gpdu, data: st.DataObject) -> None:
    raw = bytearray(frame.to_bytes(SNA))
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    with pytest.raises(PduError):
        Gpdu.from_bytes(SNA, bytes(raw))


@given(BODIES, st.binary(max_size=40))
def test_bodies_of_any_octets_decode_or_raise_one_error(body: Packed, tail: bytes) -> None:
    kind = type(body)
    for data in (tail, body.encode() + tail, body.encode()[:-1]):
        try:
            decoded = kind.decode(data)
        except PduError:
            continue
        assert kind.decode(decoded.encode()) == decoded


def test_a_frame_of_another_subnetwork_is_refused() -> None:
    raw = Gpdu(True, 0, (control_packet(0, 1, ALV),)).to_bytes(SNA)
    with pytest.raises(PduError, match=r"HDR\.HCS"):
        decode_pdu(raw, bytes(6))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "HDR"),
        (b"\x30" + bytes(30), r"HDR\.HT"),
        (b"\x20" + bytes(16), "BCN"),
        (b"\x20" + bytes(17), r"BCN\.CRC"),
        (b"\x10" + bytes(3), "PNH"),
        (b"\x10" + bytes(13), r"PNH\.HCS"),
        (b"\x00", "HDR"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, field: str) -> None:
    with pytest.raises(PduError, match=field):
        decode_pdu(data, SNA)


def test_every_control_type_has_its_body() -> None:
    assert sorted(CONTROLS) == list(range(1, 11))


def resealed(payload: bytes) -> bytes:
    from protocols.plc.prime.layout import frame_check

    frame = GenericHeader(0, 0).encode_for(SNA) + payload
    return frame + frame_check(SNA, frame)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (b"", "GPDU"),
        (bytes(5), "PKT"),
        (PacketHeader(0, 1, 1, 11, 0, 1, 0, 0).encode(), r"PKT\.CTYPE"),
        (PacketHeader(0, 1, 0, 1, 0, 1, 0, 9).encode() + bytes(8), r"PKT\.LEN"),
        (PacketHeader(0, 1, 1, 7, 0, 1, 0, 4).encode() + bytes(4), "ALV"),
    ],
)
def test_packets_that_do_not_fit(payload: bytes, field: str) -> None:
    with pytest.raises(PduError, match=field):
        decode_pdu(resealed(payload), SNA)


# ---------------------------------------------------------------- what the wire cannot carry


@pytest.mark.parametrize(
    "make",
    [
        lambda: Gpdu(True, 0, ()).to_bytes(SNA),
        lambda: Gpdu(True, 64, (control_packet(0, 1, ALV),)).to_bytes(SNA),
        lambda: Gpdu(True, 0, (control_packet(0, BROADCAST + 1, ALV),)).to_bytes(SNA),
        lambda: Gpdu(True, 0, (Packet(0, 1, bytes(512), 1),)).to_bytes(SNA),
        lambda: Gpdu(True, 0, (control_packet(0, 1, ALV),)).to_bytes(b"short"),
        lambda: dataclasses.replace(REG, security=1).encode(),
        lambda: dataclasses.replace(REG, keys=bytes(32)).encode(),
        lambda: dataclasses.replace(CON, data=bytes(256)).encode(),
        lambda: Layout("odd", Field("x", 7)),
    ],
)
def test_a_broken_caller(make: object) -> None:
    with pytest.raises(PlcValueError):
        make()
    assert issubclass(PlcValueError, PlcError)


def test_explanations() -> None:
    assert describe_pdu(Gpdu(False, 1, (control_packet(3, 9, ALV),)).to_bytes(SNA), SNA) == (
        "up LEVEL=1 ALV SID=3 LNID=9 RXCNT=1 TXCNT=2 TIME=7 SSID=255"
    )
    assert describe_pdu(Gpdu(True, 0, (Packet(0, 2, b"abc", 1),)).to_bytes(SNA), SNA) == (
        "down LEVEL=0 DATA SID=0 LNID=2 LCID=1 3 B"
    )
    assert describe_pdu(b"\x20", SNA).startswith("BAD BCN")


def test_every_field_says_how_sure_it_is() -> None:
    layouts = [body.LAYOUT for body in CONTROLS.values()]
    layouts += [Beacon.LAYOUT, PromotionNeeded.LAYOUT, GenericHeader.LAYOUT, PacketHeader.LAYOUT]
    assert {field.tag for layout in layouts for field in layout.fields} == {"E", "M"}
