"""Collection: gaps filled, 72 h of outage with 30 % of the frames lost, evictions, holes, clocks, pushes."""

import pytest

from sim.concentrator.errors import TermsError
from sim.concentrator.plans import DEFAULT_PLANS, Plan, Task, parse_plan
from sim.plc_channel.generic import GenericTerms

HOUR_S, DAY_S = 3600, 86_400
LOAD = [{"name": "load", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 60}]
LOSSY = GenericTerms(loss=0.30, retries=3, registration_s=20.0)


def whole(head_end, serial, street):
    """Whether every quarter of an hour from the first row to now is there once."""
    times = head_end.times(serial)
    last_s = int(street.clock.utc().timestamp()) // 900 * 900
    return times == list(range(times[0], last_s + 1, 900))


@pytest.mark.requirement("R3-02", "R6.2-02")
def test_72_hours_without_uplink_and_30_percent_of_the_frames_lost(make_street):
    """R3-02: nothing lost, nothing twice, and the report of gaps is empty."""
    street = make_street(2, wire=LOSSY, plans=LOAD, settle_s=300.0)
    head_end = street.head_end()
    street.run(6 * HOUR_S)
    head_end.collect()
    before = dict(head_end.rows)
    for name in ("lan", "4g"):
        street.concentrator.uplink(name, False)
    street.run(72 * HOUR_S)
    for name in ("lan", "4g"):
        street.concentrator.uplink(name, True)
    street.run(2 * HOUR_S)
    head_end.collect()
    street.run(HOUR_S / 4)  # the last quarter of an hour has been fetched by now
    head_end.collect()
    assert before.items() <= head_end.rows.items()
    assert sorted(head_end.rows) == list(range(1, len(head_end.rows) + 1))
    assert head_end.lost == []
    for house in street.houses:
        times = head_end.times(house.serial)
        assert times == list(range(times[0], times[0] + 900 * len(times), 900))
        assert len(times) >= 80 * 4
        record = street.concentrator.registry.by_serial(house.serial)
        plan = street.concentrator.collector.plans[0]
        assert street.concentrator.parts.fetcher.missing_s(record, plan, 900) <= 2 * HOUR_S
    retries = [street.concentrator.base.statistics(house.eui48).retries for house in street.houses]
    assert min(retries) > 100


def test_a_meter_that_was_cut_off_is_back_filled(make_street):
    street = make_street(2, plans=LOAD)
    head_end, house = street.head_end(), street.houses[0]
    street.run(3 * HOUR_S)
    street.medium.cut([house.eui48])
    street.run(30 * HOUR_S)
    assert street.concentrator.collector.reads.failed > 20
    street.medium.heal()
    street.run(2 * HOUR_S - 900)
    head_end.collect()
    times = head_end.times(house.serial)
    assert times == list(range(times[0], times[-1] + 1, 900))
    assert len(times) >= 33 * 4


def test_a_hole_of_the_meter_itself_is_closed(make_street):
    street = make_street(1, plans=LOAD)
    house = street.houses[0]
    street.run(3 * HOUR_S)
    house.supply.set_energised(False)
    street.run(5 * HOUR_S)
    house.supply.set_energised(True)
    street.run(4 * HOUR_S)
    record = street.concentrator.registry.by_serial(house.serial)
    fetcher = street.concentrator.parts.fetcher
    missing_s = fetcher.missing_s(record, street.concentrator.collector.plans[0], 900)
    assert missing_s <= HOUR_S
    head_end = street.head_end()
    head_end.collect()
    times = head_end.times(house.serial)
    assert len(times) == len(set(times))
    assert len(times) < 12 * 4 - 16


def test_a_storage_that_is_too_small_loses_nothing_in_the_end(make_street):
    """What was evicted is said, and fetched from the meter again once the head-end took the rest."""
    small = {"meters": 1, "days": 1, "period_s": 900}  # 96 rows
    street = make_street(1, plans=LOAD, storage=small)
    street.run(40 * HOUR_S)
    concentrator, head_end = street.concentrator, street.head_end()
    assert concentrator.summary()["rows_evicted"] > 60
    assert street.told("storage-evicted")
    head_end.collect()
    assert head_end.ask("readings.pull", {"after": 0, "limit": 1})["lost"][0]["reason"] == "storage-full"
    for _ in range(3):
        street.run(HOUR_S)
        head_end.collect()
    times = sorted(set(head_end.times(street.houses[0].serial)))
    assert times == list(range(times[0], times[0] + 900 * len(times), 900))
    assert len(times) >= 42 * 4


def test_a_full_storage_that_refuses_is_told_and_goes_on_later(make_street):
    street = make_street(1, plans=LOAD, storage={"meters": 1, "days": 1, "eviction": "refuse-new"})
    street.run(30 * HOUR_S)
    assert street.told("storage-full") == [""]
    assert street.concentrator.summary()["rows_evicted"] == 0
    head_end = street.head_end()
    for _ in range(3):
        head_end.collect()
        street.run(HOUR_S)
    assert len(head_end.times(street.houses[0].serial)) >= 32 * 4


def test_values_have_an_age_and_are_stale_after_a_day(make_street):
    street = make_street(1, plans=LOAD)
    context, house = street.concentrator.context, street.houses[0]
    street.run(3 * HOUR_S)
    (record,) = context.registry
    fresh = context.latest.of(house.serial, context.clock.utc_s())["1.0.1.8.0/2"]
    assert (fresh.stale, fresh.age_s <= 2 * HOUR_S, context.is_stale(record)) == (False, True, False)
    street.medium.cut()
    street.run(26 * HOUR_S)
    old = context.latest.of(house.serial, context.clock.utc_s())["1.0.1.8.0/2"]
    assert (old.stale, old.captured_utc_s, context.is_stale(record)) == (True, fresh.captured_utc_s, True)
    (row,) = street.head_end().ask("meters.list", {"after_sap": 0, "limit": 9})["meters"]
    assert (row["stale"], row["reachable"]) == (True, False)


