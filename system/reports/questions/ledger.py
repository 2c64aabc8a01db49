"""What the ledger says: sums of posted transfers on accounts of a kind, which reports must equal."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Sum

from system.vending.models import AccountKind, Transfer

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


def balance_c(user: Any, kind: AccountKind, **narrowed: Any) -> int:
    """Debits less credits of all accounts of a kind, centavos."""
    sums = sums_by_owner(user, [kind], **narrowed)
    return sum(amount_c if side == "debit" else -amount_c for (side, _, _), amount_c in sums.items())
