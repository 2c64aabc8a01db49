"""The server, case by case as conformance tests ask (ids of the public ATS_DL where they exist)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DlmsValueError, LocalProtocolError
from protocols.dlms.framing import (
    ApduReceived,
    FrameRejected,
    LinkConnected,
    LinkDisconnected,
    LinkParameters,
)
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame
from protocols.dlms.hdlc.parameters import decode_parameters, encode_parameters
from protocols.dlms.hdlc.splitter import FrameSplitter
from protocols.dlms.hdlc.states import SERVER, ServerState

CLIENT = HdlcAddress(16)
SERVER_ADDRESS = HdlcAddress(1, 17, 2)
LLC = bytes.fromhex("e6e600")


def command(octet, information=b"", *, to=SERVER_ADDRESS, source=CLIENT, segmented=False):
    return Frame(to, source, Control.from_byte(octet), information, segmented).to_bytes()


def answers(server, raw, now_s=0.0):
    """The frames that answer `raw`; events stay in `server.seen`."""
    server.seen = server.receive_data(raw, now_s)
    return [found.frame for found in FrameSplitter().feed(server.data_to_send())]


def octets(frames):
    return [frame.control.to_byte() for frame in frames]


@pytest.fixture
def server():
    return HdlcServer()


@pytest.fixture
def connected(server):
    assert octets(answers(server, command(0x93))) == [0x73]
    return server


def test_frame_p1_connect_and_disconnect(server):
    steps = [(0x53, 0x1F), (0x93, 0x73), (0x11, 0x11), (0x53, 0x73), (0x53, 0x1F)]
    for sent, expected in steps:
        assert octets(answers(server, command(sent))) == [expected]


def test_frame_p2_half_a_frame_is_dropped_after_the_inter_octet_time_out(connected):
    half = command(0x11)[:6]
    assert answers(connected, half, 10.0) == []
    assert connected.next_deadline() == 10.5
    assert octets(answers(connected, command(0x11), 11.0)) == [0x11]
    assert connected.seen[0].reason.startswith("inter-octet-timeout")


def test_frame_p3_inactivity(connected):
    answers(connected, command(0x11), 5.0)
    assert connected.next_deadline() == 125.0
    assert connected.handle_timeout(124.9) == []
    assert connected.handle_timeout(125.0) == [LinkDisconnected(16, 1, "timeout")]
    assert octets(answers(connected, command(0x53), 126.0)) == [0x1F]


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, -1), slice(1, -1)])
def test_frame_n1_missing_flags(server, cut):
    assert answers(server, command(0x93)[cut]) == []
    server.handle_timeout(5.0)
    assert octets(answers(server, command(0x93), 6.0)) == [0x73]


def test_frame_n2_too_short(server):
    assert answers(server, command(0x93)[:5] + b"\x7e") == []
    server.handle_timeout(5.0)
    assert octets(answers(server, command(0x93), 6.0)) == [0x73]


@pytest.mark.parametrize("first", [0x90, 0xB0, 0x00, 0xF0])
def test_frame_n3_format_type(server, first):
    raw = bytearray(command(0x93))
    raw[1] = first
    assert answers(server, bytes(raw)) == []


@pytest.mark.parametrize("length", [0x00, 0x05, 0x07, 0x09, 0x7F])
def test_frame_n4_length(server, length):
    raw = bytearray(command(0x93))
    raw[2] = length
    assert answers(server, bytes(raw)) == []


def test_frame_n5_unknown_control_field(connected):
    (frmr,) = answers(connected, command(0xFF))
    assert frmr.kind is Kind.FRMR
    assert frmr.information.hex() == "ff0001"
    assert octets(answers(connected, command(0x11))) == [0x97]
    assert octets(answers(connected, command(0x93))) == [0x73]
    assert octets(answers(connected, command(0x11))) == [0x11]


def test_frame_n7_wrong_hcs(server):
    raw = bytearray(command(0x93, bytes.fromhex("818012050180060180070400000001080400000001")))
    raw[7] ^= 0x55
    assert answers(server, bytes(raw)) == []
    assert isinstance(server.seen[0], FrameRejected)


def test_frame_n8_wrong_fcs(server):
    raw = bytearray(command(0x93))
    raw[-2] ^= 0x55
    assert answers(server, bytes(raw)) == []
    assert octets(answers(server, command(0x53))) == [0x1F]


@pytest.mark.parametrize(
    "address", [HdlcAddress(1), HdlcAddress(1, 17, 2), HdlcAddress(1, 17, 4)], ids=["one", "two", "four"]
)
def test_address_p1_answers_in_the_form_that_was_used(server, address):
    (ua,) = answers(server, command(0x93, to=address))
    assert (ua.source, ua.destination) == (address, CLIENT)
    # and changes with the client
    (rr,) = answers(server, command(0x11, to=HdlcAddress(1, 17, 4)))
    assert rr.source == HdlcAddress(1, 17, 4)


@pytest.mark.parametrize(
    "raw",
    [
        bytes.fromhex("7ea00b0002040100219361807e"),
        bytes.fromhex("7ea0090002052193afd07e"),
        command(0x93, to=HdlcAddress(2, 17, 2)),
        command(0x93, to=HdlcAddress(1, 18, 2)),
        command(0x93, to=HdlcAddress(1, 18, 4)),
        command(0x93, to=HdlcAddress(0x7F)),
        command(0x93, to=HdlcAddress(1, 0x7F, 2)),
        command(0x93, to=HdlcAddress(1), source=HdlcAddress(16, 1, 2)),
    ],
)
def test_address_n1_n4_n7_silence(server, raw):
    assert answers(server, raw) == []
    assert [type(event) for event in server.seen] == [FrameRejected]


def test_address_n6_form_that_is_not_used_here():
    server = HdlcServer(address_bytes={2, 4})
    assert answers(server, command(0x93, to=HdlcAddress(1))) == []


@pytest.mark.parametrize(
    ("own", "proposal", "agreed"),
    [
        (128, LinkParameters(2030, 2030, 1, 1), LinkParameters(128, 128, 1, 1)),
        (2030, LinkParameters(600, 300, 4, 2), LinkParameters(300, 600, 2, 3)),
        (128, LinkParameters(64, 32, 7, 7), LinkParameters(32, 64, 3, 3)),
    ],
)
def test_ndm2nrm_p1_p2_never_more_than_proposed(own, proposal, agreed):
    server = HdlcServer(max_info=own, window=3)
    (ua,) = answers(server, command(0x93, encode_parameters(proposal)))
    assert decode_parameters(ua.information) == agreed
    assert server.seen == [LinkConnected(16, 1, agreed)]


def test_snrm_with_broken_parameters_gets_no_answer(server):
    assert answers(server, command(0x93, b"\x81\x80\x09")) == []
    assert server.seen[0].reason.startswith("bad-parameters")


def test_info_p1_an_apdu_in_one_frame_and_in_segments(connected):
    assert octets(answers(connected, command(0x10, LLC + b"whole"))) == [0x31]
    assert connected.seen == [ApduReceived(b"whole", 16, 1)]
    assert octets(answers(connected, command(0x12, LLC + b"par", segmented=True))) == [0x51]
    assert connected.seen == []
    connected.seen = connected.receive_data(command(0x14, b"ts"), 0.0)
    assert connected.seen == [ApduReceived(b"parts", 16, 1)]
    connected.send_apdu(b"yes", client_sap=16, server_sap=1, now_s=0.0)
    (answer,) = [found.frame for found in FrameSplitter().feed(connected.data_to_send())]
    assert answer.control == Control(Kind.I, True, 3, 0)
    assert answer.information == bytes.fromhex("e6e700") + b"yes"


def test_info_n1_too_long(connected):
    (frmr,) = answers(connected, command(0x10, bytes(129)))
    assert frmr.information.hex() == "100004"
    assert octets(answers(connected, command(0x53))) == [0x73]


def test_info_n2_wrong_n_r(connected):
    (frmr,) = answers(connected, command(0x31))
    assert frmr.information.hex() == "310008"


def test_info_n3_wrong_n_s(connected):
    assert octets(answers(connected, command(0x12, LLC + b"later"))) == [0x11]
    assert not any(isinstance(event, ApduReceived) for event in connected.seen)
    assert octets(answers(connected, command(0x10, LLC + b"now"))) == [0x31]


def test_ndmop_n1_information_in_ndm(server):
    assert octets(answers(server, command(0x10, LLC + b"x"))) == [0x1F]
    assert answers(server, command(0x00, LLC + b"x")) == []  # not polled


def test_duplicate_is_not_delivered_twice_and_the_answer_repeated(connected):
    request = command(0x10, LLC + b"once")
    connected.receive_data(request, 0.0)
    connected.send_apdu(b"answer", client_sap=16, server_sap=1, now_s=0.0)
    first = connected.data_to_send()
    (again,) = answers(connected, request)
    assert again == decode_frame(first)
    assert not any(isinstance(event, ApduReceived) for event in connected.seen)


def test_segments_of_an_answer_are_polled_and_lost_ones_repeated(connected):
    connected.receive_data(command(0x10, LLC + b"?"), 0.0)
    connected.send_apdu(bytes(200), client_sap=16, server_sap=1, now_s=0.0)
    (first,) = [found.frame for found in FrameSplitter().feed(connected.data_to_send())]
    assert (first.segmented, len(first.information)) == (True, 128)
    (again,) = answers(connected, command(0x11))
    assert again == first
    (last,) = answers(connected, command(0x31))
    assert (last.segmented, last.control.n_s) == (False, 1)
    assert octets(answers(connected, command(0x51))) == [0x31]


def test_rnr_holds_the_answer_back_until_rr(connected):
    connected.receive_data(command(0x10, LLC + b"?"), 0.0)
    connected.data_to_send()
    connected.send_apdu(b"late", client_sap=16, server_sap=1, now_s=0.0)
    assert octets(answers(connected, command(0x15))) == [0x31]
    assert octets(answers(connected, command(0x11))) == [0x30]


def test_window_sends_several_frames_on_one_poll():
    server = HdlcServer(window=3, max_info=20)
    answers(server, command(0x93, encode_parameters(LinkParameters(20, 20, 3, 3))))
    server.receive_data(command(0x10, LLC + b"?"), 0.0)
    server.send_apdu(bytes(80), client_sap=16, server_sap=1, now_s=0.0)
    frames = [found.frame for found in FrameSplitter().feed(server.data_to_send())]
    assert octets(frames) == [0x20, 0x22, 0x34]


def test_a_new_snrm_ends_the_old_link(connected):
    assert octets(answers(connected, command(0x93))) == [0x73]
    assert connected.seen == [LinkDisconnected(16, 1, "reconnect"), LinkConnected(16, 1, LinkParameters())]


def test_unnumbered_information_is_delivered_in_every_state(server):
    assert answers(server, command(0x13, LLC + b"hello")) == []
    assert server.seen == [ApduReceived(b"hello", 16, 1)]
    assert answers(server, command(0x13, LLC + b"all", to=HdlcAddress(0x7F))) == []
    assert server.seen == [ApduReceived(b"all", 16, 1)]


def test_wrong_llc_is_not_delivered(connected):
    answers(connected, command(0x10, bytes.fromhex("e6e700") + b"x"))
    assert connected.seen[0].reason.startswith("bad-llc")


def test_responses_are_ignored_by_a_server(connected):
    assert answers(connected, command(0x73)) == []
    assert connected.seen[0].reason.startswith("unexpected-frame")


def test_push_in_unnumbered_frames():
    server = HdlcServer(max_info=16)
    server.send_unnumbered(bytes(30), client_sap=102, server_sap=1, address_bytes=2)
    frames = [found.frame for found in FrameSplitter().feed(server.data_to_send())]
    assert octets(frames) == [0x03, 0x03, 0x13]
    assert [frame.segmented for frame in frames] == [True, True, False]


def test_what_a_caller_may_not_do(server):
    with pytest.raises(LocalProtocolError):
        server.connect(0.0)
    with pytest.raises(LocalProtocolError):
        server.send_apdu(b"x", client_sap=16, server_sap=1, now_s=0.0)
    with pytest.raises(DlmsValueError):
        server.send_unnumbered(b"", client_sap=16, server_sap=1)
    with pytest.raises(DlmsValueError):
        HdlcServer(max_info=0)
    with pytest.raises(DlmsValueError):
        HdlcServer(inter_octet_timeout_s=-1)


def test_power_cut_drops_every_link(connected):
    connected.disconnect(0.0)
    assert connected.receive_data(b"", 0.0) == [LinkDisconnected(16, 1, "closed")]
    assert octets(answers(connected, command(0x11))) == [0x1F]


def test_clients_have_links_of_their_own_and_memory_is_bounded(server):
    for client in range(1, 120):
        answers(server, command(0x93, source=HdlcAddress(client)), float(client))
    assert octets(answers(server, command(0x11, source=HdlcAddress(119)), 120.0)) == [0x11]
    assert octets(answers(server, command(0x11, source=HdlcAddress(1)), 120.0)) == [0x1F]


@given(st.lists(st.binary(max_size=40) | st.integers(0, 255).map(command), max_size=12))
def test_whatever_comes_never_raises(pieces):
    server = HdlcServer()
    for number, piece in enumerate(pieces):
        server.receive_data(piece, float(number))
        server.data_to_send()
        server.handle_timeout(number + 0.5)


def test_every_row_of_the_table_names_a_method():
    from protocols.dlms.hdlc.server import ServerLink

    for state in ServerState:
        for action, following in SERVER[state].values():
            assert callable(getattr(ServerLink, action))
            assert isinstance(following, ServerState)
