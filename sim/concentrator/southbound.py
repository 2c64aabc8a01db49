"""Southbound wire.

One exchange at a time, the urgent before the planned, late answers told from surplus ones.
"""

from collections import deque
from collections.abc import Callable, Generator
from enum import IntEnum
from typing import Any, TypeVar

from simpy import Environment, Event, PriorityResource
from simpy.resources.resource import PriorityRequest

from protocols.dlms.session import Listen, Operation, Transmit
from protocols.dlms.xdlms.notification import DataNotification, EventNotification
from protocols.plc.cl432 import Lpdu, decode_lpdu
from protocols.plc.errors import LpduError
from sim.concentrator.errors import UnreachableError
from sim.kernel.medium import BaseNode, LpduReceived, SendFailed
from sim.kernel.timing import Timer

# ---- late answers

#: So long after it was given up an answer may still come, s: PRIME repeats a segment for minutes.
LATE_S = 300.0

Lane = tuple[bytes, int]


class LateAnswers:
    """Late answers of the meters of one wire, by modem and client address."""

    __slots__ = ("_owed",)

    def __init__(self) -> None:
        #: when each was given up, the oldest first
        self._owed: dict[Lane, deque[float]] = {}

    def forget(self) -> None:
        """The power went."""
        self._owed.clear()

    def given_up(self, lane: Lane, count: int, now_s: float) -> None:
        """Nobody waits any more for `count` answers."""
        owed = self._fresh(lane, now_s)  # of a meter that never answers there are no more than of `LATE_S`
        if count:
            owed.extend([now_s] * count)
            self._owed[lane] = owed

    def came(self, lane: Lane, count: int, now_s: float) -> int:
        """`count` answers came beyond those that were waited for; how many of them nobody ever asked for."""
        owed = self._fresh(lane, now_s)
        while count and owed:
            owed.popleft()
            count -= 1
        return count

    def may_come(self, eui48: bytes, now_s: float) -> bool:
        """True if something may still come from behind a modem."""
        return any(self._fresh(lane, now_s) for lane in list(self._owed) if lane[0] == eui48)

    def _fresh(self, lane: Lane, now_s: float) -> deque[float]:
        owed = self._owed.get(lane, deque())
        while owed and now_s - owed[0] > LATE_S:
            owed.popleft()
        if not owed:
            self._owed.pop(lane, None)
        return owed


# ---- exchanges

T = TypeVar("T")
Steps = Generator[Event, Any, T]

_PUSHES = frozenset({DataNotification.tag, EventNotification.tag})


class Urgency(IntEnum):
    """Priority on the wire."""

    PASS_THROUGH = 0
    ORDER = 1
    REGISTRATION = 2
    PLAN = 3


def is_push(lpdu: Lpdu) -> bool:
    """True if a meter says something of its own accord."""
    return lpdu.apdu[0] in _PUSHES


class Inbox:
    """Inbox of one client address at one meter while an answer is awaited."""

    __slots__ = ("_alarm", "_env", "_waiter", "failure", "heard", "surplus")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._alarm = Timer(env, self._wake)
        self._waiter: Event | None = None
        self.heard: deque[bytes] = deque()
        #: why a message of ours did not arrive; None where it did
        self.failure: str | None = None
        #: answers that came beyond the requests that were sent: each request has one
        self.surplus = 0

    def take(self, lpdu: bytes, *, asked: bool = True) -> None:
        """An LPDU came, as the answer to a request or unasked."""
        self.surplus += asked
        self.heard.append(lpdu)
        self._wake()

    def fail(self, reason: str) -> None:
        """The request did not arrive."""
        self.failure = reason
        self._wake()

    def listen(self, max_wait_s: float) -> Steps[bytes]:
        """Wait for the next LPDU; empty when none came in time.

        Raises:
            UnreachableError: what was sent did not arrive.
        """
        if not self.heard and self.failure is None:
            self._waiter = self._env.event()
            self._alarm.set(float(self._env.now) + max_wait_s)
            yield self._waiter
            self._alarm.cancel()
        if self.heard:
            return self.heard.popleft()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise UnreachableError(failure)
        return b""

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.succeed()


