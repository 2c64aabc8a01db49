"""Disturbances, thefts, injections, events: what goes wrong and how it is written down."""

from datetime import UTC, datetime

import numpy as np
import pytest

from sim.grid.disturbances import INJECTIONS, Disturbances, Effect, injection
from sim.grid.errors import InjectionError
from sim.grid.local_calendar import DAY_S, LocalCalendar
from sim.grid.supply_quality import CODE, SupplyEventCause, SupplyEventKind, SupplyQualityMonitor
from sim.grid.terms import THEFTS, DisturbanceTerms, MicrogridTerms, microgrid_terms
from sim.grid.theft import PlantedTheft, effects, next_change_s, plant
from sim.grid.weather import CloudModel
from sim.kernel.random import RandomStreams

ALMANAC = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)
LOAD = CODE[SupplyEventCause.LOAD]


def drawn(seed: int = 1, points: int = 20, **terms) -> Disturbances:
    streams = RandomStreams(seed)
    clouds = CloudModel(streams, "g", ALMANAC)
    return Disturbances(DisturbanceTerms(**terms), streams, "g", ALMANAC, clouds, nodes=6, points=points)


def test_disturbances_come_as_often_as_their_terms_say():
    days = [drawn(3, sags=6.0, line_faults=3.0).day(day) for day in range(300)]
    sags = sum(
        one.effect is Effect.VOLTAGE and one.cause is SupplyEventCause.SWITCHING
        for rows in days
        for one in rows
    )
    faults = [one for rows in days for one in rows if one.cause is SupplyEventCause.LINE_FAULT]
    assert sags == pytest.approx(60 + 5, abs=25)  # swells count too
    assert len(faults) == pytest.approx(30, abs=15)
    assert all(1 <= one.place <= 6 for one in faults)


def test_a_disturbance_has_its_length_factor_and_place_in_their_ranges():
    rows = [one for day in range(200) for one in drawn(4, storms=9.0, user_outages=3.0, planned=3.0).day(day)]
    for one in rows:
        assert one.end_s > one.begin_s
        assert one.begin_s == round(one.begin_s, 3)
        if one.effect is Effect.VOLTAGE:
            assert 0.5 <= one.factor <= 1.2
        if one.effect is Effect.POINT:
            assert 0 <= one.place < 20
    assert {one.cause for one in rows} >= {
        SupplyEventCause.STORM,
        SupplyEventCause.USER,
        SupplyEventCause.PLANNED,
        SupplyEventCause.SWITCHING,
    }
    planned_h = [one.begin_s % DAY_S / 3600.0 for one in rows if one.cause is SupplyEventCause.PLANNED]
    assert 8.0 <= min(planned_h) <= max(planned_h) <= 12.0


def test_a_day_of_disturbances_does_not_depend_on_the_others_nor_on_how_many_points_there_are():
    one, other = drawn(5, user_outages=9.0), drawn(5, points=200, user_outages=9.0)
    other.day(3)
    own = [row for row in one.day(7) if row.effect is Effect.POINT]
    same = [row for row in other.day(7) if row.effect is Effect.POINT and row.place < 20]
    assert own == same
    assert own


def test_storms_come_with_covered_skies():
    seen = drawn(6, storms=20.0, storm_sags=0)
    clouds = CloudModel(RandomStreams(6), "g", ALMANAC)
    stormy = {kind: [] for kind in ("clear", "mixed", "overcast")}
    for day in range(300):
        count = sum(one.cause is SupplyEventCause.STORM for one in seen.day(day))
        stormy[clouds.kind(day)].append(count)
    assert np.mean(stormy["overcast"]) > np.mean(stormy["mixed"]) > np.mean(stormy["clear"])


def test_nothing_happens_when_nothing_shall():
    names = ("line_faults", "storms", "generation_faults", "planned", "sags", "swells", "user_outages")
    quiet = drawn(1, **dict.fromkeys(names, 0.0))
    assert all(quiet.day(day) == () for day in range(50))


# ---------------------------------------------------------------- events


def test_an_event_has_its_begin_end_points_and_worst_voltage():
    watch = SupplyQualityMonitor(4)
    causes = np.full(4, LOAD, dtype=np.int8)
    watch.observe(np.array([1.0, 0.85, 0.80, 1.15]), causes, 10.0)
    watch.observe(np.array([1.0, 0.60, 0.80, 1.12]), causes, 20.0)
    assert {event.kind for event in watch.open} == {SupplyEventKind.SAG, SupplyEventKind.SWELL}
    watch.observe(np.ones(4), causes, 30.0)
    assert watch.open == []
    sag, swell = sorted(watch.closed, key=lambda event: event.kind)
    assert (sag.kind, sag.begin_s, sag.end_s, sag.points) == (SupplyEventKind.SAG, 10.0, 30.0, (1, 2))
    assert sag.residual == 0.60
    assert (swell.points, swell.residual) == ((3,), 1.15)


def test_hysteresis_keeps_an_event_open():
    watch, causes = SupplyQualityMonitor(1), np.array([LOAD], dtype=np.int8)
    for now_s, share in ((0.0, 0.895), (1.0, 0.91), (2.0, 0.919), (3.0, 0.921)):
        watch.observe(np.array([share]), causes, now_s)
    assert [(event.begin_s, event.end_s) for event in watch.closed] == [(0.0, 3.0)]


def test_points_that_come_back_apart_are_apart_in_the_log():
    watch, causes = SupplyQualityMonitor(2), np.full(2, CODE[SupplyEventCause.STORM], dtype=np.int8)
    watch.observe(np.zeros(2), causes, 0.0)
    watch.observe(np.array([1.0, 0.0]), causes, 60.0)
    assert [(event.points, event.end_s) for event in watch.closed + watch.open] == [
        ((0,), 60.0),
        ((1,), None),
    ]


