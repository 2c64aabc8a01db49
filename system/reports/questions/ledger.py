"""What the ledger says: sums of posted transfers on accounts of a kind, which reports must equal."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Sum

from system.vending.models import AccountBalance, AccountKind, Transfer

#: Side, kind and owner of accounts -> centavos.
Sums = dict[tuple[str, str, str], int]


def sums_by_owner(user: Any, kinds: Iterable[AccountKind], **narrowed: Any) -> Sums:
    """Centavos by side (``debit``, ``credit``), kind of account, and the key of the row that owns it.

    Args:
        user: of whose provider.
        kinds: of accounts.
        narrowed: which transfers, as a filter.
    """
    sums: Sums = defaultdict(int)
    for side in ("debit", "credit"):
        rows: Any = (
            Transfer.objects.filter(movement__outcome__posted=True, **narrowed)
            .filter(**{f"{side}__kind__in": list(kinds), f"{side}__provider_id": user.provider_pk})
            .values_list(f"{side}__kind", f"{side}__owner")
            .annotate(total=Sum("amount_c"))
            .order_by()
        )
        for kind, owner, total_c in rows:
            sums[side, kind, owner.partition(":")[2]] += total_c
    return sums


def openings_c(user: Any, kind: AccountKind, since: date) -> dict[str, int]:
    """Debits less credits of each account of a kind before a business day, by the key of its owner, centavos.

    Reckoned back from the balances of today, so that a recent day does not add up the whole ledger.
    """
    moved = sums_by_owner(user, [kind], movement__business_day__gte=since)
    balances = AccountBalance.objects.filter(account__provider_id=user.provider_pk, account__kind=kind)
    return {
        key: posted_c - moved.get(("debit", kind, key), 0) + moved.get(("credit", kind, key), 0)
        for owner, posted_c in balances.values_list("account__owner", "posted_c")
        for key in (owner.partition(":")[2],)
    }


def balance_c(user: Any, kind: AccountKind, **narrowed: Any) -> int:
    """Debits less credits of all accounts of a kind, centavos."""
    sums = sums_by_owner(user, [kind], **narrowed)
    return sum(amount_c if side == "debit" else -amount_c for (side, _, _), amount_c in sums.items())
