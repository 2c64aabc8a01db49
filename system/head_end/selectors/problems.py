"""Problems of the field now, the heaviest first, and the figures of the home page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse

from system.config.clock import BOGOTA, business_now
from system.head_end.end_device_events import describe_event
from system.head_end.models import DeviceEvent, MeterAccess, OrderProgress
from system.head_end.selectors.events import find_events
from system.head_end.selectors.meters import STATES, find_accesses, find_channels, find_found
from system.head_end.selectors.orders import open_orders
from system.head_end.vocabulary import (
    ORDER_NAMES,
    REASON_SENTENCES,
    OrderKind,
    OrderState,
    Reason,
    Registration,
)

#: So long something that went wrong is news.
_NEWS = timedelta(hours=24)
_FEW = 10
#: Newest alarms that are looked at; more than these is a device that says the same all day.
_ALARMS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem that a person should look at.

    Args:
        what: Spanish, short.
        since: None: nobody knows.
        sentence: Spanish: what happened, and where to look first.
        address: where to click.
    """

    what: str
    since: datetime | None
    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class FieldFigure:
    """A figure of the field, with where it leads."""

    value: int
    label: str
    address: str
    warns: bool = False


def problems(user: Any) -> list[Problem]:
    """Everything that is wrong, the heaviest kind first."""
    return [problem for kind in _KINDS for problem in kind(user)]


def field_figures(user: Any) -> list[FieldFigure]:
    """Numbers of meters by state, and of orders under way."""
    rows = [
        (find_accesses(user, state=state).count(), label, _at("meters", estado=state), state != "well")
        for state, label in STATES.items()
    ]
    rows.append((open_orders(user), "Órdenes sin terminar", _at("orders", estado="open"), False))
    return [
        FieldFigure(value, label, address, warns)
        for value, label, address, warns in rows
        if value or not warns
    ]


# ------------------------------------------------------------ kinds of problems


def _channels(user: Any) -> Iterator[Problem]:
    for channel in find_channels(user).filter(enabled=True, failing_since__isnull=False):
        sentence = REASON_SENTENCES[Reason(channel.last_reason)] if channel.last_reason else ""
        behind = f" Detrás hay {_counted(channel.meter_count, 'medidor', 'medidores')}."
        address = reverse("head_end:concentrator", args=[channel.pk])
        yield Problem(
            channel.name, channel.failing_since, sentence + behind * bool(channel.meter_count), address
        )


def _meters(user: Any) -> Iterator[Problem]:
    """Meters that fail behind channels that do not: by reason, not one by one."""
    failing = MeterAccess.objects.of(user).filter(
        state=Registration.CONFIRMED.value, failing_since__isnull=False, channel__failing_since__isnull=True
    )
    for row in _by_reason(failing, "last_reason", "failing_since"):
        yield _named("con fallas", row, _at("meters", estado="failing"))


def _doubts(user: Any) -> Iterator[Problem]:
    for row in _by_reason(MeterAccess.objects.of(user).exclude(doubt=""), "doubt", "doubt_since"):
        yield _named("con lecturas en duda", row, _at("meters", estado="doubtful"))


def _found(user: Any) -> Iterator[Problem]:
    told = find_found(user, "open").order_by().aggregate(n=Count("pk"), since=Min("found_at"))
    if told["n"]:
        what = _counted(told["n"], "medidor encontrado", "medidores encontrados")
        sentence = "Alguien debe confirmarlos o rechazarlos: mientras tanto no se leen."
        yield Problem(what, told["since"], sentence, _at("concentrators"))


def _orders(user: Any) -> Iterator[Problem]:
    """Orders that failed in the last day, and those whose outcome nobody knows."""
    states = [OrderState.REFUSED.value, OrderState.FAILED.value, OrderState.EXPIRED.value]
    lately = OrderProgress.objects.of(user).filter(state__in=states, changed_at__gt=business_now() - _NEWS)
    rows = lately.order_by().values("order__kind", "reason").annotate(n=Count("pk"), since=Min("changed_at"))
    for row in rows.order_by("order__kind", "reason"):
        kind = ORDER_NAMES[OrderKind(row["order__kind"])]
        what = f"{kind}: {_counted(row['n'], 'orden', 'órdenes')} sin cumplir"
        sentence = REASON_SENTENCES[Reason(row["reason"])] if row["reason"] else "Se venció el plazo."
        yield Problem(what, row["since"], sentence, _at("orders", orden=row["order__kind"]))
    unsure = OrderProgress.objects.of(user).filter(state=OrderState.UNSURE.value)
    told = unsure.order_by().aggregate(n=Count("pk"), since=Min("changed_at"))
    if told["n"]:
        what = _counted(told["n"], "orden enviada sin respuesta", "órdenes enviadas sin respuesta")
        sentence = "Se mirará en el medidor qué hizo, antes de repetir nada."
        yield Problem(what, told["since"], sentence, _at("orders", estado="unsure"))


def _alarms(user: Any) -> Iterator[Problem]:
    """Alarms of the last day; the same told again and again, or by many devices, is one line."""
    lately = find_events(user, alarm=True).filter(received_at__gt=business_now() - _NEWS)[:_ALARMS_MAX]
    alike: dict[str, list[DeviceEvent]] = {}
    for event in lately:
        alike.setdefault(describe_event(event.log, event.code, event.name, event.detail).what, []).append(
            event
        )
    kinds = list(alike.items())
    for what, events in kinds[:_FEW]:
        yield _alarm(what, events)
    left = [event for _, events in kinds[_FEW:] for event in events]
    if left:
        what = _counted(len(left), "alarma más", "alarmas más")
        sentence = "Están en la página de eventos."
        yield Problem(what, min(event.at for event in left), sentence, _at("events", alarmas="1"))


def _alarm(what: str, events: Sequence[DeviceEvent]) -> Problem:
    """One line for alarms that are alike, which come newest first."""
    newest, told_by = events[0], len({event.subject for event in events})
    detail = describe_event(newest.log, newest.code, newest.name, newest.detail).detail
    last = newest.at.astimezone(BOGOTA)
    times = f", {len(events)} veces, la última el {last:%d/%m a las %H:%M}" if len(events) > 1 else ""
    more = f" {detail}" if detail and len(events) == 1 else ""
    alone = told_by == 1 and newest.device_id is not None
    address = reverse("head_end:meter", args=[newest.device_id]) if alone else _at("events", alarmas="1")
    who = newest.serial or newest.channel.name
    named = f"Alarma de {who}" if told_by == 1 else f"Alarma de {told_by} equipos"
    return Problem(named, events[-1].at, f"{what}{times}.{more}", address)


_KINDS: tuple[Callable[[Any], Iterator[Problem]], ...] = (
    _channels,
    _alarms,
    _meters,
    _orders,
    _doubts,
    _found,
)


def _by_reason(rows: Any, reason: str, since: str) -> Iterator[tuple[str, datetime | None, str]]:
    told = rows.order_by().values(reason).annotate(n=Count("pk"), since=Min(since)).order_by("-n", reason)
    for row in told:
        what = _counted(row["n"], "medidor", "medidores")
        yield what, row["since"], REASON_SENTENCES[Reason(row[reason])] if row[reason] else "No responde."


def _named(how: str, row: tuple[str, datetime | None, str], address: str) -> Problem:
    what, since, sentence = row
    return Problem(f"{what} {how}", since, sentence, address)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _at(view: str, **query: str) -> str:
    address = reverse(f"head_end:{view}")
    return f"{address}?{urlencode(query)}" if query else address
