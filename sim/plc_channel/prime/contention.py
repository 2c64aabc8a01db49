"""CSMA of PRIME 1.3.6: one modem's way to the wire.

A frame waits until the modem has prepared it, backs off for some symbols of the shared contention period,
senses the carrier once more than its priority says, and is sent if the wire was idle each time and the period
leaves it room; otherwise it backs off again, longer, from the end of what it heard [I].
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from sim.plc_channel.prime.terms import SYMBOL_S

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem
    from sim.plc_channel.prime.network import Address, Network


class State(Enum):
    """What a modem is doing with its first frame."""

    IDLE = auto()
    BACKING_OFF = auto()
    SENSING = auto()
    SENDING = auto()


class Step(Enum):
    """What changes that."""

    PUT = auto()
    SENSE = auto()
    BUSY = auto()
    CLEAR = auto()
    GIVEN_UP = auto()
    ENDED = auto()


#: the whole machine; what is not here does not happen
TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.IDLE, Step.PUT): State.BACKING_OFF,
    (State.BACKING_OFF, Step.SENSE): State.SENSING,
    (State.BACKING_OFF, Step.CLEAR): State.SENDING,
    (State.SENSING, Step.BUSY): State.BACKING_OFF,
    (State.SENSING, Step.GIVEN_UP): State.IDLE,
    (State.SENSING, Step.CLEAR): State.SENDING,
    (State.SENDING, Step.ENDED): State.IDLE,
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
    to: "Address"
    priority: int
    ready_s: float
    synchronised: bool = True
    contention_free: bool = False
    on_end: Callable[[bool], None] | None = None


class Contention:
    """The queue of one modem, first ready first.

    Args:
        network: the world around.
        modem: whose queue this is.
    """

    __slots__ = ("_attempts", "_life", "_modem", "_network", "_queue", "_senses", "state")

    def __init__(self, network: "Network", modem: "Modem") -> None:
        self._network = network
        self._modem = modem
        self._queue: deque[Outgoing] = deque()
        self._attempts = 0
        self._senses = 0
        self._life = 0
        self.state = State.IDLE

    def put(self, frame: Outgoing) -> None:
        """Queue a frame."""
        self._queue.append(frame)
        if self.state is State.IDLE:
            self._begin()

    def clear(self) -> None:
        """Forget everything; what is on the wire goes on."""
        self._queue.clear()
        self._life += 1
        self.state = State.IDLE

    def __len__(self) -> int:
        return len(self._queue)

    def _move(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]

    def _begin(self) -> None:
        self._move(Step.PUT)
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
        if self.state is State.BACKING_OFF:
            self._move(Step.SENSE)
        busy_until_s = self._network.air.busy_until_s(self._modem)
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
            self._move(Step.BUSY)
            self._back_off(self._queue[0], idle_s)
            return
        self._move(Step.GIVEN_UP)
        self._network.air.counts["given up"] += 1
        self._next(sent=False)

    def _send(self) -> None:
        self._move(Step.CLEAR)
        frame, life = self._queue[0], self._life
        self._network.air.transmit(self._modem, frame.to, frame.octets, lambda: self._ended(life))

    def _ended(self, life: int) -> None:
        if life == self._life:
            self._move(Step.ENDED)
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
