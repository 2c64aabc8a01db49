"""How the tokens of a sale stand on their way into the meter."""

import uuid
from collections.abc import Mapping, Sequence

from system.head_end.answers import Delivery, DeliveryState, TokenDelivery
from system.head_end.models import OrderProgress
from system.head_end.vocabulary import REASON_SENTENCES, OrderState, Reason

ALREADY_USED = "already-used"

_OPEN: Mapping[OrderState, DeliveryState] = {
    OrderState.WAITING: DeliveryState.WAITING,
    OrderState.RUNNING: DeliveryState.RUNNING,
    OrderState.UNSURE: DeliveryState.UNSURE,
}
_SENTENCES: Mapping[DeliveryState, str] = {
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
    tokens = tuple(_token(row) for row in rows)
    state, decides = _state(tokens)
    reason = decides.reason
    sentence = _SENTENCES[state]
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


def _token(row: OrderProgress) -> TokenDelivery:
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


def _state(tokens: Sequence[TokenDelivery]) -> tuple[DeliveryState, TokenDelivery]:
    """The state of all, and the token that decides it: the first that is not done, else the last."""
    decides = next((token for token in tokens if token.state is not OrderState.DONE), tokens[-1])
    if decides.state is OrderState.DONE:
        # after a lost answer "used" means that our own attempt arrived
        used = any(token.note == ALREADY_USED and not token.result.get("already") for token in tokens)
        return (DeliveryState.ALREADY_USED if used else DeliveryState.ACCEPTED), decides
    if decides.state is OrderState.REFUSED:
        return DeliveryState.REFUSED, decides
    return _OPEN.get(decides.state, DeliveryState.GIVEN_UP), decides
