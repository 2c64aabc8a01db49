"""Accounts by what they hold and whose they are; made when they are first needed."""

from typing import Any

from system.vending.models import AccountBalance, AccountKind, LedgerAccount


def account_of(provider_id: int, kind: AccountKind, owner: Any = None) -> LedgerAccount:
    """The account of a kind, of the provider as a whole or of a row (``merchant:3``)."""
    name = "" if owner is None else f"{_OWNERS[kind]}:{owner.pk}"
    account, made = LedgerAccount.objects.get_or_create(provider_id=provider_id, kind=kind, owner=name)
    if made:
        AccountBalance.objects.get_or_create(account=account)
    return account


def balance_of(account: LedgerAccount) -> AccountBalance:
    """Its sums."""
    return AccountBalance.objects.get_or_create(account=account)[0]


#: What rows own accounts of a kind.
_OWNERS: dict[AccountKind, str] = {
    AccountKind.MERCHANT: "merchant",
    AccountKind.OBLIGATION: "obligation",
    AccountKind.RESIDUE: "installation",
    AccountKind.LEVY: "obligation",
    AccountKind.BILL: "bill",
}
