"""Adds the facts up again, and compares them with what is kept beside them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from system.vending.models import AccountBalance, LedgerAccount, Sale, SaleOutcome, Token, Transfer


def faults() -> list[str]:
    """What does not add up, one sentence each; empty is right."""
    return [*_balances(), *_sales()]


def _balances() -> Iterator[str]:
    posted, pending = _sums(Q(movement__outcome__posted=True)), _sums(Q(movement__outcome__isnull=True))
    for account in LedgerAccount.objects.select_related("balance"):
        balance: AccountBalance = account.balance
        wanted = (posted.get(account.pk, 0), pending.get(account.pk, 0))
        if (balance.posted_c, balance.pending_c) != wanted:
            yield (
                f"account {account.kind} {account.owner} keeps {balance.posted_c} posted and "
                f"{balance.pending_c} pending; its transfers come to {wanted[0]} and {wanted[1]}"
            )
    total_c = sum(posted.values())
    if total_c:
        yield f"all accounts together come to {total_c} centavos and not to 0"


def _sums(state: Q) -> dict[int, int]:
    sums: dict[int, int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        rows: Any = Transfer.objects.filter(state).values_list(side).annotate(total=Sum("amount_c"))
        for account_id, total_c in rows.order_by():
            sums[account_id] = sums.get(account_id, 0) + sign * total_c
    return sums


def _sales() -> Iterator[str]:
    # the database compares: a book of a million sales is not read to find none of them wrong
    posted = Q(sale__movement__outcome__posted=True)
    with_tokens = Exists(Token.objects.filter(sale=OuterRef("sale")))
    minted, cancelled = (SaleOutcome.objects.filter(minted=minted) for minted in (True, False))
    wrong: list[tuple[Any, str]] = [
        (minted.exclude(posted), "and its money ended differently"),
        (cancelled.filter(posted), "and its money ended differently"),
        (minted.filter(~with_tokens), "ended without tokens"),
        (cancelled.filter(with_tokens), "ended with tokens"),
    ]
    for outcomes, how in wrong:
        for sale in outcomes.values_list("sale_id", flat=True):
            yield f"sale {sale} {how}"
    for sale in Sale.objects.filter(outcome__isnull=True, open__isnull=True).values_list("pk", flat=True):
        yield f"sale {sale} is neither open nor ended"
