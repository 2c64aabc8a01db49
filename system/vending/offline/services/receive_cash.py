"""Receive what a terminal took: a deposit of its merchant that renews its limit by itself (R5.4-05)."""

import uuid

from system.accounts.models import User
from system.config.writer import writing
from system.vending.errors import UnableToSell
from system.vending.models import Deposit
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Terminal, TerminalDeposit
from system.vending.services.shifts import receive_deposit


def receive_cash(
    user: User, terminal: Terminal, amount_c: int, reference: str, deposit_id: uuid.UUID
) -> Deposit:
    """Take money that a terminal brought; the same id is the same deposit.

    Args:
        user: who may receive deposits.
        terminal: whose; its next pack allows so much more.
        amount_c: centavos, above 0.
        reference: of the receipt.
        deposit_id: made by the caller.

    Raises:
        OfflineRefused: not allowed, no amount, or the id was used for something else.
    """
    if terminal.provider_id != user.provider_id:
        raise OfflineRefused("El terminal no es de este prestador.")
    try:
        with writing():
            merchant = terminal.point_of_sale.merchant
            known = Deposit.objects.filter(pk=deposit_id).exists()
            deposit = receive_deposit(user, merchant, amount_c, reference, deposit_id)
            if not known:
                TerminalDeposit(deposit=deposit, terminal=terminal).save()
            elif not TerminalDeposit.objects.filter(deposit=deposit, terminal=terminal).exists():
                raise OfflineRefused("Ese identificador ya se usó para otra consignación.")
    except UnableToSell as error:
        raise OfflineRefused(str(error)) from error
    return deposit
