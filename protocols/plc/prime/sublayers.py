"""What stands before the data of a connection: the ARQ sub-header where it was agreed, then the SAR octet."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.layout import Field, Layout, Packed

#: packets are counted modulo this
ARQ_MODULUS = 64
#: segments of one message: the first says how many follow
MAX_SEGMENTS = 64


class SegmentType(IntEnum):
    """SAR.TYPE."""

    FIRST = 0
    MIDDLE = 1
    LAST = 2
    LAST_WITH_CRC = 3


@dataclass(frozen=True, slots=True)
class Segment(Packed):
    """The SAR octet.

    Args:
        kind: a `SegmentType`.
        count: segments that follow, in the first; the segment's own number in the others.
    """

    kind: int
    count: int


Segment.LAYOUT = Layout("SAR", Field("kind", 2, "E", "TYPE"), Field("count", 6, "E", "NSEGS or SEQ"))


@dataclass(frozen=True, slots=True)
class Arq:
    """The ARQ sub-header: one octet, one more for each thing that is said besides.

    Args:
        packet: PKTID of the data that follow, modulo 64.
        flush: FLUSH, 1 asks for an acknowledgement at once.
        acknowledged: ACKID, the next packet that is awaited; None for none.
        missing: NACK, packets that were not got.
        window: WIN, how many may be under way; None when it is not said.
    """

    packet: int
    flush: int = 0
    acknowledged: int | None = None
    missing: tuple[int, ...] = ()
    window: int | None = None

    def encode(self) -> bytes:
        """Its octets.

        Raises:
            PlcValueError: a number is not 0 to 63.
        """
        parts: list[tuple[int, int]] = [(self.flush, self.packet)]
        if self.acknowledged is not None:
            parts.append((0, self.acknowledged))
        elif self.missing or self.window is not None:
            raise PlcValueError("ARQ: NACK and WIN come after an ACK")
        parts += [(0, packet) for packet in self.missing]
        parts += [] if self.window is None else [(1, self.window)]
        last = len(parts) - 1
        return b"".join(_ARQ.pack((int(i < last), flag, number)) for i, (flag, number) in enumerate(parts))

    @classmethod
    def decode(cls, data: bytes) -> tuple["Arq", bytes]:
        """The sub-header at the beginning of `data`, and what follows it.

        Raises:
            PduError: it does not end, or something comes after WIN.
        """
        parts = list(_arq_parts(data))
        flush, packet = parts[0]
        rest = data[len(parts) :]
        if len(parts) == 1:
            return cls(packet, flush), rest
        if parts[1][0]:
            raise PduError("ARQ.WIN", "a window without an acknowledgement")
        window = parts[-1][1] if len(parts) > _HAS_MORE and parts[-1][0] else None
        nacks = parts[_HAS_MORE : len(parts) - (window is not None)]
        if any(flag for flag, _ in nacks):
            raise PduError("ARQ.WIN", "something follows the window")
        return cls(packet, flush, parts[1][1], tuple(number for _, number in nacks), window), rest


_ARQ = Layout(
    "ARQ",
    Field("more", 1, "E", "M"),
    Field("flag", 1, "M", "FLUSH; afterwards 0 ACK or NACK, 1 WIN"),
    Field("number", 6, "E", "PKTID"),
)
_HAS_MORE = 2


def _arq_parts(data: bytes) -> Iterator[tuple[int, int]]:
    while True:
        more, flag, number = _ARQ.unpack(data)
        yield flag, number
        if not more:
            return
        data = data[_ARQ.octets :]


def segment(message: bytes, size: int) -> list[bytes]:
    """`message` in pieces of at most `size` octets, each behind its SAR octet.

    >>> [piece.hex() for piece in segment(b"abcde", 2)]
    ['026162', '416364', '8265']

    Raises:
        PlcValueError: there would be more than 64 pieces, or `size` is not positive.
    """
    if size < 1 or len(message) > MAX_SEGMENTS * size:
        raise PlcValueError(f"{len(message)} octets do not fit {MAX_SEGMENTS} segments of {size}")
    pieces = [message[i : i + size] for i in range(0, len(message), size)] or [b""]
    last = len(pieces) - 1
    return [_sar(number, last).encode() + piece for number, piece in enumerate(pieces)]


def _sar(number: int, last: int) -> Segment:
    if number == 0:
        return Segment(SegmentType.FIRST, last)
    return Segment(SegmentType.LAST if number == last else SegmentType.MIDDLE, number)


class Reassembly:
    """Joins the segments of one connection again; a segment out of order spoils its message."""

    __slots__ = ("_follow", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._follow = -1

    def take(self, data: bytes) -> bytes | None:
        """The whole message when `data` completes one.

        Raises:
            PduError: an empty payload, or a segment that is not the next one; what was begun is forgotten.
        """
        head = Segment(*Segment.LAYOUT.unpack(data))
        if head.kind == SegmentType.FIRST:
            self._pieces, self._follow = [], head.count
        elif head.count != len(self._pieces) or self._follow < head.count:
            self._follow, self._pieces = -1, []
            raise PduError("SAR.SEQ", f"segment {head.count} is not the next one")
        self._pieces.append(data[Segment.LAYOUT.octets :])
        if len(self._pieces) <= self._follow:
            return None
        message, self._pieces, self._follow = b"".join(self._pieces), [], -1
        return message
