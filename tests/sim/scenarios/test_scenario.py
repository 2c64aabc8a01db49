"""Scenarios as data: every world of the product is right; what is wrong is said in one sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.scenarios.scenario import Scenario, load_scenario, parse_scenario, scenario_names
from sim.scenarios.site import check_scenario
from sim.scenarios.tables import ScenarioError

MINIMAL = {"scenario": {"name": "x"}}


@pytest.mark.parametrize("name", scenario_names())
def test_every_world_of_the_product_is_right(name: str):
    scenario = load_scenario(name)
    check_scenario(scenario)
    assert scenario.name == name
    assert scenario.frame.en != scenario.frame.es != ""
    assert scenario.frame.seed == 1


def test_the_worlds_that_were_asked_for_are_there():
    asked = {"teorama_nano", "teorama_micro", "village_350", "bad_grid", "theft", "storm", "rollover_2014"}
    assert asked <= set(scenario_names())


def test_a_file_of_ones_own(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text('[scenario]\nname = "mine"\ndays = 0.5\nepoch = 2026-03-01T05:00:00Z\n')
    scenario = load_scenario(file)
    assert (scenario.name, scenario.duration_s) == ("mine", 43_200)
    assert scenario.frame.epoch == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert scenario.customers is None


def test_an_instant_without_a_zone_is_utc():
    scenario = parse_scenario({"scenario": {"name": "x", "epoch": datetime(2026, 1, 1)}})  # noqa: DTZ001
    assert scenario.frame.epoch == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "[scenario] is missing"),
        ({"scenario": {}}, "[scenario] must say name"),
        ({"scenario": 3}, "[scenario] must be a table"),
        ({"scenario": {"name": 3}}, "[scenario] name must be a text"),
        ({"scenario": {"name": "x", "seed": True}}, "seed must be a whole number"),
        ({"scenario": {"name": "x", "seed": -1}}, "seed must be from 0"),
        ({"scenario": {"name": "x", "days": 0}}, "days must be from"),
        ({"scenario": {"name": "x", "epoch": "soon"}}, "epoch must be an instant"),
        ({"scenario": {"name": "x", "colour": 1}}, "[scenario] has no key 'colour'; known: name"),
        ({**MINIMAL, "planet": {}}, "there is no table [planet]; known: scenario"),
        ({**MINIMAL, "plc": 3}, "[plc] must be a table"),
        ({**MINIMAL, "meters": {"relay": 3}}, "[meters] relay must be a table"),
        ({**MINIMAL, "meters": {"relay": {"magnet": 3}}}, "[meters] relay.magnet must be a text"),
        ({**MINIMAL, "meters": {"relay": {"magnet": "fly"}}}, "'fly' is not a valid RelayPolicy"),
        ({**MINIMAL, "meters": {"relay": {"moon": "log"}}}, "'moon' is not a valid Protection"),
        ({**MINIMAL, "concentrators": {}}, "concentrators must be written as [[concentrators]]"),
        ({**MINIMAL, "customers": {"purchases_wh": [150]}}, "whole tenths of a kWh"),
        ({**MINIMAL, "customers": {"purchases_wh": 5}}, "purchases_wh must be a list"),
        ({**MINIMAL, "customers": {"wrong_digit": 2}}, "wrong_digit must be from 0 to 1"),
        ({**MINIMAL, "customers": {"initial_wh_min": 9_999}}, "initial_wh_min must be from 0 to 8000"),
        ({**MINIMAL, "incidents": [{"at_s": 1.0, "device": "grid"}]}, "[incidents] must say fault"),
        ({**MINIMAL, "key_change": {"begins": 1, "ends": 2}}, "begins must be an instant"),
    ],
)
def test_what_is_wrong_is_one_sentence(table: dict, sentence: str):
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(table)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"homes": {"count": 0}}, "homes.count"),
        ({"plant": {"pv": 1}}, "no key 'pv'"),
        ({"meters": {"profile": "nobody"}}, "no meter profile 'nobody'"),
        ({"meters": {"totaliser": "nobody"}}, "no meter profile 'nobody'"),
        ({"plc": {"kind": "smoke"}}, "kind must be one of generic"),
        ({"plc": {"kind": "generic", "loss": 2.0}}, "lost transmissions"),
        ({"plc": {"kind": "generic", "colour": 1}}, "[plc] has no key"),
        ({"plc": {"kind": "generic"}, "concentrators": [{"colour": 1}]}, "colour is unknown"),
        ({"plc": {"kind": "generic"}, "concentrators": [{}, {}]}, "one [[concentrators]] serves a site"),
        ({"concentrators": [{}]}, "needs a wire"),
    ],
)
def test_what_only_the_rooms_know_is_checked_before_anything_is_built(table: dict, sentence: str):
    with pytest.raises(ScenarioError) as refused:
        check_scenario(parse_scenario({**MINIMAL, **table}))
    assert sentence in str(refused.value)


def test_a_name_that_is_none_names_those_that_are():
    with pytest.raises(ScenarioError, match=r"no world is called 'atlantis'; known: bad_grid.*\.toml file"):
        load_scenario("atlantis")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(ScenarioError, match="cannot read"):
        load_scenario(tmp_path / "gone.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[scenario")
    with pytest.raises(ScenarioError, match="is not TOML"):
        load_scenario(broken)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[scenario]\n")
    with pytest.raises(ScenarioError, match=r"wrong.toml: \[scenario\] must say name"):
        load_scenario(wrong)


def test_a_scenario_with_changes_leaves_the_first_as_it_was():
    scenario = load_scenario("teorama_nano")
    other = scenario.with_frame(seed=9, days=0.25).with_grid("homes", count=3)
    assert (other.frame.seed, other.duration_s, other.grid["homes"]["count"]) == (9, 21_600, 3)
    assert (scenario.frame.seed, scenario.grid["homes"]["count"]) == (1, 18)
    with pytest.raises(ScenarioError, match="days"):
        scenario.with_frame(days=-1)


def test_another_wire_has_its_own_defaults():
    scenario = Scenario(load_scenario("teorama_nano").frame, plc={"kind": "generic", "loss": 0.5})
    assert scenario.with_wire("generic") is scenario
    assert scenario.with_wire("prime").plc == {"kind": "prime"}
