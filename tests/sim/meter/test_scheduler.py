"""What comes by the clock: order at one instant, what is made up for after a gap, both schedules."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy import Environment

from sim.meter.clock.date_patterns import DatePattern, TimePattern
from sim.meter.clock.device_clock import DeviceClock, LocalZone, from_epoch_us
from sim.meter.clock.scheduled_jobs import next_multiple_us
from sim.meter.clock.scheduler import Scheduler, SchedulerState
from sim.meter.clock.schedules import Schedule, ScheduleEntry, SingleAction, SingleActions
from sim.meter.units import US_PER_S


class Every:
    """Notes what it is told."""

    def __init__(self, period_s, seen, name=""):
        self.period_us, self.seen, self.name = period_s * US_PER_S, seen, name

    def next_us(self, after_us):
        return (after_us // self.period_us + 1) * self.period_us

    def fire(self, at_us):
        self.seen.append((self.name, at_us // US_PER_S))

    def resume(self, last_us, now_us):
        self.seen.append(("resume", None if last_us is None else last_us // US_PER_S, now_us // US_PER_S))


class World:
    def __init__(self, *items, seen):
        self.env, self.seen, self.kept = Environment(), seen, 0
        self.clock = DeviceClock(lambda: self.env.now, from_epoch_us(0))
        self.agenda = Scheduler(self.env, self.clock, SchedulerState(), items, lambda work: work, self.around)

    def around(self, work):
        work()
        self.kept += 1


def test_items_act_in_their_order_and_each_instant_is_kept_once():
    seen = []
    world = World(Every(20, seen, "slow"), Every(10, seen, "fast"), seen=seen)
    world.agenda.start()
    world.env.run(41)
    assert seen[2:] == [("fast", 10), ("slow", 20), ("fast", 20), ("fast", 30), ("slow", 40), ("fast", 40)]
    assert world.kept == 1 + 4


def test_it_stops_and_tells_from_when_to_when_nobody_looked():
    seen = []
    world = World(Every(900, seen), seen=seen)
    world.agenda.start()
    world.env.run(1000)
    world.agenda.stop()
    world.env.run(3000)
    world.agenda.start()
    world.env.run(3600.5)
    assert seen == [("resume", None, 0), ("", 900), ("resume", 900, 3000), ("", 3600)]


def test_a_clock_that_is_set_back_comes_to_its_quarter_again():
    seen = []
    world = World(Every(900, seen), seen=seen)
    world.agenda.start()
    world.env.run(950)
    world.clock.shift(-100)
    world.agenda.start()
    world.env.run(1001)
    assert seen == [("resume", None, 0), ("", 900), ("resume", 900, 850), ("", 900)]


def test_what_changes_the_agenda_while_it_acts_does_not_swallow_the_others():
    seen = []
    meddler, other = Every(10, seen, "meddler"), Every(10, seen, "other")
    world = World(meddler, other, seen=seen)
    act = meddler.fire

    def meddle(at_us):
        act(at_us)
        world.agenda.changed()

    meddler.fire = meddle
    world.agenda.start()
    world.env.run(21)
    assert seen[2:] == [("meddler", 10), ("other", 10), ("meddler", 20), ("other", 20)]


def test_a_day_begins_at_local_midnight():
    zone = LocalZone(300)
    midnight_us = next_multiple_us(zone, 86_400, 0)
    assert midnight_us == 5 * 3600 * US_PER_S
    assert next_multiple_us(zone, 86_400, midnight_us) == midnight_us + 86_400 * US_PER_S
    assert next_multiple_us(zone, 900, 1) == 900 * US_PER_S


# ------------------------------------------------------------ schedules

TABLE = bytes((0, 0, 10, 0, 1, 255))
NAME = bytes((0, 0, 15, 0, 0, 255))


def single(*times):
    return SingleAction(TABLE, 1, 1, tuple((hour.to_octets(), day.to_octets()) for hour, day in times))


def test_the_first_of_each_month_comes_twelve_times_a_year():
    action, found, moment = (
        single((TimePattern(), DatePattern(day=1))),
        [],
        datetime.fromisoformat("2025-12-31T12:00"),
    )
    while (moment := action.next_moment(moment)) and moment.year == 2026:
        found.append(moment)
    assert found == [datetime.fromisoformat(f"2026-{month:02d}-01") for month in range(1, 13)]
    assert single().next_moment(moment) is None


def test_times_are_checked_and_kept():
    actions = SingleActions({NAME: single((TimePattern(6), DatePattern(weekday=1)))})
    with pytest.raises(ValueError, match="octets"):
        actions.change(NAME, times=((b"", b""),))
    actions.change(NAME, times=((TimePattern(7).to_octets(), DatePattern().to_octets()),), kind=5)
    other = SingleActions({})
    other.restore(actions.snapshot())
    assert other.items == actions.items


def entry(index=1, **changes):
    values = {
        "index": index,
        "enabled": True,
        "script": TABLE.hex(),
        "selector": 1,
        "switch_time": TimePattern(6, 30).to_octets().hex(),
        "window_min": 0xFFFF,
        "weekdays": "1111100",
        "special_days": "0000",
        "begin": DatePattern().to_octets().hex(),
        "end": DatePattern().to_octets().hex(),
    }
    return ScheduleEntry(**{**values, **changes})


def moments_of(schedule, special, start, days):
    found, moment = [], start
    while (due := schedule.next_moment(moment, special)) and due[0] < start + timedelta(days=days):
        moment = due[0]
        found.append(moment)
    return found


def test_weekdays_and_special_days():
    special = {1: (DatePattern(month=1, day=3), 2)}  # a Saturday
    schedule = Schedule((entry(), entry(2, special_days="0010", weekdays="0000000")))
    found = moments_of(schedule, special, datetime.fromisoformat("2026-01-01"), 7)
    assert [moment.day for moment in found] == [1, 2, 3, 5, 6, 7]
    assert {(moment.hour, moment.minute) for moment in found} == {(6, 30)}


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 12), st.integers(1, 28)),
    st.tuples(st.integers(1, 12), st.integers(1, 28)),
    st.text("01", min_size=7, max_size=7),
)
def test_a_season_of_the_schedule_against_a_search(begin, end, weekdays):
    patterns = [DatePattern(month=month, day=day).to_octets().hex() for month, day in (begin, end)]
    schedule = Schedule((entry(begin=patterns[0], end=patterns[1], weekdays=weekdays),))
    start = datetime.fromisoformat("2026-01-01")

    def inside(day):
        here = (day.month, day.day)
        return begin <= here <= end if begin <= end else here >= begin or here <= end

    expected = [
        day + timedelta(hours=6, minutes=30)
        for day in (start + timedelta(days=ahead) for ahead in range(365))
        if inside(day) and weekdays[day.weekday()] == "1"
    ]
    assert moments_of(schedule, {}, start, 365) == expected


def test_entries_are_switched_put_in_and_taken_out():
    schedule = Schedule((entry(1), entry(2), entry(3)))
    schedule.enable(1, 2, enabled=False)
    assert [item.enabled for item in schedule.entries.values()] == [False, False, True]
    schedule.insert(entry(2, selector=7))
    schedule.delete(3, 9)
    other = Schedule()
    other.restore(schedule.snapshot())
    assert other.entries == schedule.entries
    assert sorted(other.entries) == [1, 2]
    schedule.delete(1, 2)
    assert schedule.next_moment(datetime.fromisoformat("2026-01-01"), {}) is None


@pytest.mark.parametrize(
    "changes", [{"weekdays": "11"}, {"weekdays": "1111102"}, {"begin": "00"}, {"switch_time": "63000000"}]
)
def test_an_entry_that_is_none_is_refused(changes):
    with pytest.raises(ValueError, match=r"seven bits|octets|hour|month"):
        entry(**changes)
