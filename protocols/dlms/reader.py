"""A cursor over bytes: the one way that every decoder here reads, so that `explain` gets its tree for free.

A decoder names what it reads in the standard's terms. With a `Trace` each read becomes a `Node`; without one
nothing is kept.

>>> trace = Trace()
>>> reader = Reader(bytes.fromhex("0f0010"), trace)
>>> reader.u8("tag"), reader.u16("server-max-receive-pdu-size")
(15, 16)
>>> [(node.name, node.value) for node in trace.nodes]
[('tag', 15), ('server-max-receive-pdu-size', 16)]
"""

from dataclasses import dataclass, field
from math import isfinite
from types import TracebackType
from typing import Any

from protocols.dlms.errors import DecodeError

#: a length written on more octets than this is refused: 4 octets already count 4 GiB
MAX_LENGTH_OCTETS = 4


@dataclass(slots=True)
class Node:
    """One field that was read: where it lies, what it means, and what it is made of."""

    name: str
    value: object
    start: int
    end: int
    raw: bytes
    children: "list[Node]" = field(default_factory=list)

    def tree(self) -> dict[str, Any]:
        """Plain data for JSON: ``{"name", "value", "hex", "children"}``; bytes are shown as hexadecimal."""
        return {
            "name": self.name,
            "value": plain(self.value),
            "hex": self.raw.hex(),
            "children": [child.tree() for child in self.children],
        }


def plain(value: object) -> object:
    """`value` as JSON can hold it: bytes as hexadecimal; what JSON has no word for, as its text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


class Trace:
    """The nodes that readers left behind, nested by their groups."""

    __slots__ = ("_open", "nodes")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._open: list[Node] = []

    def add(self, node: Node) -> None:
        """Append a finished node to the group that is open now."""
        (self._open[-1].children if self._open else self.nodes).append(node)

    def open(self, node: Node) -> None:
        """Append `node` and let what follows be its children until `close`."""
        self.add(node)
        self._open.append(node)

    def close(self) -> None:
        """End the innermost open node."""
        self._open.pop()

    def tree(self) -> list[dict[str, Any]]:
        """All top nodes as plain data."""
        return [node.tree() for node in self.nodes]


class Group:
    """Handle of `Reader.group`: set `value` (and `name`, when it is known only later) while inside."""

    __slots__ = ("_limit", "_node", "_reader", "name", "value")

    def __init__(self, reader: "Reader", name: str, limit: int | None = None) -> None:
        self._reader = reader
        self._limit = limit
        self._node: Node | None = None
        self.name = name
        self.value: object = None

    def __enter__(self) -> "Group":
        reader = self._reader
        if self._limit is not None:
            reader.end, self._limit = self._limit, reader.end
        if reader.trace is not None:
            self._node = Node(self.name, None, reader.pos, reader.pos, b"")
            reader.trace.open(self._node)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        reader, node = self._reader, self._node
        if node is not None and reader.trace is not None:
            node.name, node.value, node.end = self.name, self.value, reader.pos
            node.raw = reader.data[node.start : node.end]
            reader.trace.close()
        if self._limit is not None:
            if kind is None:
                reader.expect_end(self.name)
            reader.end = self._limit


class Reader:
    """A cursor over `data`; every method raises `DecodeError` when the bytes run out.

    Args:
        data: what is decoded.
        trace: keeps a node per read, None keeps nothing.
    """

    __slots__ = ("data", "end", "pos", "trace")

    def __init__(self, data: bytes, trace: Trace | None = None) -> None:
        self.data = data
        self.pos = 0
        self.end = len(data)
        self.trace = trace

    @property
    def remaining(self) -> int:
        """Bytes not yet read (inside `within`: of that part)."""
        return self.end - self.pos

    def _advance(self, size: int, name: str) -> int:
        start = self.pos
        if size > self.end - start:
            unit = "byte" if size == 1 else "bytes"
            raise DecodeError(f"{name}: needs {size} {unit}, {self.end - start} remain", position=start)
        self.pos = start + size
        return start

    def _number(self, size: int, name: str, signed: bool = False) -> int:
        start = self._advance(size, name)
        raw = self.data[start : self.pos]
        value = int.from_bytes(raw, "big", signed=signed)
        if self.trace is not None:
            self.trace.add(Node(name, value, start, self.pos, raw))
        return value

    def u8(self, name: str) -> int:
        """An unsigned octet."""
        return self._number(1, name)

    def u16(self, name: str) -> int:
        """Two octets, unsigned, most significant first."""
        return self._number(2, name)

    def u32(self, name: str) -> int:
        """Four octets, unsigned, most significant first."""
        return self._number(4, name)

    def u64(self, name: str) -> int:
        """Eight octets, unsigned, most significant first."""
        return self._number(8, name)

    def i8(self, name: str) -> int:
        """A signed octet."""
        return self._number(1, name, signed=True)

    def i16(self, name: str) -> int:
        """Two octets, two's complement."""
        return self._number(2, name, signed=True)

    def i32(self, name: str) -> int:
        """Four octets, two's complement."""
        return self._number(4, name, signed=True)

    def i64(self, name: str) -> int:
        """Eight octets, two's complement."""
        return self._number(8, name, signed=True)

    def take(self, size: int, name: str) -> bytes:
        """The next `size` octets as they are."""
        start = self._advance(size, name)
        raw = self.data[start : self.pos]
        if self.trace is not None:
            self.trace.add(Node(name, raw, start, self.pos, raw))
        return raw

    def rest(self, name: str) -> bytes:
        """Every octet that remains, perhaps none."""
        return self.take(self.remaining, name)

    def peek_u8(self) -> int | None:
        """The next octet without reading it, None at the end."""
        return self.data[self.pos] if self.pos < self.end else None

    def length(self, name: str = "length", *, bounded: bool = True) -> int:
        """A definite length: one octet below 128, else 0x80 + how many octets follow.

        Args:
            name: how the field is shown.
            bounded: the length counts octets, or values of at least one octet each, so more than
                remains is an error at once. Pass False where it counts bits.

        Raises:
            DecodeError: short data, indefinite form, over `MAX_LENGTH_OCTETS`, or more than what remains.

        Source: ITU-T X.690, 8.1.3; IEC 61334-6 (A-XDR), 6.10.
        """
        start = self._advance(1, name)
        value = self.data[start]
        if value >= 0x80:
            octets = value & 0x7F
            if not 1 <= octets <= MAX_LENGTH_OCTETS:
                raise DecodeError(f"{name}: length form 0x{value:02x} is not used here", position=start)
            first = self._advance(octets, name)
            value = int.from_bytes(self.data[first : self.pos], "big")
        if bounded and value > self.remaining:
            raise DecodeError(
                f"{name}: announces {value}, only {self.remaining} bytes remain", position=start
            )
        if self.trace is not None:
            self.trace.add(Node(name, value, start, self.pos, self.data[start : self.pos]))
        return value

    def group(self, name: str) -> Group:
        """A context manager: what is read inside becomes children of one node called `name`."""
        return Group(self, name)

    def within(self, size: int, name: str) -> Group:
        """A `group` that holds exactly `size` octets: reads cannot leave it, and it must be read up."""
        if not 0 <= size <= self.remaining:
            raise DecodeError(f"{name}: needs {size} bytes, {self.remaining} remain", position=self.pos)
        return Group(self, name, self.pos + size)

    def expect_end(self, name: str = "end") -> None:
        """Nothing may remain.

        Raises:
            DecodeError: bytes remain.
        """
        if self.pos != self.end:
            raise DecodeError(f"{name}: {self.end - self.pos} bytes too many", position=self.pos)
