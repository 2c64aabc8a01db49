"""Storm, bad grid and theft: nothing lost, nothing twice, nothing stale shown as fresh, thieves found.

PLC-11, R3-02, R6.2-01 to -07. Small and short by default; ``AMIBENCH_SLOW=1`` runs the worlds of the product
at full length.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from field_head_end import SECRET, FieldHeadEnd
from small_fields import HOUR_S

from sim.concentrator import Concentrator
from sim.kernel.medium import NodeState
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Incident, Scenario, load_scenario
from sim.scenarios.summary import readings

SLOW = os.environ.get("AMIBENCH_SLOW") == "1"
DAY_S = 24 * HOUR_S
#: Of the physics, in the short form.
STEP_S = 300.0
pytestmark = pytest.mark.timeout(3_600 if SLOW else 120)


def hard(name: str, homes: int, **concentrator: object) -> Scenario:
    """A world of the product with a head-end's secret; with fewer homes unless full length is asked for."""
    scenario = load_scenario(name).with_uplink_secret(SECRET)
    if concentrator:
        tables = tuple({**table, **concentrator} for table in scenario.concentrators)
        scenario = replace(scenario, concentrators=tables)
    if SLOW:
        return scenario
    days = min(scenario.frame.days, 4.0)
    return scenario.with_grid("homes", count=homes).with_frame(days=days, step_s=STEP_S)


def concentrator_of(world: FieldWorld) -> Concentrator:
    return world.sites[0].wire.concentrators["concentrator"]


def told(world: FieldWorld, name: str) -> list[str]:
    return [event.serial for event in concentrator_of(world).events if event.name == name]


