"""A whole field, small: the same seed is the same world, energy is conserved, registers tell the truth."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from small_fields import HOUR_S, small

from protocols.field.errors import StationControlError
from protocols.field.events import EventCode
from sim.scenarios.digest import world_rows
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Incident, load_scenario
from sim.scenarios.tables import ScenarioError

ROOT = Path(__file__).parents[3]
_SAY_DIGEST = """
from small_fields import small
from sim.scenarios.field import FieldWorld
world = FieldWorld(small(homes=4, hours=3.0))
world.run(3 * 3600.0)
print(world.digest())
"""
_NEEDED = "import numpy, simpy, cryptography, starlette, uvicorn, Crypto"


@pytest.fixture(scope="module")
def lived() -> FieldWorld:
    """A field after a night and a morning."""
    world = FieldWorld(small(homes=6, hours=12.0))
    world.run(12 * HOUR_S)
    return world


def digest_in(python: str, hash_seed: str) -> str:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers")]),
    }
    run = subprocess.run(
        [python, "-c", _SAY_DIGEST], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return run.stdout.strip()


@pytest.fixture(scope="module")
def digest_here() -> str:
    world = FieldWorld(small(homes=4, hours=3.0))
    world.run(3 * HOUR_S)
    return world.digest()


def test_the_same_seed_gives_the_same_world(digest_here: str):
    again = FieldWorld(small(homes=4, hours=3.0))
    for hour in (0.5, 1.7, 3.0):  # in whatever pieces
        again.run(hour * HOUR_S)
    assert again.digest() == digest_here


def test_another_seed_gives_another_world(digest_here: str):
    other = FieldWorld(small(homes=4, hours=3.0), seed=2)
    other.run(3 * HOUR_S)
    assert other.digest() != digest_here


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_no_hash_order_gets_into_the_digest(digest_here: str, hash_seed: str):
    assert digest_in(sys.executable, hash_seed) == digest_here


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_other_pythons_come_to_the_same_digest(digest_here: str, version: str):
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("this is the Python that runs the tests")
    python = _python(version)
    if python is None:
        pytest.skip(f"no Python {version} here with what the simulator is made of")
    assert digest_in(python, "0") == digest_here


def _python(version: str) -> str | None:
    """A Python of that version that can import what the simulator needs."""
    python = os.environ.get(f"AMIBENCH_PYTHON_{version.replace('.', '_')}", f"python{version}")
    command = [python, "-c", _NEEDED]
    try:
        found = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    return command[0] if found.returncode == 0 else None


def test_energy_is_conserved_at_every_step():
    world = FieldWorld(small(homes=5, hours=6.0))
    (site,) = world.sites
    seen = []
    site.physics.observers.append(lambda: seen.append(site.grid.books.balance_nj()))
    world.run(6 * HOUR_S)
    assert len(seen) >= 360
    assert set(seen) == {0}


def test_every_register_tells_what_flowed(lived: FieldWorld):
    registers = lived.summary()["registers"]
    assert registers["compared"] == registers["in_class"] == 7
    assert registers["true_wh"] > 1_000


def test_the_totaliser_misses_what_is_lost_in_the_lines(lived: FieldWorld):
    summary = lived.summary()
    assert summary["energy"]["balance_nj"] == 0
    assert 0 <= summary["theft"]["found"]["missing_share"] < 0.05
    assert summary["theft"]["planted"] == []


def test_the_concentrator_reads_everybody(lived: FieldWorld):
    reads = lived.summary()["reads"]
    assert reads["concentrators"]["concentrator"]["registered"] == 6
    assert reads["done"] == reads["wanted"] > 6


def test_a_summary_is_plain_data(lived: FieldWorld):
    assert json.loads(json.dumps(lived.summary())) == lived.summary()


def test_the_rows_of_a_digest_are_whole_numbers_and_words(lived: FieldWorld):
    assert {
        type(value) for row in world_rows(lived.env.now, lived.sites, lived.solar_homes) for value in row
    } == {int, str}


def test_the_recorder_keeps_its_pace(lived: FieldWorld):
    points = lived.sites[0].recorder.points
    assert [point.at_s for point in points] == [900.0 * number for number in range(1, 49)]
    assert all(point.energised in (0.0, 1.0) or 0 < point.energised < 1 for point in points)
    assert points[-1].pv_w > points[0].pv_w == 0


def test_a_second_site_changes_nothing_at_the_first():
    alone, beside = FieldWorld(small(homes=3, hours=2.0)), FieldWorld(small(homes=3, hours=2.0, sites=2))
    for world in (alone, beside):
        world.run(2 * HOUR_S)
        world.digest()
    registers = [
        [place.meter.parts.metrology.snapshot() for place in world.sites[0].placed]
        for world in (alone, beside)
    ]
    assert registers[0] == registers[1]
    assert "s2.m1" in beside.devices()
    serials = [place.meter.profile.serial for site in beside.sites for place in site.placed]
    assert len(set(serials)) == len(serials) == 8


def test_writing_memories_now_and_then_changes_nothing(digest_here: str):
    world = FieldWorld(small(homes=4, hours=3.0))
    world.sites[0].memory_writes.release()
    world.run(3 * HOUR_S)
    assert world.digest() == digest_here


def test_who_has_no_credit_draws_nothing():
    scenario = small(homes=3, hours=4.0)
    terms = replace(scenario.customers, initial_wh_min=1, initial_wh_max=1, share_buying=0.0)
    world = FieldWorld(replace(scenario, customers=terms))
    world.run(4 * HOUR_S)
    (site,) = world.sites
    drawing = [
        bool(amps > 0)
        for amps, place in zip(site.grid.current_a, site.homes, strict=True)
        if not place.meter.parts.switch.relay_closed
    ]
    assert drawing
    assert not any(drawing)
    assert world.summary()["customers"]["cut_off_now"] == len(drawing)


def test_an_incident_begins_and_ends_by_itself():
    scenario = small(homes=3, hours=2.0)
    outage = Incident(at_s=HOUR_S, device="grid", fault="outage", for_s=600.0)
    world = FieldWorld(replace(scenario, incidents=(outage,)))
    (site,) = world.sites
    world.run(HOUR_S + 300)
    assert not site.grid.energised.any()
    assert not site.homes[0].meter.powered
    world.run(2 * HOUR_S)
    assert site.grid.energised.all()
    events = world.summary()["supply"]["events"]
    assert events == {"outage: injected": 1}
    assert site.homes[0].meter.parts.events.count(EventCode.POWER_DOWN) == 1


@pytest.mark.parametrize(("device", "fault"), [("m99", "outage"), ("grid", "earthquake")])
def test_an_incident_that_cannot_be(device: str, fault: str):
    scenario = replace(small(homes=2), incidents=(Incident(at_s=1.0, device=device, fault=fault),))
    with pytest.raises(ScenarioError, match=r"\[\[incidents\]\]"):
        FieldWorld(scenario)


def test_devices_are_asked_by_name():
    world = FieldWorld(small(homes=3))
    world.run(60.0)
    assert world.devices() == ("m1", "m2", "m3", "totaliser", "concentrator", "grid")
    assert world.control.call("device.info", device="m2")["device"] == "m2"
    assert world.control.call("device.info")["device"] == "m1"
    assert world.control.call("device.list", device="grid")["devices"] == list(world.devices())
    for device in world.devices():
        assert world.control.call("fault.list", device=device)["faults"]
    with pytest.raises(StationControlError, match="no device 'm9'"):
        world.control.call("device.info", device="m9")


def test_a_fault_of_the_grid_at_one_point_strikes_its_meter_alone():
    world = FieldWorld(small(homes=3))
    world.run(60.0)
    world.control.call("fault.begin", {"fault": "outage", "for_s": 60.0}, "m2")
    homes = world.sites[0].homes
    assert [place.meter.powered for place in homes] == [True, False, True]
    world.run(world.env.now + 120)
    assert all(place.meter.powered for place in homes)


def test_a_fault_takes_a_new_value_and_ends():
    world = FieldWorld(small(homes=2))
    world.run(60.0)
    volts = world.sites[0].grid.voltage_v.copy()
    for value in (0.8, 0.6):
        world.control.call("fault.begin", {"fault": "sag", "value": value}, "grid")
    assert (world.sites[0].grid.voltage_v < 0.65 * volts).all()
    world.control.call("fault.end", {"fault": "sag"}, "grid")
    assert (world.sites[0].grid.voltage_v > 0.95 * volts).all()
    with pytest.raises(StationControlError):
        world.control.call("fault.begin", {"fault": "sag", "value": 7.0}, "grid")


def test_a_planted_magnet_sits_on_its_meter():
    planted = [{"kind": "magnet", "point": 1, "begin_day": 0.02, "end_day": 0.05}]
    world = FieldWorld(small(homes=3).with_grid("theft", planted=planted))
    world.run(0.03 * 86_400)
    meters = [place.meter for place in world.sites[0].homes]
    assert [meter.faults.active() for meter in meters] == [(), ("magnet",), ()]
    world.run(0.06 * 86_400)
    assert meters[1].faults.active() == ()
    assert meters[1].parts.events.count(EventCode.STRONG_FIELD) == 1
    assert world.summary()["registers"]["tampered"] == 1


def test_ports_have_names():
    world = FieldWorld(small(homes=2))
    assert world.port("m1", "hdlc") is world.sites[0].homes[0].meter.ports["hdlc"]
    with pytest.raises(LookupError, match="no port 'smoke'; known"):
        world.port("m1", "smoke")
    with pytest.raises(LookupError, match="no device 'm9'"):
        world.port("m9", "hdlc")
    with pytest.raises(LookupError):
        world.link("grid", "hdlc")


def test_a_world_without_a_wire_or_customers_is_fine():
    scenario = replace(small(homes=2, hours=1.0), plc={}, concentrators=(), customers=None)
    world = FieldWorld(replace(scenario, meters=replace(scenario.meters, totaliser="")))
    world.run(HOUR_S)
    summary = world.summary()
    assert summary["reads"]["wanted"] == 0
    assert summary["theft"]["found"] is None
    assert world.devices() == ("m1", "m2", "grid")


def test_who_did_not_come_before_the_rollover_is_stranded():
    epoch = load_scenario("rollover_2014").frame.epoch.replace(day=22)
    scenario = small("rollover_2014", homes=5, hours=96.0, epoch=epoch)
    terms = replace(scenario.customers, initial_wh_min=300, initial_wh_max=6_000)
    world = FieldWorld(replace(scenario, customers=terms, plc={}, concentrators=()))
    world.run(scenario.duration_s)
    change = world.summary()["key_change"]
    assert change["old_range_over"]
    assert change["changed"] + change["not_changed"] == 5
    assert change["changed"] >= 1
    assert set(change["stranded"]) <= {
        name for name, r in world.sites[0].shop.records.items() if not r.changed
    }
