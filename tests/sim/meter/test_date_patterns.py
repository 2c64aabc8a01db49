"""Dates and times with wildcards against a day-by-day search, and local time with daylight saving."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.meter.clock.date_patterns import DatePattern, TimePattern, next_moment
from sim.meter.clock.device_clock import NEVER_OCTETS, LocalZone, ZoneTerms, to_epoch_us

YEARS = st.one_of(st.none(), st.integers(2024, 2030))
patterns = st.builds(
    DatePattern,
    YEARS,
    st.one_of(st.none(), st.integers(1, 12)),
    st.one_of(st.none(), st.integers(1, 31), st.sampled_from([0xFD, 0xFE])),
    st.one_of(st.none(), st.integers(1, 7)),
)
times = st.builds(
    TimePattern,
    st.one_of(st.none(), st.integers(0, 23)),
    st.one_of(st.none(), st.integers(0, 59)),
    st.one_of(st.none(), st.integers(0, 59)),
)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(patterns)
def test_octets_come_back(pattern):
    assert DatePattern.from_octets(pattern.to_octets()) == pattern


@given(times)
def test_octets_of_a_time_come_back(pattern):
    assert TimePattern.from_octets(pattern.to_octets()) == pattern


@settings(deadline=None)
@given(patterns, days)
def test_the_next_day_is_the_first_that_matches(pattern, first):
    found = pattern.next_day(first)
    searched = (first + timedelta(days=ahead) for ahead in range(366 * 6))
    expected = next((day for day in searched if pattern.matches(day)), None)
    if expected is not None or found is None:
        assert found == expected
    else:
        assert found > first + timedelta(days=366 * 5)


@settings(deadline=None)
@given(patterns, days)
def test_the_latest_day_matches_and_nothing_after_it_does(pattern, last):
    found = pattern.latest_day(last)
    if found is not None:
        assert pattern.matches(found)
        between = (last - timedelta(days=back) for back in range(min(400, (last - found).days)))
        assert not any(pattern.matches(day) for day in between)


@settings(deadline=None)
@given(
    patterns, times, st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2027-01-01"))
)
def test_the_next_moment_lies_ahead_and_fits(days_, times_, after):
    found = next_moment(days_, times_, after)
    if found is not None:
        assert found > after.replace(microsecond=0)
        assert days_.matches(found.date())
        assert times_.hour in (None, found.hour)
        assert times_.minute in (None, found.minute)


@pytest.mark.parametrize(
    ("pattern", "first", "found"),
    [
        (DatePattern(day=0xFE), date(2026, 2, 1), date(2026, 2, 28)),
        (DatePattern(day=0xFD), date(2024, 2, 1), date(2024, 2, 28)),
        (DatePattern(month=11, day=1, weekday=1), date(2026, 1, 1), date(2026, 11, 2)),
        (DatePattern(month=2, day=29), date(2026, 1, 1), date(2028, 2, 29)),
        (DatePattern(year=2025), date(2026, 1, 1), None),
        (DatePattern(year=2027), date(2026, 5, 1), date(2027, 1, 1)),
        (DatePattern(month=2, day=30), date(2026, 1, 1), None),
    ],
)
def test_special_days_of_the_month(pattern, first, found):
    assert pattern.next_day(first) == found


@pytest.mark.parametrize("raw", [b"", b"\xff" * 4, b"\xff\xff\x0d\xff\xff", b"\xff\xff\x01\x28\xff"])
def test_what_is_no_date_is_refused(raw):
    with pytest.raises(ValueError, match=r"octets|month|day"):
        DatePattern.from_octets(raw)


@pytest.mark.parametrize("raw", [b"", b"\xff" * 5, b"\x18\x00\x00\x00", b"\x00\x3c\x00\x00"])
def test_what_is_no_time_is_refused(raw):
    with pytest.raises(ValueError, match=r"octets|hour|minute"):
        TimePattern.from_octets(raw)


def test_a_time_comes_every_hour_where_the_hour_is_any():
    quarter_past = TimePattern(None, 15)
    assert quarter_past.next_after(time(3, 15)) == time(4, 15)
    assert quarter_past.next_after(time(23, 15)) is None
    assert quarter_past.first == time(0, 15)


# ------------------------------------------------------------ local time

#: Santiago-like: begins first Sunday of September, ends first Sunday of April, at 0 h; 60 minutes.
BEGIN = DatePattern(month=9, day=1, weekday=7).to_octets() + bytes(4) + b"\x80\x00\x00"
END = DatePattern(month=4, day=1, weekday=7).to_octets() + bytes(4) + b"\x80\x00\x00"


def southern():
    zone = LocalZone(240)
    zone.change(begin=BEGIN.hex(), end=END.hex(), enabled=True)
    return zone


def utc_us(text):
    return to_epoch_us(datetime.fromisoformat(text + "+00:00"))


@pytest.mark.parametrize(
    ("instant", "saving", "local"),
    [
        ("2026-01-15T12:00:00", True, "2026-01-15T09:00:00"),
        ("2026-04-05T02:59:59", True, "2026-04-04T23:59:59"),
        ("2026-04-05T03:00:00", False, "2026-04-04T23:00:00"),
        ("2026-07-01T12:00:00", False, "2026-07-01T08:00:00"),
        ("2026-09-06T03:59:59", False, "2026-09-05T23:59:59"),
        ("2026-09-06T04:00:00", True, "2026-09-06T01:00:00"),
    ],
)
def test_daylight_saving_begins_and_ends(instant, saving, local):
    zone = southern()
    assert zone.saving(utc_us(instant)) is saving
    assert zone.local(utc_us(instant)).isoformat() == local
    assert zone.octets(utc_us(instant))[-1] == (0x80 if saving else 0)


def test_the_next_change_is_an_edge():
    zone = southern()
    edge_us = zone.next_change_us(utc_us("2026-01-01T00:00:00"))
    assert edge_us == utc_us("2026-04-05T03:00:00")
    assert zone.next_change_us(edge_us) == utc_us("2026-09-06T04:00:00")
    assert LocalZone(300).next_change_us(0) is None


@settings(deadline=None)
@given(st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2028-01-01")))
def test_local_time_and_back_is_the_same_or_the_other_of_two_hours(local):
    zone = southern()
    for place in (LocalZone(300), zone):
        back = place.local(place.epoch_us(local))
        assert back == local or (place is zone and abs(back - local) == timedelta(hours=1))


def test_without_daylight_saving_bogota_is_five_hours_behind():
    zone = LocalZone(300)
    assert zone.local(utc_us("2026-01-01T05:00:00")) == datetime.fromisoformat("2026-01-01")
    assert zone.octets(None) == NEVER_OCTETS
    other = LocalZone(0)
    other.restore(southern().snapshot())
    assert other.terms == southern().terms


@pytest.mark.parametrize("values", [{"saving_minutes": 121}, {"begin": "00"}, {"end": "ff" * 11 + "zz"}])
def test_what_makes_no_sense_is_refused(values):
    with pytest.raises(Exception, match=r"minutes|bytes|hexadecimal"):
        ZoneTerms(300, **values)
