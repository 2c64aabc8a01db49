"""Flow control, rejected control fields, slow lines: both roles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.framing import ApduReceived, LinkDisconnected, LinkParameters
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress
from protocols.dlms.hdlc.parameters import encode_parameters
from protocols.dlms.hdlc.splitter import FrameSplitter

CLIENT, SERVER = HdlcAddress(16), HdlcAddress(1)
UP, DOWN = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")


def up(octet, information=b"", *, segmented=False):
    return Frame(SERVER, CLIENT, Control.from_byte(octet), information, segmented).to_bytes()


def down(octet, information=b"", *, segmented=False):
    return Frame(CLIENT, SERVER, Control.from_byte(octet), information, segmented).to_bytes()


def said(station):
    return [found.frame.control.to_byte() for found in FrameSplitter().feed(station.data_to_send())]


@pytest.fixture
def server():
    server = HdlcServer(window=3)
    server.receive_data(up(0x93, encode_parameters(LinkParameters(128, 128, 3, 3))), 0.0)
    server.data_to_send()
    return server


@pytest.fixture
def client():
    client = HdlcClient(address_bytes=1, response_timeout_s=1.0, retries=2)
    client.connect(0.0)
    client.receive_data(down(0x73), 0.0)
    client.data_to_send()
    return client


# ---------------------------------------------------------------- RNR: we are busy


def test_a_busy_server_says_rnr_and_takes_the_frame_when_it_comes_again(server):
    server.hold()
    assert server.receive_data(up(0x10, UP + b"get"), 0.0) == []
    assert said(server) == [0x15]
    server.receive_data(up(0x11), 0.1)
    assert said(server) == [0x15]
    server.resume(0.2)
    server.receive_data(up(0x11), 0.2)
    assert said(server) == [0x11]
    assert server.receive_data(up(0x10, UP + b"get"), 0.3) == [ApduReceived(b"get", 16, 1)]


def test_a_busy_client_keeps_the_answer_at_the_server(client):
    client.send_apdu(b"get", client_sap=16, server_sap=1, now_s=0.0)
    assert said(client) == [0x10]
    client.hold()
    assert client.receive_data(down(0x30, DOWN + b"data"), 0.1) == []
    assert said(client) == [0x15]
    client.receive_data(down(0x31), 0.2)
    assert said(client) == []
    client.resume(0.3)
    assert said(client) == [0x11]
    assert client.receive_data(down(0x30, DOWN + b"data"), 0.4) == [ApduReceived(b"data", 16, 1)]


def test_hold_and_resume_without_traffic_say_nothing_but_a_poll(client):
    client.hold()
    client.resume(1.0)
    assert said(client) == [0x11]
    client.receive_data(down(0x11), 1.1)
    assert (said(client), client.next_deadline()) == ([], None)
    idle = HdlcClient(address_bytes=1)
    idle.hold()
    idle.resume(1.0)
    assert said(idle) == []


def test_both_sides_may_be_busy_in_turns(wire):
    pair = wire(
        HdlcClient(address_bytes=1, max_info=20, window=3, response_timeout_s=1.0),
        HdlcServer(max_info=20, window=3),
    )
    pair.client.connect(0.0)
    pair.pump()
    for number, busy in enumerate([pair.server, pair.client, pair.server, pair.client]):
        busy.hold()
        apdu = bytes([number]) * 150
        pair.client.send_apdu(apdu, client_sap=16, server_sap=1, now_s=pair.now_s)
        pair.wait(pair.now_s + 0.5)
        busy.resume(pair.now_s)
        pair.wait(pair.now_s + 1.0)
        assert pair.delivered()[-1:] == [apdu]
        assert pair.client_events[-1] == ApduReceived(apdu, 16, 1)
    assert len(pair.delivered()) == 4


# ---------------------------------------------------------------- REJ and what DLMS does not use


def test_rej_has_the_server_send_from_there_again(server):
    server.receive_data(up(0x10, UP + b"?"), 0.0)
    server.send_apdu(bytes(300), client_sap=16, server_sap=1, now_s=0.0)
    assert said(server) == [0x20, 0x22, 0x34]
    server.receive_data(up(0x39), 0.1)
    assert said(server) == [0x22, 0x34]
    server.receive_data(up(0x71), 0.2)
    assert said(server) == [0x31]


@pytest.mark.parametrize("kind", [Kind.SREJ, Kind.TEST, Kind.XID])
def test_what_dlms_does_not_use_is_frmr_on_a_link_and_dm_without(server, kind):
    octet = Control(kind).to_byte()
    (event,) = server.receive_data(up(octet), 0.0)
    assert event.reason.startswith("unknown-control")
    assert said(server) == [0x97]
    server.receive_data(up(octet), 0.1)
    assert said(server) == [0x97]
    server.receive_data(up(0x53), 0.2)
    assert said(server) == [0x73]
    server.receive_data(up(octet), 0.3)
    assert said(server) == [0x1F]


def test_frmr_waits_for_the_poll(server):
    server.receive_data(up(0xEF), 0.0)  # no P bit
    assert said(server) == []
    server.receive_data(up(0x11), 0.1)
    (frmr,) = FrameSplitter().feed(server.data_to_send())
    assert frmr.frame.information.hex() == "ef0001"


def test_a_client_that_gets_frmr_connects_anew(client):
    client.send_apdu(b"get", client_sap=16, server_sap=1, now_s=0.0)
    client.data_to_send()
    events = client.receive_data(down(0x97, bytes.fromhex("100001")), 0.1)
    assert events[-1] == LinkDisconnected(16, 1, "frmr")
    client.connect(0.2)
    assert said(client) == [0x93]


# ---------------------------------------------------------------- time


def test_a_long_frame_on_a_slow_line_is_not_silence(client):
    """128 octets at 300 baud take more than four seconds; the response time-out is one."""
    client.send_apdu(b"get", client_sap=16, server_sap=1, now_s=0.0)
    client.data_to_send()
    raw, now_s, got = down(0x30, DOWN + bytes(120)), 0.9, []
    for octet in raw:
        now_s += 0.033
        got += client.receive_data(bytes([octet]), now_s)
        got += client.handle_timeout(now_s)
        assert said(client) == []
    assert got == [ApduReceived(bytes(120), 16, 1)]


@given(st.floats(0, 1e7), st.floats(0.001, 600), st.floats(0.001, 10))
def test_a_deadline_that_is_acted_on_does_not_come_back(at_s, inactivity_s, inter_octet_s):
    """Sums of floats are not differences: who is called at its own deadline must be done with it."""
    server = HdlcServer(inactivity_timeout_s=inactivity_s, inter_octet_timeout_s=inter_octet_s)
    server.receive_data(up(0x93) + up(0x11)[:5], at_s)
    client = HdlcClient(address_bytes=1, response_timeout_s=inactivity_s, inter_octet_timeout_s=inter_octet_s)
    client.connect(at_s)
    client.receive_data(down(0x73)[:5], at_s)
    for station in (server, client):
        for _ in range(12):
            due_s = station.next_deadline()
            if due_s is None:
                break
            station.handle_timeout(due_s)
            station.data_to_send()
        assert station.next_deadline() is None


def test_strangers_do_not_prolong_the_wait(client):
    client.send_apdu(b"get", client_sap=16, server_sap=1, now_s=0.0)
    client.data_to_send()
    stranger = Frame(HdlcAddress(17), HdlcAddress(2), Control(Kind.RR)).to_bytes()
    for tenth in range(1, 10):
        client.receive_data(stranger, tenth / 10)
    client.handle_timeout(1.0)
    assert said(client) == [0x10]


def test_seven_frames_wrap_the_numbers(wire):
    pair = wire(HdlcClient(address_bytes=1, max_info=8, window=7), HdlcServer(max_info=8, window=7))
    pair.client.connect(0.0)
    pair.pump()
    for size in (50, 53, 200, 8 * 8 - 3):
        assert pair.request(bytes(range(size))) == [bytes(range(size))[::-1]]


@given(st.lists(st.sampled_from(["hold", "resume", "ask", "wait"]), max_size=12), st.integers(1, 7))
def test_whatever_is_held_is_let_go_in_the_end(wire, steps, window):
    pair = wire(
        HdlcClient(address_bytes=1, max_info=16, window=window, response_timeout_s=1.0, retries=30),
        HdlcServer(max_info=16, window=window, inactivity_timeout_s=0),
    )
    pair.client.connect(0.0)
    pair.pump()
    asked = []
    for step in steps:
        if step == "hold":
            pair.server.hold()
        elif step == "resume":
            pair.server.resume(pair.now_s)
        elif step == "wait":
            pair.wait(pair.now_s + 0.3)
        else:
            asked.append(bytes([len(asked)]) * 40)
            pair.client.send_apdu(asked[-1], client_sap=16, server_sap=1, now_s=pair.now_s)
    pair.server.resume(pair.now_s)
    pair.wait(pair.now_s + 5)
    assert pair.delivered() == asked
    assert [event.apdu for event in pair.client_events if isinstance(event, ApduReceived)] == asked
