"""Confirmed general block transfer as a layer: windows, turns, lost and repeated blocks, bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.gbt import ABORT, GbtEndpoint, GbtReassembly, block_octets_for, decode_block, stream
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

# More rounds than any loss that the tests make can need.
PATIENCE = 2000


class Channel:
    """Two ends and what is between them: `lost` says for each APDU, in order, whether it is lost."""

    def __init__(self, windows: tuple[int, int], lost: list[bool] | None = None) -> None:
        self.ends = [GbtEndpoint(window) for window in windows]
        self.lost = list(lost or [])
        self.sent = 0

    def carry(self, sender: int, apdus: tuple[bytes, ...]) -> list[bytes]:
        """Carry APDUs until silence that nobody can end; what became whole, at whichever end."""
        whole: list[bytes] = []
        way = [(1 - sender, apdu) for apdu in apdus]
        for _ in range(PATIENCE):
            if not way:
                way = [(1 - end, apdu) for end in (sender, 1 - sender) for apdu in self.ends[end].recover()]
                if not way or whole:
                    return whole
            target, apdu = way.pop(0)
            self.sent += 1
            if self.lost and self.lost.pop(0):
                continue
            step = self.ends[target].receive(decode_block(apdu))
            if step.whole is not None:
                whole.append(step.whole)
            way += [(1 - target, answer) for answer in step.to_send]
        raise AssertionError("it never ends")


def _payload(size: int) -> bytes:
    return bytes(index % 251 for index in range(size))


@pytest.mark.parametrize("window", [1, 2, 3, 10, 63])
@pytest.mark.parametrize("size", [1, 10, 11, 95])
def test_both_directions(window: int, size: int) -> None:
    channel = Channel((window, window))
    request, answer = _payload(size), _payload(size)[::-1]
    assert channel.carry(0, channel.ends[0].send(request, 10)) == [request]
    assert channel.carry(1, channel.ends[1].send(answer, 10)) == [answer]


def test_a_window_saves_acknowledgements() -> None:
    counts = []
    for window in (1, 5):
        channel = Channel((1, window))
        channel.carry(0, channel.ends[0].send(_payload(100), 10))
        counts.append(channel.sent)
    assert counts == [19, 12]


@given(
    size=st.integers(1, 300),
    windows=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    lost=st.lists(st.booleans(), max_size=60),
)
@settings(deadline=None)
def test_whatever_is_lost_comes_again(size: int, windows: tuple[int, int], lost: list[bool]) -> None:
    channel = Channel(windows, lost)
    request = _payload(size)
    received = channel.carry(0, channel.ends[0].send(request, 10))
    assert received
    assert set(received) == {request}


def test_only_what_is_missing_is_asked_for() -> None:
    sender, receiver = GbtEndpoint(), GbtEndpoint(window=4)
    (first,) = sender.send(_payload(50), 10)
    step = receiver.receive(decode_block(first))
    burst = sender.receive(decode_block(step.to_send[0])).to_send
    assert [decode_block(apdu).block_number for apdu in burst] == [2, 3, 4, 5]
    assert [decode_block(apdu).streaming for apdu in burst] == [True, True, True, False]
    # Block 3 is lost: the others are kept, and everything after 2 is sent again.
    for apdu in (burst[0], burst[2]):
        assert receiver.receive(decode_block(apdu)).to_send == ()
    (request,) = receiver.receive(decode_block(burst[3])).to_send
    assert decode_block(request).block_number_ack == 2
    again = sender.receive(decode_block(request)).to_send
    assert [decode_block(apdu).block_number for apdu in again] == [3, 4, 5]
    assert receiver.receive(decode_block(again[0])).whole == _payload(50)


def test_peers_that_number_their_acknowledgements_and_peers_that_do_not() -> None:
    for number in (1, 3):
        end = GbtEndpoint()
        end.send(_payload(20), 10)
        for acknowledged in (1, 2):
            block = GeneralBlockTransfer(True, False, 1, acknowledged, acknowledged, b"")
            end.receive(block)
        answer = GeneralBlockTransfer(True, False, 1, number, 2, b"answer")
        assert end.receive(answer).whole == b"answer"


def test_a_new_exchange_begins_with_block_1() -> None:
    end = GbtEndpoint(window=4)
    assert end.receive(GeneralBlockTransfer(False, True, 4, 1, 0, b"old")).whole is None
    assert end.receive(GeneralBlockTransfer(True, False, 4, 1, 0, b"new")).whole == b"new"
    assert end.receive(GeneralBlockTransfer(True, False, 4, 1, 0, b"new")).whole == b"new"


@pytest.mark.parametrize("number", [0, 65, 0xFFFF])
def test_blocks_out_of_the_window_are_left_out(number: int) -> None:
    end = GbtEndpoint()
    end.receive(GeneralBlockTransfer(False, True, 1, 1, 0, b"a"))
    assert end.receive(GeneralBlockTransfer(True, False, 1, number, 0, b"z")).whole is None
    assert end.receive(GeneralBlockTransfer(True, False, 1, 2, 0, b"b")).whole == b"ab"


def test_an_acknowledgement_of_what_was_never_sent_says_nothing() -> None:
    end = GbtEndpoint()
    end.send(_payload(30), 10)
    step = end.receive(GeneralBlockTransfer(True, False, 1, 1, 900, b""))
    assert [decode_block(apdu).block_number for apdu in step.to_send] == [1]


def test_too_much_is_broken_off() -> None:
    end = GbtEndpoint(max_octets=15)
    assert end.receive(GeneralBlockTransfer(False, True, 1, 1, 0, bytes(10))).to_send == ()
    step = end.receive(GeneralBlockTransfer(False, True, 1, 2, 0, bytes(10)))
    assert (step.aborted, step.to_send) == (True, (ABORT.to_bytes(),))
    assert not end.busy
    assert end.receive(ABORT).aborted


def test_silence_with_nothing_under_way() -> None:
    end = GbtEndpoint()
    assert (end.recover(), end.busy, end.used) == ((), False, False)


def test_more_blocks_than_numbers() -> None:
    with pytest.raises(DlmsValueError, match="too many blocks"):
        GbtEndpoint().send(bytes(0x10000), 1)


@pytest.mark.parametrize("octets_max", [1, 12, 134, 135, 136, 137, 262, 263, 264, 265, 0xFFFF])
def test_blocks_fit_into_the_apdu(octets_max: int) -> None:
    room = block_octets_for(octets_max)
    (apdu,) = GbtEndpoint().send(bytes(room), room)
    assert len(apdu) <= max(octets_max, 8)


@given(size=st.integers(1, 500), room=st.integers(1, 60))
@settings(deadline=None)
def test_a_stream_is_joined_without_acknowledgements(size: int, room: int) -> None:
    receiver = GbtReassembly()
    whole = [receiver.receive(apdu) for apdu in stream(_payload(size), room)]
    assert whole == [None] * (len(whole) - 1) + [_payload(size)]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 63), st.integers(0, 70))))
@settings(deadline=None)
def test_whatever_blocks_come_little_is_kept(blocks: list[tuple[bool, bool, int, int]]) -> None:
    end = GbtEndpoint(max_octets=100)
    for last, streaming, window, number in blocks:
        step = end.receive(GeneralBlockTransfer(last, streaming, window, number, number, b"abcde"))
        assert len(step.whole or b"") <= 100
        assert len(step.to_send) <= 1


def test_only_blocks_are_read() -> None:
    with pytest.raises(DecodeError, match="tag"):
        decode_block(bytes.fromhex("c401c10000"))
    with pytest.raises(DecodeError):
        decode_block(bytes.fromhex("e0c000010000"))
