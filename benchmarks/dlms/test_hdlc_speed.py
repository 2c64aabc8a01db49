"""HDLC frames of 128 octets, parsed and answered on one core, beside two yardsticks of the same run.

The goal is 50 000 parsed frames a second. Yardsticks: the check sequences of such a frame alone, by the C
loop that the codec uses (what no parser can undercut), and by a Python loop over octets (what parsers without
it pay).
"""

import binascii
from collections.abc import Callable

import pytest

from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame
from protocols.dlms.hdlc.splitter import FrameSplitter

GOAL_FRAMES_PER_S = 50_000
FRAMES = 1_000
SERVER, CLIENT = HdlcAddress(1, 17, 4), HdlcAddress(16)
FRAME = Frame(CLIENT, SERVER, Control(Kind.I, True, 1, 2), bytes(range(114)))
RAW = FRAME.to_bytes()
STREAM = RAW[:-1] * FRAMES + RAW[-1:]  # shared flags
POLL = Frame(SERVER, CLIENT, Control(Kind.RR)).to_bytes()
_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def parse_stream() -> None:
    assert len(FrameSplitter().feed(STREAM)) == FRAMES


def parse_pieces() -> None:
    splitter = FrameSplitter()
    for _ in range(FRAMES):
        splitter.feed(RAW)


def decode() -> None:
    for _ in range(FRAMES):
        decode_frame(RAW)


def encode() -> None:
    for _ in range(FRAMES):
        FRAME.to_bytes()


def poll() -> None:
    server = HdlcServer()
    server.receive_data(Frame(SERVER, CLIENT, Control(Kind.SNRM)).to_bytes(), 0.0)
    server.data_to_send()
    for _ in range(FRAMES):
        server.receive_data(POLL, 0.0)
        server.data_to_send()


def yardstick_c() -> None:
    """HCS and FCS of the frame, and nothing else."""
    for _ in range(FRAMES):
        binascii.crc_hqx(RAW[1:-1].translate(_REVERSED), 0xFFFF)
        binascii.crc_hqx(RAW[1:11].translate(_REVERSED), 0xFFFF)


def yardstick_python() -> None:
    """The same, octet by octet."""
    for _ in range(FRAMES):
        for octets in (RAW[1:-1], RAW[1:11]):
            register = 0xFFFF
            for octet in octets:
                register = register >> 8 ^ _TABLE[(register ^ octet) & 0xFF]


def _entry(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (0x8408 if octet & 1 else 0)
    return octet


_TABLE = [_entry(octet) for octet in range(256)]


@pytest.mark.parametrize(
    "work",
    [parse_stream, parse_pieces, decode, encode, poll, yardstick_c, yardstick_python],
    ids=lambda work: work.__name__,
)
def test_speed(benchmark, work: Callable[[], None]) -> None:
    assert len(RAW) == 128
    benchmark.extra_info["operations"] = FRAMES
    benchmark.extra_info["goal_per_s"] = GOAL_FRAMES_PER_S
    benchmark.pedantic(work, rounds=5, warmup_rounds=1)
