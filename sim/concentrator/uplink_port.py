"""The port "uplink": conversations with head-ends, pushes until somebody took them, the last gasp."""

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

from simpy import Environment

from protocols.field.errors import UplinkError
from protocols.field.uplink_ends import UplinkConcentrator
from protocols.field.uplink_peer import Answered, Asked, Closed, Opened
from sim.concentrator.errors import OrderError, PowerLostError
from sim.concentrator.events import Event
from sim.concentrator.orders import Order
from sim.concentrator.uplink_desk import UplinkDesk, event_body, order_body
from sim.kernel.alarm import Alarm
from sim.kernel.ports import PortSession, Write

#: Alarms that wait for a head-end; older ones are pulled with the log.
_WAITING_MAX = 200
#: Alarms of one push.
_PER_PUSH = 20
#: Codes of our refusals that the uplink knows; others travel as ``refused``.
_CODES = frozenset({"id-reused", "unknown-meter", "unknown-order", "refused"})

MakeEnd = Callable[[], UplinkConcentrator]


class UplinkSessions:
    """All conversations of one concentrator.

    Args:
        env: the world's environment.
        desk: answers.
        make_end: a fresh end of the protocol, with a fresh nonce.
        alive: False while it is dead or no way to the head-end is up.
        retry_s: s between two tries to deliver a push.
        on_power_lost: called when answering cost the supply.
    """

    __slots__ = (
        "_alarm",
        "_alive",
        "_desk",
        "_env",
        "_ids",
        "_make_end",
        "_on_power_lost",
        "_retry_s",
        "_sessions",
        "_waiting",
        "boot",
    )

    def __init__(
        self,
        env: Environment,
        desk: UplinkDesk,
        make_end: MakeEnd,
        alive: Callable[[], bool],
        retry_s: float,
        on_power_lost: Callable[[], None],
    ) -> None:
        self._env = env
        self._desk = desk
        self._make_end = make_end
        self._alive = alive
        self._retry_s = retry_s
        self._on_power_lost = on_power_lost
        self._sessions: list[UplinkSession] = []
        self._waiting: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_WAITING_MAX)
        self._alarm = Alarm(env, self._push)
        self._ids = itertools.count(1)
        #: how often it booted: ids of messages never come twice
        self.boot = 0

    def open(self, write: Write) -> PortSession:
        """A head-end came."""
        session = UplinkSession(self, self._make_end(), write)
        self._sessions.append(session)
        return session

    def reset(self) -> None:
        """The power went: every conversation begins anew, and what waited is in the log."""
        self._waiting.clear()
        self._alarm.cancel()
        for session in self._sessions:
            session.reset(self._make_end())

    def alarm(self, event: Event) -> None:
        """Tell an alarm at once, or as soon as somebody is there."""
        self._waiting.append(("events.push", {"events": [event_body(event)]}))
        self._alarm.set(float(self._env.now))

    def order_done(self, order: Order) -> None:
        """Tell that an order came to its end."""
        self._waiting.append(("order.done", order_body(order)))
        self._alarm.set(float(self._env.now))

    def gasp(self, utc: str, held_readings: int, held_events: int) -> None:
        """The last message, to everybody who is there; nobody waits for an answer."""
        body = {"utc": utc, "held_readings": held_readings, "held_events": held_events}
        for session in self._sessions:
            session.tell(self._next_id(), "last-gasp", body)

    def try_now(self) -> None:
        """A way to the head-end, or a head-end, is there again."""
        if self._waiting:
            self._alarm.set(float(self._env.now))

    # ------------------------------------------------------------ for the sessions

    @property
    def alive(self) -> bool:
        """Whether anything can be said."""
        return self._alive()

    def gone(self, session: "UplinkSession") -> None:
        """A head-end left."""
        self._sessions.remove(session)

    def answer(self, end: UplinkConcentrator, asked: Asked) -> None:
        """Answer one message."""
        message = asked.message
        try:
            end.answer(message.id, self._desk.answer(message.type_name, dict(message.body)))
        except OrderError as error:
            code = error.code if error.code in _CODES else "refused"
            end.refuse(message.id, UplinkError(code, error.sentence))
        except UplinkError:
            pass  # the other end was told
        except PowerLostError:
            self._on_power_lost()

    def taken(self, answered: Answered) -> None:
        """A head-end took what was pushed, or refuses it for good."""
        pushed = (answered.message.type_name, dict(answered.message.body))
        if pushed in self._waiting:
            self._waiting.remove(pushed)
        self.try_now()

    def _push(self) -> None:
        """Say what waits to the first head-end that is there; again after a while if nobody took it."""
        session = next((item for item in self._sessions if item.is_open), None)
        if not self._waiting:
            return
        if session is not None and self.alive:
            for type_name, body in list(self._waiting)[:_PER_PUSH]:
                session.tell(self._next_id(), type_name, body)
        self._alarm.set(float(self._env.now) + self._retry_s)

    def _next_id(self) -> str:
        return f"c{self.boot}-{next(self._ids)}"


class UplinkSession:
    """One head-end at the port."""

    __slots__ = ("_end", "_owner", "_write")

    def __init__(self, owner: UplinkSessions, end: UplinkConcentrator, write: Write) -> None:
        self._owner = owner
        self._end = end
        self._write = write

    @property
    def is_open(self) -> bool:
        """Whether both ends have proved themselves."""
        return self._end.is_open and not self._end.hopeless

    def reset(self, end: UplinkConcentrator) -> None:
        """Begin anew."""
        self._end = end

    def tell(self, message_id: str, type_name: str, body: dict[str, Any]) -> None:
        """Say something unasked."""
        if self.is_open:
            self._end.ask(message_id, type_name, body)
            self._flush()

    def receive(self, data: bytes) -> None:
        """Bytes came."""
        if not self._owner.alive:
            return
        for event in self._end.receive_data(data):
            if isinstance(event, Asked):
                self._owner.answer(self._end, event)
            elif isinstance(event, Answered):
                self._owner.taken(event)
            elif isinstance(event, Opened):
                self._owner.try_now()
            elif isinstance(event, Closed):
                break
        self._flush()

    def closed(self) -> None:
        """The head-end left."""
        self._owner.gone(self)

    def _flush(self) -> None:
        data = self._end.data_to_send()
        if data and self._owner.alive:
            self._write(data)
