"""Account of a subscriber as he sees it: his homes, purchases with their tokens, months, debts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from system.config.clock import business_day
from system.registry.models import Customer
from system.registry.selectors import ServicePoint, service_points_of
from system.vending.ledger import account_of, balance_of
from system.vending.models import AccountKind, Bill, InstallationResidue, ObligationRow, Sale
from system.vending.pricing import ObligationKind
from system.vending.selectors.obligations import KIND_NAMES

#: So far back a list of months goes.
MONTHS = 13


@dataclass(frozen=True, slots=True)
class Month:
    """Purchases of a calendar month: units of 0.1 kWh, centavos."""

    month: date
    units: int
    amount_c: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Debt:
    """Debt, centavos; None: it is taken off every purchase and has no end."""

    name: str
    kind: str
    owed_c: int | None


def purchases_of(customer: Customer) -> QuerySet[Any]:
    """Purchases that ended with a token, newest first; those of who lived there before are not his."""
    found: QuerySet[Any] = (
        Sale.objects.filter(agreement__customer=customer, outcome__minted=True)
        .select_related("outcome", "reversal")
        .prefetch_related("tokens")
        .order_by("-business_at", "-number")
    )
    return found


def months_of(customer: Customer) -> list[Month]:
    """The last months in which something was bought, newest first; what was taken back does not count."""
    rows = (
        Sale.objects.filter(agreement__customer=customer, outcome__minted=True, reversal__isnull=True)
        .exclude(inputs="")
        .values("month")
        .annotate(sum_units=Sum("units"), sum_c=Sum("amount_c"), purchases=Count("pk"))
        .order_by("-month")[:MONTHS]
    )
    return [Month(row["month"], row["sum_units"], row["sum_c"], row["purchases"]) for row in rows]


def present_homes(user: Any, customer: Customer) -> list[ServicePoint]:
    """Homes where his agreement holds now."""
    homes = service_points_of(user, customer)
    return [home for home in homes if home.agreement and home.agreement.customer_id == customer.pk]


def debts_of(customer: Customer, homes: list[ServicePoint]) -> list[Debt]:
    """Obligations of his homes, and his unpaid bills."""
    return [*_obligations(homes), *_bills(customer)]


def residue_c_of(homes: list[ServicePoint]) -> int:
    """Whole centavos that purchases left over and the next one uses."""
    found = InstallationResidue.objects.filter(installation__in=[home.installation for home in homes])
    return sum(found.values_list("residue_mc", flat=True)) // 1000


def _obligations(homes: list[ServicePoint]) -> Iterator[Debt]:
    rows = ObligationRow.objects.filter(installation__in=[home.installation for home in homes])
    due = Q(ends_on__isnull=True) | Q(ends_on__gte=business_day())
    for row in rows.filter(due).order_by("priority", "pk"):
        kind = ObligationKind(row.kind)
        owed_c = None
        if kind is not ObligationKind.LEVY:
            owed_c = max(0, balance_of(account_of(row.provider_id, AccountKind.OBLIGATION, row)).posted_c)
        if owed_c != 0:
            yield Debt(row.name, KIND_NAMES[kind], owed_c)


def _bills(customer: Customer) -> Iterator[Debt]:
    for bill in Bill.objects.filter(agreement__customer=customer).order_by("period_begin"):
        owed_c = balance_of(account_of(bill.provider_id, AccountKind.BILL, bill)).posted_c
        if owed_c > 0:
            yield Debt(f"{bill.period_begin:%Y-%m-%d} a {bill.period_end:%Y-%m-%d}", "Factura", owed_c)
