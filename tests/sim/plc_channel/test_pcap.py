"""The wire as a file: headers by hand, every frame, in order."""

import io
import struct

import pytest

from protocols.plc.prime.pdu import describe_pdu
from sim.plc_channel.pcap import PORT, PcapWriter, capture
from tools.fidelity.mac_setups import Plant


def records(raw: bytes) -> list[tuple[float, bytes]]:
    """Times and IP datagrams."""
    found, at = [], 24
    while at < len(raw):
        seconds, micro, size, whole = struct.unpack_from("<IIII", raw, at)
        assert size == whole
        found.append((seconds + micro / 1e6, raw[at + 16 : at + 16 + size]))
        at += 16 + size
    return found


def test_bytes_by_hand() -> None:
    file = io.BytesIO()
    writer = PcapWriter(file, epoch_s=100.0)
    writer.write(1.5, b"\xab\xcd", 1, 258)
    raw = file.getvalue()
    assert raw[:24].hex() == "d4c3b2a1020004000000000000000000ffff000065000000"
    assert raw[24:40].hex() == "6500000020a107001e0000001e000000"
    assert raw[40:60].hex() == "4500001e000000004011658d0a2000010a200102"
    assert raw[60:].hex() == "1eef1eef000a0000abcd"
    assert writer.count == 1


def test_the_checksum_of_the_header_is_right() -> None:
    file = io.BytesIO()
    PcapWriter(file).write(0.0, bytes(300), 7)
    header = file.getvalue()[40:60]
    total = sum(struct.unpack(">10H", header))
    assert total % 0xFFFF == 0


@pytest.mark.parametrize("beacons", [True, False])
def test_every_frame_is_there(beacons: bool) -> None:
    file = io.BytesIO()
    plant = Plant(2)
    writer = capture(plant.medium, file, epoch_s=1e9, beacons=beacons)
    plant.env.run(20.0)
    found = records(file.getvalue())
    assert len(found) == writer.count
    lines = []
    for _, datagram in found:
        assert struct.unpack(">HH", datagram[20:24]) == (PORT, PORT)
        lines.append(describe_pdu(datagram[28:], plant.network.sna))
    assert not [line for line in lines if line.startswith("BAD")]
    assert sum(line.startswith("BCN") for line in lines) == (33 if beacons else 0)
    assert sum(" REG " in line for line in lines) == 6
    assert all(1e9 <= at_s < 1e9 + 20.0 for at_s, _ in found)
