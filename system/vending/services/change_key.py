"""Change a meter's key by itself: asked by one, approved by another, signed with two operators' keys."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from system.accounts import audit, four_eyes
from system.accounts.models import Approval, User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.vending.errors import UnableToSell
from system.vending.models import MovementKind, Sale, SaleKind
from system.vending.services.finish_sale import finish_sale
from system.vending.services.plan_key_change import see_no_lease
from system.vending.services.reserving import (
    Terms,
    find_or_reserve,
    fingerprint,
    locked_supply,
    reserve_sale,
)

_DIGITS_OF_SGC = 6


def arguments_of(number: str, target: Mapping[str, Any]) -> dict[str, Any]:
    """What the approval is for."""
    return {"number": number, "target": dict(target)}


def target_of(sgc: str, krn: int, ti: int) -> dict[str, Any]:
    """Where a change leads, as the security module wants it.

    Raises:
        UnableToSell: out of range.
    """
    if not (len(sgc) == _DIGITS_OF_SGC and sgc.isascii() and sgc.isdigit()):
        raise UnableToSell("El SGC tiene 6 dígitos.")
    if not (1 <= krn <= 9 and 0 <= ti <= 99):
        raise UnableToSell("KRN va de 1 a 9 y TI de 0 a 99.")
    return {"sgc": sgc, "krn": krn, "ti": ti}


def change_key(
    user: User,
    sale_id: uuid.UUID,
    number: str,
    target: Mapping[str, Any],
    approval: Approval,
    signatures: Mapping[str, Any],
) -> Sale:
    """Make the tokens that load another key; the registry has it from then on.

    Args:
        user: who asked.
        sale_id: made by the caller.
        number: DRN or serial.
        target: of `target_of`.
        approval: granted by a second person for exactly this.
        signatures: the ``approval`` of the security module's API: two operators' signatures.

    Raises:
        UnableToSell: refused; nothing was minted.
        SalePending: the module did not answer.
    """
    asked = fingerprint("key-change", number, dict(target))
    if not user.may(Operation.KEY_CHANGE):
        raise UnableToSell("Su rol no permite cambios de llave.")
    try:
        four_eyes.granted(approval, Operation.KEY_CHANGE, arguments_of(number, target))
    except four_eyes.UnableToApprove as error:
        raise UnableToSell(f"Falta la aprobación de otra persona: {error}.") from error
    request = {"target": dict(target), "approval": dict(signatures)}
    terms = Terms(sale_id, SaleKind.KEY_CHANGE, MovementKind.OPENING, request, asked, approval)
    return finish_sale(find_or_reserve(user, sale_id, asked, lambda: _reserve(user, number, terms)))


def _reserve(user: User, number: str, terms: Terms) -> Sale:
    now = business_now()
    with transaction.atomic():
        supply = locked_supply(user, number, now)
        see_no_lease(supply.device)
        sale = reserve_sale(user, supply, terms, now)
        audit.record(Operation.KEY_CHANGE.value, user=user, subject=f"sale:{terms.sale_id}")
    return sale
