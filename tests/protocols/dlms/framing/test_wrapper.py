import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DlmsValueError, LocalProtocolError
from protocols.dlms.framing import ApduReceived, FrameRejected, LinkConnected, LinkDisconnected
from protocols.dlms.wrapper import WrapperClient, WrapperServer, encode_wpdu

apdus = st.lists(st.binary(min_size=1, max_size=300), max_size=5)


def feed(side, stream, step):
    events = []
    for start in range(0, len(stream), step):
        events += side.receive_data(stream[start : start + step], 0.0)
    return events


@given(apdus, st.integers(1, 50))
def test_apdus_come_out_however_they_are_cut(sent, step):
    stream = b"".join(encode_wpdu(apdu, source=16, destination=1) for apdu in sent)
    assert feed(WrapperServer(), stream, step) == [ApduReceived(apdu, 16, 1) for apdu in sent]


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_noise_never_raises(pieces):
    server = WrapperServer({1})
    for piece in pieces:
        server.receive_data(piece, 0.0)
    assert len(server._buffer) <= 8 + 65_535


def test_request_and_answer():
    client, server = WrapperClient(16, 1), WrapperServer()
    client.connect(0.0)
    assert client.next_deadline() == 0.0
    assert client.receive_data(b"", 0.0) == [LinkConnected(16, 1)]
    assert client.next_deadline() is None
    client.send_apdu(b"\xc0\x01", client_sap=16, server_sap=1, now_s=0.0)
    assert server.receive_data(client.data_to_send(), 0.0) == [ApduReceived(b"\xc0\x01", 16, 1)]
    server.send_apdu(b"\xc4", client_sap=16, server_sap=1, now_s=0.0)
    assert server.data_to_send().hex() == "0001000100100001c4"
    assert client.receive_data(bytes.fromhex("0001000100100001c4"), 0.0) == [ApduReceived(b"\xc4", 16, 1)]
    client.disconnect(0.0)
    assert client.handle_timeout(0.0) == [LinkDisconnected(16, 1, "closed")]


def test_a_bad_version_is_named_skipped_and_advises_to_close():
    server = WrapperServer()
    good = encode_wpdu(b"ok", source=16, destination=1)
    garbage = bytes.fromhex("00020010ffff")
    assert server.receive_data(garbage + good, 0.0) == [
        FrameRejected("bad-version: wrapper version 2 is not 1", garbage),
        ApduReceived(b"ok", 16, 1),
    ]
    assert server.must_close


def test_garbage_is_dropped_to_the_last_octet_that_may_begin_a_header():
    server = WrapperServer()
    server.receive_data(b"\xff" * 50 + b"\x00", 0.0)
    good = encode_wpdu(b"ok", source=16, destination=1)
    assert server.receive_data(good[1:], 0.0) == [ApduReceived(b"ok", 16, 1)]


@pytest.mark.parametrize(
    ("side", "raw", "reason"),
    [
        (WrapperServer({1}), encode_wpdu(b"x", source=16, destination=2), "unknown-address"),
        (WrapperClient(16, 1), encode_wpdu(b"x", source=1, destination=17), "unknown-address"),
        (WrapperServer(), bytes.fromhex("0001001000010000"), "bad-length"),
    ],
)
def test_what_is_dropped_has_a_name(side, raw, reason):
    (event,) = side.receive_data(raw, 0.0)
    assert event.reason.startswith(reason)


def test_what_a_caller_may_not_do():
    with pytest.raises(LocalProtocolError):
        WrapperClient().send_apdu(b"x", client_sap=16, server_sap=1, now_s=0.0)
    with pytest.raises(LocalProtocolError):
        WrapperServer().connect(0.0)
    for arguments in ({"source": 70_000, "destination": 1}, {"source": 1, "destination": -1}):
        with pytest.raises(DlmsValueError):
            encode_wpdu(b"x", **arguments)
    for apdu in (b"", bytes(65_536)):
        with pytest.raises(DlmsValueError):
            encode_wpdu(apdu, source=1, destination=1)


def test_a_server_forgets_what_was_half_received():
    server = WrapperServer()
    server.receive_data(bytes.fromhex("00010010"), 0.0)
    server.disconnect(0.0)
    assert server.receive_data(encode_wpdu(b"x", source=16, destination=1), 0.0) == [
        ApduReceived(b"x", 16, 1)
    ]
