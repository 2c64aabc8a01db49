"""Cutting and joining blocks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.axdr import encode_length
from protocols.dlms.blocks import BlockError, BlockFault, BlockReceiver, BlockSender, block_room
from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.xdlms.fields import DataBlock


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 300))
def test_what_is_cut_joins_again(payload: bytes, block_octets: int) -> None:
    sender, receiver = BlockSender(payload, block_octets), BlockReceiver()
    whole = None
    while whole is None:
        block = sender.next()
        assert len(block.raw_data) <= block_octets
        whole = receiver.receive(block)
    assert (whole, sender.done) == (payload, True)
    with pytest.raises(LocalProtocolError):
        sender.next()


@pytest.mark.parametrize("number", [0, 2, 99])
def test_a_wrong_number_breaks_off(number: int) -> None:
    with pytest.raises(BlockError) as caught:
        BlockReceiver().receive(DataBlock(False, number, b""))
    assert caught.value.fault is BlockFault.NUMBER_INVALID


def test_memory_is_bounded() -> None:
    receiver = BlockReceiver(max_octets=10)
    receiver.receive(DataBlock(False, 1, bytes(10)))
    with pytest.raises(BlockError) as caught:
        receiver.receive(DataBlock(True, 2, b"x"))
    assert caught.value.fault is BlockFault.TOO_LONG


@settings(deadline=None)
@given(st.integers(1, 65_535), st.integers(0, 40))
def test_room_fills_the_apdu_and_never_more(apdu_octets_max: int, overhead: int) -> None:
    room = block_room(apdu_octets_max, overhead)
    if room >= 1:
        used = overhead + len(encode_length(room)) + room
        assert apdu_octets_max - 1 <= used <= apdu_octets_max


def test_no_room() -> None:
    with pytest.raises(LocalProtocolError):
        BlockSender(b"x", block_room(12, 18))
