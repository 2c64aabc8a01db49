"""The status of obligations (R5.2-02): opening, charged, collected, closing; their sums are the ledger's."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from system.accounts.models import User
from system.vending.models import AccountKind, ObligationRow, Transfer
from system.vending.pricing import ObligationKind

KIND_NAMES: dict[ObligationKind, str] = {
    ObligationKind.ARREARS: "Mora",
    ObligationKind.INSTALMENT: "Cuota de crédito",
    ObligationKind.LEVY: "Recaudo para terceros",
}
_KINDS = (AccountKind.OBLIGATION, AccountKind.LEVY)


@dataclass(frozen=True, slots=True)
class ObligationStatus:
    """One obligation over a period, centavos: ``closing = opening + charged - collected``.

    For a levy, which has no end, opening and closing say what was collected for others and not handed over,
    as amounts below 0.
    """

    row: ObligationRow
    kind_name: str
    opening_c: int
    charged_c: int
    collected_c: int

    @property
    def closing_c(self) -> int:
        """Debt at the end."""
        return self.opening_c + self.charged_c - self.collected_c


def obligation_status(user: User, since: date, until: date) -> list[ObligationStatus]:
    """All obligations of the user's provider over business days, both included; posted money only."""
    before = _sums(user, movement__business_day__lt=since)
    within = _sums(user, movement__business_day__range=(since, until))
    rows = ObligationRow.objects.of(user).select_related("installation").order_by("installation__niu", "id")
    return [
        ObligationStatus(
            row,
            KIND_NAMES[ObligationKind(row.kind)],
            before["debit", row.pk] - before["credit", row.pk],
            within["debit", row.pk],
            within["credit", row.pk],
        )
        for row in rows
    ]


def _sums(user: User, **narrowed: Any) -> dict[tuple[str, int], int]:
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for side in ("debit", "credit"):
        rows: Any = (
            Transfer.objects.filter(movement__outcome__posted=True, **narrowed)
            .filter(**{f"{side}__kind__in": _KINDS, f"{side}__provider": user.provider_id})
            .values_list(f"{side}__owner")
            .annotate(total=Sum("amount_c"))
            .order_by()
        )
        for owner, total_c in rows:
            sums[side, int(owner.partition(":")[2])] += total_c
    return sums
