r"""A wire without physics: delay, jitter, loss with retries, a rate, and registration.

Every node draws from streams of its own, so that a further node changes nobody's numbers. What all share is
the time on the wire: while one LPDU is sent, the others wait.

>>> from simpy import Environment
>>> from sim.kernel.random import RandomStreams
>>> env = Environment()
>>> medium = GenericMedium(env, RandomStreams(1), GenericTerms(registration_s=10.0))
>>> base = medium.base(lambda event: print(round(env.now), type(event).__name__))
>>> node = medium.node(bytes(5) + b"\x01", lambda lpdu: None)
>>> env.run(60.0)
13 NodeRegistered
"""

from collections.abc import Iterable
from dataclasses import dataclass

from simpy import Environment

from sim.kernel.medium import (
    LpduReceived,
    NodeEntry,
    NodeLost,
    NodeRegistered,
    NodeState,
    NodeStatistics,
    OnLpdu,
    OnWireEvent,
    SendFailed,
    WireEvent,
    checked_eui48,
    checked_lpdu,
)
from sim.kernel.random import RandomStreams
from sim.plc_channel.generic_node import GenericNode, GenericWire
from sim.plc_channel.generic_terms import GenericTerms

__all__ = ["GenericBase", "GenericMedium", "GenericTerms"]


class GenericMedium:
    """One shared wire; fits `sim.kernel.medium.Medium`.

    Args:
        env: the world's environment.
        streams: the world's random streams.
        terms: how the wire is.
        name: distinguishes the streams of several wires of a world.
    """

    __slots__ = ("_base", "_env", "_name", "_nodes", "_streams", "_wire")

    def __init__(
        self,
        env: Environment,
        streams: RandomStreams,
        terms: GenericTerms | None = None,
        name: str = "plc",
    ) -> None:
        self._env = env
        self._streams = streams
        self._name = name
        self._wire = GenericWire(env, terms or GenericTerms())
        self._base: GenericBase | None = None
        self._nodes: dict[bytes, list[GenericNode]] = {}

    def base(self, on_event: OnWireEvent) -> "GenericBase":
        """The one base node.

        Raises:
            ValueError: there is one already.
        """
        if self._base is not None:
            raise ValueError("this wire has its base node already")
        self._base = self._wire.base = GenericBase(self._env, self._wire, self._nodes, on_event)
        for nodes in self._nodes.values():
            for node in nodes:
                node.begin_registration()
        return self._base

    def node(self, eui48: bytes, on_lpdu: OnLpdu, *, place: int = 0) -> GenericNode:
        """A new modem, switched on; `place` does not matter on this wire.

        Raises:
            ValueError: the address has not six octets.
        """
        twins = self._nodes.setdefault(checked_eui48(eui48), [])
        label = f"{self._name}/{eui48.hex()}/{len(twins)}"
        node = GenericNode(self._wire, bytes(eui48), on_lpdu, self._streams, label, place)
        twins.append(node)
        node.begin_registration()
        return node

    # ------------------------------------------------------------ faults

    def cut(self, eui48s: Iterable[bytes] | None = None) -> None:
        """Let nothing pass to or from these nodes, or any (None), until `heal`."""
        self._partition(eui48s, cut=True)

    def heal(self, eui48s: Iterable[bytes] | None = None) -> None:
        """End of `cut`."""
        self._partition(eui48s, cut=False)

    def disturb(self, loss: float | None) -> None:
        """Lose this share of the transmissions from now on; None: as the terms say.

        Raises:
            ValueError: not 0 to 1.
        """
        if loss is not None and not 0 <= loss <= 1:
            raise ValueError("the share of lost transmissions must be 0 to 1")
        self._wire.loss = self._wire.terms.loss if loss is None else loss

    def _partition(self, eui48s: Iterable[bytes] | None, *, cut: bool) -> None:
        wanted = list(self._nodes) if eui48s is None else [bytes(eui48) for eui48 in eui48s]
        for eui48 in wanted:
            for node in self._nodes.get(eui48, []):
                node.set_cut(cut)


@dataclass(slots=True)
class _Row:
    """What the base node knows of one address."""

    registered: bool = False
    lnid: int | None = None
    last_heard_s: float | None = None
    sent: int = 0
    received: int = 0
    failed: int = 0
    retries: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    registrations: int = 0


