"""Sandbox: real prices, sales and deliveries that are none.

Its tokens are 20 digits that no STS token can be: a token is a number of 66 bits, and these are above it.
"""

import hashlib
import uuid
from typing import Any

from system.config.clock import security_now
from system.config.transactions import write_transaction
from system.networks.api_keys import KeyHolder
from system.networks.errors import KeyReused, OverNetworkLimit
from system.networks.models import NetworkDelivery, NetworkSale, SandboxRecord
from system.networks.services.deliveries import ForeignToken
from system.networks.services.networks import commission_of
from system.networks.services.sales import NetworkSaleRequest
from system.networks.webhooks.events import Event, queue_event
from system.vending.api import Sale, SaleRequest, offer

#: One above the largest token that there can be.
#: Source: IEC 62055-41, 6.2 (66 bits with the class bits transposed)
TOKEN_SPACE = 2**66
TRIAL_CUSTOMER = "Persona de prueba"


def trial_token(sale_id: uuid.UUID) -> str:
    """Twenty digits that no meter takes; always the same for a sale.

    >>> int(trial_token(uuid.UUID(int=1))) >= 2**66
    True
    """
    digest = hashlib.sha256(f"sandbox:{sale_id}".encode()).digest()
    room = 10**20 - TOKEN_SPACE
    return str(TOKEN_SPACE + int.from_bytes(digest) % room)


def sell_in_sandbox(holder: KeyHolder, request: NetworkSaleRequest) -> dict[str, Any]:
    """Price it, and answer as a sale would be answered; nothing is charged, minted or sent.

    Raises:
        KeyReused: the id was used for something else.
        OverNetworkLimit: the limit of one sale would be passed.
        UnableToSell: the number or the amount has no price.
    """
    known = _known(holder, request.id, request.fingerprint())
    if known is not None:
        return known
    if request.amount_c > holder.network.sale_max_c:
        raise OverNetworkLimit("El valor pasa el máximo por venta de esta red.")
    offered = offer(holder.agent, SaleRequest(request.id, request.meter, request.amount_c))
    commission_c = commission_of(holder.network).of(request.amount_c)
    answer = {
        "sale_id": str(request.id),
        "number": "PRUEBA",
        "meter": offered.supply.drn,
        "amount_c": request.amount_c,
        "energy_wh": offered.quote.units * 100,
        "commission_c": commission_c,
        "tokens": [{"position": 1, "role": "credit", "digits": trial_token(request.id)}],
        "state": "sold",
        "test": True,
        "sandbox": True,
    }
    data = {name: answer[name] for name in ("sale_id", "number", "meter", "amount_c", "energy_wh")}
    return _keep(holder, request.id, "sale", request.fingerprint(), answer, {Event.SALE_DONE: data})


def deliver_in_sandbox(holder: KeyHolder, token: ForeignToken) -> dict[str, Any]:
    """Answer as a meter that accepts would.

    Raises:
        KeyReused: the id was used for something else.
    """
    known = _known(holder, token.id, token.fingerprint())
    if known is not None:
        return known
    answer = {
        "delivery_id": str(token.id),
        "meter": token.meter,
        "state": "done",
        "answer": "Accept",
        "reason": "",
        "sentence": "Prueba: ningún medidor recibió nada.",
        "ended": True,
        "sandbox": True,
    }
    data = {"delivery_id": str(token.id), "meter": token.meter, "tokens": []}
    events = dict.fromkeys((Event.ORDER_ENDED, Event.TOKEN_DELIVERED, Event.TOKEN_EXECUTED), data)
    return _keep(holder, token.id, "delivery", token.fingerprint(), answer, events)


def sandbox_answer(holder: KeyHolder, what: str, record_id: uuid.UUID) -> dict[str, Any] | None:
    """Answer that was given before."""
    row = SandboxRecord.objects.filter(pk=record_id, network=holder.network, what=what).first()
    return None if row is None else dict(row.answer)


def _known(holder: KeyHolder, record_id: uuid.UUID, asked: str) -> dict[str, Any] | None:
    for model in (Sale, NetworkSale, NetworkDelivery):
        if model.objects.filter(pk=record_id).exists():
            raise KeyReused
    row = SandboxRecord.objects.filter(pk=record_id).first()
    if row is None:
        return None
    if (row.network_id, row.fingerprint) != (holder.network.pk, asked):
        raise KeyReused
    return dict(row.answer)


def _keep(
    holder: KeyHolder, record_id: uuid.UUID, what: str, asked: str, answer: dict[str, Any], events: Any
) -> dict[str, Any]:
    with write_transaction():
        row, made = SandboxRecord.objects.get_or_create(
            id=record_id,
            defaults={
                "provider_id": holder.network.provider_id,
                "network": holder.network,
                "what": what,
                "fingerprint": asked,
                "answer": answer,
                "asked_at": security_now(),
            },
        )
        if not made and (row.network_id, row.fingerprint) != (holder.network.pk, asked):
            raise KeyReused
        if made:
            for event, data in events.items():
                queue_event(holder.network, event, record_id, data, sandbox=True)
    return dict(row.answer)
