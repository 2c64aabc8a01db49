"""Totals of reports are the ledger's, to the centavo, whatever happened: the books are made from seeds."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import Sum
from report_book import Book, asked
from vending_world import NOW

from system.reports.catalogue import REGISTRY
from system.reports.queries.receivables import RECEIVABLE_KINDS, balance_c
from system.vending import ledger
from system.vending.models import AccountKind, InstallationMonth, MovementKind, Reversal, Sale

BEGIN = date(2026, 11, 1)
END = date(2027, 2, 28)
CUTS = (BEGIN, date(2026, 12, 1), date(2026, 12, 19), date(2027, 1, 8), END + timedelta(days=1))
SALES = [name for name in REGISTRY if name.startswith("ventas-por-")]


def within(since: date, until: date) -> dict[str, Any]:
    return {"movement__business_day__range": (since, until)}


@pytest.fixture(params=[1, 7])
def lived(book: Book, request: Any) -> Book:
    book.happens(request.param)
    assert ledger.ledger_faults() == []
    assert Reversal.objects.exists()
    return book


@pytest.mark.requirement("R5.4-07", "R5.2-05")
def test_sales_are_what_counters_owe_by_the_ledger(lived: Book) -> None:
    user = lived.village.supervisor
    kinds = (MovementKind.TOKEN_SALE, MovementKind.REVERSAL, MovementKind.ACCOUNT_PAYMENT)
    for since, after in pairwise(CUTS):
        until = after - timedelta(days=1)
        owed_c = balance_c(user, AccountKind.MERCHANT, movement__kind__in=kinds, **within(since, until))
        for name in SALES:
            assert asked(lived, name, since, until)[1]["neto"] == owed_c, (name, since)
    whole = asked(lived, "ventas-por-dia")[1]
    assert whole["recibido"] == whole["energia"] + whole["obligaciones"] + _residue(user)
    assert asked(lived, "estadistica", by="zona")[1]["ventas"] == whole["neto"] > 0


def _residue(user: Any) -> int:
    """What sales, taken back or not, left over or used up in whole centavos."""
    sums = (
        Sale.objects.of(user)
        .filter(kind="energy", outcome__minted=True)
        .aggregate(a=Sum("amount_c"), e=Sum("energy_c"), d=Sum("deducted_c"))
    )
    return sums["a"] - sums["e"] - sums["d"]


def test_energy_is_what_the_months_of_installations_keep(lived: Book) -> None:
    totals = asked(lived, "ventas-por-mes")[1]
    kept = InstallationMonth.objects.aggregate(units=Sum("units"))["units"]
    assert totals["kwh"] - totals["kwh_reversados"] == kept * 100
    assert asked(lived, "estadistica", by="estrato")[1]["kwh"] == kept * 100


@pytest.mark.requirement("R5.2-02")
def test_obligations_close_at_the_balance_of_the_ledger(lived: Book) -> None:
    user = lived.village.supervisor
    for since, after in pairwise(CUTS):
        until = after - timedelta(days=1)
        for name in ("obligaciones", "obligaciones-por-instalacion"):
            totals = asked(lived, name, since, until)[1]
            for column, narrowed in (
                ("saldo_inicial", {"movement__business_day__lt": since}),
                ("saldo_final", {"movement__business_day__lte": until}),
            ):
                assert totals[column] == sum(
                    balance_c(user, kind, **narrowed) for kind in RECEIVABLE_KINDS
                ), (
                    name,
                    column,
                )
    for row in asked(lived, "obligaciones")[0]:
        assert row[3] + row[4] - row[5] == row[6]


def test_merchants_close_at_the_balance_of_the_ledger(lived: Book) -> None:
    user = lived.village.supervisor
    rows, totals = asked(lived, "comercios")
    assert totals["debe"] == balance_c(user, AccountKind.MERCHANT)
    assert rows[0][5] - rows[0][4] == rows[0][6]


def test_subsidies_of_bills_are_the_ledgers_and_of_sales_the_sales(lived: Book) -> None:
    user = lived.village.supervisor
    rows, totals = asked(lived, "subsidios")
    sold = Sale.objects.of(user).filter(kind="energy", outcome__minted=True, reversal__isnull=True)
    exact_mc = int(sold.aggregate(sum=Sum("subsidy_mc"))["sum"])
    bills_c = balance_c(user, AccountKind.SUBSIDY) + balance_c(user, AccountKind.CONTRIBUTION)
    assert bills_c > 0
    off_mc = (totals["subsidio"] - totals["contribucion"]) * 1000 - (exact_mc + bills_c * 1000)
    assert abs(off_mc) <= 500 * 2 * len(rows)


def test_another_provider_sees_none_of_it(lived: Book) -> None:
    from vending_world import make_village

    other = make_village("Otra empresa")
    stranger = Book(other, lived.clock)
    for name in REGISTRY:
        if name == "comercios":
            continue  # it has a merchant of its own
        rows, totals = asked(stranger, name) if name not in NEEDS else ([], {})
        assert (rows, set(totals.values()) - {0}) == ([], set()), name


NEEDS = {"curva-de-consumo"}


@pytest.mark.parametrize("seed", [3])
def test_filters_part_the_whole(book: Book, seed: int) -> None:
    book.happens(seed, events=25)
    whole = asked(book, "ventas-por-dia")[1]
    parts = [asked(book, "ventas-por-dia", estrato=str(one))[1] for one in range(1, 7)]
    for column, total in whole.items():
        assert sum(part[column] for part in parts) == total, column
    assert NOW.date() > BEGIN
