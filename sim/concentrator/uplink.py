"""Uplink to the head-end.

A handler for every message (see `uplink_messages`), conversations, pushes until taken, last gasp.
"""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from simpy import Environment

from protocols.field.errors import UplinkError
from protocols.field.uplink_messages import ORDER
from protocols.field.uplink_peer import Answered, Asked, Closed, Opened, UplinkConcentrator
from sim.concentrator.context import ConcentratorContext
from sim.concentrator.errors import OrderError, PowerLostError
from sim.concentrator.events import Event
from sim.concentrator.line_loss import DayBalance
from sim.concentrator.orders import Order
from sim.concentrator.registry import MeterRecord
from sim.concentrator.storage import Batch, Storage
from sim.kernel.ports import PortSession, Write
from sim.kernel.timing import Timer

# ---- handlers of messages

Body = dict[str, Any]
Handler = Callable[[Body], Body]
#: Events of one answer: more would not fit its line.
_EVENTS_MAX = 100
_ORDER_KEYS = frozenset(field.name for field in ORDER)


def event_body(event: Event) -> Body:
    """An event as it travels."""
    return {
        "number": event.number,
        "utc_s": event.utc_s,
        "name": event.name,
        "group": int(event.kind.group),
        "alarm": event.kind.alarm,
        "serial": event.serial,
        "detail": event.detail,
    }


def order_body(order: Order) -> Body:
    """An order as it travels."""
    body = {key: value for key, value in asdict(order).items() if key in _ORDER_KEYS}
    return body | {"values": [list(row) for row in order.values]}


def batch_body(batch: Batch) -> Body:
    """A batch as it travels."""
    return {
        "serial": batch.serial,
        "profile": batch.profile,
        "columns": list(batch.columns),
        "period_s": batch.period_s,
        "rows": [[batch.first + place, at_s, *values] for place, (at_s, values) in enumerate(batch.rows)],
    }


def lost_after(storage: Storage, number: int) -> list[Body]:
    """Rows behind a number that will never come, as they travel."""
    return [
        {"first": item.first, "last": item.last, "reason": item.reason}
        for item in storage.evictions
        if item.last > number
    ]


def _day_body(day: DayBalance) -> Body:
    return {
        "day_utc_s": day.day_utc_s,
        "totaliser_wh": day.totaliser_wh,
        "meters_wh": day.meters_wh,
        "technical_wh": day.technical_wh,
        "loss_percent": round(day.loss_percent, 2),
        "coverage_percent": round(day.coverage_percent, 1),
        "verdict": str(day.verdict),
    }


