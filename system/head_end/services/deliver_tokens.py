"""Send the tokens of a sale to the meter: one order each, in the order in which the meter must take them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from system.accounts.models import User
from system.head_end.answers import Delivery
from system.head_end.errors import UnableToOrder
from system.head_end.models import Order
from system.head_end.selectors.deliveries import delivery_of
from system.head_end.selectors.rules import rules_of
from system.head_end.services.request_order import Wish, request_orders
from system.head_end.vocabulary import OrderKind
from system.registry.models import Device

#: Tokens of one sale: a key change has up to four sections, and credit follows.
TOKENS_MAX = 10


def token_order_id(sale_id: uuid.UUID, position: int) -> uuid.UUID:
    """The id of the order that carries a token of a sale; positions count from 1."""
    return uuid.uuid5(sale_id, f"token {position}")


def deliver_tokens(
    user: User, device: Device, sale_id: uuid.UUID, tokens: Sequence[str], valid_for: timedelta | None = None
) -> Delivery:
    """Send them; the same sale again sends nothing new.

    Raises:
        UnableToOrder: the user may not, the meter is not in the field, or the sale had other tokens.
    """
    if not 1 <= len(tokens) <= TOKENS_MAX:
        raise UnableToOrder(f"Una venta lleva entre 1 y {TOKENS_MAX} tokens.")
    if valid_for is None:
        valid_for = timedelta(seconds=rules_of(device.provider_id).token_valid_s)
    sent = Order.objects.filter(sale_id=sale_id).count()
    if sent not in (0, len(tokens)):
        raise UnableToOrder("Esa venta ya se entregó con otros tokens.")
    wishes = [
        Wish(
            token_order_id(sale_id, position),
            device,
            OrderKind.TOKEN,
            {"digits": digits},
            valid_for,
            after=token_order_id(sale_id, position - 1) if position > 1 else None,
            sale_id=sale_id,
            position=position,
        )
        for position, digits in enumerate(tokens, start=1)
    ]
    request_orders(user, wishes)
    delivery = delivery_of(sale_id)
    if delivery is None:
        raise UnableToOrder("La entrega no quedó escrita.")
    return delivery
