"""The LLC: bytes by hand, identity, everything that is bad refused with one error, both framings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import ApduReceived, FrameRejected, Framing, LinkConnected, LinkDisconnected
from protocols.plc.cl432 import (
    CONTROL,
    HEADER_SIZE,
    MAX_DATA_SIZE,
    LlcClient,
    LlcServer,
    Lpdu,
    decode_lpdu,
    encode_lpdu,
)
from protocols.plc.errors import LpduError, PlcError

LSAPS = st.integers(0, 255)
APDUS = st.binary(min_size=1, max_size=MAX_DATA_SIZE)


def test_bytes_by_hand() -> None:
    assert encode_lpdu(1, 16, b"\xc0\x01").hex() == "900110c001"


@given(LSAPS, LSAPS, APDUS)
def test_decode_undoes_encode(destination: int, source: int, apdu: bytes) -> None:
    assert decode_lpdu(encode_lpdu(destination, source, apdu)) == Lpdu(destination, source, apdu)


@given(st.binary(max_size=1100))
def test_any_bytes_decode_or_raise_one_error(data: bytes) -> None:
    try:
        lpdu = decode_lpdu(data)
    except LpduError:
        return
    assert encode_lpdu(lpdu.destination_lsap, lpdu.source_lsap, lpdu.apdu) == data


def test_one_family_of_errors() -> None:
    assert issubclass(LpduError, PlcError)


@pytest.mark.parametrize(
    ("destination", "source", "apdu"),
    [(256, 1, b"x"), (-1, 1, b"x"), (1, 256, b"x"), (1, 1, b""), (1, 1, bytes(MAX_DATA_SIZE + 1))],
)
def test_what_the_wire_cannot_carry(destination: int, source: int, apdu: bytes) -> None:
    with pytest.raises(LpduError):
        encode_lpdu(destination, source, apdu)


def test_the_longest_apdu_fits() -> None:
    assert len(encode_lpdu(1, 16, bytes(MAX_DATA_SIZE))) == HEADER_SIZE + MAX_DATA_SIZE


def test_a_client_and_a_server_talk() -> None:
    client: Framing = LlcClient(16, 1)
    server: Framing = LlcServer({1})
    client.connect(0.0)
    assert client.receive_data(b"", 0.0) == [LinkConnected(16, 1)]
    client.send_apdu(b"ask", client_sap=16, server_sap=1, now_s=0.0)
    assert server.receive_data(client.data_to_send(), 0.0) == [ApduReceived(b"ask", 16, 1)]
    server.send_apdu(b"answer", client_sap=16, server_sap=1, now_s=0.0)
    assert client.receive_data(server.data_to_send(), 0.0) == [ApduReceived(b"answer", 16, 1)]
    client.disconnect(1.0)
    assert client.next_deadline() == 0.0
    assert client.handle_timeout(1.0) == [LinkDisconnected(16, 1, "closed")]
    assert client.next_deadline() is None


def test_lpdus_go_out_one_by_one() -> None:
    server = LlcServer()
    for apdu in (b"1", b"2"):
        server.send_apdu(apdu, client_sap=16, server_sap=1, now_s=0.0)
    assert [server.data_to_send()[HEADER_SIZE:] for _ in range(3)] == [b"1", b"2", b""]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x90\x01", "bad-length"),
        (b"\x90\x01\x10", "bad-length"),
        (bytes([CONTROL, 1, 16]) + bytes(MAX_DATA_SIZE + 1), "bad-length"),
        (b"\x91\x01\x10x", "bad-control"),
        (b"\x90\x02\x10x", "unknown-address"),
    ],
)
def test_bad_lpdus_are_reported_and_dropped(data: bytes, reason: str) -> None:
    (event,) = LlcServer({1}).receive_data(data, 0.0)
    assert isinstance(event, FrameRejected)
    assert event.reason.startswith(reason)
    assert event.raw == data


def test_a_client_takes_only_what_is_for_it() -> None:
    (event,) = LlcClient(16, 1).receive_data(encode_lpdu(17, 1, b"x"), 0.0)
    assert isinstance(event, FrameRejected)


def test_a_broken_caller() -> None:
    client, server = LlcClient(), LlcServer()
    with pytest.raises(LocalProtocolError):
        client.send_apdu(b"x", client_sap=16, server_sap=1, now_s=0.0)
    with pytest.raises(LocalProtocolError):
        server.connect(0.0)
    with pytest.raises(LocalProtocolError):
        server.send_apdu(bytes(MAX_DATA_SIZE + 1), client_sap=16, server_sap=1, now_s=0.0)
    server.send_apdu(b"x", client_sap=16, server_sap=1, now_s=0.0)
    server.disconnect(0.0)
    assert server.data_to_send() == b""