class UplinkHandlers:
    """Answers the head-end.

    Args:
        context: the parts that it looks into.
    """

    __slots__ = ("_context", "_handlers")

    def __init__(self, context: ConcentratorContext) -> None:
        self._context = context
        self._handlers: dict[str, Handler] = {
            "status.read": self._status,
            "clock.sync": self._clock,
            "meters.list": self._meters,
            "meters.decide": self._decide,
            "readings.pull": self._pull_readings,
            "readings.acknowledge": self._acknowledge_readings,
            "events.pull": self._pull_events,
            "events.acknowledge": self._acknowledge_events,
            "order.place": self._place,
            "order.read": lambda body: order_body(self._context.orders.find(body["order"])),
            "statistics.read": self._statistics,
            "balance.read": lambda _: {"days": [_day_body(day) for day in self._context.loss.days]},
            "parameters.read": lambda _: {"parameters": self._context.parameters.values()},
            "parameters.write": self._write,
        }

    def answer(self, type_name: str, body: Body) -> Body:
        """The body of the answer.

        Raises:
            OrderError: it is refused.
        """
        return self._handlers[type_name](body)

    # ------------------------------------------------------------ state

    def _status(self, _: Body) -> Body:
        context = self._context
        return {
            "utc": context.clock.utc().isoformat(),
            "uptime_s": int(context.uptime_s()),
            "uplink": str(context.uplinks.active or ""),
            "counts": context.summary(),
        }

    def _clock(self, body: Body) -> Body:
        try:
            reference = datetime.fromisoformat(body["utc"]).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise OrderError("refused", "utc must be an instant of ISO 8601") from error
        return {"deviation_s": self._context.synchronise(reference)}

    def _write(self, body: Body) -> Body:
        return {"value": self._context.parameters.write(body["name"], body["value"])}

    # ------------------------------------------------------------ meters

    def _page(self, body: Body) -> tuple[list[MeterRecord], bool]:
        behind = sorted(
            (record for record in self._context.registry if record.sap > body["after_sap"]),
            key=lambda record: record.sap,
        )
        return behind[: body["limit"]], len(behind) > body["limit"]

    def _meters(self, body: Body) -> Body:
        found, more = self._page(body)
        return {"meters": [self._meter(record) for record in found], "more": more}

    def _meter(self, record: MeterRecord) -> Body:
        contact_s = self._context.contact_utc_s(record)
        return {
            "serial": record.serial,
            "eui48": record.eui48.hex(),
            "ldn": record.identity.ldn,
            "drn": record.identity.drn,
            "sap": record.sap,
            "state": str(record.state),
            "reason": str(record.reason),
            "since_utc_s": record.since_utc_s,
            "reachable": self._context.is_reachable(record),
            "stale": self._context.is_stale(record),
            "last_contact_utc_s": contact_s,
        }

    def _decide(self, body: Body) -> Body:
        return self._meter(self._context.decide(body["meter"], trusted=body["trusted"]))

    def _statistics(self, body: Body) -> Body:
        found, more = self._page(body)
        rows = []
        for record in found:
            row = asdict(self._context.statistics_of(record))
            row.pop("last_contact_s")
            rows.append(
                row | {"path": list(row["path"]), "last_contact_utc_s": self._context.contact_utc_s(record)}
            )
        return {"meters": rows, "more": more, "next": found[-1].sap if found else body["after_sap"]}

    # ------------------------------------------------------------ readings, events, orders

    def _pull_readings(self, body: Body) -> Body:
        storage, after = self._context.storage, body["after"]
        batches = storage.after(after, body["limit"])
        newest = batches[-1].last if batches else after
        return {
            "batches": [batch_body(batch) for batch in batches],
            "next": newest,
            "more": newest < storage.newest,
            "lost": lost_after(storage, after),
        }

    def _acknowledge_readings(self, body: Body) -> Body:
        self._context.storage.acknowledge(body["through"])
        return {"held": self._context.storage.undelivered}

    def _pull_events(self, body: Body) -> Body:
        log, after = self._context.events, body["after"]
        events = log.after(after, min(body["limit"], _EVENTS_MAX))
        newest = events[-1].number if events else after
        return {
            "events": [event_body(event) for event in events],
            "next": newest,
            "more": bool(log.after(newest, 1)),
            "dropped": log.dropped_unread,
        }

    def _acknowledge_events(self, body: Body) -> Body:
        self._context.events.acknowledge(body["through"])
        return {"held": len(self._context.events)}

    def _place(self, body: Body) -> Body:
        args = {
            key: value
            for key, value in body.items()
            if key not in ("order", "kind", "serial") and value is not None
        }
        return order_body(
            self._context.orders.place(Order(body["order"], body["kind"], body["serial"], args))
        )


# ---- sessions and pushes

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
        handlers: answers.
        make_end: a fresh end of the protocol, with a fresh nonce.
        alive: False while it is dead or no way to the head-end is up.
        retry_s: s between two tries to deliver a push.
        on_power_lost: called when answering cost the supply.
    """

    __slots__ = (
        "_alarm",
        "_alive",
        "_env",
        "_handlers",
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
        handlers: UplinkHandlers,
        make_end: MakeEnd,
        alive: Callable[[], bool],
        retry_s: float,
        on_power_lost: Callable[[], None],
    ) -> None:
        self._env = env
        self._handlers = handlers
        self._make_end = make_end
        self._alive = alive
        self._retry_s = retry_s
        self._on_power_lost = on_power_lost
        self._sessions: list[UplinkSession] = []
        self._waiting: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_WAITING_MAX)
        self._alarm = Timer(env, self._push)
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
        """True if anything can be said."""
        return self._alive()

    def gone(self, session: "UplinkSession") -> None:
        """A head-end left."""
        self._sessions.remove(session)

    def answer(self, end: UplinkConcentrator, asked: Asked) -> None:
        """Answer one message."""
        message = asked.message
        try:
            end.answer(message.id, self._handlers.answer(message.type_name, dict(message.body)))
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
        """True if both ends have proved themselves."""
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
