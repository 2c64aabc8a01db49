"""A server that has more to say than one APDU: the client polls for it, and what waits is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.framing import ApduReceived, FrameRejected, LinkConnected, Polling
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.hdlc.transfer import MAX_QUEUED_OCTETS
from protocols.dlms.wrapper import WrapperClient

SAPS = {"client_sap": 16, "server_sap": 1}


class Pair:
    """A connected client and a server, octets carried by hand."""

    def __init__(self, window: int = 1, max_info: int = 128) -> None:
        self.client = HdlcClient(window=window, max_info=max_info, response_timeout_s=1.0, retries=1)
        self.server = HdlcServer(window=window, max_info=max_info)
        self.now_s = 0.0
        self.client.connect(0.0)
        assert isinstance(self.turn()[0], LinkConnected)

    def turn(self):
        """The client's octets to the server and the server's back; the client's events."""
        self.server.receive_data(self.client.data_to_send(), self.now_s)
        return self.client.receive_data(self.server.data_to_send(), self.now_s)

    def ask(self, *answers):
        self.client.send_apdu(b"get", **SAPS, now_s=self.now_s)
        self.server.receive_data(self.client.data_to_send(), self.now_s)
        for answer in answers:
            self.server.send_apdu(answer, **SAPS, now_s=self.now_s)
        return self.client.receive_data(self.server.data_to_send(), self.now_s)


def test_only_hdlc_has_to_be_polled():
    assert isinstance(HdlcClient(), Polling)
    assert not isinstance(WrapperClient(16, 1), Polling)


@pytest.mark.parametrize("window", [1, 3, 7])
def test_a_poll_brings_what_waits(window):
    pair = Pair(window)
    answers = [bytes((number,)) for number in range(1, 11)]
    received = [event.apdu for event in pair.ask(*answers)]
    assert received == answers[:window]
    while len(received) < len(answers):
        assert pair.client.data_to_send() == b""  # without a poll nothing more is asked for
        pair.client.poll(pair.now_s)
        received += [event.apdu for event in pair.turn()]
    assert received == answers


def test_a_server_with_nothing_to_say_is_asked_again_for_the_time_of_an_answer():
    pair = Pair()
    pair.ask(b"one")
    pair.client.poll(0.0)
    assert pair.turn() == []
    polls = 0
    while (due_s := pair.client.next_deadline()) is not None:
        pair.now_s = due_s
        assert pair.client.handle_timeout(pair.now_s) == []
        polls += pair.turn() == [] and pair.client.next_deadline() is not None
    assert 1.8 <= pair.now_s <= 2.2 + 1e-9
    assert polls > 5
    pair.server.send_apdu(b"late", **SAPS, now_s=pair.now_s)
    pair.client.poll(pair.now_s)
    assert pair.turn() == [ApduReceived(b"late", 16, 1)]


def test_a_poll_says_nothing_where_the_server_has_the_word_or_there_is_no_link():
    down = HdlcClient()
    down.poll(0.0)
    assert down.data_to_send() == b""
    pair = Pair()
    pair.client.send_apdu(b"get", **SAPS, now_s=0.0)
    pair.client.poll(0.0)  # the request itself gives the word
    request = pair.client.data_to_send()
    assert b"get" in request
    pair.client.poll(0.0)
    assert pair.client.data_to_send() == b""


def test_a_lost_poll_is_sent_again():
    pair = Pair()
    pair.ask(b"one", b"two")
    pair.client.poll(0.0)
    assert pair.client.data_to_send()  # lost
    assert pair.client.handle_timeout(1.0) == []
    pair.now_s = 1.0
    assert pair.turn() == [ApduReceived(b"two", 16, 1)]


# ---------------------------------------------------------------- what waits is bounded


def test_what_a_client_never_takes_is_dropped_by_name():
    pair = Pair()
    answer = bytes(60_000)
    for _ in range(10):
        pair.server.send_apdu(answer, **SAPS, now_s=0.0)
    events = pair.server.receive_data(b"", 0.0)
    assert 4 <= len(events) < 8
    for event in events:
        assert isinstance(event, FrameRejected)
        assert event.reason == "queue-full: client 16 does not take its answers"
        assert event.raw == answer


def test_after_a_full_queue_the_link_goes_on():
    pair = Pair(window=7, max_info=2030)
    for number in range(10):
        pair.server.send_apdu(bytes((number,)) * 60_000, **SAPS, now_s=0.0)
    received = []
    for _ in range(200):
        pair.client.poll(0.0)
        received += [event.apdu[0] for event in pair.turn()]
    assert received == list(range(len(received)))
    assert len(received) * 60_000 <= MAX_QUEUED_OCTETS
    assert pair.ask(b"next") == [ApduReceived(b"next", 16, 1)]


@given(st.lists(st.integers(1, 65_535), max_size=30), st.sampled_from([32, 128, 2030]))
def test_whatever_waits_stays_below_the_bound(sizes, max_info):
    pair = Pair(max_info=max_info)
    for size in sizes:
        pair.server.send_apdu(bytes(size), **SAPS, now_s=0.0)
    dropped = pair.server.receive_data(b"", 0.0)
    kept = sum(sizes) - sum(len(event.raw) for event in dropped)
    assert kept <= MAX_QUEUED_OCTETS
    assert not dropped or sum(sizes) + len(sizes) * max_info > MAX_QUEUED_OCTETS / 2
