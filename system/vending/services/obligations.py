"""Register what an installation owes, with its opening balance in the ledger; and end it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.registry.models import Installation
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, account_of, new_movement, post
from system.vending.models import AccountKind, MovementKind, ObligationRow
from system.vending.pricing import ObligationKind, PricingError
from system.vending.pricing.money import AMOUNT_C_MAX


@dataclass(frozen=True, slots=True)
class ObligationTerms:
    """Collection terms; see `system.vending.models.ObligationRow`.

    Args:
        kind: levy, instalment or arrears.
        name: as the ticket says it.
        opening_c: what is owed at the start, centavos; a levy has none.
    """

    kind: ObligationKind
    name: str
    starts_on: date
    opening_c: int = 0
    quota_c: int | None = None
    quota_period: str = "month"
    share_ppm: int | None = None
    cap_c: int | None = None
    priority: int = 10
    creditor: str = ""
    ends_on: date | None = None


def open_obligation(user: User, installation: Installation, terms: ObligationTerms) -> ObligationRow:
    """Register an obligation; what is owed of it comes into the ledger as an opening movement.

    Raises:
        UnableToSell: not allowed, another provider's installation, or terms that make no sense.
    """
    if not user.may(Operation.EDIT_OBLIGATIONS) or installation.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite registrar obligaciones de esta instalación.")
    _require_terms(terms)
    row = ObligationRow(
        provider_id=user.provider_pk,
        installation=installation,
        kind=terms.kind.value,
        name=terms.name.strip()[:40],
        creditor=terms.creditor.strip()[:60],
        quota_c=terms.quota_c,
        quota_period=terms.quota_period,
        share_ppm=terms.share_ppm,
        cap_c=terms.cap_c,
        priority=terms.priority,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
    )
    try:
        row.rule(0)
    except PricingError as error:
        raise UnableToSell(f"La regla de cobro no sirve: {error.es}.") from error
    with transaction.atomic():
        row.save()
        if terms.opening_c:
            _post_opening(user, row, terms.opening_c)
        audit.record(
            Operation.EDIT_OBLIGATIONS.value,
            user=user,
            subject=f"obligation:{row.pk}",
            detail={"kind": row.kind, "opening_c": terms.opening_c},
        )
    return row


def end_obligation(user: User, row: ObligationRow) -> None:
    """Collect it no longer, from tomorrow on; what is owed stays in the ledger.

    Raises:
        UnableToSell: not allowed.
    """
    if not user.may(Operation.EDIT_OBLIGATIONS) or row.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite terminar esta obligación.")
    with transaction.atomic():
        ObligationRow.objects.filter(pk=row.pk).update(ends_on=business_day())
        audit.record(f"{Operation.EDIT_OBLIGATIONS.value}.end", user=user, subject=f"obligation:{row.pk}")


def _require_terms(terms: ObligationTerms) -> None:
    if not terms.name.strip():
        raise UnableToSell("La obligación necesita un concepto.")
    if not 0 <= terms.opening_c <= AMOUNT_C_MAX:
        raise UnableToSell("El saldo inicial no es un valor válido.")
    if (terms.kind is ObligationKind.LEVY) == bool(terms.opening_c):
        raise UnableToSell("Un recaudo para terceros no tiene saldo inicial; una deuda sí lo necesita.")
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        raise UnableToSell("La obligación no puede terminar antes de empezar.")
    if terms.quota_period not in ("sale", "month"):
        raise UnableToSell("La cuota es por recarga o por mes.")


def _post_opening(user: User, row: ObligationRow, opening_c: int) -> None:
    movement = new_movement(user.provider_pk, MovementKind.OPENING)
    owed = account_of(user.provider_pk, AccountKind.OBLIGATION, row)
    post(movement, [LedgerEntry(owed, account_of(user.provider_pk, AccountKind.CREDIT), opening_c)])
