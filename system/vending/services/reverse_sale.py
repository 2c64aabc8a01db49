"""Take a sale back: its money returns by the way it came. The token must not have been entered.

What went to the meter by itself is known: a token that it has, or may have, is not taken back; one that waits
is cancelled first (`system.vending.delivery.withdrawal`).

Only the last sale of an installation can be reversed: its residue went into the next one. A sale to the wrong
meter is reversed, and made anew to the right one.
"""

from django.db import IntegrityError
from django.db.models import F

from system.accounts import audit, four_eyes
from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.config.transactions import write_transaction
from system.vending.delivery.withdrawal import (
    UNKNOWN_TOKEN,
    UnableToWithdraw,
    unanswered_token,
    undecided_reason,
    withdraw,
)
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, OverLimit, new_movement, post
from system.vending.models import (
    InstallationMonth,
    InstallationResidue,
    Movement,
    MovementKind,
    OpenSale,
    Reversal,
    Sale,
    SaleKind,
    Token,
)
from system.vending.pricing import LineKind, price_sale
from system.vending.pricing.serialization import from_json


def reversal_arguments(sale: Sale) -> dict[str, str]:
    """Arguments of the approval."""
    return {"sale": str(sale.pk)}


def reversal_arguments_with_risk(user: User, sale: Sale) -> dict[str, str]:
    """The same for a sale whose token was sent and never answered for: what is known of it is approved, too.

    Raises:
        UnableToSell: nobody may decide that now.
    """
    known, refused = unanswered_token(user, sale), undecided_reason(user, sale)
    if known is None or refused:
        raise UnableToSell(refused)
    return {**reversal_arguments(sale), UNKNOWN_TOKEN: known.sentence}


def reverse_sale(user: User, sale: Sale, approval: Approval, reason: str) -> Reversal:
    """Reverse a sale of energy.

    Raises:
        UnableToSell: it is not the last one, was not minted, was reversed before, nobody approved it, or the
            meter has its token or may have it.
    """
    if sale.provider_id != user.provider_id or not user.may(Operation.REVERSE_SALE):
        raise UnableToSell("Su rol no permite reversar esta venta.")
    risk = {name: said for name, said in approval.arguments.items() if name == UNKNOWN_TOKEN}
    try:
        four_eyes.require_granted(approval, Operation.REVERSE_SALE, {**reversal_arguments(sale), **risk})
    except four_eyes.UnableToApprove as error:
        raise UnableToSell(f"Falta la aprobación de otra persona: {error}.") from error
    try:
        with write_transaction():
            _require_reversible(sale)
            withdraw(user, sale, accept_unknown=bool(risk))
            reversal = Reversal(
                sale=sale,
                movement=_post_reversal(user, sale),
                approval=approval,
                reason=reason.strip()[:200],
                wall_at=security_now(),
            )
            reversal.save()
            _restore_month(sale)
            audit.record(Operation.REVERSE_SALE.value, user=user, subject=f"sale:{sale.pk}", detail=risk)
    except IntegrityError:
        raise UnableToSell("Esta venta ya fue reversada.") from None
    except UnableToWithdraw as error:
        raise UnableToSell(str(error)) from error
    except OverLimit:
        raise UnableToSell("La reversión dejaría una cuenta por encima de su cupo.") from None
    return reversal


def _require_reversible(sale: Sale) -> None:
    type(sale.installation).objects.select_for_update().get(pk=sale.installation_id)
    outcome = getattr(sale, "outcome", None)
    if sale.kind != SaleKind.ENERGY or outcome is None or not outcome.minted:
        raise UnableToSell("Sólo se reversa una recarga que terminó con un token.")
    if hasattr(sale, "reversal"):
        raise UnableToSell("Esta venta ya fue reversada.")
    if OpenSale.objects.filter(installation_id=sale.installation_id).exists():
        raise UnableToSell("Otra venta de este medidor está en curso: intente de nuevo en un momento.")
    # tokens are numbered as they are written, whatever a clock said: two sales to one meter never overlap
    last = (
        Token.objects.filter(
            sale__installation_id=sale.installation_id,
            sale__kind=SaleKind.ENERGY,
            sale__reversal__isnull=True,
        )
        .order_by("-pk")
        .first()
    )
    if last is None or last.sale_id != sale.pk:
        raise UnableToSell("Hay ventas posteriores a este medidor: reverse primero la última.")


def _post_reversal(user: User, sale: Sale) -> Movement:
    movement = new_movement(user.provider_pk, MovementKind.REVERSAL)
    moved = sale.movement.transfers.select_related("debit", "credit")
    post(movement, [LedgerEntry(row.credit, row.debit, row.amount_c) for row in moved])
    return movement


def _restore_month(sale: Sale) -> None:
    """Month, what was taken off, and residue are again what they were before."""
    residue_mc, deducted_c = _before_sale(sale)
    month = InstallationMonth.objects.get(installation_id=sale.installation_id, month=sale.month)
    taken_c = dict(month.taken_c)
    for obligation_id, amount_c in deducted_c:
        taken_c[obligation_id] = taken_c.get(obligation_id, 0) - amount_c
    InstallationMonth.objects.filter(pk=month.pk).update(units=F("units") - sale.units, taken_c=taken_c)
    InstallationResidue.objects.filter(installation_id=sale.installation_id).update(residue_mc=residue_mc)


def _before_sale(sale: Sale) -> tuple[int, list[tuple[str, int]]]:
    """The residue that the books had before a sale, and what it took for which obligation."""
    if (settled := getattr(sale, "settled", None)) is not None:  # sold off line: the books' figures count
        return settled.residue_before_mc, list(settled.deducted_c.items())
    quote = price_sale(from_json(sale.inputs))
    lines = [line for line in quote.lines if line.kind is not LineKind.ENERGY]
    return quote.inputs.residue_mc, [(line.obligation_id, line.amount_c) for line in lines]
