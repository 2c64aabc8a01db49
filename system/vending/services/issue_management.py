"""Management tokens: power limit, clear credit, clear tamper."""

import uuid

from django.db import transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.vending.errors import UnableToSell
from system.vending.models import MovementKind, Sale, SaleKind
from system.vending.services.finish_sale import finish_sale
from system.vending.services.reserving import (
    Terms,
    find_or_reserve,
    fingerprint,
    locked_supply,
    reserve_sale,
)

#: What an operator may ask for -> subclass of class 2.
MANAGEMENT: dict[str, int] = {"power-limit": 0, "clear-credit": 1, "clear-tamper": 5}
#: The largest power limit that a token carries, W.
POWER_LIMIT_MAX_W = 18_201_624


def issue_management(user: User, sale_id: uuid.UUID, number: str, what: str, value: int = 0) -> Sale:
    """Mint a management token.

    Args:
        user: an operator.
        sale_id: made by the caller.
        number: DRN or serial.
        what: a key of `MANAGEMENT`.
        value: the limit, W, where `what` is ``power-limit``.

    Raises:
        UnableToSell: refused; nothing was minted.
        SalePending: the module did not answer.
    """
    asked = fingerprint("management", number, what, value)
    if not user.may(Operation.MANAGEMENT_TOKEN):
        raise UnableToSell("Su rol no permite tokens de gestión.")
    if what not in MANAGEMENT:
        raise UnableToSell(f"No existe el token de gestión {what!r}.")
    if not 0 <= value <= POWER_LIMIT_MAX_W or (value and what != "power-limit"):
        raise UnableToSell("El valor del token de gestión no es válido.")
    request = {"subclass": MANAGEMENT[what], "value": value}
    terms = Terms(sale_id, SaleKind.MANAGEMENT, MovementKind.OPENING, request, asked)
    return finish_sale(find_or_reserve(user, sale_id, asked, lambda: _reserve(user, number, what, terms)))


def _reserve(user: User, number: str, what: str, terms: Terms) -> Sale:
    now = business_now()
    with transaction.atomic():
        supply = locked_supply(user, number, now)
        sale = reserve_sale(user, supply, terms, now)
        audit.record(
            Operation.MANAGEMENT_TOKEN.value,
            user=user,
            subject=f"sale:{terms.sale_id}",
            detail={"what": what},
        )
    return sale
