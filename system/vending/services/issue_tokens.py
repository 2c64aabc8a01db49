"""Tokens that no money pays: energy without charge (tokenFreeIssue), and management tokens of class 2."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from system.accounts import audit, four_eyes
from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.config.clock import business_day, business_now
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, account_of
from system.vending.models import AccountKind, MovementKind, Sale, SaleKind
from system.vending.pricing import PricingError
from system.vending.pricing.money import UNITS_MAX, cost_mc, whole_centavos
from system.vending.selectors.supply import tariff_in_force
from system.vending.services.vend_transaction import (
    VendTerms,
    find_or_reserve,
    fingerprint,
    finish_sale,
    known_sale,
    locked_supply,
    reserve_sale,
)

# ------------ energy without charge: asked by one, approved by another, signed with two keys


def free_issue_arguments(number: str, units: int) -> dict[str, Any]:
    """Arguments of the approval."""
    return {"number": number, "units": units}


def issue_free(
    user: User,
    sale_id: uuid.UUID,
    number: str,
    units: int,
    approval: Approval,
    signatures: Mapping[str, Any],
) -> Sale:
    """Issue `units` (0.1 kWh) that nobody pays.

    Args:
        user: who asked.
        sale_id: made by the caller.
        number: DRN or serial.
        units: of 0.1 kWh.
        approval: granted by a second person for exactly this.
        signatures: the ``approval`` of the security module's API: two operators' signatures.

    Raises:
        UnableToSell: refused; nothing was minted.
        SalePending: the module did not answer.
    """
    asked = fingerprint("free", number, units)
    known = known_sale(sale_id, asked, user)
    if known is not None:
        return finish_sale(known)
    if not 0 < units <= UNITS_MAX:
        raise UnableToSell("La cantidad de energía no es válida.")
    try:
        four_eyes.require_granted(approval, Operation.FREE_ISSUE, free_issue_arguments(number, units))
    except four_eyes.UnableToApprove as error:
        raise UnableToSell(f"Falta la aprobación de otra persona: {error}.") from error
    request = {"subclass": 0, "amount": units, "free_issue": True, "approval": dict(signatures)}
    terms = VendTerms(sale_id, SaleKind.FREE, MovementKind.TOKEN_FREE_ISSUE, request, asked, approval)
    return finish_sale(
        find_or_reserve(user, sale_id, asked, lambda: _reserve_free_issue(user, number, units, terms))
    )


def _reserve_free_issue(user: User, number: str, units: int, terms: VendTerms) -> Sale:
    now = business_now()
    with transaction.atomic():
        supply = locked_supply(user, number, now)
        try:
            tariff = tariff_in_force(user.provider_pk, supply.agreement.tariff_code, business_day(now))
        except PricingError as error:
            raise UnableToSell(error.sentence) from error
        value_c = whole_centavos(cost_mc(units, tariff.unit_cost_e4))
        given = account_of(user.provider_pk, AccountKind.GRANTS)
        energy = account_of(user.provider_pk, AccountKind.ENERGY)
        sale = reserve_sale(user, supply, terms, now, [LedgerEntry(given, energy, value_c)])
        audit.record(Operation.FREE_ISSUE.value, user=user, subject=f"sale:{terms.sale_id}")
    return sale


# ------------ management tokens

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
    terms = VendTerms(sale_id, SaleKind.MANAGEMENT, MovementKind.OPENING, request, asked)
    return finish_sale(
        find_or_reserve(user, sale_id, asked, lambda: _reserve_management(user, number, what, terms))
    )


def _reserve_management(user: User, number: str, what: str, terms: VendTerms) -> Sale:
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
