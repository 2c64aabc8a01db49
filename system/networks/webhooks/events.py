"""Webhook events, and the outbox: messages are written in the transaction of what they report.

Events hold no token and no person: the network asks for those with its key.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from system.config.clock import business_now, security_now
from system.networks.models import Network, WebhookEndpoint, WebhookMessage
from system.vending.api import Sale, TokenState, delivered, executed


class Event(StrEnum):
    """Kinds of events."""

    SALE_DONE = "sale.done"
    SALE_REVERSED = "sale.reversed"
    TOKEN_DELIVERED = "token.delivered"  # noqa: S105 - a name
    TOKEN_EXECUTED = "token.executed"  # noqa: S105 - a name
    ORDER_ENDED = "order.ended"


EVENT_LABELS: Mapping[Event, str] = {
    Event.SALE_DONE: "Venta terminada",
    Event.SALE_REVERSED: "Venta reversada",
    Event.TOKEN_DELIVERED: "El medidor recibió el token",
    Event.TOKEN_EXECUTED: "El medidor aceptó el token (o ya lo tenía)",
    Event.ORDER_ENDED: "La entrega terminó, bien o mal",
}


def sale_data(sale: Sale, commission_c: int) -> dict[str, Any]:
    """Data of a sale's event."""
    return {
        "sale_id": str(sale.pk),
        "number": sale.number,
        "meter": sale.drn,
        "amount_c": sale.amount_c,
        "energy_wh": sale.units * 100,
        "commission_c": commission_c,
        "business_at": instant(sale.business_at),
        "sandbox": False,
    }


def delivery_data(delivery_id: Any, meter: str, states: Sequence[TokenState]) -> dict[str, Any]:
    """Data of a delivery's event: of a sale of the network, or of a token that it handed in."""
    return {
        "delivery_id": str(delivery_id),
        "meter": meter,
        "tokens": [
            {
                "position": state.position,
                "state": state.state.value,
                "answer": state.answer,
                "reason": "" if state.reason is None else state.reason.value,
            }
            for state in states
        ],
        "sandbox": False,
    }


def delivery_events(states: Sequence[TokenState]) -> list[Event]:
    """Events of the end of a delivery."""
    found = [Event.ORDER_ENDED]
    if states and all(delivered(state) for state in states):
        found.append(Event.TOKEN_DELIVERED)
    if states and all(executed(state) for state in states):
        found.append(Event.TOKEN_EXECUTED)
    return found


def instant(at: datetime) -> str:
    """UTC with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- Outbox


def queue_event(
    network: Network, event: Event, about: Any, data: Mapping[str, Any], *, sandbox: bool = False
) -> int:
    """Write a message for every address that wants the event; once for each thing that it is about.

    Args:
        network: whom.
        event: what.
        about: id of the sale or delivery.
        data: of the event.
        sandbox: it is a trial.

    Returns:
        How many were written.
    """
    now = security_now()
    said = {"type": event.value, "timestamp": instant(business_now()), "data": {**data, "sandbox": sandbox}}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    written = 0
    for endpoint in WebhookEndpoint.objects.filter(network=network, active=True, sandbox=sandbox):
        if event.value not in endpoint.events:
            continue
        _, made = WebhookMessage.objects.get_or_create(
            id=uuid.uuid5(endpoint.pk, f"{event.value}:{about}"),
            defaults={
                "provider_id": network.provider_id,
                "endpoint": endpoint,
                "event": event.value,
                "body": body,
                "next_at": now,
                "queued_at": now,
            },
        )
        written += made
    return written
