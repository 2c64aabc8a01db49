"""The models of meter beside the prepaid one: what each has, lacks, and shows over the wire."""

import pytest

from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused
from sim.meter import ProfileError, load_profile
from sim.meter.object_list import row_terms
from sim.meter.profile import parse_profile

MODELS = ["ppkw", "ppkw-postpaid", "minimal", "totaliser"]


@pytest.fixture(params=MODELS)
def model(request, bench_of):
    bench = bench_of(request.param)
    bench.supply.set_load(10.0, 30.0)
    bench.run(2 * 3600)
    return bench


def readable(session):
    return [
        (class_id, Obis.from_bytes(name), index)
        for class_id, _version, name, (attributes, _methods) in session.get(15, "0.0.40.0.0", 2).python()
        for index, mode, _selectors in attributes
        if mode in (1, 3)
    ]


def test_everything_that_a_model_shows_can_be_read(model):
    session = model.session()
    references = readable(session)
    assert len(references) > 100
    for reference in references:
        session.get(*reference)


def test_a_model_keeps_what_it_has_through_a_cut(model):
    before = model.parts.load_profile.entries_in_use
    model.meter.power_cut()
    model.run(60)
    model.meter.power_up()
    assert model.parts.load_profile.entries_in_use == before == 8
    assert model.session().get(3, "1.0.1.8.0", 2).value == model.parts.metrology.energy_wh("active-import")


@pytest.mark.parametrize("name", ["ppkw-postpaid", "minimal", "totaliser"])
def test_without_prepayment_the_current_flows_without_credit(bench_of, name):
    bench = bench_of(name)
    bench.supply.set_load(10.0)
    bench.run(30 * 86_400)
    assert bench.parts.switch.relay_closed
    assert bench.session().get(3, "1.0.1.8.0", 2).value == pytest.approx(30 * 24 * 1200, abs=2)


def test_a_postpaid_meter_is_cut_and_reconnected_from_afar(bench_of):
    bench = bench_of("ppkw-postpaid")
    manager = bench.manager()
    assert manager.get(111, "0.0.19.0.0", 2).python()[0] == 1
    from protocols.dlms import axdr

    manager.action(70, "0.0.96.3.10", 1, axdr.integer(0))
    assert not bench.parts.switch.relay_closed
    bench.run(60)
    assert not bench.parts.switch.relay_closed
    manager.action(70, "0.0.96.3.10", 2, axdr.integer(0))
    assert bench.parts.switch.relay_closed


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("minimal", ["0.0.96.3.10", "0.0.19.0.0", "0.0.13.0.0", "1.0.1.6.0", "0.0.98.1.0"]),
        ("totaliser", ["0.0.96.3.10", "0.0.19.0.0", "0.0.19.40.0", "0.0.17.0.0", "0.0.99.98.2"]),
    ],
)
def test_a_model_has_no_object_for_what_it_lacks(bench_of, name, absent):
    session = bench_of(name).session()
    names = {str(reference[1]) for reference in readable(session)}
    for obis in absent:
        assert str(Obis.from_string(obis)) not in names
        with pytest.raises(AccessRefused, match="undefined"):
            session.get(1, obis, 2)


def test_the_totaliser_measures_a_feeder_in_both_directions(bench_of):
    bench = bench_of("totaliser")
    bench.supply.set_load(300.0, 20.0)
    bench.run(900)
    bench.supply.set_load(200.0, 160.0)
    bench.run(900)
    session = bench.session()
    rows = session.get(7, "1.0.99.1.0", 2).python()
    imported, exported = [row[2] for row in rows], [row[3] for row in rows]
    assert imported[0] == pytest.approx(120 * 300 * 0.9397 / 4, abs=2)
    assert (imported[1], exported[0]) == (imported[0], 0)
    assert exported[1] == pytest.approx(120 * 200 * 0.9397 / 4, abs=2)
    assert session.get(3, "1.0.0.6.3", 2).value == 400
    assert "OVERLOAD" not in bench.events()


def test_a_column_without_its_object_is_left_out():
    columns = load_profile("minimal").rows.captured[0].columns
    assert len(columns) == 3
    rows = [row for row in load_profile("ppkw").objects if row.obis != "1.0.12.7.0"]
    (load,) = (item for item in row_terms(rows).captured if item.name == "load")
    assert len(load.columns) == 4


def test_rows_stand_in_one_place_and_can_be_left_out():
    ppkw, totaliser = load_profile("ppkw"), load_profile("totaliser")
    shared = {row.obis: row for row in ppkw.objects}
    own = [row for row in totaliser.objects if shared.get(row.obis) != row]
    assert [row.obis for row in own] == ["1.0.99.1.0"]


def test_a_table_that_is_not_there_is_said_to_be_so():
    table = {"include": ["nothing"], "objects": []}
    base = {"identity": {}, "ciu": {}, "clock": {}, "credit": {}, "nominal": {}, "associations": []}
    with pytest.raises((ProfileError, KeyError, TypeError)):
        parse_profile(base | {"logical_device": table})
