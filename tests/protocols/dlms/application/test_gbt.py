"""General block transfer streams of real meters: repeated, restarted, and with a gap."""

import json

import pytest

from conformance.vectors import path
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecodeError
from protocols.dlms.gbt import GbtReassembly
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

CAPTURES = {item["id"]: item for item in json.loads(path("dlms_captures.json").read_text())["captures"]}
LLC = bytes.fromhex("e6e700")


def _blocks(name: str) -> list[bytes]:
    """The APDUs of UI frames with a 2-byte destination and a 1-byte source."""
    apdus = []
    for frame in CAPTURES[name]["hex"]:
        raw = bytes.fromhex(frame)
        information = raw[9:-3]
        apdus.append(information.removeprefix(LLC))
    return apdus


def _block(number: int, data: bytes = b"x", *, last: bool = False) -> bytes:
    return GeneralBlockTransfer(last, True, 0, number, 0, data).to_bytes()


def _feed(*blocks: bytes) -> list[bytes]:
    stream = GbtReassembly()
    return [whole for whole in map(stream.receive, blocks) if whole is not None]


@pytest.mark.parametrize(
    "name",
    [
        "smartmeter-datacollector/lg_e450/unencrypted_valid_data1",
        "smartmeter-datacollector/lg_e450/unencrypted_extended_register_data",
        "smartmeter-datacollector/lg_e570/encrypted_valid_data",
    ],
)
def test_captured_streams(name: str) -> None:
    wholes = _feed(*(apdu for apdu in _blocks(name) if apdu[:1] == b"\xe0"))
    assert [whole.hex() for whole in wholes] == CAPTURES[name]["apdus_hex"]
    for whole in wholes:
        decode_apdu(whole)


def test_captured_stream_with_a_gap_gives_nothing() -> None:
    stream = GbtReassembly()
    blocks = _blocks("smartmeter-datacollector/lg_e450/unencrypted_invalid_data")
    assert [stream.receive(block) for block in blocks] == [None] * 5
    assert stream.fault is not None


def test_restart_and_duplicates() -> None:
    numbers = [(1, b"old"), (2, b"old"), (1, b"a"), (2, b"b"), (2, b"b"), (3, b"c")]
    blocks = [_block(number, data) for number, data in numbers]
    assert _feed(*blocks, _block(4, b"d", last=True)) == [b"abcd"]


def test_one_block() -> None:
    assert _feed(_block(1, b"whole", last=True), _block(1, b"again", last=True)) == [b"whole", b"again"]


def test_faults_are_named() -> None:
    stream = GbtReassembly()
    stream.receive(_block(2))
    assert stream.fault == "block 2 instead of 1: the stream is dropped"
    stream.receive(_block(1))
    assert stream.fault is None
    stream.receive(_block(2))
    stream.receive(_block(2))
    assert stream.fault == "block 2 again: ignored"
    stream.receive(_block(4))
    assert stream.fault == "block 4 instead of 3: the stream is dropped"
    assert stream.receive(_block(3, last=True)) is None


def test_memory_is_bounded() -> None:
    stream = GbtReassembly(max_octets=10)
    assert stream.receive(_block(1, bytes(6))) is None
    assert stream.receive(_block(2, bytes(6), last=True)) is None
    assert stream.fault == "more than 10 octets: the stream is dropped"


def test_other_apdus_are_refused() -> None:
    with pytest.raises(DecodeError, match="exception-response"):
        GbtReassembly().receive(bytes.fromhex("d80102"))
