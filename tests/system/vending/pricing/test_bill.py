"""Bills of postpaid and availability customers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.vending.pricing import BillInputs, PricingError, Step, Tariff, price_availability, price_bill

TARIFF = Tariff("T", 1, date(2026, 1, 1), (Step("low", 3_000_000, 100), Step("high", 8_000_000)), 10_000_000)
DAY = date(2026, 1, 31)


@given(st.integers(0, 10**8), st.integers(0, 10**6))
def test_cost_is_what_is_paid_and_subsidy(consumption_wh: int, billed_wh: int) -> None:
    bill = price_bill(BillInputs(consumption_wh, DAY, TARIFF, billed_wh))
    assert bill.cost_c == bill.total_c + bill.subsidy_c
    assert sum(line.energy_wh for line in bill.lines) == consumption_wh
    assert bill.total_c == sum(line.amount_c for line in bill.lines)


def test_steps_go_on_where_the_last_bill_of_the_month_ended() -> None:
    bill = price_bill(BillInputs(5_000, DAY, TARIFF, billed_wh=8_000))
    assert [(line.name, line.energy_wh, line.amount_c) for line in bill.lines] == [
        ("low", 2_000, 60_000),
        ("high", 3_000, 240_000),
    ]


def test_nothing_consumed_costs_nothing() -> None:
    assert price_bill(BillInputs(0, DAY, TARIFF)).total_c == 0
    with pytest.raises(PricingError):
        BillInputs(-1, DAY, TARIFF)


@pytest.mark.parametrize(
    ("available_ppm", "floor_ppm", "subsidy_ppm", "total_c", "subsidy_c"),
    [
        (1_000_000, 0, 0, 3_000_000, 0),
        (500_000, 0, 0, 1_500_000, 0),
        (500_000, 600_000, 0, 0, 0),
        (1_000_000, 0, 600_000, 1_200_000, 1_800_000),
    ],
)
def test_a_month_of_availability(
    available_ppm: int, floor_ppm: int, subsidy_ppm: int, total_c: int, subsidy_c: int
) -> None:
    bill = price_availability(
        3_000_000, available_ppm=available_ppm, floor_ppm=floor_ppm, subsidy_ppm=subsidy_ppm
    )
    assert (bill.total_c, bill.subsidy_c) == (total_c, subsidy_c)


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(PricingError, match="share"):
        price_availability(1, available_ppm=1_000_001)
