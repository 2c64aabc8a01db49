"""Accounts by what they hold and whose they are; made when they are first needed."""

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField

from system.config.compiled import CompiledQuery
from system.config.compiled_writes import insert_missing
from system.vending.models import AccountBalance, AccountKind, LedgerAccount


def account_of(provider_id: int, kind: AccountKind, owner: Any = None) -> LedgerAccount:
    """The account of a kind, of the provider as a whole or of a row (``merchant:3``)."""
    name = "" if owner is None else f"{_OWNERS[kind]}:{owner.pk}"
    whose: dict[str, Any] = {"provider_id": provider_id, "kind": kind, "owner": name}
    account: LedgerAccount | None = _ACCOUNT.first(**whose)
    return account or _made(whose)


def _made(whose: dict[str, Any]) -> LedgerAccount:
    """An account that is not there, or that somebody makes at this moment."""
    if connection.features.supports_ignore_conflicts:
        insert_missing(LedgerAccount(**whose))
        account: LedgerAccount = _ACCOUNT.first(**whose)
        insert_missing(AccountBalance(account=account))
    else:
        account, _ = LedgerAccount.objects.get_or_create(**whose)
        AccountBalance.objects.get_or_create(account=account)
    return account


def balance_of(account: LedgerAccount) -> AccountBalance:
    """Its sums."""
    known: AccountBalance | None = _BALANCE.first(account_id=account.pk)
    return known or AccountBalance.objects.get_or_create(account=account)[0]


_ACCOUNT = CompiledQuery(
    LedgerAccount.objects.filter,
    provider_id=BigIntegerField(),
    kind=CharField(),
    owner=CharField(),
)
_BALANCE = CompiledQuery(
    lambda account_id: AccountBalance.objects.filter(account_id=account_id), account_id=BigIntegerField()
)


#: What rows own accounts of a kind.
_OWNERS: dict[AccountKind, str] = {
    AccountKind.MERCHANT: "merchant",
    AccountKind.OBLIGATION: "obligation",
    AccountKind.RESIDUE: "installation",
    AccountKind.LEVY: "obligation",
    AccountKind.BILL: "bill",
}
