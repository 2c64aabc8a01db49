"""Delivery preference of a sale: of its point of sale, else its provider, else the settings."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField

from system.accounts import audit
from system.accounts.permissions import Operation
from system.config.compiled_queries import CompiledQuery
from system.vending.delivery.models import DeliveryChoice, DeliveryMode
from system.vending.models import PointOfSale, Sale, SaleKind

#: What is delivered without being asked; other tokens only when somebody presses the button.
DELIVERED_KINDS = frozenset({SaleKind.ENERGY, SaleKind.FREE})


class UnableToSetPreference(ValueError):
    """The choice cannot be made; a Spanish sentence."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Delivery preference.

    Args:
        mode: how its tokens go.
        messages: whether its customer, if he agreed, gets a message.
    """

    mode: DeliveryMode
    messages: bool


def preference_of(sale: Sale) -> Preference:
    """Preference for a sale."""
    point = sale.shift.point_of_sale if sale.shift is not None else None
    return preference_at(sale.provider_id, point)


def preference_at(provider_id: int, point: PointOfSale | None) -> Preference:
    """Preference for a point of sale, or for sales without one."""
    rows = {row.point_of_sale_id: row for row in _PREFERENCES(provider_id=provider_id)}
    row = rows.get(None) if point is None else rows.get(point.pk, rows.get(None))
    if row is None:
        return Preference(DeliveryMode(settings.DELIVERY_MODE), messages=False)
    return Preference(DeliveryMode(row.mode), row.messages)


def set_preference(
    user: Any, mode: str, *, messages: bool, point: PointOfSale | None = None
) -> DeliveryChoice:
    """Choose for a point of sale, or for the provider.

    Raises:
        UnableToSetPreference: not allowed, another provider's point, or no such mode.
    """
    if not user.may(Operation.MANAGE_POINTS_OF_SALE) or (point and point.provider_id != user.provider_id):
        raise UnableToSetPreference("Su rol no permite elegir cómo se entregan los tokens.")
    if mode not in DeliveryMode.values:
        raise UnableToSetPreference("Esa forma de entrega no existe.")
    with transaction.atomic():
        row, _ = DeliveryChoice.objects.update_or_create(
            provider_id=user.provider_pk,
            point_of_sale=point,
            defaults={"mode": mode, "messages": messages},
        )
        audit.record(
            f"{Operation.MANAGE_POINTS_OF_SALE.value}.delivery",
            user=user,
            subject="provider" if point is None else f"point-of-sale:{point.pk}",
            detail={"mode": mode, "messages": messages},
        )
    chosen: DeliveryChoice = row
    return chosen


_PREFERENCES = CompiledQuery(
    lambda provider_id: DeliveryChoice.objects.filter(provider_id=provider_id), provider_id=BigIntegerField()
)
