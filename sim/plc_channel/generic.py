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

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

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

if TYPE_CHECKING:
    from numpy.random import Generator

# ---- settings


@dataclass(frozen=True, slots=True)
class GenericTerms:
    """Settings of the generic wire. The defaults are ours: a quiet PRIME network of few levels [I].

    Args:
        delay_s_min: s from the end of a transmission to its arrival, at least (queues, switches).
        delay_s_max: at most.
        loss: share of transmissions that get lost, 0 to below 1.
        retries: transmissions beyond the first before an LPDU is given up, 0 or more.
        retry_delay_s: s from one transmission to the next.
        rate_bit_s: bit/s that the wire carries; 0: time on the wire does not matter.
        registration_s: s that a node takes to register, from half to one and a half of it.
        lost_after_s: s of silence after which the base node gives a node up.

    Raises:
        ValueError: a value is out of range.
    """

    delay_s_min: float = 0.10
    delay_s_max: float = 0.40
    loss: float = 0.0
    retries: int = 3
    retry_delay_s: float = 0.5
    rate_bit_s: float = 20_000.0
    registration_s: float = 30.0
    lost_after_s: float = 300.0

    def __post_init__(self) -> None:
        if not 0 <= self.delay_s_min <= self.delay_s_max:
            raise ValueError("the delay must be 0 or more, and its minimum not above its maximum")
        if not 0 <= self.loss < 1:
            raise ValueError("the share of lost transmissions must be 0 to below 1")
        if min(self.retries, self.retry_delay_s, self.rate_bit_s, self.registration_s, self.lost_after_s) < 0:
            raise ValueError("retries, times and rate of a wire are 0 or more")


# ---- node


class HearingBase(Protocol):
    """The base node as the nodes see it."""

    powered: bool

    def hears_registration(self, eui48: bytes) -> None:
        """A node registered."""

    def hears(self, eui48: bytes, lpdu: bytes, retries: int) -> None:
        """An LPDU arrived."""

    def misses(self, eui48: bytes, reason: str) -> None:
        """A node is silent."""


