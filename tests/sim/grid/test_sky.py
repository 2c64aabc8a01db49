"""The sun at Teorama, clear and clouded; pvlib is asked in tests/oracles."""

from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.grid.local_calendar import LocalCalendar
from sim.grid.terms import PlantTerms
from sim.grid.weather import KINDS, CloudModel, Weather, climate, on_day, sun
from sim.kernel.random import RandomStreams

EQUINOX = 78  # 20 March 2026
ALMANAC = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)


def weather(seed: int = 1, cloudiness: float = 1.0, **terms: float) -> Weather:
    return Weather(PlantTerms(**terms), CloudModel(RandomStreams(seed), "g", ALMANAC, cloudiness), ALMANAC)


def test_the_clear_equinox_is_the_published_one():
    """regulation.md 5.4: some 1078 W/m² at the peak and 7.7 kWh/m² in the day."""
    day = weather(cloudiness=0.0).day(EQUINOX)
    assert day.level_w_m2.max() == pytest.approx(1078.0, rel=0.02)
    assert day.level_w_m2.sum() / 60_000.0 == pytest.approx(7.7, rel=0.02)
    assert day.index.min() == 1.0


def test_the_sun_rises_in_the_east_and_is_highest_before_noon_at_the_longitude():
    hours = np.arange(0.0, 24.0, 1.0 / 60.0)
    up, east, north = sun(date(2026, 3, 20), hours, 8.43, -73.29, -5.0)
    assert up**2 + east**2 + north**2 == pytest.approx(np.ones(len(hours)))
    assert east[np.argmax(up > 0)] > 0.99
    # 73.29° W is 6.8 minutes ahead of the meridian of the clock; the true sun is 7.5 minutes late.
    assert hours[np.argmax(up)] == pytest.approx(12.0, abs=0.05)


def test_there_is_no_sun_at_night_and_no_clear_sky_above_the_atmosphere():
    for day in (0, 90, 181, 272):
        seen = weather(day).day(day)
        assert seen.level_w_m2[:300].max() == 0.0
        assert seen.panel_w_m2.min() >= 0.0
        assert seen.level_w_m2.max() < 1367.0


def test_seasons_are_those_of_the_place():
    """Two rainy seasons; the year's mean is between 4.3 and 5.6 kWh/m² a day."""
    seen = weather(7)
    daily = np.array([seen.day(day).level_w_m2.sum() / 60_000.0 for day in range(0, 365, 1)])
    months = np.array([ALMANAC.date(day).month for day in range(365)])
    wet = daily[np.isin(months, (4, 5, 10, 11))].mean() / 1.0
    dry = daily[np.isin(months, (1, 2, 7, 8))].mean()
    assert 4.3 < daily.mean() < 5.6
    assert wet < 0.95 * dry


@given(st.integers(0, 2**32), st.integers(0, 40))
@settings(max_examples=20)
def test_a_day_does_not_depend_on_what_was_asked_before(seed, day):
    fresh = CloudModel(RandomStreams(seed), "g", ALMANAC)
    used = CloudModel(RandomStreams(seed), "g", ALMANAC)
    used.index(50)
    assert used.kind(day) == fresh.kind(day)
    assert np.array_equal(used.index(day), fresh.index(day))
    assert fresh.index(day).min() >= 0.05
    assert fresh.index(day).max() <= 1.1


def test_kinds_of_day_differ_in_what_they_let_through():
    clouds = CloudModel(RandomStreams(5), "g", ALMANAC)
    means = {kind: [] for kind in KINDS}
    for day in range(200):
        means[clouds.kind(day)].append(clouds.index(day)[360:1080].mean())
    clear, mixed, overcast = (np.mean(means[kind]) for kind in KINDS)
    assert clear > 0.85 > mixed > 0.5 > overcast


def test_days_hang_together():
    clouds = CloudModel(RandomStreams(5), "g", ALMANAC)
    kinds = [clouds.kind(day) for day in range(600)]
    same = np.mean([one == other for one, other in pairwise(kinds)])
    assert same > climate().persistence


def test_another_grid_of_the_same_world_has_other_clouds():
    streams = RandomStreams(1)
    assert not np.array_equal(
        CloudModel(streams, "a", ALMANAC).index(3), CloudModel(streams, "b", ALMANAC).index(3)
    )


def test_the_air_is_warmest_in_the_afternoon_and_cooler_under_clouds():
    day = weather(cloudiness=0.0).day(EQUINOX)
    assert 13 * 60 <= int(np.argmax(day.air_c)) <= 15 * 60
    assert 15.0 < day.air_c.min() < day.air_c.max() < 30.0


def test_panels_that_lean_to_the_equator_gain_in_december():
    flat = weather(cloudiness=0.0, pv_tilt_deg=0.0).day(354).panel_w_m2.sum()
    south = weather(cloudiness=0.0, pv_tilt_deg=20.0, pv_azimuth_deg=180.0).day(354).panel_w_m2.sum()
    north = weather(cloudiness=0.0, pv_tilt_deg=20.0, pv_azimuth_deg=0.0).day(354).panel_w_m2.sum()
    assert south > flat > north


def test_the_almanac_counts_local_days():
    calendar = LocalCalendar(datetime(2026, 1, 31, 12, 30, tzinfo=UTC), -5.0)
    assert calendar.hour(0.0) == 7.5
    assert calendar.day(16.5 * 3600.0 - 1.0) == 0
    assert calendar.day(16.5 * 3600.0) == 1
    assert calendar.minute(16.5 * 3600.0) == 0
    assert calendar.begin_s(1) == 16.5 * 3600.0
    assert calendar.date(1) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2026, 3, 15), 3.0),
        (date(2026, 12, 15), 12.0),
        (date(2026, 12, 31), 12.0 - 11.0 * 16 / 31),
        (date(2026, 1, 1), 12.0 - 11.0 * 17 / 31),
        (date(2024, 2, 29), 2.0 + 14 / 29),
    ],
)
def test_values_of_months_are_joined_by_straight_lines(day, wanted):
    assert on_day(tuple(range(1, 13)), day) == pytest.approx(wanted)
