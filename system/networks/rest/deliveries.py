"""Foreign tokens to meters of ours, and how deliveries stand."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from system.head_end.api import ENDED, REASON_SENTENCES
from system.networks.api_keys import Scope
from system.networks.models import NetworkDelivery, NetworkSale
from system.networks.rest.auth import RequiresScope, holder_of, idempotency_key
from system.networks.rest.schemas import DeliveryIn, DeliveryOut
from system.networks.services import sandbox
from system.networks.services.deliveries import ForeignToken, deliver_foreign_token, delivery_states
from system.vending.api import ANSWERS, Sale, TokenState, delivery_status, executed, token_states

router = Router(tags=["Entregas"])


@router.post("/deliveries", auth=RequiresScope(Scope.DELIVER_TOKEN), response=DeliveryOut)
def hand_in(request: HttpRequest, body: DeliveryIn) -> Any:
    """Entregar a un medidor un token que acuñó otra plataforma."""
    holder = holder_of(request)
    foreign = ForeignToken(idempotency_key(request), body.meter, body.token)
    if holder.sandbox:
        return sandbox.deliver_in_sandbox(holder, foreign)
    row = deliver_foreign_token(holder, foreign)
    return _out(row.pk, row.meter, delivery_states(row))


@router.get("/deliveries/{uuid:delivery_id}", auth=RequiresScope(Scope.READ_DELIVERY), response=DeliveryOut)
def one_delivery(request: HttpRequest, delivery_id: uuid.UUID) -> Any:
    """Cómo va la entrega de un token que esta red mandó."""
    holder = holder_of(request)
    if holder.sandbox:
        known = sandbox.sandbox_answer(holder, "delivery", delivery_id)
        if known is None:
            raise Http404
        return known
    row = NetworkDelivery.objects.filter(pk=delivery_id, network=holder.network).first()
    if row is None:
        raise Http404
    return _out(row.pk, row.meter, delivery_states(row))


@router.get("/sales/{uuid:sale_id}/delivery", auth=RequiresScope(Scope.READ_DELIVERY), response=DeliveryOut)
def delivery_of_sale(request: HttpRequest, sale_id: uuid.UUID) -> Any:
    """Cómo va la entrega al medidor de una venta de esta red."""
    holder = holder_of(request)
    known = NetworkSale.objects.filter(pk=sale_id, network=holder.network).exists()
    sale = Sale.objects.filter(pk=sale_id).first() if known else None
    if sale is None:
        raise Http404
    states = token_states(sale)
    return _out(sale.pk, sale.drn, states, delivery_status(sale).headline)


def _out(delivery_id: uuid.UUID, meter: str, states: Sequence[TokenState], said: str = "") -> DeliveryOut:
    decides = next((state for state in states if state.state in ENDED and not executed(state)), None)
    state = decides or (states[-1] if states else None)
    return DeliveryOut(
        delivery_id=delivery_id,
        meter=meter,
        state="" if state is None else state.state.value,
        answer="" if state is None else state.answer,
        reason="" if state is None or state.reason is None else state.reason.value,
        sentence=said or _sentence(state),
        ended=bool(states) and all(one.state in ENDED for one in states),
        sandbox=False,
    )


def _sentence(state: TokenState | None) -> str:
    if state is None:
        return "No se ha enviado al medidor."
    if state.answer:
        said = ANSWERS.get(state.answer, "aceptado" if executed(state) else state.answer)
        return f"Entregado al medidor: {said}."
    if state.reason is not None:
        return REASON_SENTENCES[state.reason]
    return "La telegestión está llevando el token al medidor."
