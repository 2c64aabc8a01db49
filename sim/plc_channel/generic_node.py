"""The parts of the generic wire that a node lives on: its two directions, its power and its registration."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from simpy import Environment

from sim.kernel.medium import OnLpdu, checked_lpdu
from sim.kernel.random import RandomStreams
from sim.plc_channel.generic_terms import GenericTerms

if TYPE_CHECKING:
    from numpy.random import Generator


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
    """What all share: the terms, the present loss, and the time at which the wire is free again."""

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
        """Whether anything can pass between it and the base node."""
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
