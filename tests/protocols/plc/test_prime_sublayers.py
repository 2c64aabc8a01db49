"""Segmentation and ARQ: identity, order, limits, bad octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.connections import Arq, Reassembly, SegmentType, segment

SIX_BITS = st.integers(0, 63)
ARQS = st.builds(Arq, SIX_BITS, st.integers(0, 1)) | st.builds(
    Arq,
    SIX_BITS,
    st.integers(0, 1),
    SIX_BITS,
    st.lists(SIX_BITS, max_size=4).map(tuple),
    st.none() | SIX_BITS,
)


@given(ARQS, st.binary(max_size=20))
def test_decoding_undoes_encoding(arq: Arq, data: bytes) -> None:
    assert Arq.decode(arq.encode() + data) == (arq, data)


@given(st.binary(max_size=12))
def test_any_octets_decode_or_raise_one_error(data: bytes) -> None:
    try:
        arq, rest = Arq.decode(data)
    except PduError:
        return
    assert Arq.decode(arq.encode() + rest) == (arq, rest)


def test_an_acknowledgement_by_hand() -> None:
    assert Arq(3).encode().hex() == "03"
    assert Arq(3, 1, 5).encode().hex() == "c305"
    assert Arq(0, 0, 5, (6, 7), 8).encode().hex() == "8085868748"


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\xc1\x01", b"\x80\x81\xc1\x01"])
def test_bad_arq(data: bytes) -> None:
    with pytest.raises(PduError):
        Arq.decode(data)


@pytest.mark.parametrize("arq", [Arq(64), Arq(0, 0, 64), Arq(0, missing=(1,)), Arq(0, window=1)])
def test_what_arq_cannot_say(arq: Arq) -> None:
    with pytest.raises(PlcValueError):
        arq.encode()


@given(st.binary(max_size=1024), st.integers(16, 255))
def test_segments_join_again(message: bytes, size: int) -> None:
    pieces, joining = segment(message, size), Reassembly()
    joined = [joining.take(piece) for piece in pieces]
    assert joined[-1] == message
    assert joined[:-1] == [None] * (len(pieces) - 1)
    assert max(map(len, pieces)) <= size + 1
    assert pieces[0][0] >> 6 == SegmentType.FIRST


def test_a_segment_out_of_order_spoils_its_message_only() -> None:
    pieces, joining = segment(b"abcdef", 2), Reassembly()
    joining.take(pieces[0])
    with pytest.raises(PduError, match="SAR"):
        joining.take(pieces[2])
    with pytest.raises(PduError):
        joining.take(pieces[1])
    assert [joining.take(piece) for piece in pieces][-1] == b"abcdef"


def test_a_first_segment_begins_anew() -> None:
    pieces, joining = segment(b"abcdef", 2), Reassembly()
    joining.take(pieces[0])
    assert [joining.take(piece) for piece in pieces][-1] == b"abcdef"


def test_an_empty_payload_is_refused() -> None:
    with pytest.raises(PduError):
        Reassembly().take(b"")


@pytest.mark.parametrize(("message", "size"), [(bytes(65), 1), (b"x", 0)])
def test_what_cannot_be_cut(message: bytes, size: int) -> None:
    with pytest.raises(PlcValueError):
        segment(message, size)
