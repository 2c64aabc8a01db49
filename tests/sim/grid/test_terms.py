import pytest

from sim.grid.errors import GridError, TermsError, TopologyError
from sim.grid.feeder import cable, layout
from sim.grid.terms import CLASSES, THEFTS, MicrogridTerms, microgrid_terms
from sim.kernel.random import RandomStreams


def test_an_empty_scenario_is_a_microgrid_and_foreign_tables_are_passed_over():
    assert microgrid_terms({}) == MicrogridTerms()
    assert microgrid_terms({"meters": {"profile": "ppkw"}, "homes": {"count": 5}}).homes.count == 5


def test_every_key_is_taken_in_its_own_kind():
    terms = microgrid_terms(
        {
            "plant": {"pv_kwp": 12, "service_hours": [[5, 8], [17.5, 22]], "diesel_kw": 5},
            "feeder": {"phases": 1, "lines": [{"begin": "bus", "end": "a", "length_m": 12}]},
            "homes": {"classes": {"low": 0.5, "high": 0.5}, "specials": ["school", "mill"]},
            "theft": {"share": 0.1, "kinds": ["magnet"], "planted": [{"kind": "illegal-tap", "point": 2}]},
            "disturbances": {"sag_residual": [0.5, 0.8], "storm_sags": 2},
        }
    )
    assert terms.plant.service_hours == ((5.0, 8.0), (17.5, 22.0))
    assert terms.feeder.lines[0].length_m == 12.0
    assert terms.homes.classes == {"low": 0.5, "medium": 0.0, "high": 0.5}
    assert terms.theft.planted[0].kind == "illegal-tap"
    assert terms.disturbances.sag_residual == (0.5, 0.8)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"plant": []}, "plant must be a table"),
        ({"plant": {"pv": 3}}, "has no key 'pv'"),
        ({"plant": {"pv_kwp": "much"}}, "a number from 0 to"),
        ({"plant": {"pv_kwp": True}}, "a number from 0 to"),
        ({"plant": {"pv_kwp": float("nan")}}, "a number from 0 to"),
        ({"plant": {"service_hours": 5}}, "a list of pairs"),
        ({"plant": {"service_hours": [[9, 5]]}}, "two numbers in order"),
        ({"plant": {"battery_restart": 0.1}}, "above plant.battery_reserve"),
        ({"plant": {"battery_kwh": 0}}, "needs a battery"),
        ({"plant": {"diesel_kw": 5, "diesel_stop_soc": 0.1}}, "above plant.diesel_start_soc"),
        ({"feeder": {"phases": 4}}, "whole number from 1 to 3"),
        ({"feeder": {"trunk_cable": ""}}, "must be a text"),
        ({"feeder": {"lines": {}}}, "a list of tables"),
        ({"feeder": {"lines": [{"length_m": 0}]}}, "feeder.lines[0].length_m"),
        ({"homes": {"count": 1.5}}, "whole number"),
        ({"homes": {"climate": "cold"}}, "one of warm, temperate"),
        ({"homes": {"classes": {"low": 0.5}}}, "add up to 1"),
        ({"homes": {"classes": {"rich": 1.0}}}, "but not 'rich'"),
        ({"homes": {"classes": {"low": 2}}}, "a share from 0 to 1"),
        ({"homes": {"classes": 1}}, "a table of shares"),
        ({"homes": {"specials": ["cinema"]}}, "but not 'cinema'"),
        ({"homes": {"specials": "school"}}, "a list of words"),
        ({"homes": {"lighting_metered": 1}}, "true or false"),
        ({"theft": {"planted": [{"kind": "sleight"}]}}, "must be one of"),
        ({"homes": {"count": 3}, "theft": {"planted": [{"point": 3}]}}, "must be below 3"),
        ({"disturbances": {"sag_s": [1]}}, "two numbers in order"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_place(table, says):
    with pytest.raises(TermsError) as refused:
        microgrid_terms(table)
    text = str(refused.value)
    assert says in text
    assert "\n" not in text
    assert isinstance(refused.value, GridError)


def test_lighting_without_a_meter_is_no_point():
    table = {
        "homes": {"count": 2, "specials": ["lighting"], "lighting_metered": False},
        "theft": {"planted": [{"point": 2}]},
    }
    with pytest.raises(TermsError, match="below 2"):
        microgrid_terms(table)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([("bus", "a"), ("bus", "a")], "twice"),
        ([("bus", "a"), ("x", "b")], "no line leads to"),
        ([("b", "a"), ("a", "b")], "loop"),
        ([("a", "bus")], "twice"),
    ],
)
def test_lines_that_make_no_radial_feeder(lines, says):
    rows = [{"begin": begin, "end": end} for begin, end in lines]
    terms = microgrid_terms({"feeder": {"lines": rows}})
    with pytest.raises(TopologyError, match=says):
        layout(terms.feeder, 3, 0, RandomStreams(1).stream("x")).feeder(0j)


def test_a_cable_must_exist_and_have_the_conductors():
    with pytest.raises(TopologyError, match="no cable 'string'"):
        cable("string")
    terms = microgrid_terms({"feeder": {"trunk_cable": "duplex-al-6"}})
    with pytest.raises(TopologyError, match="1 phase conductors, 3 are needed"):
        layout(terms.feeder, 3, 0, RandomStreams(1).stream("x"))


def test_names_that_other_rooms_rely_on():
    assert CLASSES == ("low", "medium", "high")
    assert len(THEFTS) == 6
