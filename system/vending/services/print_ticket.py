"""Print a ticket: every print is counted, and every one but the first is a reprint."""

from django.db import transaction

from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import security_now
from system.vending.errors import UnableToSell
from system.vending.models import Sale, TicketPrint


def print_ticket(user: User, sale: Sale) -> int:
    """Count a further print; its number, from 1.

    Raises:
        UnableToSell: not allowed, or the sale did not end with tokens.
    """
    if not user.may(Operation.REPRINT) or sale.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite imprimir este tiquete.")
    outcome = getattr(sale, "outcome", None)
    if outcome is None or not outcome.minted:
        raise UnableToSell("Esta venta no terminó con un token: no tiene tiquete.")
    with transaction.atomic():
        Sale.objects.select_for_update().get(pk=sale.pk)
        copy = sale.prints.count() + 1
        TicketPrint(sale=sale, copy=copy, printed_by=user, wall_at=security_now()).save()
    return int(copy)
