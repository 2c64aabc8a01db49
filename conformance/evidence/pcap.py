"""``frames.pcap``: every frame of a run as a capture that a protocol analyser opens, written by hand.

The file is a classic pcap (24 octets of header, 16 before each packet) of link type RAW: each packet is IPv4.
Addresses, ports and TCP numbers are synthetic, because a serial line and a simulated link have none; the TCP
payload is the frame as it went over the wire, a wrapper PDU or an HDLC frame.

- each case is one conversation: the bench is ``10.0.0.1`` with the port of `ports.client_port`, the device is
  ``10.0.0.2`` on port 4059, registered for DLMS/COSEM;
- checksums are valid, and sequence and acknowledgement numbers run on, so that segments can be joined;
- a frame longer than one IPv4 packet holds is split over several with the same time;
- times are device time since the run began, counted from 1970-01-01: the same run gives the same bytes.

Source: IETF draft-ietf-opsawg-pcap (format), RFC 791 (IPv4), RFC 9293 (TCP), RFC 1071 (checksum).
"""

import struct
from collections.abc import Iterator

from conformance.evidence.model import CaseRecord, Evidence, FrameRecord

#: The port registered for DLMS/COSEM, so that a dissector knows what it sees. Source: IANA, dlms-cosem.
DEVICE_PORT = 4059

_FIRST_CLIENT_PORT = 49_152  # the dynamic ports of RFC 6335 begin here
_CLIENT_PORTS = 65_536 - _FIRST_CLIENT_PORT


def client_port(case_number: int) -> int:
    """The bench's port in the conversation of the case with this number (from 0, in the order of the run)."""
    return _FIRST_CLIENT_PORT + case_number % _CLIENT_PORTS


LINKTYPE_RAW = 101

_MAGIC_MICROSECONDS = 0xA1B2C3D4
_SNAPLEN = 65_535
_IPV4_HEADER_LENGTH = 20
_TCP_HEADER_LENGTH = 20
_SEGMENT_LENGTH_MAX = 65_535 - _IPV4_HEADER_LENGTH - _TCP_HEADER_LENGTH
_BENCH_ADDRESS = bytes((10, 0, 0, 1))
_DEVICE_ADDRESS = bytes((10, 0, 0, 2))
_PROTOCOL_TCP = 6
_TTL = 64
_DONT_FRAGMENT = 0x4000
_PSH_ACK = 0x18
_WINDOW = 65_535
_FIRST_SEQUENCE = 1
_MODULO_32 = 1 << 32


def render_pcap(evidence: Evidence) -> bytes:
    """Every frame of `evidence`, case after case."""
    packets = (
        packet
        for number, case in enumerate(evidence.cases)
        for packet in _conversation(case, client_port(number))
    )
    return _file_header() + b"".join(packets)


def _file_header() -> bytes:
    # magic, version 2.4, two reserved words, longest packet kept, link type
    return struct.pack("<IHHIIII", _MAGIC_MICROSECONDS, 2, 4, 0, 0, _SNAPLEN, LINKTYPE_RAW)


def _conversation(case: CaseRecord, port: int) -> Iterator[bytes]:
    """The packets of one case; each side's sequence number is the other's acknowledgement."""
    sent = {"tx": _FIRST_SEQUENCE, "rx": _FIRST_SEQUENCE}
    for frame in case.frames:
        own, other = frame.direction, "rx" if frame.direction == "tx" else "tx"
        for segment in _segments(bytes.fromhex(frame.hex)):
            yield _packet(frame, port, sent[own], sent[other], segment)
            sent[own] = (sent[own] + len(segment)) % _MODULO_32


def _segments(payload: bytes) -> Iterator[bytes]:
    for start in range(0, len(payload), _SEGMENT_LENGTH_MAX):
        yield payload[start : start + _SEGMENT_LENGTH_MAX]


def _packet(frame: FrameRecord, port: int, sequence: int, acknowledged: int, payload: bytes) -> bytes:
    if frame.direction == "tx":
        addresses, ports = (_BENCH_ADDRESS, _DEVICE_ADDRESS), (port, DEVICE_PORT)
    else:
        addresses, ports = (_DEVICE_ADDRESS, _BENCH_ADDRESS), (DEVICE_PORT, port)
    segment = _tcp_segment(addresses, ports, sequence, acknowledged, payload)
    packet = _ipv4_header(addresses, len(segment)) + segment
    seconds, microseconds = divmod(round(max(frame.time_s, 0.0) * 1_000_000), 1_000_000)
    return struct.pack("<IIII", seconds % _MODULO_32, microseconds, len(packet), len(packet)) + packet


def _ipv4_header(addresses: tuple[bytes, bytes], payload_length: int) -> bytes:
    source, destination = addresses
    total_length = _IPV4_HEADER_LENGTH + payload_length
    head = struct.pack("!BBHHHBB", 0x45, 0, total_length, 0, _DONT_FRAGMENT, _TTL, _PROTOCOL_TCP)
    checksum = internet_checksum(head + bytes(2) + source + destination)
    return head + struct.pack("!H", checksum) + source + destination


def _tcp_segment(
    addresses: tuple[bytes, bytes], ports: tuple[int, int], sequence: int, acknowledged: int, payload: bytes
) -> bytes:
    offset = (_TCP_HEADER_LENGTH // 4) << 4
    head = struct.pack("!HHIIBBH", *ports, sequence, acknowledged, offset, _PSH_ACK, _WINDOW)
    length = _TCP_HEADER_LENGTH + len(payload)
    pseudo_header = b"".join(addresses) + struct.pack("!BBH", 0, _PROTOCOL_TCP, length)
    checksum = internet_checksum(pseudo_header + head + bytes(4) + payload)
    return head + struct.pack("!HH", checksum, 0) + payload


def internet_checksum(data: bytes) -> int:
    """The ones' complement of the sum of 16-bit words; 0 over data that holds its own checksum.

    Source: RFC 1071.
    """
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
