"""Orders, order groups and token deliveries as people and other rooms see them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from system.head_end.api_types import Delivery, DeliveryState, OrderView, TokenDelivery
from system.head_end.models import Order, OrderGroup, OrderProgress
from system.head_end.vocabulary import ENDED, ORDER_NAMES, REASON_SENTENCES, OrderKind, OrderState, Reason

STATE_NAMES: Mapping[OrderState, str] = {
    OrderState.WAITING: "En espera",
    OrderState.RUNNING: "Enviándose",
    OrderState.UNSURE: "Enviada, sin respuesta",
    OrderState.DONE: "Cumplida",
    OrderState.REFUSED: "Rechazada por el medidor",
    OrderState.FAILED: "Fallida",
    OrderState.EXPIRED: "Vencida",
    OrderState.CANCELLED: "Anulada",
}
#: Notes of results -> what people are told beside the state.
NOTES: Mapping[str, str] = {
    "already-used": "El token ya estaba en el medidor.",
    "needs-button": "Listo para reconectar: hay que oprimir el botón del medidor.",
    "predecessor": "Dependía de otra orden que no se cumplió.",
    "unsure": "Se envió y nunca se supo qué hizo el medidor.",
}


def find_order(user: Any, order_id: uuid.UUID) -> Order | None:
    """An order of the user's provider."""
    found: Order | None = (
        Order.objects.of(user).select_related("progress", "device").filter(pk=order_id).first()
    )
    return found


def view_of(order: Order) -> OrderView:
    """An order as it stands now."""
    return _view(OrderProgress.objects.select_related("order").get(order_id=order.pk))


def view_by_id(order_id: uuid.UUID) -> OrderView:
    """An order by its id, whoever's it is."""
    return _view(OrderProgress.objects.select_related("order").get(order_id=order_id))


def _view(progress: OrderProgress) -> OrderView:
    order = progress.order
    return OrderView(
        id=order.pk,
        device_id=order.device_id,
        kind=OrderKind(order.kind),
        state=OrderState(progress.state),
        reason=Reason(progress.reason) if progress.reason else None,
        sentence=sentence_of(progress),
        result=progress.result,
        attempts=progress.attempts,
        asked_at=order.asked_at,
        deadline=order.deadline,
        changed_at=progress.changed_at,
        sale_id=order.sale_id,
        group_id=order.group_id,
    )


def modes_set(since: datetime) -> list[OrderView]:
    """Orders of every provider that set how a meter counts, done after an instant, in their order."""
    rows = OrderProgress.objects.filter(
        order__kind=OrderKind.MODE.value, state=OrderState.DONE.value, changed_at__gt=since
    )
    return [_view(row) for row in rows.select_related("order").order_by("changed_at")]


def sentence_of(progress: OrderProgress) -> str:
    """Sentence on the state of an order and its reason, in Spanish."""
    parts = [f"{STATE_NAMES[OrderState(progress.state)]}."]
    note = NOTES.get(str(progress.result.get("note", "")))
    if note:
        parts.append(note)
    if progress.reason:
        parts.append(REASON_SENTENCES[Reason(progress.reason)])
    return " ".join(parts)


def find_orders(
    user: Any, *, state: str = "", kind: str = "", text: str = "", device_id: int | None = None
) -> QuerySet[Any]:
    """Orders, newest first; `state`: one of `OrderState`, or ``open``; `text`: the head of a serial."""
    found = OrderProgress.objects.of(user).select_related("order", "order__asked_by", "device")
    if state == "open":
        found = found.exclude(state__in=[ended.value for ended in ENDED])
    elif state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(order__kind=kind)
    if text:
        found = found.filter(device__serial__istartswith=text.strip())
    if device_id is not None:
        found = found.filter(device_id=device_id)
    ordered: QuerySet[Any] = found.order_by("-order__asked_at", "-order__position", "order_id")
    return ordered