class Southbound:
    """All conversations on one wire.

    Args:
        env: the world's environment.
        base: the base node.
        on_stray: told of every LPDU that nobody in here waits for, and whether it is a late answer.
        on_surplus: told of a modem behind which more came in a conversation than was ever asked for.
    """

    __slots__ = ("_base", "_env", "_inboxes", "_lanes", "_late", "_on_stray", "_on_surplus", "_wire")

    def __init__(
        self,
        env: Environment,
        base: BaseNode,
        on_stray: Callable[[bytes, Lpdu, bool], None],
        on_surplus: Callable[[bytes], None],
    ) -> None:
        self._env = env
        self._base = base
        self._late = LateAnswers()
        self._on_stray = on_stray
        self._on_surplus = on_surplus
        self._wire = PriorityResource(env, capacity=1)
        self._inboxes: dict[tuple[bytes, int], Inbox] = {}
        self._lanes: dict[tuple[bytes, int], PriorityResource] = {}

    def owes(self, eui48: bytes) -> bool:
        """True if an answer that was given up may still come from behind a modem."""
        return self._late.may_come(eui48, self._now_s)

    def forget(self) -> None:
        """The power went."""
        self._late.forget()

    @property
    def waiting(self) -> int:
        """Exchanges that wait for the wire."""
        return len(self._wire.queue)

    def received(self, event: LpduReceived) -> None:
        """The wire brought something; what is no LPDU is dropped."""
        try:
            lpdu = decode_lpdu(event.lpdu)
        except LpduError:
            return
        lane, asked = (event.eui48, lpdu.destination_lsap), not is_push(lpdu)
        inbox = self._inboxes.get(lane)
        if inbox is not None:
            inbox.take(event.lpdu, asked=asked)
            return
        late = asked and not self._late.came(lane, 1, self._now_s)
        self._on_stray(event.eui48, lpdu, late)

    def failed(self, event: SendFailed) -> None:
        """The wire gave a message of ours up."""
        inbox = self._inboxes.get((event.eui48, event.lpdu[2])) if len(event.lpdu) > 2 else None
        if inbox is not None:
            inbox.fail(event.reason)

    def converse(self, eui48: bytes, client_sap: int, operation: Operation[T], urgency: Urgency) -> Steps[T]:
        """Run an operation of a session with one meter; what it returns.

        Raises:
            UnreachableError: the wire could not carry it.
            DlmsError: as the operation says.
        """
        lane = yield from self._enter_lane(eui48, client_sap, urgency)
        inbox = self._inboxes[eui48, client_sap] = Inbox(self._env)
        turn: PriorityRequest | None = None
        try:
            step = next(operation)
            while True:
                if isinstance(step, Transmit):
                    turn = yield from self._next_turn(turn, urgency)
                    self._base.send(eui48, step.data)
                    inbox.surplus -= 1
                    step = operation.send(b"")
                    continue
                try:
                    data = yield from inbox.listen(step.max_wait_s)
                except UnreachableError as failure:
                    operation.throw(failure)
                    raise
                step = operation.send(data)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()
            _leave(turn)
            self._settle((eui48, client_sap), inbox.surplus)
            del self._inboxes[eui48, client_sap]
            _leave(lane)

    def _settle(self, lane: tuple[bytes, int], surplus: int) -> None:
        """A conversation is over: what is missing may come late, what is too much may be late itself."""
        if surplus < 0:
            self._late.given_up(lane, -surplus, self._now_s)
        elif self._late.came(lane, surplus, self._now_s):
            self._on_surplus(lane[0])

    @property
    def _now_s(self) -> float:
        return float(self._env.now)

    def _enter_lane(self, eui48: bytes, client_sap: int, urgency: Urgency) -> Steps[PriorityRequest]:
        """Wait until no other conversation from this client address with this meter is under way."""
        lane = self._lanes.get((eui48, client_sap))
        if lane is None:
            lane = self._lanes[eui48, client_sap] = PriorityResource(self._env, capacity=1)
        return (yield from _granted(lane.request(priority=int(urgency))))

    def _next_turn(self, turn: PriorityRequest | None, urgency: Urgency) -> Steps[PriorityRequest]:
        """Let the others go first who are more urgent, then have the wire."""
        if turn is not None:
            if not self._wire.queue:
                return turn
            _leave(turn)
        return (yield from _granted(self._wire.request(priority=int(urgency))))


def _granted(request: PriorityRequest) -> Steps[PriorityRequest]:
    try:
        yield request
    except BaseException:
        request.cancel()
        if request.triggered:  # it was granted at the very moment at which the power went
            _leave(request)
        raise
    return request


def _leave(turn: PriorityRequest | None) -> None:
    if turn is not None:
        turn.resource.release(turn)


def exchange(lpdu: bytes, max_wait_s: float) -> Operation[bytes]:
    """Send one LPDU and wait for the first answer, as an operation; empty when none came in time."""
    yield Transmit(lpdu)
    return (yield Listen(max_wait_s))