def test_every_plan_runs_at_its_time(make_street):
    street = make_street(1)
    street.run(DAY_S + HOUR_S)
    runs = street.concentrator.collector.last_runs
    assert set(runs) == {plan.name for plan in DEFAULT_PLANS}
    assert all((run.meters, run.reached) == (1, 1) for run in runs.values())
    kinds = {batch.profile for batch in street.concentrator.storage}
    assert kinds == {"1.0.99.1.0", "1.0.99.2.0", "registers"}
    assert "meter-event" in {event.name for event in street.concentrator.events}


def test_log_entries_are_told_once(make_street):
    street = make_street(1)
    street.run(DAY_S)
    texts = [event.detail for event in street.concentrator.events if event.name.startswith("meter-e")]
    assert texts
    assert len(texts) == len(set(texts))


def test_the_collector_leaves_a_meter_alone_that_a_head_end_talks_to(make_street):
    street = make_street(1, plans=LOAD)
    with street.session(16) as session:
        street.run(HOUR_S - 150)
        for _ in range(12):
            street.run(30.0)
            assert session.get(1, "0.0.96.1.0", 2).value
    assert street.concentrator.collector.reads.rows == 0
    street.run(10 * 60.0)
    assert street.concentrator.collector.reads.rows > 0


# ---------------------------------------------------------------- clocks


@pytest.mark.requirement("R6.2-05")
@pytest.mark.parametrize(
    ("ahead_s", "action"), [(3, ""), (40, "shifted"), (-40, "shifted"), (600, "set"), (7200, "too-far")]
)
def test_meters_clocks_are_kept_within_limits(make_street, ahead_s, action):
    plans = [{"name": "registers", "task": "registers", "obis": ["1.0.1.8.0"], "every_minutes": 60}]
    street = make_street(1, plans=plans)
    clock = street.houses[0].meter.parts.clock
    clock.shift(ahead_s)
    street.run(HOUR_S)
    after_s = clock.epoch_us / 1e6 - street.clock.utc().timestamp()
    told = [event for event in street.concentrator.events if event.name.startswith("meter-clock")]
    assert [event.detail.split()[0] for event in told] == ([action] if action else [])
    kept = ahead_s if action in ("", "too-far") else 0.0
    assert after_s == pytest.approx(kept, abs=2.0)


@pytest.mark.requirement("R6.2-05")
def test_the_own_clock_drifts_and_is_synchronised(make_street):
    street = make_street(0, clock={"drift_s_per_day": 10.0})
    clock = street.concentrator.clock
    street.run(6 * HOUR_S)
    assert abs(clock.offset_s) < 0.5
    for name in ("lan", "4g"):
        street.concentrator.uplink(name, False)
    street.run(5 * DAY_S)
    assert clock.offset_s == pytest.approx(50.0, abs=1.0)
    street.concentrator.uplink("lan", True)
    street.run(2 * HOUR_S)
    assert abs(clock.offset_s) < 0.9
    assert street.told("clock-deviation") == [""]


# ---------------------------------------------------------------- plans


def test_plans_are_due_on_the_clock():
    hourly = Plan("x", Task.PROFILE, ("1.0.99.1.0",), every_s=3600)
    assert [hourly.due_after(at_s, 300) for at_s in (0, 3599, 3600)] == [3600, 3600, 7200]
    nightly = Plan("x", Task.PROFILE, ("1.0.99.1.0",), at_s=2 * 3600)
    assert nightly.due_after(7 * 3600 - 1, 300) == 7 * 3600  # two in the morning in Bogota
    assert nightly.due_after(7 * 3600, 300) == 31 * 3600
    for plan in DEFAULT_PLANS:
        assert parse_plan(plan.to_table()) == plan


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 5}, "name"),
        ({"name": "x", "task": "guess", "obis": ["1.0.99.1.0"], "every_minutes": 5}, "task"),
        ({"name": "x", "task": "profile", "obis": "1.0.99.1.0", "every_minutes": 5}, "list"),
        ({"name": "x", "task": "profile", "obis": ["1.0"], "every_minutes": 5}, "OBIS"),
        ({"name": "x", "task": "profile", "obis": [], "every_minutes": 5}, "one object"),
        ({"name": "x", "task": "profile", "obis": ["1.0.99.1.0"]}, "either"),
        (
            {"name": "x", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 5, "at": "02:00"},
            "either",
        ),
        ({"name": "x", "task": "profile", "obis": ["1.0.99.1.0"], "at": "24:00"}, "02:30"),
        ({"name": "x", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": "5"}, "number"),
        ({"name": "x", "task": "profile", "obis": ["1.0.99.1.0"], "at": "02:00", "days": 0}, "days"),
        ({"name": "x", "task": "profile", "obis": ["1.0.99.1.0"], "at": "02:00", "color": 1}, "color"),
    ],
)
def test_plans_that_cannot_be_are_refused(table, words):
    with pytest.raises(TermsError, match=words):
        parse_plan(table)


def test_the_same_seed_gives_the_same_readings_and_events(make_street):
    def story(seed):
        street = make_street(3, seed=seed, wire=LOSSY, settle_s=6 * HOUR_S)
        concentrator = street.concentrator
        batches = [batch.to_bytes() for batch in concentrator.storage]
        return batches, list(concentrator.events), concentrator.summary()

    assert story(1) == story(1)
    assert story(1)[1] != story(2)[1]
