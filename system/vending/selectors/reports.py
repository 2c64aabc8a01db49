"""Reports of sales (R5.4-07) and of last recharges (R5.2-03); money totals are the ledger's."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from system.accounts.models import User
from system.registry.models import Installation
from system.vending.models import (
    AccountKind,
    BillPayment,
    MovementKind,
    Reversal,
    Sale,
    SaleKind,
    Transfer,
)


@dataclass(slots=True)
class SalesRow:
    """A day, a counter or a shift.

    Args:
        name: of it.
        count: recharges that were minted.
        units: sold, of 0.1 kWh; taken back not taken off.
        energy_c, deducted_c: of what was received for recharges, centavos.
        sold_c: received for recharges.
        reversed_c: given back in the period, whenever it was sold.
        payments_c: received on bills.
    """

    name: str
    count: int = 0
    units: int = 0
    energy_c: int = 0
    deducted_c: int = 0
    sold_c: int = 0
    reversed_c: int = 0
    payments_c: int = 0

    @property
    def net_c(self) -> int:
        """What the counters owe for it."""
        return self.sold_c - self.reversed_c + self.payments_c


#: What a row is -> how sales say it; bills say it alike, reversals through their sale.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "day": ("business_day",),
    "point": ("shift__point_of_sale__merchant__name", "shift__point_of_sale__name"),
    "shift": ("shift__opened_at", "shift__cashier__username", "shift__point_of_sale__name"),
}


def sales_report(user: User, since: date, until: date, group: str) -> list[SalesRow]:
    """Sales over business days, both included.

    Args:
        user: of whose provider.
        since: the first business day.
        until: the last one.
        group: a key of `GROUPS`.
    """
    rows: dict[tuple[Any, ...], SalesRow] = {}

    def row(key: tuple[Any, ...]) -> SalesRow:
        return rows.setdefault(key, SalesRow(_name(key)))

    for *key, count, units, energy_c, deducted_c, sold_c in _sold(user, since, until, GROUPS[group]):
        found = row(tuple(key))
        found.count, found.units, found.sold_c = count, units, sold_c
        found.energy_c, found.deducted_c = energy_c, deducted_c
    for *key, amount_c in _reversed(user, since, until, group):
        row(tuple(key)).reversed_c += amount_c
    for *key, amount_c in _paid(user, since, until, group):
        row(tuple(key)).payments_c += amount_c
    return [rows[key] for key in sorted(rows, key=lambda key: tuple(map(str, key)))]


def total_of(rows: list[SalesRow]) -> SalesRow:
    """Their sum."""
    total = SalesRow("Total")
    for row in rows:
        for name in ("count", "units", "energy_c", "deducted_c", "sold_c", "reversed_c", "payments_c"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    return total


def owed_by_counters_c(user: User, since: date, until: date) -> int:
    """What the ledger says that the counters owe for sales, reversals and bills of a period, centavos."""
    kinds = (MovementKind.TOKEN_SALE, MovementKind.REVERSAL, MovementKind.ACCOUNT_PAYMENT)
    moved = Transfer.objects.filter(
        movement__provider_id=user.provider_pk,
        movement__kind__in=kinds,
        movement__business_day__range=(since, until),
        movement__outcome__posted=True,
    )
    sums: dict[str, int] = defaultdict(int)
    for side in ("debit", "credit"):
        found = moved.filter(**{f"{side}__kind": AccountKind.MERCHANT}).aggregate(total=Sum("amount_c"))
        sums[side] = int(found["total"] or 0)
    return sums["debit"] - sums["credit"]


@dataclass(frozen=True, slots=True)
class LastRecharge:
    """When an installation last bought; `last_at` None: never."""

    niu: str
    place: str
    last_at: datetime | None
    days: int | None = field(default=None)


def last_recharges(user: User, today: date) -> list[LastRecharge]:
    """Every installation, who never bought first, then the longest ago."""
    bought = Q(sales__kind=SaleKind.ENERGY, sales__outcome__minted=True, sales__reversal__isnull=True)
    rows = (
        Installation.objects.of(user)
        .select_related("site__community")
        .annotate(
            last_at=Max("sales__business_at", filter=bought), day=Max("sales__business_day", filter=bought)
        )
    )
    found = [
        LastRecharge(
            row.niu,
            row.address or row.site.community.name,
            row.last_at,
            None if row.day is None else (today - row.day).days,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.last_at is not None, -(one.days or 0), one.niu))


def _sold(user: User, since: date, until: date, keys: tuple[str, ...]) -> Any:
    return (
        Sale.objects.of(user)
        .filter(kind=SaleKind.ENERGY, business_day__range=(since, until), outcome__minted=True)
        .order_by()
        .values_list(*keys)
        .annotate(Count("pk"), Sum("units"), Sum("energy_c"), Sum("deducted_c"), Sum("amount_c"))
    )


def _reversed(user: User, since: date, until: date, group: str) -> Any:
    keys = ("movement__business_day",) if group == "day" else tuple(f"sale__{key}" for key in GROUPS[group])
    return (
        Reversal.objects.filter(
            movement__provider_id=user.provider_pk, movement__business_day__range=(since, until)
        )
        .order_by()
        .values_list(*keys)
        .annotate(Sum("sale__amount_c"))
    )


def _paid(user: User, since: date, until: date, group: str) -> Any:
    keys = ("movement__business_day",) if group == "day" else GROUPS[group]
    return (
        BillPayment.objects.of(user)
        .filter(movement__business_day__range=(since, until))
        .order_by()
        .values_list(*keys)
        .annotate(Sum("amount_c"))
    )


def _name(key: tuple[Any, ...]) -> str:
    parts = [part.isoformat(" ", "minutes") if isinstance(part, datetime) else str(part) for part in key]
    return " · ".join(parts)