class GenericBase:
    """The concentrator's modem; fits `sim.kernel.medium.BaseNode`."""

    __slots__ = ("_env", "_life", "_next_lnid", "_nodes", "_on_event", "_rows", "_wire", "powered")

    def __init__(
        self,
        env: Environment,
        wire: GenericWire,
        nodes: dict[bytes, list[GenericNode]],
        on_event: OnWireEvent,
    ) -> None:
        self._env = env
        self._wire = wire
        self._nodes = nodes
        self._on_event = on_event
        self._rows: dict[bytes, _Row] = {}
        self._next_lnid = 1
        self._life = 0
        self.powered = True

    def send(self, eui48: bytes, lpdu: bytes) -> None:
        """Queue `lpdu` for a node.

        Raises:
            ValueError: it is empty or longer than an LPDU may be.
        """
        data, row = checked_lpdu(lpdu), self._rows.get(eui48)
        if not self.powered:
            return
        if row is None or not row.registered:
            self._later(0.0, SendFailed(bytes(eui48), data, "unregistered"))
            return
        for node in self._nodes.get(eui48, []):
            self._to_node(node, row, data)

    def broadcast(self, lpdu: bytes) -> None:
        """To every registered node, without any promise."""
        data = checked_lpdu(lpdu)
        if not self.powered:
            return
        for node in [node for twins in self._nodes.values() for node in twins]:
            if node.registered:
                arrives_s, arrived, _ = node.down.transmission(len(data), retries=0, reaches=node.reachable)
                if arrived:
                    node.deliver_at(arrives_s, data)

    def topology(self) -> tuple[NodeEntry, ...]:
        """Every node that was ever heard, by address; all are direct neighbours here."""
        return tuple(
            NodeEntry(
                eui48,
                NodeState.TERMINAL if row.registered else NodeState.DISCONNECTED,
                lnid=row.lnid if row.registered else None,
                last_heard_s=row.last_heard_s,
            )
            for eui48, row in sorted(self._rows.items())
        )

    def statistics(self, eui48: bytes) -> NodeStatistics:
        """What was counted of a node."""
        row = self._rows.get(eui48, _Row())
        return NodeStatistics(
            sent=row.sent,
            received=row.received,
            failed=row.failed,
            retries=row.retries,
            bytes_out=row.bytes_out,
            bytes_in=row.bytes_in,
            registrations=row.registrations,
        )

    def power(self, on: bool) -> None:
        """Supply on or off; off, all registrations are lost."""
        if on == self.powered:
            return
        self.powered = on
        self._life += 1
        for row in self._rows.values():
            row.registered = False
        for node in [node for twins in self._nodes.values() for node in twins]:
            node.base_power(on)

    # ------------------------------------------------------------ from the wire

    def hears_registration(self, eui48: bytes) -> None:
        """A node registered."""
        row = self._rows.setdefault(eui48, _Row())
        if row.lnid is None:
            row.lnid, self._next_lnid = self._next_lnid, self._next_lnid + 1
        row.registered = True
        row.registrations += 1
        row.last_heard_s = float(self._env.now)
        self._on_event(NodeRegistered(eui48))

    def hears(self, eui48: bytes, lpdu: bytes, retries: int) -> None:
        """An LPDU of a registered node arrived."""
        row = self._rows[eui48]
        row.received += 1
        row.retries += retries
        row.bytes_in += len(lpdu)
        row.last_heard_s = float(self._env.now)
        self._on_event(LpduReceived(eui48, lpdu))

    def misses(self, eui48: bytes, reason: str) -> None:
        """A node has been silent for too long."""
        row = self._rows.get(eui48)
        if row is not None and row.registered:
            row.registered = False
            self._on_event(NodeLost(eui48, reason))

    def _to_node(self, node: GenericNode, row: _Row, data: bytes) -> None:
        arrives_s, arrived, retries = node.down.transmission(
            len(data), retries=self._wire.terms.retries, reaches=node.reachable
        )
        row.retries += retries
        if arrived:
            row.sent += 1
            row.bytes_out += len(data)
            node.deliver_at(arrives_s, data)
        else:
            row.failed += 1
            self._later(arrives_s - float(self._env.now), SendFailed(node.eui48, data, "retries"))

    def _later(self, delay_s: float, event: WireEvent) -> None:
        life = self._life
        self._wire.later(delay_s, lambda: self._tell(event, life))

    def _tell(self, event: WireEvent, life: int) -> None:
        if life == self._life:
            self._on_event(event)
