import pytest

from protocols.dlms.errors import DlmsValueError, LocalProtocolError
from protocols.dlms.framing import (
    ApduReceived,
    LinkConnected,
    LinkDisconnected,
    LinkParameters,
    ToleratedFault,
)
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.hdlc.control import Control
from protocols.dlms.hdlc.frame import Frame, HdlcAddress
from protocols.dlms.hdlc.splitter import FrameSplitter
from protocols.dlms.hdlc.states import CLIENT, ClientState

CLIENT_ADDRESS = HdlcAddress(16)
SERVER_ADDRESS = HdlcAddress(1)
LLC = bytes.fromhex("e6e700")


def response(octet, information=b"", *, to=CLIENT_ADDRESS, source=SERVER_ADDRESS, segmented=False):
    return Frame(to, source, Control.from_byte(octet), information, segmented).to_bytes()


def sent(client):
    return [found.frame for found in FrameSplitter().feed(client.data_to_send())]


def octets(client):
    return [frame.control.to_byte() for frame in sent(client)]


@pytest.fixture
def client():
    return HdlcClient(address_bytes=1, response_timeout_s=1.0, retries=2, poll_interval_s=0.25)


@pytest.fixture
def connected(client):
    client.connect(0.0)
    client.data_to_send()
    assert client.receive_data(response(0x73), 0.0) == [LinkConnected(16, 1, LinkParameters())]
    return client


def ask(client, apdu=b"?", now_s=0.0):
    client.send_apdu(apdu, client_sap=16, server_sap=1, now_s=now_s)


def test_connect_request_answer_disconnect(connected):
    ask(connected, b"get")
    (request,) = sent(connected)
    assert (request.control.to_byte(), request.information) == (0x10, bytes.fromhex("e6e600") + b"get")
    assert connected.receive_data(response(0x30, LLC + b"data"), 0.1) == [ApduReceived(b"data", 16, 1)]
    assert connected.next_deadline() is None
    connected.disconnect(0.2)
    assert octets(connected) == [0x53]
    assert connected.receive_data(response(0x73, b"\x81\x80\x00"), 0.3) == [LinkDisconnected(16, 1, "ua")]


def test_snrm_carries_parameters_only_when_they_are_not_the_defaults(client):
    client.connect(0.0)
    assert sent(client)[0].information == b""
    other = HdlcClient(address_bytes=1, max_info=2030, window=7)
    other.connect(0.0)
    assert sent(other)[0].information.hex() == "818014050207ee060207ee070400000007080400000007"


@pytest.mark.parametrize(("tolerant", "granted"), [(False, 128), (True, 248)])
def test_a_server_that_announces_more_than_was_proposed_is_believed_by_the_tolerant(tolerant, granted):
    client = HdlcClient(address_bytes=1, tolerant=tolerant)
    client.connect(0.0)
    *faults, event = client.receive_data(
        response(0x73, bytes.fromhex("8180120501f80601f0070400000001080400000001")), 0.0
    )
    assert event.parameters == LinkParameters(128, granted, 1, 1)
    assert [fault.name for fault in faults] == ["ua-exceeds-proposal"] * tolerant


def test_silence_at_connection_is_retried_and_given_up(client):
    client.connect(0.0)
    assert octets(client) == [0x93]
    for attempt in (1.0, 2.0):
        assert client.next_deadline() == attempt
        assert client.handle_timeout(attempt) == []
        assert octets(client) == [0x93]
    assert client.handle_timeout(3.0) == [LinkDisconnected(16, 1, "timeout")]
    assert client.next_deadline() is None
    client.connect(4.0)


def test_a_lost_answer_sends_the_request_again_with_its_number(connected):
    ask(connected)
    assert octets(connected) == [0x10]
    connected.handle_timeout(1.0)
    assert octets(connected) == [0x10]
    assert connected.receive_data(response(0x30, LLC + b"!"), 1.5) == [ApduReceived(b"!", 16, 1)]
    ask(connected, now_s=2.0)
    assert octets(connected) == [0x32]


def test_segments_are_polled_and_joined(connected):
    ask(connected)
    connected.data_to_send()
    assert connected.receive_data(response(0x30, LLC + b"a", segmented=True), 0.0) == []
    assert octets(connected) == [0x31]
    assert connected.receive_data(response(0x32, b"b", segmented=True), 0.0) == []
    assert octets(connected) == [0x51]
    # this one is lost: the poll is repeated
    connected.handle_timeout(1.0)
    assert octets(connected) == [0x51]
    assert connected.receive_data(response(0x34, b"c"), 1.0) == [ApduReceived(b"abc", 16, 1)]


