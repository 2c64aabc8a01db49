"""The capture is read back with another reader than the one that wrote it."""

import dataclasses
import struct
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.model import CaseRecord, Evidence, FrameRecord
from conformance.evidence.pcap import DEVICE_PORT, client_port, internet_checksum, render_pcap


class Packet(NamedTuple):
    time_s: float
    source_port: int
    destination_port: int
    sequence: int
    acknowledged: int
    payload: bytes


def parse(capture: bytes) -> list[Packet]:
    magic, major, minor, _, _, snaplen, link_type = struct.unpack_from("<IHHiIII", capture)
    assert (magic, major, minor, snaplen, link_type) == (0xA1B2C3D4, 2, 4, 65_535, 101)
    packets, at = [], 24
    while at < len(capture):
        seconds, microseconds, kept, length = struct.unpack_from("<IIII", capture, at)
        assert kept == length <= snaplen
        at += 16
        packets.append(parse_packet(seconds + microseconds / 1e6, capture[at : at + kept]))
        at += kept
    assert at == len(capture)
    return packets


def parse_packet(time_s: float, raw: bytes) -> Packet:
    assert raw[0] == 0x45
    assert int.from_bytes(raw[2:4], "big") == len(raw)
    assert raw[9] == 6
    assert internet_checksum(raw[:20]) == 0
    segment = raw[20:]
    pseudo_header = raw[12:20] + struct.pack("!HH", 6, len(segment))
    assert internet_checksum(pseudo_header + segment) == 0
    source_port, destination_port, sequence, acknowledged = struct.unpack_from("!HHII", segment)
    assert (raw[15], raw[19]) == ((1, 2) if destination_port == DEVICE_PORT else (2, 1))
    return Packet(
        time_s, source_port, destination_port, sequence, acknowledged, segment[(segment[12] >> 4) * 4 :]
    )


def with_frames(evidence: Evidence, *frames: FrameRecord) -> Evidence:
    return dataclasses.replace(evidence, cases=(dataclasses.replace(evidence.cases[0], frames=frames),))


def test_every_frame_is_there_with_its_time_and_direction(evidence: Evidence) -> None:
    packets = parse(render_pcap(evidence))
    frames = [(number, frame) for number, case in enumerate(evidence.cases) for frame in case.frames]
    assert len(packets) == len(frames)
    for packet, (number, frame) in zip(packets, frames, strict=True):
        assert packet.payload == bytes.fromhex(frame.hex)
        assert packet.time_s == frame.time_s
        ports = (client_port(number), DEVICE_PORT)
        assert (packet.source_port, packet.destination_port) == (
            ports if frame.direction == "tx" else ports[::-1]
        )


def test_each_case_is_one_conversation_whose_numbers_run_on(evidence: Evidence) -> None:
    conversations: dict[int, list[Packet]] = {}
    for packet in parse(render_pcap(evidence)):
        port = packet.source_port if packet.destination_port == DEVICE_PORT else packet.destination_port
        conversations.setdefault(port, []).append(packet)
    assert len(conversations) == sum(bool(case.frames) for case in evidence.cases)
    for packets in conversations.values():
        sent: dict[int, int] = {}
        for packet in packets:
            assert packet.sequence == sent.get(packet.source_port, 1)
            assert packet.acknowledged == sent.get(packet.destination_port, 1)
            sent[packet.source_port] = packet.sequence + len(packet.payload)


def test_a_frame_longer_than_a_packet_is_split(evidence: Evidence) -> None:
    frame = FrameRecord("rx", "5A" * 150_000, 1.5)
    packets = parse(render_pcap(with_frames(evidence, frame)))
    assert [len(packet.payload) for packet in packets] == [65_495, 65_495, 19_010]
    assert b"".join(packet.payload for packet in packets) == bytes.fromhex(frame.hex)
    assert {packet.time_s for packet in packets} == {1.5}


@given(st.lists(st.tuples(st.sampled_from(["tx", "rx"]), st.binary(min_size=1, max_size=300)), max_size=12))
def test_any_frames_come_back(frames: list[tuple[str, bytes]]) -> None:
    records = tuple(FrameRecord(direction, raw.hex(), 0.25) for direction, raw in frames)  # type: ignore[arg-type]
    packets = parse(render_pcap(BareRun((BareCase(records),))))  # type: ignore[arg-type]
    assert [packet.payload for packet in packets] == [raw for _, raw in frames]


class BareCase(NamedTuple):
    """As much of a `CaseRecord` as a capture needs."""

    frames: tuple[FrameRecord, ...]


class BareRun(NamedTuple):
    """As much of an `Evidence` as a capture needs."""

    cases: tuple[BareCase, ...]


def test_a_run_without_frames_is_an_empty_capture(evidence: Evidence) -> None:
    cases: tuple[CaseRecord, ...] = ()
    assert parse(render_pcap(dataclasses.replace(evidence, cases=cases))) == []
