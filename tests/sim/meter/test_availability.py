"""Availability by the day: what is counted, what comes back, and what a meter without it does (nothing)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.meter.supply.availability import Availability, AvailabilityTerms
from sim.meter.units import S_PER_DAY, US_PER_S

DAY_US = S_PER_DAY * US_PER_S
HOUR_US = 3600 * US_PER_S
FEE_NJ = 100 * 3600 * 10**9


def counted(promised_s=S_PER_DAY, grace_percent=0):
    return Availability(AvailabilityTerms(promised_s, grace_percent, "0.0.19.20.1"))


def test_a_whole_day_gives_nothing_back():
    availability = counted()
    availability.look(available=True, now_us=0)
    availability.look(available=True, now_us=DAY_US)
    assert availability.close_day(FEE_NJ) == 0
    assert (availability.days, availability.short_days, availability.last_day_us) == (1, 0, DAY_US)


@pytest.mark.parametrize(
    ("served_h", "promised_h", "grace_percent", "back"),
    [
        (18, 24, 0, 0.25),
        (18, 24, 25, 0.0),
        (17, 24, 25, 7 / 24),
        (0, 24, 5, 1.0),
        (6, 12, 0, 0.5),
        (12, 12, 0, 0.0),
    ],
)
def test_what_is_missing_of_the_promise_comes_back_in_proportion(served_h, promised_h, grace_percent, back):
    availability = counted(promised_h * 3600, grace_percent)
    availability.look(available=True, now_us=0)
    availability.look(available=False, now_us=served_h * HOUR_US)
    availability.look(available=False, now_us=DAY_US)
    assert availability.close_day(FEE_NJ) == pytest.approx(back * FEE_NJ, abs=1)
    assert availability.short_days == (back > 0)


def test_nothing_is_given_back_of_a_fee_that_was_not_collected():
    availability = counted()
    availability.look(available=False, now_us=0)
    assert availability.close_day(0) == 0
    assert availability.short_days == 1


@pytest.mark.parametrize("terms", [{"promised_s": -1}, {"promised_s": 86_401}, {"grace_percent": 101}])
def test_terms_are_checked(terms):
    with pytest.raises(ValueError, match="promised_s"):
        AvailabilityTerms(**terms)


@given(spans=st.lists(st.tuples(st.booleans(), st.integers(0, 6 * HOUR_US)), max_size=40))
def test_days_add_up_to_the_total_and_refunds_never_exceed_the_fee(spans):
    availability, now_us, day_us, days_us = counted(), 0, 0, 0
    availability.look(available=False, now_us=0)
    for available, span_us in spans:
        availability.look(available=available, now_us=now_us)
        now_us += span_us
        availability.look(available=available, now_us=now_us)
        if now_us - day_us >= DAY_US:
            day_us = now_us
            today_us = availability.today_us
            assert 0 <= availability.close_day(FEE_NJ) <= FEE_NJ
            assert availability.last_day_us == min(today_us, DAY_US)
            days_us += today_us
    assert availability.total_us == days_us + availability.today_us
    again = counted()
    again.restore(availability.snapshot())
    assert again.snapshot() == availability.snapshot()


def test_a_meter_that_does_not_count_it_keeps_nothing(bench):
    bench.run(3 * S_PER_DAY)
    assert bench.parts.availability.days == 0
    assert bench.parts.availability.snapshot() == {}
