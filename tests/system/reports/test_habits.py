"""R5.2-04: changes of habits from purchases alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from report_book import Book, made

from system.reports.queries.purchase_habits import (
    CHANGES,
    LESS,
    MORE,
    SAME,
    SHORT,
    STOPPED,
    Bounds,
    explained,
    habit_of,
)

UNTIL = date(2026, 11, 24)
BOUNDS = Bounds()


def bought(*windows: int) -> list[tuple[date, int]]:
    """One purchase in the middle of each window, the recent one first."""
    days = [(UNTIL - timedelta(days=30 * number + 15), wh) for number, wh in enumerate(windows) if wh]
    return sorted(days)


@pytest.mark.requirement("R5.2-04")
@pytest.mark.parametrize(
    ("windows", "verdict"),
    [
        ((30_000, 31_000, 29_000, 30_000, 32_000), SAME),
        ((12_000, 31_000, 29_000, 30_000, 32_000), LESS),
        ((70_000, 31_000, 29_000, 30_000, 32_000), MORE),
        ((0, 31_000, 29_000, 30_000, 32_000), STOPPED),
        ((15_000, 30_000, 30_000, 30_000), SAME),  # half is the bound, not below it
        ((14_999, 30_000, 30_000, 30_000), LESS),
        ((10_000, 30_000, 0, 60_000, 5_000, 45_000), SAME),  # whoever buys unevenly did not change
        ((90_000, 31_000, 900_000, 30_000, 32_000), MORE),  # one great purchase moves no median
        ((10_000, 30_000, 30_000), SHORT),
        ((), SHORT),
    ],
)
def test_verdicts(windows: tuple[int, ...], verdict: str) -> None:
    assert habit_of(bought(*windows), UNTIL, BOUNDS).verdict == verdict


def test_the_sentence_can_be_checked_by_hand() -> None:
    habit = habit_of(bought(8_000, 32_000, 32_000, 32_000), UNTIL, BOUNDS)
    assert explained(habit, 30) == (
        "Compraba 32,0 kWh cada 30 días (mediana de 3 ventanas); ahora 8,0: 75 % menos."
    )
    assert "historia es corta" in explained(habit_of(bought(8_000), UNTIL, BOUNDS), 30)
    assert habit.rhythm_before == 30


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(100, 10**7)), max_size=40))
def test_nobody_changes_by_buying_the_same_again(past: list[tuple[int, int]]) -> None:
    purchases = sorted((UNTIL - timedelta(days=ago), wh) for ago, wh in past)
    habit = habit_of(purchases, UNTIL, BOUNDS)
    assert habit.recent_wh == sum(wh for day, wh in purchases if (UNTIL - day).days < 30)
    if habit.median_wh is not None and habit.median_wh == habit.recent_wh:
        assert habit.verdict == SAME
    if habit.verdict in CHANGES:
        assert habit.windows >= 3
        assert habit.median_wh is not None


@given(st.integers(1, 10**6), st.integers(1, 50))
def test_scale_changes_no_verdict(unit: int, factor: int) -> None:
    small, large = (
        bought(unit, 3 * unit, 4 * unit, 3 * unit),
        bought(*(n * unit * factor for n in (1, 3, 4, 3))),
    )
    assert habit_of(small, UNTIL, BOUNDS).verdict == habit_of(large, UNTIL, BOUNDS).verdict


@pytest.mark.requirement("R5.2-04")
def test_it_works_without_a_single_reading(book: Book, office: Client) -> None:
    book.home(1)
    book.home(2)
    for month in range(5, 0, -1):
        book.at(-30.4 * month)
        book.sell(1, 1_000_000)
        book.sell(2, 1_000_000)
    book.at(-2)
    wrong = book.sell(1, 1_000_000)
    book.take_back(wrong)
    book.sell(2, 1_000_000)
    book.at(0)
    rows: list[Any] = list(made(book, "habitos", until="2026-11-24").rows())
    assert [(row[0], row[7]) for row in rows] == [("NIU-0001", STOPPED)]
    assert rows[0][4] == -1_000_000
    both = list(made(book, "habitos", until="2026-11-24", only="todas").rows())
    assert [row[7] for row in both] == [STOPPED, SAME]
    page = office.get("/reportes/habitos/", {"until": "2026-11-24"}).content.decode()
    assert "100 % menos" in page
    assert "no necesita lecturas" in page
