"""Homes with a sun of their own in a world: their books close, their names answer, they are in the digest."""

from dataclasses import replace

import pytest
from small_fields import HOUR_S, small

from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import SolarHomeTerms, load_scenario
from sim.scenarios.tables import ScenarioError


def scenario(**terms: object):
    world = replace(small("ssfvi", homes=2, hours=12.0), plc={}, concentrators=(), customers=None)
    return replace(world, solar_homes=SolarHomeTerms(count=2, **terms))


@pytest.fixture(scope="module")
def world() -> FieldWorld:
    lived = FieldWorld(scenario())
    lived.run(12 * HOUR_S)
    return lived


def test_the_world_of_the_product_has_them():
    terms = load_scenario("ssfvi").solar_homes
    assert terms is not None
    assert terms.count == 12


def test_their_books_close(world: FieldWorld):
    said = world.summary()["solar_homes"]
    assert (said["systems"], said["balance_nj"]) == (2, 0)
    assert said["harvested_wh"] > 0
    assert 0 <= said["charge_percent_mean"] <= 100


def test_they_are_devices_with_ports_and_faults(world: FieldWorld):
    assert {"v1", "v2"} < set(world.devices())
    assert world.control.call("device.info", device="v2")["profile"] == "ssfvi"
    assert "shade" in world.control.call("fault.list", device="v1")["faults"]
    assert world.port("v1", "hdlc") is world.solar_homes[0].ssfvi.meter.ports["hdlc"]


def test_they_are_in_the_digest(world: FieldWorld):
    again, other = FieldWorld(scenario()), FieldWorld(scenario())
    other.control.call("fault.begin", {"fault": "shade"}, "v1")
    for lived in (again, other):
        lived.run(12 * HOUR_S)
    assert again.digest() == world.digest() != other.digest()


def test_a_system_that_there_is_not():
    with pytest.raises(ScenarioError, match=r"\[solar_homes\]"):
        FieldWorld(scenario(system="nobody"))