def steps_of(order: Order) -> list[Any]:
    """Steps of an order, first things first."""
    return list(order.steps.select_related("user"))


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """State of a group.

    Args:
        counts: how many orders are in each state; states without orders are left out.
    """

    group: OrderGroup
    counts: Mapping[OrderState, int]
    aborted: bool

    @property
    def total(self) -> int:
        """All orders."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """Orders that ended, however."""
        return sum(count for state, count in self.counts.items() if state in ENDED)

    @property
    def done(self) -> int:
        """Orders that were carried out."""
        return self.counts.get(OrderState.DONE, 0)

    @property
    def percent(self) -> int:
        """Share of the orders that ended, 0 to 100."""
        return 100 * self.ended // self.total if self.total else 100


def find_groups(user: Any) -> list[GroupProgress]:
    """Groups with their progress, newest first, the last hundred."""
    groups = OrderGroup.objects.of(user).select_related("asked_by", "abort").order_by("-asked_at")[:100]
    return _progress(list(groups))


def progress_of(user: Any, group_id: uuid.UUID) -> GroupProgress | None:
    """A group and how it stands."""
    groups = OrderGroup.objects.of(user).select_related("asked_by", "abort").filter(pk=group_id)
    found = _progress(list(groups))
    return found[0] if found else None


def _progress(groups: list[OrderGroup]) -> list[GroupProgress]:
    counted: dict[uuid.UUID, dict[OrderState, int]] = {group.pk: {} for group in groups}
    rows = (
        OrderProgress.objects.filter(order__group_id__in=counted)
        .values("order__group_id", "state")
        .annotate(n=Count("order_id"))
        .order_by("order__group_id", "state")
    )
    for row in rows:
        counted[row["order__group_id"]][OrderState(row["state"])] = row["n"]
    return [GroupProgress(group, counted[group.pk], hasattr(group, "abort")) for group in groups]


def kind_name(kind: str) -> str:
    """Spanish name of a kind of order."""
    return ORDER_NAMES[OrderKind(kind)]


def open_orders(user: Any) -> int:
    """Number of orders that have not ended."""
    open_states = [state.value for state in OrderState if state not in ENDED]
    return int(OrderProgress.objects.of(user).filter(Q(state__in=open_states)).count())


ALREADY_USED = "already-used"

_OPEN_DELIVERIES: Mapping[OrderState, DeliveryState] = {
    OrderState.WAITING: DeliveryState.WAITING,
    OrderState.RUNNING: DeliveryState.RUNNING,
    OrderState.UNSURE: DeliveryState.UNSURE,
}
_DELIVERY_SENTENCES: Mapping[DeliveryState, str] = {
    DeliveryState.WAITING: "El token va en camino al medidor.",
    DeliveryState.RUNNING: "El token se está entregando al medidor.",
    DeliveryState.UNSURE: "El token se envió y falta saber qué contestó el medidor.",
    DeliveryState.ACCEPTED: "El medidor aceptó el token.",
    DeliveryState.ALREADY_USED: "El token ya estaba en el medidor: alguien lo digitó antes.",
    DeliveryState.REFUSED: "El medidor no aceptó el token.",
    DeliveryState.GIVEN_UP: "No se logró entregar el token: el cliente puede digitarlo.",
}


def delivery_of(sale_id: uuid.UUID) -> Delivery | None:
    """All tokens of a sale; None where nobody sent them."""
    rows = list(
        OrderProgress.objects.filter(order__sale_id=sale_id)
        .select_related("order")
        .order_by("order__position")
    )
    if not rows:
        return None
    tokens = tuple(_token_delivery(row) for row in rows)
    state, decides = _delivery_state(tokens)
    reason = decides.reason
    sentence = _DELIVERY_SENTENCES[state]
    if reason is not None and state is not DeliveryState.ALREADY_USED:
        sentence = f"{sentence} {REASON_SENTENCES[reason]}"
    return Delivery(
        sale_id=sale_id,
        state=state,
        sentence=sentence,
        answer=decides.answer,
        at=max(token.at for token in tokens),
        deadline=max(row.deadline for row in rows),
        tokens=tokens,
    )


def _token_delivery(row: OrderProgress) -> TokenDelivery:
    return TokenDelivery(
        position=row.order.position,
        order_id=row.order_id,
        state=OrderState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        answer=str(row.result.get("result", "")),
        note=str(row.result.get("note", "")),
        at=row.changed_at,
        result=row.result,
        unsure=row.unsure,
    )


def _delivery_state(tokens: Sequence[TokenDelivery]) -> tuple[DeliveryState, TokenDelivery]:
    """The state of all, and the token that decides it: the first that is not done, else the last."""
    decides = next((token for token in tokens if token.state is not OrderState.DONE), tokens[-1])
    if decides.state is OrderState.DONE:
        # after a lost answer "used" means that our own attempt arrived
        used = any(token.note == ALREADY_USED and not token.result.get("already") for token in tokens)
        return (DeliveryState.ALREADY_USED if used else DeliveryState.ACCEPTED), decides
    if decides.state is OrderState.REFUSED:
        return DeliveryState.REFUSED, decides
    return _OPEN_DELIVERIES.get(decides.state, DeliveryState.GIVEN_UP), decides
