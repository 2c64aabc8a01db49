"""The control packets that carry data of a convergence layer: CON opens and closes connections, MUL groups.

Source: sizes and TYPE from a public dissector; the other fields from memory of the standard [M].
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.layout import Field, Layout, Packed

_MAX_DATA = 255


class Convergence(IntEnum):
    """CON.TYPE: which convergence layer a connection is for."""

    IPV4_ADDRESS = 1
    IPV4 = 2
    LLC_432 = 3
    MANAGEMENT = 4
    IPV6_ADDRESS = 5
    IPV6 = 6


def _with_length(data: bytes) -> bytes:
    if len(data) > _MAX_DATA:
        raise PlcValueError(f"DATA: at most {_MAX_DATA} octets, not {len(data)}")
    return bytes((len(data),)) + data


def _without_length(title: str, data: bytes) -> bytes:
    if not data or len(data) != 1 + data[0]:
        raise PduError(f"{title}.DLEN", f"{len(data)} octets with their length")
    return data[1:]


@dataclass(frozen=True, slots=True)
class Connection(Packed):
    """CON: opens (request, response) or closes a connection between a node and the base node.

    Args:
        negative: N, 1 refuses or closes.
        direct: D, 1 for a connection between two nodes.
        arq: ARQ, 1 with automatic repeat.
        lcid: of the connection, 0 to 511.
        kind: TYPE, a `Convergence`.
        eui48: of the other node of a direct connection, None without (bit E).
        data: of the convergence layer, at most 255 octets.
    """

    negative: int
    direct: int
    arq: int
    lcid: int
    kind: int
    eui48: int | None = None
    data: bytes = b""

    def encode(self) -> bytes:
        """Its octets."""
        has_eui = self.eui48 is not None
        head = self.LAYOUT.pack((self.negative, self.direct, self.arq, int(has_eui), self.lcid))
        eui = _EUI.pack((self.eui48,)) if self.eui48 is not None else b""
        return head + eui + _TYPE.pack((self.kind,)) + _with_length(self.data)

    @classmethod
    def decode(cls, data: bytes) -> "Connection":
        """The value in exactly these octets; raises PduError."""
        negative, direct, arq, has_eui, lcid = cls.LAYOUT.unpack(data)
        rest = data[cls.LAYOUT.octets :]
        eui48 = None
        if has_eui:
            (eui48,) = _EUI.unpack(rest)
            rest = rest[_EUI.octets :]
        (kind,) = _TYPE.unpack(rest)
        return cls(negative, direct, arq, lcid, kind, eui48, _without_length("CON", rest[_TYPE.octets :]))


Connection.LAYOUT = Layout(
    "CON",
    Field("negative", 1, "M", "N"),
    Field("direct", 1, "M", "D"),
    Field("arq", 1, "M", "ARQ"),
    Field("has_eui", 1, "M", "E"),
    Field("", 3, "M"),
    Field("lcid", 9, "M", "LCID"),
)
_EUI = Layout("CON", Field("eui48", 48, "M", "EUI48"))
_TYPE = Layout("CON", Field("kind", 8, "E", "TYPE"))


@dataclass(frozen=True, slots=True)
class Multicast(Packed):
    """MUL: a node joins or leaves a group.

    Args:
        negative: N, 1 refuses.
        join: 1 joins, 0 leaves.
        lcid: of the group's connection.
        kind: TYPE, a `Convergence`.
        data: of the convergence layer.
    """

    negative: int
    join: int
    lcid: int
    kind: int
    data: bytes = b""

    def encode(self) -> bytes:
        """Its octets."""
        return Packed.encode(self) + _with_length(self.data)

    @classmethod
    def decode(cls, data: bytes) -> "Multicast":
        """The value in exactly these octets; raises PduError."""
        head, rest = cls.decode_head(data)
        return replace(head, data=_without_length("MUL", rest))


Multicast.LAYOUT = Layout(
    "MUL",
    Field("negative", 1, "M", "N"),
    Field("join", 1, "M", "JOIN"),
    Field("", 5, "M"),
    Field("lcid", 9, "M", "LCID"),
    Field("kind", 8, "M", "TYPE"),
)


# Sub-headers before the data of a connection: ARQ where it was agreed, then the SAR octet.

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
