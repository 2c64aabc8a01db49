"""The calendar: exactly one action holds at each instant, and it changes exactly when `next_change` says."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.meter.clock.date_patterns import DatePattern, TimePattern
from sim.meter.clock.device_clock import LocalZone, to_epoch_us
from sim.meter.metering.tariff import (
    ActivityCalendar,
    CalendarTables,
    DayAction,
    DayProfile,
    MaskTerms,
    RegisterActivation,
    SeasonProfile,
    WeekProfile,
    holding,
    next_change,
    tables_from_plain,
    tables_to_plain,
)

SCRIPT = bytes((0, 0, 10, 0, 100, 255))
TAIL = b"\x00\x00\x00\xff\x80\x00\xff"
DAY_IDS = st.integers(1, 4)
times = st.builds(TimePattern, st.integers(0, 23), st.sampled_from([0, 15, 30]))
actions = st.lists(st.builds(DayAction, times, st.just(SCRIPT), st.integers(1, 4)), max_size=4)


@st.composite
def calendars(draw):
    days = tuple(DayProfile(day_id, tuple(draw(actions))) for day_id in range(1, 5))
    names = [b"A", b"B", b"C"]
    weeks = tuple(WeekProfile(name, tuple(draw(DAY_IDS) for _ in range(7))) for name in names)
    seasons = tuple(
        SeasonProfile(
            bytes((number,)),
            DatePattern(month=draw(st.integers(1, 12)), day=draw(st.integers(1, 28))).to_octets() + TAIL,
            draw(st.sampled_from(names)),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    return CalendarTables(b"X", seasons, weeks, days)


special_days = st.dictionaries(
    st.integers(1, 5),
    st.tuples(st.builds(DatePattern, month=st.integers(1, 12), day=st.integers(1, 28)), DAY_IDS),
    max_size=3,
)
moments = st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2027-12-31"))


def searched(tables, special, local):
    """The same by brute force: the last action that began, minute by minute of its day, then day by day."""
    for back in range(400):
        day = local.date() - timedelta(days=back)
        begun = [
            item
            for item in tables.actions(day, special)
            if back or (item.start.hour, item.start.minute) <= (local.hour, local.minute)
        ]
        if begun:
            return max(begun, key=lambda item: (item.start.hour, item.start.minute))
    return None


@settings(deadline=None)
@given(calendars(), special_days, moments)
def test_exactly_one_action_holds_at_each_instant(tables, special, local):
    found, expected = holding(tables, special, local), searched(tables, special, local)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.start == expected.start


@settings(deadline=None, max_examples=60)
@given(calendars(), special_days, moments)
def test_nothing_changes_before_the_next_change(tables, special, local):
    change = next_change(tables, special, local)
    if change is None:
        return
    assert change > local
    assert any(item.start.first == change.time() for item in tables.actions(change.date(), special))
    between = [local + (change - local) * share / 7 for share in range(7)]
    kept = [holding(tables, special, moment) for moment in between]
    assert len(set(kept)) == 1
    assert holding(tables, special, change).start.first == change.time()


@given(calendars())
def test_tables_survive_the_memory(tables):
    assert tables_from_plain(tables_to_plain(tables)) == tables


def test_a_calendar_without_actions_has_no_say():
    tables = CalendarTables(b"", (), (WeekProfile(b"A", (1,) * 7),), (DayProfile(1),))
    assert holding(tables, {}, datetime.fromisoformat("2026-01-01")) is None
    assert next_change(tables, {}, datetime.fromisoformat("2026-01-01")) is None


def seasonal():
    """Winter from the first of November, summer from the first of April; day-ids 1 and 2."""
    return CalendarTables(
        b"YEAR",
        (
            SeasonProfile(b"W", DatePattern(month=11, day=1).to_octets() + TAIL, b"A"),
            SeasonProfile(b"S", DatePattern(month=4, day=1).to_octets() + TAIL, b"B"),
        ),
        (WeekProfile(b"A", (1,) * 7), WeekProfile(b"B", (2,) * 7)),
        tuple(DayProfile(n, (DayAction(TimePattern(0, 0), SCRIPT, n),)) for n in (1, 2)),
    )


@pytest.mark.parametrize(
    ("day", "day_id"),
    [
        (date(2026, 1, 1), 1),
        (date(2026, 3, 31), 1),
        (date(2026, 4, 1), 2),
        (date(2026, 10, 31), 2),
        (date(2026, 11, 1), 1),
    ],
)
def test_a_season_lasts_over_the_end_of_the_year(day, day_id):
    assert seasonal().day_id(day, {}) == day_id
    assert seasonal().day_id(day, {9: (DatePattern(month=day.month, day=day.day), 7)}) == 7


@pytest.mark.parametrize("days", [(1,) * 6, (1,) * 8])
def test_a_week_has_seven_days(days):
    with pytest.raises(ValueError, match="seven"):
        WeekProfile(b"A", days)


@pytest.mark.parametrize("start", [b"", b"\xff" * 11, b"\xff\xff\x0d\x01\xff" + TAIL])
def test_a_season_begins_on_a_date(start):
    with pytest.raises(ValueError, match=r"twelve|month"):
        SeasonProfile(b"S", start, b"A")


# ------------------------------------------------------------ the passive copy


def test_the_passive_copy_becomes_active_at_its_time_and_once():
    zone, calendar = LocalZone(300), ActivityCalendar(seasonal(), {})
    calendar.passive = CalendarTables(b"NEW")
    at_us = to_epoch_us(datetime.fromisoformat("2026-01-05T05:00:00+00:00"))
    calendar.set_activation(b"\x00" * 12, at_us)
    assert calendar.next_us(at_us - 3_600_000_000, zone) == at_us
    other = ActivityCalendar(seasonal(), {})
    other.restore(calendar.snapshot())
    assert (other.active, other.passive, other.activation_us) == (seasonal(), calendar.passive, at_us)
    calendar.activate_passive()
    assert calendar.active == CalendarTables(b"NEW")
    assert calendar.activation_us is None
    assert calendar.next_us(at_us, zone) is None


def test_masks_choose_registers_by_number():
    names = {bytes((1, 0, 1, 8, rate, 255)): f"rate.active.{rate}" for rate in (1, 2)}
    terms = MaskTerms(tuple((3, name) for name in names), ((b"R1", (1,)), (b"R2", (2, 9))), b"R1")
    masks = RegisterActivation(terms, names)
    assert masks.counting("rate.") == {"active.1"}
    masks.activate(b"R2")
    assert masks.counting("rate.") == {"active.2"}, "a number without a register is left out"
    with pytest.raises(LookupError, match="mask"):
        masks.activate(b"R3")
    other = RegisterActivation(MaskTerms(), names)
    other.restore(masks.snapshot())
    assert other.snapshot() == masks.snapshot()
