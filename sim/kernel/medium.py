"""PLC medium as its users see it: a base node, nodes, and what happens; every model of the wire fits these.

A medium carries LPDUs (`protocols.plc.cl432`) whole, or not at all. Everything that it says is said inside
the world's event loop, never from within the call that caused it.

It lies in the kernel because two rooms meet here that do not know each other: who works a wire and who
models it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

#: Octets of a modem's address.
EUI48_SIZE = 6
#: Octets of the longest LPDU that a medium must carry: a header of 3 and 1021 of data.
MAX_LPDU_SIZE = 1024


class NodeState(StrEnum):
    """Node as the base node's table shows it."""

    DISCONNECTED = "disconnected"
    TERMINAL = "terminal"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """One row of the base node's table.

    Args:
        eui48: the modem's address, six octets.
        state: whether it is registered, and as what.
        level: hops to the base node; 0 is a direct neighbour.
        parent: the switch that it hangs on; None at the base node.
        lnid: its local identifier; None on a medium without any, or when it is not registered.
        last_heard_s: when anything came from it, world seconds; None: never.
        snr_db: of its last transmission; None where nobody measures it.
    """

    eui48: bytes
    state: NodeState
    level: int = 0
    parent: bytes | None = None
    lnid: int | None = None
    last_heard_s: float | None = None
    snr_db: float | None = None


@dataclass(frozen=True, slots=True)
class NodeStatistics:
    """Counters that the base node keeps of one node since the world began.

    Args:
        sent: LPDUs handed to the wire for it that arrived.
        received: LPDUs that came from it.
        failed: LPDUs for it that were given up.
        retries: transmissions beyond the first, both ways.
        bytes_out: octets of the LPDUs sent.
        bytes_in: octets of the LPDUs received.
        registrations: how often it registered.
    """

    sent: int = 0
    received: int = 0
    failed: int = 0
    retries: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    registrations: int = 0


@dataclass(frozen=True, slots=True)
class NodeRegistered:
    """A node is reachable from now on."""

    eui48: bytes


@dataclass(frozen=True, slots=True)
class NodeLost:
    """A node is no longer reachable; `reason` is one word such as ``silent``."""

    eui48: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class LpduReceived:
    """A node said `lpdu`."""

    eui48: bytes
    lpdu: bytes


@dataclass(frozen=True, slots=True)
class SendFailed:
    """`lpdu` did not reach the node and will not be tried again; `reason` is one word such as ``retries``."""

    eui48: bytes
    lpdu: bytes
    reason: str


WireEvent = NodeRegistered | NodeLost | LpduReceived | SendFailed
OnWireEvent = Callable[[WireEvent], None]
OnLpdu = Callable[[bytes], None]


class Node(Protocol):
    """A meter's modem on the wire."""

    @property
    def eui48(self) -> bytes:
        """Its address."""

    def send(self, lpdu: bytes) -> None:
        """Towards the base node; lost in silence when the node is not registered.

        Raises:
            ValueError: it is empty or longer than `MAX_LPDU_SIZE`.
        """

    def power(self, on: bool) -> None:
        """The modem has its supply, or not; what it had queued is gone."""

    def detach(self) -> None:
        """The module was pulled out: the node is gone for good."""


class BaseNode(Protocol):
    """The concentrator's modem."""

    def send(self, eui48: bytes, lpdu: bytes) -> None:
        """Queue `lpdu` for a node; it ends in nothing more, or in `SendFailed`.

        Raises:
            ValueError: it is empty or longer than `MAX_LPDU_SIZE`.
        """

    def broadcast(self, lpdu: bytes) -> None:
        """To every registered node, without any promise."""

    def topology(self) -> tuple[NodeEntry, ...]:
        """Every node that the base node ever heard, by address."""

    def statistics(self, eui48: bytes) -> NodeStatistics:
        """Counters of a node; zeros of one that was never heard."""

    def power(self, on: bool) -> None:
        """The base node has its supply, or not; without, every node is lost and must register again."""


class Medium(Protocol):
    """One shared wire."""

    def base(self, on_event: OnWireEvent) -> BaseNode:
        """The one base node; what happens is told to `on_event`.

        Raises:
            ValueError: there is one already.
        """

    def node(self, eui48: bytes, on_lpdu: OnLpdu, *, place: int = 0) -> Node:
        """A new modem, switched on; `place` is its point on the feeder.

        Raises:
            ValueError: the address has not six octets. (The same address twice is no error: it happens.)
        """


def checked_eui48(eui48: bytes) -> bytes:
    """`eui48` itself.

    Raises:
        ValueError: it has not six octets.
    """
    if len(eui48) != EUI48_SIZE:
        raise ValueError(f"an EUI-48 has {EUI48_SIZE} octets, not {len(eui48)}")
    return bytes(eui48)


def checked_lpdu(lpdu: bytes) -> bytes:
    """`lpdu` itself.

    Raises:
        ValueError: it is empty or longer than `MAX_LPDU_SIZE`.
    """
    if not 1 <= len(lpdu) <= MAX_LPDU_SIZE:
        raise ValueError(f"an LPDU has 1 to {MAX_LPDU_SIZE} octets, not {len(lpdu)}")
    return bytes(lpdu)
