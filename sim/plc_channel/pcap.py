"""Wire as a pcap file: every PRIME frame as the payload of a UDP datagram on port 7919.

A dissector for "PRIME over UDP" takes that port [E]; that the payload is the bare MPDU, without a header of
its own, is assumed [M]. Addresses are made up: 10.32.x.y is the modem with number 256 x + y of the network,
the base node among them; what nobody in particular is meant to hear goes to 10.32.255.255.

The file is the classic pcap format with microseconds, link type 101 (raw IP), written by hand.
"""

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from sim.plc_channel.prime.interfaces import Transmission
    from sim.plc_channel.prime.medium import PrimeMedium

#: of "PRIME over UDP"
PORT = 7919
_MAGIC, _VERSION, _SNAPLEN, _RAW_IP = 0xA1B2C3D4, (2, 4), 65_535, 101
_FILE_HEADER = struct.Struct("<IHHiIII")
_RECORD_HEADER = struct.Struct("<IIII")
_IP_HEADER = struct.Struct(">BBHHHBBH4s4s")
_UDP_HEADER = struct.Struct(">HHHH")
_UDP_PROTOCOL, _TIME_TO_LIVE = 17, 64
_MICROSECONDS = 1_000_000
_EVERYBODY = bytes((10, 32, 255, 255))


def _address(number: int) -> bytes:
    return bytes((10, 32, number >> 8 & 0xFF, number & 0xFF))


def _checksum(header: bytes) -> int:
    total = sum(int.from_bytes(header[i : i + 2], "big") for i in range(0, len(header), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class PcapWriter:
    """Writes datagrams to a file.

    Args:
        file: open for writing octets; it stays open.
        epoch_s: seconds since 1970 at which the world began.
    """

    __slots__ = ("_epoch_s", "_file", "count")

    def __init__(self, file: BinaryIO, epoch_s: float = 0.0) -> None:
        self._file = file
        self._epoch_s = epoch_s
        #: frames written
        self.count = 0
        file.write(_FILE_HEADER.pack(_MAGIC, *_VERSION, 0, 0, _SNAPLEN, _RAW_IP))

    def write(self, at_s: float, octets: bytes, source: int, destination: int | None = None) -> None:
        """One frame.

        Args:
            at_s: world seconds.
            octets: the whole MPDU.
            source: number of the modem that sent it.
            destination: number of the one that it is for; None for no one in particular.
        """
        datagram = _datagram(
            octets, _address(source), _EVERYBODY if destination is None else _address(destination)
        )
        moment = round((self._epoch_s + at_s) * _MICROSECONDS)
        seconds, micro = divmod(moment, _MICROSECONDS)
        self._file.write(_RECORD_HEADER.pack(seconds, micro, len(datagram), len(datagram)))
        self._file.write(datagram)
        self.count += 1


def _datagram(payload: bytes, source: bytes, destination: bytes) -> bytes:
    # a checksum of zero says that there is none
    udp = _UDP_HEADER.pack(PORT, PORT, _UDP_HEADER.size + len(payload), 0) + payload
    size = _IP_HEADER.size + len(udp)
    fields = (0x45, 0, size, 0, 0, _TIME_TO_LIVE, _UDP_PROTOCOL)
    checksum = _checksum(_IP_HEADER.pack(*fields, 0, source, destination))
    return _IP_HEADER.pack(*fields, checksum, source, destination) + udp


def capture(
    medium: "PrimeMedium", file: BinaryIO, *, epoch_s: float = 0.0, beacons: bool = True
) -> PcapWriter:
    """From now on, write every frame on the wire of `medium` to `file`.

    Args:
        medium: the wire.
        file: open for writing octets.
        epoch_s: seconds since 1970 at which the world began.
        beacons: whether to write beacons too, which costs an event for each frame.
    """
    writer = PcapWriter(file, epoch_s)
    network = medium.network

    def heard(transmission: "Transmission") -> None:
        listeners = tuple(network.directory.listeners(transmission.to))
        destination = listeners[0].index if len(listeners) == 1 else None
        writer.write(transmission.begin_s, transmission.octets, transmission.sender.index, destination)

    def frame() -> None:
        clock, sources = network.clock, medium.watch.sources
        number = clock.frame(network.now_s)
        sna = int.from_bytes(network.sna, "big")
        for source in sorted(sources, key=lambda source: source.slot):
            if source.first_from(number) == number:
                octets = source.beacon(number, sna).to_bytes()
                writer.write(clock.slot_begin_s(number, source.slot), octets, source.modem.index)
        network.later(clock.frame_s(number + 1) - network.now_s, frame)

    network.medium.sniffers.append(heard)
    if beacons:
        network.later(network.clock.frame_s(network.clock.next_frame(network.now_s)) - network.now_s, frame)
    return writer
