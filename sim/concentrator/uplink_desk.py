"""What the head-end may ask for: a table of messages and what answers each (see `uplink_messages`)."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from protocols.field.uplink_messages import ORDER
from sim.concentrator.balance import DayBalance
from sim.concentrator.batches import Batch
from sim.concentrator.errors import OrderError
from sim.concentrator.events import Event
from sim.concentrator.facts import Facts
from sim.concentrator.orders import Order
from sim.concentrator.registry import MeterRecord
from sim.concentrator.storage import Storage

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


class UplinkDesk:
    """Answers the head-end.

    Args:
        facts: the parts that it looks into.
    """

    __slots__ = ("_facts", "_handlers")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
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
            "order.read": lambda body: order_body(self._facts.orders.find(body["order"])),
            "statistics.read": self._statistics,
            "balance.read": lambda _: {"days": [_day_body(day) for day in self._facts.loss.days]},
            "parameters.read": lambda _: {"parameters": self._facts.parameters.values()},
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
        facts = self._facts
        return {
            "utc": facts.clock.utc().isoformat(),
            "uptime_s": int(facts.uptime_s()),
            "uplink": str(facts.uplinks.active or ""),
            "counts": facts.summary(),
        }

    def _clock(self, body: Body) -> Body:
        try:
            reference = datetime.fromisoformat(body["utc"]).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise OrderError("refused", "utc must be an instant of ISO 8601") from error
        return {"deviation_s": self._facts.synchronise(reference)}

    def _write(self, body: Body) -> Body:
        return {"value": self._facts.parameters.write(body["name"], body["value"])}

    # ------------------------------------------------------------ meters

    def _page(self, body: Body) -> tuple[list[MeterRecord], bool]:
        behind = sorted(
            (record for record in self._facts.registry if record.sap > body["after_sap"]),
            key=lambda record: record.sap,
        )
        return behind[: body["limit"]], len(behind) > body["limit"]

    def _meters(self, body: Body) -> Body:
        found, more = self._page(body)
        return {"meters": [self._meter(record) for record in found], "more": more}

    def _meter(self, record: MeterRecord) -> Body:
        contact_s = self._facts.contact_utc_s(record)
        return {
            "serial": record.serial,
            "eui48": record.eui48.hex(),
            "ldn": record.identity.ldn,
            "drn": record.identity.drn,
            "sap": record.sap,
            "state": str(record.state),
            "reason": str(record.reason),
            "since_utc_s": record.since_utc_s,
            "reachable": self._facts.is_reachable(record),
            "stale": self._facts.is_stale(record),
            "last_contact_utc_s": contact_s,
        }

    def _decide(self, body: Body) -> Body:
        return self._meter(self._facts.decide(body["meter"], trusted=body["trusted"]))

    def _statistics(self, body: Body) -> Body:
        found, more = self._page(body)
        rows = []
        for record in found:
            row = asdict(self._facts.statistics_of(record))
            row.pop("last_contact_s")
            rows.append(
                row | {"path": list(row["path"]), "last_contact_utc_s": self._facts.contact_utc_s(record)}
            )
        return {"meters": rows, "more": more, "next": found[-1].sap if found else body["after_sap"]}

    # ------------------------------------------------------------ readings, events, orders

    def _pull_readings(self, body: Body) -> Body:
        storage, after = self._facts.storage, body["after"]
        batches = storage.after(after, body["limit"])
        newest = batches[-1].last if batches else after
        return {
            "batches": [batch_body(batch) for batch in batches],
            "next": newest,
            "more": newest < storage.newest,
            "lost": lost_after(storage, after),
        }

    def _acknowledge_readings(self, body: Body) -> Body:
        self._facts.storage.acknowledge(body["through"])
        return {"held": self._facts.storage.undelivered}

    def _pull_events(self, body: Body) -> Body:
        log, after = self._facts.events, body["after"]
        events = log.after(after, min(body["limit"], _EVENTS_MAX))
        newest = events[-1].number if events else after
        return {
            "events": [event_body(event) for event in events],
            "next": newest,
            "more": bool(log.after(newest, 1)),
            "dropped": log.dropped_unread,
        }

    def _acknowledge_events(self, body: Body) -> Body:
        self._facts.events.acknowledge(body["through"])
        return {"held": len(self._facts.events)}

    def _place(self, body: Body) -> Body:
        args = {
            key: value
            for key, value in body.items()
            if key not in ("order", "kind", "serial") and value is not None
        }
        return order_body(self._facts.orders.place(Order(body["order"], body["kind"], body["serial"], args)))
