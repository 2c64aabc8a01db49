"""What networks are told. Events hold no token and no person: who may know those asks with a key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from system.vending.delivery.carriers import TokenState
from system.vending.delivery.status import delivered, executed
from system.vending.models import Sale


class Event(StrEnum):
    """Kinds."""

    SALE_DONE = "sale.done"
    SALE_REVERSED = "sale.reversed"
    TOKEN_DELIVERED = "token.delivered"  # noqa: S105 - a name
    TOKEN_EXECUTED = "token.executed"  # noqa: S105 - a name
    ORDER_ENDED = "order.ended"


EVENTS: Mapping[Event, str] = {
    Event.SALE_DONE: "Venta terminada",
    Event.SALE_REVERSED: "Venta reversada",
    Event.TOKEN_DELIVERED: "El medidor recibió el token",
    Event.TOKEN_EXECUTED: "El medidor aceptó el token (o ya lo tenía)",
    Event.ORDER_ENDED: "La entrega terminó, bien o mal",
}


def of_sale(sale: Sale, commission_c: int) -> dict[str, Any]:
    """What is told of a sale."""
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


def of_delivery(delivery_id: Any, meter: str, states: Sequence[TokenState]) -> dict[str, Any]:
    """What is told of a delivery: of a sale of the network, or of a token that it handed in."""
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


def events_of(states: Sequence[TokenState]) -> list[Event]:
    """Which events the end of a delivery is."""
    found = [Event.ORDER_ENDED]
    if states and all(delivered(state) for state in states):
        found.append(Event.TOKEN_DELIVERED)
    if states and all(executed(state) for state in states):
        found.append(Event.TOKEN_EXECUTED)
    return found


def instant(at: datetime) -> str:
    """UTC with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
