"""R5.2-03: last recharges, and who looks like a fraud; with readings and without."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from head_end_rows import registers
from hypothesis import given
from hypothesis import strategies as st
from report_book import Book, made
from vending_world import NOW

from system.reports.queries.recharges import NO_READINGS, Limits, RechargeHistory, fraud_signs

LIMITS = Limits(idle=45, least_wh=5_000, low=40, high=200)
ALL = {"until": "2026-11-24", "window": "10"}


def home(
    days: int | None = 3, bought: int = 20_000, consumed: int | None = None, here: int = 300
) -> RechargeHistory:
    return RechargeHistory(None if days is None else NOW, days, here, bought, consumed)


@pytest.mark.requirement("R5.2-03")
@pytest.mark.parametrize(
    ("seen", "signs"),
    [
        (home(), []),
        (home(days=None), ["nunca ha comprado"]),
        (home(days=None, here=44), []),
        (home(days=45), ["45 días sin recargar"]),
        (home(days=44), []),
        (home(bought=3_999, consumed=10_000), ["consume y no compra"]),
        (home(bought=4_000, consumed=10_000), []),
        (home(bought=20_001, consumed=10_000), ["compra mucho más de lo que consume"]),
        (home(bought=0, consumed=4_999), []),
        (home(bought=5_000, consumed=0), ["compra y no consume"]),
        (home(days=None, bought=0, consumed=90_000), ["consume y no compra", "nunca ha comprado"]),
    ],
)
def test_signs_by_their_limits(seen: RechargeHistory, signs: list[str]) -> None:
    assert fraud_signs(seen, LIMITS) == signs


@given(bought=st.integers(0, 10**7), consumed=st.integers(5_000, 10**7))
def test_who_buys_what_he_consumes_shows_no_sign(bought: int, consumed: int) -> None:
    signs = fraud_signs(home(bought=bought, consumed=consumed), LIMITS)
    assert bool(signs) == (bought * 100 < consumed * 40 or bought * 100 > consumed * 200)


def rows_of(book: Book, **given: str) -> dict[str, Any]:
    found = made(book, "ultima-recarga", **{**ALL, **given})
    columns = [column.name for column in found.report.columns]
    return {row[0]: dict(zip(columns, row, strict=True)) for row in found.rows()}


@pytest.mark.requirement("R5.2-03")
def test_purchases_alone_speak_where_nothing_was_read(book: Book) -> None:
    for number in (1, 2, 3):
        book.home(number)
    book.at(-50)
    book.sell(3)
    book.at(-3)
    taken_back = book.sell(1)
    book.take_back(taken_back)
    kept = book.sell(2)
    book.at(0)
    rows = rows_of(book)
    assert list(rows) == ["NIU-0001", "NIU-0003", "NIU-0002"]  # never, then the longest ago
    assert rows["NIU-0001"]["senales"] == f"nunca ha comprado; {NO_READINGS}"
    assert rows["NIU-0001"]["comprado"] == 0
    assert rows["NIU-0003"]["senales"] == f"50 días sin recargar; {NO_READINGS}"
    assert (rows["NIU-0002"]["dias"], rows["NIU-0002"]["comprado"]) == (3, kept.units * 100)
    assert rows["NIU-0002"]["consumido"] is None
    assert list(rows_of(book, only="senales")) == ["NIU-0001", "NIU-0003"]
    assert "sólo de las compras" in made(book, "ultima-recarga", **ALL).answer.notes[0]


@pytest.mark.requirement("R5.2-03")
def test_readings_show_who_consumes_and_does_not_buy(book: Book) -> None:
    for number, wh_a_day in ((1, 4_000), (2, 100), (3, 2_000)):
        registers(book.home(number), NOW - timedelta(days=20), days=21, wh_a_day=wh_a_day)
    book.at(-2)
    book.sell(2)
    sold = book.sell(3, 900_000)
    book.at(0)
    rows = rows_of(book)
    assert rows["NIU-0001"]["consumido"] == 40_000
    assert rows["NIU-0001"]["senales"] == "consume y no compra; nunca ha comprado"
    assert rows["NIU-0002"]["senales"] == "compra y no consume"
    assert rows["NIU-0003"]["senales"] == ""
    assert sold.units * 100 == rows["NIU-0003"]["comprado"] > rows["NIU-0003"]["consumido"]


def test_the_page_tells_it(book: Book, office: Client) -> None:
    book.home(1)
    book.home(2)
    book.sell(2)
    page = office.get("/reportes/ultima-recarga/").content.decode()
    assert page.index("NIU-0001") < page.index("NIU-0002")
    assert "nunca ha comprado" in page
    assert "Ninguna instalación" in office.get("/reportes/ultima-recarga/", {"estrato": "6"}).content.decode()
