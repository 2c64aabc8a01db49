"""Modem of a base or service node: its CSMA queue, requests that await an answer, preparation of frames."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.plc.errors import PduError
from protocols.plc.prime.pdu import Gpdu, Packet
from sim.plc_channel.prime.interfaces import Address, Station, Transmission
from sim.plc_channel.prime.network import Network
from sim.plc_channel.prime.settings import SYMBOL_S

if TYPE_CHECKING:
    from numpy.random import Generator

#: a frame that finds no way to the wire is tried so many times more often
_UNSENT_FACTOR = 4
#: sends a frame and calls back when it has left, or was given up
Send = Callable[[Callable[[bool], None]], None]


@dataclass(slots=True, eq=False)
class _Request:
    send: Send
    on_fail: Callable[[], None]
    wait_s: Callable[[int], float]
    transmissions: int
    until_s: float
    count: int = 0


class PendingRequests:
    """Requests of one modem that await an answer: sent again after a while, some times, then given up.

    Args:
        network: the world around.
    """

    __slots__ = ("_network", "_open")

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: dict[Hashable, _Request] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._open

    def ask(
        self,
        key: Hashable,
        send: Send,
        on_fail: Callable[[], None],
        *,
        wait_s: Callable[[int], float],
        transmissions: int,
        lasts_s: float = 0.0,
    ) -> None:
        """Call `send` now, and again each time when `wait_s(n)` passed since the n-th frame left unanswered.

        It ends with `on_fail` after so many transmissions, but not before `lasts_s` have passed. Asking
        under the same key anew forgets the older request.
        """
        until_s = self._network.now_s + lasts_s
        request = self._open[key] = _Request(send, on_fail, wait_s, transmissions, until_s)
        self._send(key, request)

    def answered(self, key: Hashable) -> bool:
        """The answer came; whether it was awaited."""
        return self._open.pop(key, None) is not None

    def clear(self) -> None:
        """Await nothing any more."""
        self._open.clear()

    def _send(self, key: Hashable, request: _Request) -> None:
        request.count += 1
        request.send(lambda sent: self._left(key, request, sent=sent))

    def _left(self, key: Hashable, request: _Request, *, sent: bool) -> None:
        if self._open.get(key) is not request:
            return
        # a frame that found no way to the wire is known not to be answered: no need to wait for that
        wait_s = request.wait_s(request.count) if sent else 0.0
        self._network.later(wait_s, lambda: self._overdue(key, request, sent=sent))

    def _overdue(self, key: Hashable, request: _Request, *, sent: bool) -> None:
        if self._open.get(key) is not request:
            return
        most = request.transmissions * (1 if sent else _UNSENT_FACTOR)
        if request.count < most or self._network.now_s < request.until_s:
            self._network.medium.counts["repeated"] += 1
            self._send(key, request)
            return
        del self._open[key]
        request.on_fail()


class CsmaState(Enum):
    """State of a modem's first frame."""

    IDLE = auto()
    BACKING_OFF = auto()
    SENSING = auto()
    SENDING = auto()


class CsmaEvent(Enum):
    """Events that change it."""

    PUT = auto()
    SENSE = auto()
    BUSY = auto()
    CLEAR = auto()
    GIVEN_UP = auto()
    ENDED = auto()


#: the whole machine; what is not here does not happen
CSMA_TRANSITIONS: dict[tuple[CsmaState, CsmaEvent], CsmaState] = {
    (CsmaState.IDLE, CsmaEvent.PUT): CsmaState.BACKING_OFF,
    (CsmaState.BACKING_OFF, CsmaEvent.SENSE): CsmaState.SENSING,
    (CsmaState.BACKING_OFF, CsmaEvent.CLEAR): CsmaState.SENDING,
    (CsmaState.SENSING, CsmaEvent.BUSY): CsmaState.BACKING_OFF,
    (CsmaState.SENSING, CsmaEvent.GIVEN_UP): CsmaState.IDLE,
    (CsmaState.SENSING, CsmaEvent.CLEAR): CsmaState.SENDING,
    (CsmaState.SENDING, CsmaEvent.ENDED): CsmaState.IDLE,
}


