"""The control packets that carry data of a convergence layer: CON opens and closes connections, MUL groups.

Source: sizes and TYPE from a public dissector; the other fields from memory of the standard [M].
"""

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