class GenericWire:
    """Shared state of the wire: settings, present loss, and the time at which the wire is free again."""

    __slots__ = ("_free_at_s", "base", "env", "loss", "terms")

    def __init__(self, env: Environment, terms: GenericTerms) -> None:
        self.env = env
        self.terms = terms
        self.loss = terms.loss
        self.base: HearingBase | None = None
        self._free_at_s = 0.0

    def occupy(self, size: int) -> float:
        """Keep the wire busy for `size` octets; s from now until they are sent."""
        now_s = float(self.env.now)
        if not self.terms.rate_bit_s:
            return 0.0
        self._free_at_s = max(now_s, self._free_at_s) + 8 * size / self.terms.rate_bit_s
        return self._free_at_s - now_s

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do `act` in `delay_s`."""
        callbacks = self.env.timeout(max(0.0, delay_s)).callbacks
        assert callbacks is not None  # noqa: S101 - SimPy says None only of events in the past
        callbacks.append(lambda _: act())


class Direction:
    """One direction between a node and the base node; what is sent first arrives first."""

    __slots__ = ("_label", "_last_arrival_s", "_random", "_streams", "_wire")

    def __init__(self, wire: GenericWire, streams: RandomStreams, label: str) -> None:
        self._wire = wire
        self._streams = streams
        self._label = label
        self._random: Generator | None = None
        self._last_arrival_s = 0.0

    def draw(self) -> float:
        """A number from 0 to below 1."""
        if self._random is None:
            self._random = self._streams.stream(self._label)
        return float(self._random.random())

    def transmission(self, size: int, *, retries: int, reaches: bool) -> tuple[float, bool, int]:
        """Send once or more: when it arrives or is given up, whether it arrived, and the retries."""
        wire, terms = self._wire, self._wire.terms
        at_s = float(wire.env.now) + wire.occupy(size)
        delay_s = terms.delay_s_min + (terms.delay_s_max - terms.delay_s_min) * self.draw()
        tried = 0
        arrived = False
        for tried in range(retries + 1):
            arrived = self.draw() >= wire.loss and reaches
            if arrived:
                break
            if tried < retries:
                at_s += terms.retry_delay_s
                wire.occupy(size)
        at_s = max(at_s + delay_s, self._last_arrival_s)
        if arrived:
            self._last_arrival_s = at_s
        return at_s, arrived, tried


class GenericNode:
    """A meter's modem; fits `sim.kernel.medium.Node`."""

    __slots__ = (
        "_cut",
        "_detached",
        "_life",
        "_on_lpdu",
        "_powered",
        "_silence",
        "_up",
        "_wire",
        "down",
        "eui48",
        "place",
        "registered",
    )

    def __init__(
        self,
        wire: GenericWire,
        eui48: bytes,
        on_lpdu: OnLpdu,
        streams: RandomStreams,
        label: str,
        place: int,
    ) -> None:
        self._wire = wire
        self.eui48 = eui48
        self.place = place
        self._on_lpdu = on_lpdu
        self._up = Direction(wire, streams, f"{label}/up")
        self.down = Direction(wire, streams, f"{label}/down")
        self._powered = True
        self._cut = False
        self._detached = False
        #: the base node counts on it
        self.registered = False
        self._life = 0
        self._silence = 0

    @property
    def reachable(self) -> bool:
        """True if anything can pass between it and the base node."""
        base = self._wire.base
        return self._powered and not self._cut and not self._detached and base is not None and base.powered

    def send(self, lpdu: bytes) -> None:
        """Towards the base node; lost in silence when the node is not registered.

        Raises:
            ValueError: it is empty or longer than an LPDU may be.
        """
        data = checked_lpdu(lpdu)
        if not self.registered or not self._powered or self._detached:
            return
        arrives_s, arrived, retries = self._up.transmission(
            len(data), retries=self._wire.terms.retries, reaches=self.reachable
        )
        if arrived:
            life = self._life
            self._wire.later(arrives_s - float(self._wire.env.now), lambda: self._arrive(data, retries, life))

    def power(self, on: bool) -> None:
        """The modem has its supply, or not; what it had queued is gone."""
        if on == self._powered:
            return
        self._powered = on
        self._life += 1
        self.registered = False
        if on:
            self.begin_registration()
        else:
            self._begin_silence()

    def detach(self) -> None:
        """The module was pulled out: the node is gone for good."""
        if not self._detached:
            self._detached = True
            self._life += 1
            self.registered = False
            self._begin_silence()

    def set_cut(self, cut: bool) -> None:
        """A fault of the wire between it and the base node begins or ends."""
        if cut == self._cut:
            return
        self._cut = cut
        if cut:
            self._begin_silence()
        else:
            self._silence += 1
            if not self.registered:
                self.begin_registration()

    def base_power(self, on: bool) -> None:
        """The base node came or went; without it nobody is registered."""
        self._life += 1
        self._silence += 1
        self.registered = False
        if on:
            self.begin_registration()

    def begin_registration(self) -> None:
        """Look for the base node, and be registered after a while."""
        if not self.reachable:
            return
        life = self._life
        duration_s = self._wire.terms.registration_s * (0.5 + self._up.draw())
        self._wire.later(duration_s, lambda: self._register(life))

    def deliver_at(self, arrives_s: float, lpdu: bytes) -> None:
        """Let `lpdu` come out of the modem at `arrives_s`, if it still has power then."""
        life = self._life
        self._wire.later(
            arrives_s - float(self._wire.env.now),
            lambda: self._deliver(lpdu, life),
        )

    def _deliver(self, lpdu: bytes, life: int) -> None:
        if life == self._life:
            self._on_lpdu(lpdu)

    def _register(self, life: int) -> None:
        base = self._wire.base
        if life != self._life or not self.reachable or self.registered or base is None:
            return
        self.registered = True
        self._silence += 1
        base.hears_registration(self.eui48)

    def _arrive(self, lpdu: bytes, retries: int, life: int) -> None:
        base = self._wire.base
        if life == self._life and base is not None and base.powered:
            base.hears(self.eui48, lpdu, retries)

    def _begin_silence(self) -> None:
        """From now on it does not answer; after a while the base node gives it up."""
        self._silence += 1
        silence = self._silence
        self._wire.later(self._wire.terms.lost_after_s, lambda: self._give_up(silence))

    def _give_up(self, silence: int) -> None:
        base = self._wire.base
        if silence == self._silence and base is not None and base.powered:
            self.registered = False
            base.misses(self.eui48, "silent")


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
    """Row of the base node's table for one address."""

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
        """Counters of a node."""
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