def test_a_repeated_segment_is_not_joined_twice(connected):
    ask(connected)
    connected.data_to_send()
    first = response(0x30, LLC + b"a", segmented=True)
    connected.receive_data(first, 0.0)
    connected.data_to_send()
    (event,) = connected.receive_data(first, 0.0)
    assert event.reason.startswith("wrong-n(s)")
    assert octets(connected) == [0x31]
    assert connected.receive_data(response(0x32, b"b"), 0.0) == [ApduReceived(b"ab", 16, 1)]


def test_an_answer_that_is_not_ready_is_polled_for_a_while(connected):
    ask(connected)
    connected.data_to_send()
    connected.receive_data(response(0x31), 0.0)
    assert connected.data_to_send() == b""
    assert connected.next_deadline() == 0.25
    connected.handle_timeout(0.25)
    assert octets(connected) == [0x11]
    connected.receive_data(response(0x31), 3.5)
    connected.handle_timeout(4.0)
    assert connected.data_to_send() == b""
    assert connected.next_deadline() is None


def test_a_busy_server_is_polled_before_more_is_sent(connected):
    ask(connected, bytes(200))
    assert octets(connected) == [0x10]
    connected.receive_data(response(0x35), 0.0)
    assert connected.data_to_send() == b""
    connected.handle_timeout(0.25)
    assert octets(connected) == [0x11]
    connected.receive_data(response(0x31), 0.3)
    assert octets(connected) == [0x12]


def test_rej_sends_again(connected):
    ask(connected)
    connected.data_to_send()
    connected.receive_data(response(0x19), 0.0)
    assert octets(connected) == [0x10]


@pytest.mark.parametrize(("octet", "reason"), [(0x1F, "dm"), (0x97, "frmr")])
def test_the_link_falls(connected, octet, reason):
    ask(connected)
    events = connected.receive_data(response(octet, b"\x10\x00\x04" if octet == 0x97 else b""), 0.0)
    assert events[-1] == LinkDisconnected(16, 1, reason)
    with pytest.raises(LocalProtocolError):
        ask(connected)


def test_a_refused_connection(client):
    client.connect(0.0)
    assert client.receive_data(response(0x1F), 0.0) == [LinkDisconnected(16, 1, "dm")]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (response(0x30, LLC + b"x", source=HdlcAddress(2)), "unknown-address"),
        (response(0x30, LLC + b"x", to=HdlcAddress(17)), "unknown-address"),
        (response(0x13, LLC + b"x", to=HdlcAddress(17)), "unknown-address"),
        (response(0x73), "unexpected-frame"),
        (response(0x71), "wrong-n(r)"),
        (response(0x10, b"\xe6\xe6\x00x"), "bad-llc"),
        (b"\x7e\xa0\x03\x00", "bad-length"),
    ],
)
def test_what_is_dropped_has_a_name(connected, raw, fault):
    (event,) = connected.receive_data(raw, 0.0)[:1]
    assert event.reason.startswith(fault)


def test_a_ua_with_broken_parameters_is_no_answer(client):
    client.connect(0.0)
    (event,) = client.receive_data(response(0x73, b"\x81\x80\x05"), 0.0)
    assert event.reason.startswith("bad-parameters")
    assert client.next_deadline() == 1.0


def test_pushes_come_without_a_link_and_segmented():
    client = HdlcClient(address_bytes=1, client_sap=103, tolerant=True)
    to, source = HdlcAddress(103), HdlcAddress(1, 17, 2)
    assert client.receive_data(response(0x03, LLC + b"pu", to=to, source=source, segmented=True), 0.0) == []
    assert client.receive_data(response(0x13, b"sh", to=to, source=source), 0.0) == [
        ApduReceived(b"push", 103, 1)
    ]
    odd = response(0x13, b"bare", to=HdlcAddress(103, 127, 2), source=HdlcAddress(1))
    events = client.receive_data(odd, 0.0)
    assert [event.name for event in events if isinstance(event, ToleratedFault)] == [
        "client-address-size",
        "llc-missing",
    ]
    assert events[-1] == ApduReceived(b"bare", 103, 1)


def test_what_a_caller_may_not_do(client):
    with pytest.raises(LocalProtocolError):
        ask(client)
    client.connect(0.0)
    with pytest.raises(LocalProtocolError):
        client.connect(0.0)
    client.receive_data(response(0x73), 0.0)
    with pytest.raises(LocalProtocolError):
        client.send_apdu(b"x", client_sap=17, server_sap=1, now_s=0.0)
    with pytest.raises(DlmsValueError):
        ask(client, bytes(70_000))
    with pytest.raises(DlmsValueError):
        HdlcClient(address_bytes=1, client_sap=128)


def test_every_row_of_the_table_names_a_method():
    for state in ClientState:
        for action, following in CLIENT[state].values():
            assert callable(getattr(HdlcClient, action))
            assert isinstance(following, ClientState)
