"""The models for the field: everything that they show can be read, and they are what their files say."""

import pytest

from protocols.dlms.obis import Obis
from sim.meter import load_profile
from sim.meter.events.tamper_protections import Protection, RelayPolicy
from sim.meter.hardware import ModuleKind
from sim.meter.profile import ProfileError, _read_table, parse_profile

FRAMINGS = {"ppkw-field": "hdlc", "ssfvi": "wrapper"}


@pytest.mark.parametrize("name", list(FRAMINGS))
def test_everything_that_a_model_shows_can_be_read(bench_of, name):
    bench = bench_of(name)
    bench.supply.set_load(3.0, 20.0)
    bench.run(2 * 3600)
    session = bench.session(framing=FRAMINGS[name])
    objects = session.get(15, "0.0.40.0.0", 2).python()
    read = 0
    for class_id, _version, logical_name, (attributes, _methods) in objects:
        for index, mode, _selectors in attributes:
            if mode in (1, 3):
                session.get(class_id, Obis.from_bytes(logical_name), index)
                read += 1
    assert read > 150


def test_the_field_meter_is_ppkw_with_iron_of_its_own():
    bench, field = load_profile("ppkw"), load_profile("ppkw-field")
    assert (bench.hardware.module, field.hardware.module) == (ModuleKind.BENCH, ModuleKind.PLC)
    assert bench.protections.sre_wh == 0
    assert all(bench.protections.policy(kind) is RelayPolicy.LOG for kind in Protection)
    assert field.hardware.crystal.drift_max_s_per_day == 0.5
    assert field.metrology.pulses_per_kwh == bench.metrology.pulses_per_kwh


def test_the_individual_system_has_no_feeder_and_no_export():
    names = {row.obis for row in load_profile("ssfvi").objects}
    assert "1.0.1.8.0" in names
    assert "1.0.2.8.0" not in names
    assert {"0.0.128.0.0", "0.0.128.1.1", "0.0.96.3.10", "1.0.129.8.0"} <= names


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("hardware", {"module": "pigeon"}),
        ("hardware", {"contacts": {"colour": 1}}),
        ("protections", {"relay": {"magnet": "burn"}}),
        ("availability", {"promised_s": 90_000}),
        ("clock", {"deviation_minutes": 300, "drift_s_per_day": 0.0, "drift": 1}),
    ],
)
def test_what_makes_no_sense_is_refused(section, values):
    with pytest.raises((ProfileError, TypeError, ValueError)):
        parse_profile(_read_table("ppkw") | {section: values})