def test_an_outage_that_goes_on_for_another_reason_is_another_one():
    watch = SupplyQualityMonitor(1)
    watch.observe(np.zeros(1), np.array([CODE[SupplyEventCause.BATTERY]], dtype=np.int8), 0.0)
    watch.observe(np.zeros(1), np.array([CODE[SupplyEventCause.SCHEDULE]], dtype=np.int8), 50.0)
    assert [event.cause for event in watch.closed + watch.open] == [
        SupplyEventCause.BATTERY,
        SupplyEventCause.SCHEDULE,
    ]


def test_a_sag_that_falls_to_nothing_becomes_an_outage():
    watch, causes = SupplyQualityMonitor(1), np.array([LOAD], dtype=np.int8)
    watch.observe(np.array([0.5]), causes, 0.0)
    watch.observe(np.array([0.0]), causes, 1.0)
    assert [event.kind for event in watch.closed + watch.open] == [
        SupplyEventKind.SAG,
        SupplyEventKind.OUTAGE,
    ]


# ---------------------------------------------------------------- theft


def lots(share: float, homes: int = 200, seed: int = 1) -> tuple[PlantedTheft, ...]:
    terms = microgrid_terms({"homes": {"count": homes}, "theft": {"share": share}})
    return plant(terms, RandomStreams(seed), "g", ALMANAC, [True] * homes)


def test_thefts_by_lot_are_as_many_as_the_share_and_of_every_kind():
    planted = lots(0.2)
    assert len(planted) == pytest.approx(40, abs=15)
    assert {theft.kind for theft in planted} == set(THEFTS)
    assert all(0.0 <= theft.begin_s <= 7 * DAY_S for theft in planted)
    assert lots(0.0) == ()


def test_who_steals_does_not_depend_on_how_many_there_are():
    assert [theft for theft in lots(0.2, 200) if theft.point < 50] == list(lots(0.2, 50))


def test_a_closed_home_does_not_steal_by_lot():
    terms = microgrid_terms({"homes": {"count": 50}, "theft": {"share": 1.0}})
    assert plant(terms, RandomStreams(1), "g", ALMANAC, [False] * 50) == ()


def test_a_theft_by_name_begins_and_ends_on_its_days_in_its_hours():
    row = {"kind": "reversed", "point": 1, "begin_day": 2, "end_day": 4, "hours": [[20, 24]]}
    terms = microgrid_terms({"theft": {"planted": [row]}})
    (theft,) = plant(terms, RandomStreams(1), "g", ALMANAC, [True] * 18)
    assert not theft.acts(1.9 * DAY_S, 21.0)
    assert theft.acts(2.9 * DAY_S, 21.6)
    assert not theft.acts(2.5 * DAY_S, 12.0)
    assert not theft.acts(4.9 * DAY_S, 21.6)
    assert next_change_s(lots(0.5), 8 * DAY_S + 1.0, ALMANAC) < 10 * DAY_S
    assert next_change_s((PlantedTheft("magnet", 0, 5.0),), 5.0, ALMANAC) == float("inf")
    assert next_change_s((theft,), 0.0, ALMANAC) == 20 * 3600.0


@pytest.mark.parametrize("kind", THEFTS)
def test_each_kind_does_its_own_thing(kind):
    theft = PlantedTheft(kind, 1, 10.0, value={"partial-bypass": 0.6, "magnet": 0.7}.get(kind, 1.0))
    before = effects((theft,), 3, 9.0, 12.0)
    assert before.around.sum() == 0.0
    assert not theft.active
    seen = effects((theft,), 3, 10.0, 12.0)
    assert theft.active
    touched = {
        "full-bypass": seen.around[1] == 1.0,
        "partial-bypass": seen.around[1] == 0.6,
        "illegal-tap": list(seen.tap_scale) == [1.0],
        "magnet": bool(seen.tamper.magnet[1]) and seen.tamper.registration[1] == 0.7,
        "reversed": bool(seen.tamper.reversed[1]),
        "dead-meter": bool(seen.tamper.dead[1]),
    }
    assert touched.pop(kind)
    assert not any(touched.values())
    assert seen.around[[0, 2]].sum() == 0.0


# ---------------------------------------------------------------- injections


@pytest.mark.parametrize(
    ("kind", "point", "value", "says"),
    [
        ("earthquake", None, None, "cannot inject 'earthquake'"),
        ("magnet", None, None, "give its number"),
        ("sag", 3, 0.5, "leave the point out"),
        ("outage", 10, None, "no point 10"),
        ("outage", -1, None, "no point -1"),
        ("sag", None, 1.5, "between 0 and 1"),
        ("sag", None, float("nan"), "between 0 and 1"),
        ("outage", None, 3.0, "between 0 and 0"),
    ],
)
def test_what_cannot_be_injected(kind, point, value, says):
    with pytest.raises(InjectionError, match=says):
        injection(0, kind, point, value, 10)


def test_every_injection_has_a_line_and_a_usual_value_in_its_range():
    for kind, row in INJECTIONS.items():
        made = injection(1, kind, 2 if row.needs_point else None, None, 10)
        assert row.does
        assert row.low <= made.value <= row.high
        assert made.is_theft == (kind in THEFTS)


def test_bypass_is_full_or_partial_by_its_value():
    assert injection(0, "bypass", 1, None, 3).kind == "full-bypass"
    assert injection(0, "bypass", 1, 0.5, 3).kind == "partial-bypass"


def test_default_terms_are_those_of_an_ordinary_place():
    assert MicrogridTerms().disturbances.sags > 0.0