def assert_every_reading_came_once(world: FieldWorld, head_end: FieldHeadEnd, until_utc_s: float) -> None:
    """What each meter captured since it registered, up to an instant, is at the head-end exactly once."""
    concentrator = concentrator_of(world)
    assert max(Counter(head_end.rows).values()) == 1
    assert head_end.lost == []
    compared = 0
    for place in world.sites[0].homes:
        record = concentrator.registry.by_serial(place.meter.profile.serial)
        assert record is not None
        assert record.is_registered
        rows = place.meter.parts.load_profile.rows
        captured = [row.epoch_us // 1_000_000 for row in rows]
        due = {instant for instant in captured if record.since_utc_s < instant <= until_utc_s}
        came = head_end.instants(record.serial)
        assert due - set(came) == set(), place.identity.name
        assert set(came) - set(captured) == set()
        compared += len(due)
    assert compared > 100


# ---------------------------------------------------------------- storm (R3-02)


@pytest.fixture(scope="module")
def storm() -> tuple[FieldWorld, FieldHeadEnd]:
    """Three frames in ten lost, 72 h without an uplink, outages, a concentrator that goes down; then calm."""
    scenario = hard("storm", homes=3)
    assert scenario.plc["loss"] == 0.30
    outages = [item for item in scenario.incidents if item.fault.startswith("uplink")]
    assert [item.for_s for item in outages] == [72 * HOUR_S] * 2
    world = FieldWorld(scenario)
    head_end = FieldHeadEnd(world)
    reached = {}
    while world.env.now < scenario.duration_s:
        world.run(world.env.now + 3 * HOUR_S)
        reached[world.env.now // HOUR_S] = head_end.collect()
    (begin_s,) = {item.at_s for item in outages}
    down = [came for hour, came in reached.items() if begin_s < hour * HOUR_S < begin_s + 72 * HOUR_S]
    assert len(down) >= 23
    assert not any(down)
    assert head_end.collect()
    return world, head_end


def test_a_storm_loses_and_doubles_nothing(storm: tuple[FieldWorld, FieldHeadEnd]) -> None:
    world, head_end = storm
    found = readings(world.sites)
    assert found.missing == ()
    assert found.duplicated == 0
    assert found.stored > 0
    now_s = concentrator_of(world).clock.utc().timestamp()
    assert_every_reading_came_once(world, head_end, now_s - 2 * HOUR_S)


def test_a_storm_leaves_its_traces(storm: tuple[FieldWorld, FieldHeadEnd]) -> None:
    world, head_end = storm
    names = Counter(name for name, _ in head_end.events)
    assert names["last-gasp"] >= 1  # the concentrator's own, kept until somebody could take it
    assert names["power-up"] >= 2
    assert names["uplink-down"] == names["uplink-up"] + names["uplink-switched"] >= 1
    assert names["meter-added"] == len(world.sites[0].homes)
    assert not names["meter-quarantined"]
    assert not names["storage-evicted"]


def test_a_last_gasp_is_pushed_while_there_is_a_way() -> None:
    scenario = replace(hard("storm", homes=2), incidents=(Incident(HOUR_S, "grid", "outage", 600.0),))
    world = FieldWorld(scenario.with_grid("disturbances", storms=0.0, line_faults=0.0))
    head_end = FieldHeadEnd(world)
    world.run(HOUR_S - 60)
    assert head_end.connect()
    head_end.run(120.0)
    pushed = Counter(name for name, _ in head_end.pushed)
    assert pushed["last-gasp"] == 1
    alarms = [event for name, body in head_end.pushed if name == "events.push" for event in body["events"]]
    assert "last-gasp" in [event["name"] for event in alarms]


# ---------------------------------------------------------------- bad grid (PLC-11)

LIMIT_S = DAY_S if SLOW else 3 * HOUR_S
#: Evening of the last day: everybody draws, the wire is at its loudest.
EVENING_S = (2 * DAY_S if SLOW else 0) + 20.5 * HOUR_S
#: Before the supply goes off by its schedule.
END_S = EVENING_S + 2 * HOUR_S


@dataclass(frozen=True)
class BadGrid:
    """A bad grid that was lived on; the module of the last meter was pulled, for good."""

    world: FieldWorld
    gone: str
    gone_s: float
    deepest: int


@pytest.fixture(scope="module")
def bad_grid() -> BadGrid:
    world = FieldWorld(hard("bad_grid", homes=8, wire={"disconnected_s": LIMIT_S}))
    gone = world.sites[0].homes[-1]
    world.run(18.0 * HOUR_S)
    world.control.call("fault.begin", {"fault": "module-out"}, gone.identity.name)
    world.run(EVENING_S)
    topology = concentrator_of(world).base.topology()
    levels = [entry.level for entry in topology if entry.state is not NodeState.DISCONNECTED]
    world.run(END_S)
    return BadGrid(world, gone.meter.profile.serial, 18.0 * HOUR_S, max(levels, default=0))


def test_on_a_bad_grid_neighbours_alone_hear_each_other(bad_grid: BadGrid) -> None:
    lengths = [line.length_m for line in bad_grid.world.sites[0].grid.lines]
    assert 90.0 in lengths
    assert bad_grid.deepest >= (4 if SLOW else 1)


def test_a_bad_grid_loses_and_doubles_nothing(bad_grid: BadGrid) -> None:
    world, gone = bad_grid.world, bad_grid.gone
    names = {place.meter.profile.serial: place.identity.name for place in world.sites[0].homes}
    found = readings(world.sites, young_s=DAY_S)
    assert {name for name, _ in found.missing} <= {names[gone]}
    assert found.duplicated == 0
    assert found.stored > 100
    assert told(world, "meter-quarantined") == []


def test_who_cannot_be_reached_is_reported_in_time(bad_grid: BadGrid) -> None:
    world, gone = bad_grid.world, bad_grid.gone
    concentrator = concentrator_of(world)
    events = [event for event in concentrator.events if event.name == "meter-silent"]
    assert [event.serial for event in events].count(gone) == 1
    (event,) = [event for event in events if event.serial == gone]
    epoch_s = world.clock.epoch.timestamp()
    last_s = max(at_s for at_s, _ in _rows_of(concentrator, gone))
    assert event.utc_s - epoch_s <= bad_grid.gone_s + LIMIT_S + 60
    assert event.utc_s >= last_s


def test_nothing_stale_is_shown_as_fresh(bad_grid: BadGrid) -> None:
    world, gone = bad_grid.world, bad_grid.gone
    concentrator = concentrator_of(world)
    assert concentrator.power_cycle.powered
    now_s = concentrator.clock.utc_s()
    for record in concentrator.registry:
        aged = concentrator.context.latest.of(record.serial, now_s)
        assert aged
        for value in aged.values():
            assert value.age_s == now_s - value.captured_utc_s >= 0
            assert value.stale == (value.age_s > LIMIT_S)
    record = concentrator.registry.by_serial(gone)
    assert record is not None
    assert all(value.stale for value in concentrator.context.latest.of(gone, now_s).values())
    assert concentrator.context.is_stale(record)
    assert not concentrator.context.is_reachable(record)
    head_end = FieldHeadEnd(world)
    assert head_end.connect()
    meters = head_end.ask("meters.list", {"after_sap": 0, "limit": 100})["meters"]
    assert [(meter["reachable"], meter["stale"]) for meter in meters if meter["serial"] == gone] == [
        (False, True)
    ]


def _rows_of(concentrator: Concentrator, serial: str) -> list[tuple[int, tuple[object, ...]]]:
    return [row for batch in concentrator.storage if batch.serial == serial for row in batch.rows]


# ---------------------------------------------------------------- theft


def _robbed(planted: bool) -> FieldWorld:
    scenario = load_scenario("theft")
    if not SLOW:
        kinds = {"full-bypass": 2, "magnet": 4, "illegal-tap": 5}
        rows = [{"kind": kind, "point": point, "begin_day": 0.0} for kind, point in kinds.items()]
        scenario = scenario.with_grid("homes", count=6, zero_share=0.0).with_grid("theft", planted=rows)
        scenario = scenario.with_frame(days=2.3, step_s=STEP_S)
    if not planted:
        scenario = scenario.with_grid("theft", planted=[])
    world = FieldWorld(scenario)
    world.run(scenario.duration_s)
    return world


@pytest.fixture(scope="module")
def robbed() -> FieldWorld:
    """Thieves from the first day on."""
    return _robbed(planted=True)


def test_thieves_are_found_by_the_totaliser(robbed: FieldWorld) -> None:
    days = [day for day in concentrator_of(robbed).loss.days if day.coverage_percent >= 80]
    assert days
    found = {event.name for event in concentrator_of(robbed).events if event.name.startswith("loss-")}
    assert found & {"loss-warning", "loss-alarm"}
    theft = robbed.summary()["theft"]
    assert {row["kind"] for row in theft["planted"]} >= {"full-bypass", "magnet", "illegal-tap"}
    assert all(row["stolen_wh"] > 0 for row in theft["planted"])
    losses_wh = robbed.summary()["energy"]["technical_losses_wh"]
    missing_wh = theft["found"]["missing_wh"]
    # what was stolen and what the lines lost, and no more than the registers' own errors besides
    assert missing_wh == pytest.approx(theft["stolen_wh"] + losses_wh, rel=0.1)


def test_a_magnet_is_told_and_steals(robbed: FieldWorld) -> None:
    (magnet,) = [row for row in robbed.summary()["theft"]["planted"] if row["kind"] == "magnet"]
    place = next(place for place in robbed.sites[0].homes if place.identity.name == magnet["meter"])
    assert place.meter.parts.switch.relay_closed
    alarms = told(robbed, "meter-alarm")
    assert place.meter.profile.serial in alarms  # pushed, then read from its log


def test_honest_people_raise_no_alarm() -> None:
    world = _robbed(planted=False)
    days = concentrator_of(world).loss.days
    assert len(days) >= 2
    assert {str(day.verdict) for day in days} <= {"normal", "unjudged"}
    assert "normal" in {str(day.verdict) for day in days}
    assert [event.name for event in concentrator_of(world).events if event.name.startswith("loss-")] == []