@dataclass(slots=True, eq=False)
class Outgoing:
    """A frame that waits.

    Args:
        octets: all of it.
        to: whom it is for.
        priority: 0 to 3, 0 the highest.
        ready_s: when the modem has prepared it.
        synchronised: False for a node that knows no frames: it sends whenever the wire is idle.
        contention_free: True when it was given time of its own.
        on_end: called when it was sent (True) or given up (False).
    """

    octets: bytes
    to: Address
    priority: int
    ready_s: float
    synchronised: bool = True
    contention_free: bool = False
    on_end: Callable[[bool], None] | None = None


class CsmaQueue:
    """CSMA queue of one modem, first ready first.

    A frame waits until the modem has prepared it, backs off for some symbols of the shared contention
    period, senses the carrier once more than its priority says, and is sent if the wire was idle each time
    and the period leaves it room; otherwise it backs off again, longer, from the end of what it heard [I].

    Args:
        network: the world around.
        modem: whose queue this is.
    """

    __slots__ = ("_attempts", "_life", "_modem", "_network", "_queue", "_senses", "state")

    def __init__(self, network: Network, modem: Station) -> None:
        self._network = network
        self._modem = modem
        self._queue: deque[Outgoing] = deque()
        self._attempts = 0
        self._senses = 0
        self._life = 0
        self.state = CsmaState.IDLE

    def put(self, frame: Outgoing) -> None:
        """Queue a frame."""
        self._queue.append(frame)
        if self.state is CsmaState.IDLE:
            self._begin()

    def clear(self) -> None:
        """Forget everything; what is on the wire goes on."""
        self._queue.clear()
        self._life += 1
        self.state = CsmaState.IDLE

    def __len__(self) -> int:
        return len(self._queue)

    def _move(self, step: CsmaEvent) -> None:
        self.state = CSMA_TRANSITIONS[self.state, step]

    def _begin(self) -> None:
        self._move(CsmaEvent.PUT)
        self._attempts = 0
        frame = self._queue[0]
        if frame.contention_free:
            self._wait_for_own_time(frame)
        else:
            self._back_off(frame)

    def _wait_for_own_time(self, frame: Outgoing) -> None:
        network = self._network
        needs_s = network.links.airtime_s(len(frame.octets))
        at_s = network.clock.contention_free(max(network.now_s, frame.ready_s), needs_s)
        self._at(at_s, self._send)

    def _back_off(self, frame: Outgoing, idle_s: float = 0.0) -> None:
        """Choose when to sense the carrier first, not before `idle_s`."""
        network = self._network
        window = min(2 ** (frame.priority + self._attempts) + 1, network.terms.scp_symbols // 2)
        wait_s = self._modem.draw() * window * SYMBOL_S
        self._senses = frame.priority + 1
        from_s = max(network.now_s, frame.ready_s, idle_s)
        if frame.synchronised:
            between_s = frame.priority * network.terms.sense_delay_ms * 1e-3
            needs_s = wait_s + between_s + network.links.airtime_s(len(frame.octets))
            from_s = network.clock.contention(from_s, needs_s)
        self._at(from_s + wait_s, self._sense)

    def _sense(self) -> None:
        if self.state is CsmaState.BACKING_OFF:
            self._move(CsmaEvent.SENSE)
        busy_until_s = self._network.medium.busy_until_s(self._modem)
        if busy_until_s:
            self._again(busy_until_s)
            return
        self._senses -= 1
        if self._senses:
            self._at(self._network.now_s + self._network.terms.sense_delay_ms * 1e-3, self._sense)
        else:
            self._send()

    def _again(self, idle_s: float) -> None:
        self._attempts += 1
        if self._attempts < self._network.terms.scp_attempts:
            self._move(CsmaEvent.BUSY)
            self._back_off(self._queue[0], idle_s)
            return
        self._move(CsmaEvent.GIVEN_UP)
        self._network.medium.counts["given up"] += 1
        self._next(sent=False)

    def _send(self) -> None:
        self._move(CsmaEvent.CLEAR)
        frame, life = self._queue[0], self._life
        self._network.medium.transmit(self._modem, frame.to, frame.octets, lambda: self._ended(life))

    def _ended(self, life: int) -> None:
        if life == self._life:
            self._move(CsmaEvent.ENDED)
            self._next(sent=True)

    def _next(self, *, sent: bool) -> None:
        frame = self._queue.popleft()
        if self._queue:
            self._begin()
        if frame.on_end:
            frame.on_end(sent)

    def _at(self, at_s: float, act: Callable[[], None]) -> None:
        life = self._life
        self._network.later(at_s - self._network.now_s, lambda: act() if life == self._life else None)


_DRAWS = 64


class Modem:
    """Transmitter and receiver of one node: what base node and service node share.

    Args:
        network: the world around.
        eui48: its address.
        place: its point on the feeder, or `channel.model.BASE_PLACE`.
        label: names its random stream.
    """

    def __init__(self, network: Network, eui48: bytes, place: int, label: str) -> None:
        self.network = network
        self.eui48 = eui48
        self.eui = int.from_bytes(eui48, "big")
        self.place = place
        self.label = label
        self.index = network.directory.enlist(self)
        self.powered = False
        self.queue = CsmaQueue(network, self)
        self.requests = PendingRequests(network)
        self._ready_s = 0.0
        self._random: Generator | None = None
        self._drawn: list[float] = []

    def draw(self) -> float:
        """A number from 0 to below 1, of this modem's own stream."""
        if not self._drawn:
            if self._random is None:
                self._random = self.network.streams.stream(self.label)
            self._drawn = self._random.random(_DRAWS).tolist()
            self._drawn.reverse()
        return self._drawn.pop()

    def transmit(
        self,
        pdu: Gpdu,
        to: Address,
        *,
        takes_s: float | None = None,
        contention_free: bool = False,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """Prepare a frame, which takes the modem `takes_s` (one frame at a time), and queue it."""
        octets = pdu.to_bytes(self.network.sna)
        self.transmit_octets(
            octets,
            to,
            pdu.packets[0].priority,
            takes_s=takes_s,
            contention_free=contention_free,
            on_end=on_end,
        )

    def transmit_octets(
        self,
        octets: bytes,
        to: Address,
        priority: int,
        *,
        takes_s: float | None = None,
        synchronised: bool = True,
        contention_free: bool = False,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """The same for a frame whose octets are there."""
        if takes_s is None:
            takes_s = self.network.terms.turnaround_s
        self._ready_s = max(self.network.now_s, self._ready_s) + takes_s
        self.queue.put(Outgoing(octets, to, priority, self._ready_s, synchronised, contention_free, on_end))

    def hear(self, transmission: Transmission) -> None:
        """A frame arrived that is for this modem; one that does not decode falls on the floor."""
        try:
            pdu = Gpdu.from_bytes(self.network.sna, transmission.octets)
        except PduError:
            self.network.medium.counts["undecodable"] += 1
            return
        for packet in pdu.packets:
            self.take(packet, pdu, transmission)

    def take(self, packet: Packet, pdu: Gpdu, transmission: Transmission) -> None:
        """A packet came; what that means is the role's."""
        raise NotImplementedError

    def ack_timeout_s(self, level: int) -> float:
        """Time-out of an acknowledgement over so many switches, s; spread, so that no two clash on."""
        terms = self.network.terms
        return (terms.ack_timeout_s + terms.ack_timeout_level_s * level) * (1.0 + self.draw() / 2)

    def silence(self) -> None:
        """Forget all that was to be sent or awaited."""
        self.queue.clear()
        self.requests.clear()
        self._ready_s = 0.0
