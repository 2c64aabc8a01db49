"""Register monitors on live values, the parameter monitor, limiter and switch as objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.events.monitors import NO_SCRIPT, ParameterMonitor, RegisterMonitor

MONITOR, PARAMETERS, LIMITER, SWITCH = "0.0.16.0.0", "0.0.16.2.0", "0.0.17.0.0", "0.0.96.3.10"
LOAD_SCRIPTS = Obis.from_string("0.0.10.0.106").to_bytes()
VOLTAGE = (3, Obis.from_string("1.0.12.7.0").to_bytes(), 2)


def script(table, selector):
    return axdr.structure(axdr.octet_string(table), axdr.long_unsigned(selector))


NO_ACTION = script(bytes(6), 0)


# ------------------------------------------------------------ register monitor


@given(st.lists(st.integers(0, 20), max_size=30))
def test_every_passing_is_told_once_and_ups_and_downs_take_turns(values):
    monitor = RegisterMonitor(VOLTAGE, (5, 10))
    above = {}
    for value in values:
        for crossing in monitor.look(value):
            assert above.get(crossing.threshold, not crossing.upwards) is not crossing.upwards
            above[crossing.threshold] = crossing.upwards
    for threshold, is_above in above.items():
        assert is_above == (values[-1] > threshold)


def test_a_jump_over_several_thresholds_passes_them_in_order():
    monitor = RegisterMonitor(VOLTAGE, (10, 5))
    monitor.look(0)
    assert [crossing.threshold for crossing in monitor.look(20)] == [5, 10]
    assert [crossing.threshold for crossing in monitor.look(0)] == [10, 5]
    assert monitor.look(0) == []
    assert monitor.look(20)[0].script == NO_SCRIPT


def test_over_voltage_opens_the_switch_and_normal_voltage_gives_it_back(bench):
    bench.recharge(50)
    session = bench.manager()
    session.set(21, MONITOR, 2, axdr.array(axdr.long_unsigned(13_200)))
    actions = axdr.structure(script(LOAD_SCRIPTS, 1), script(LOAD_SCRIPTS, 2))
    session.set(21, MONITOR, 4, axdr.array(actions))
    bench.run(1)
    bench.supply.set_source(140.0)
    assert not bench.parts.switch.relay_closed
    bench.supply.set_source(120.0)
    assert bench.parts.switch.relay_closed
    events = bench.events()
    assert events.index("MONITOR_ABOVE") < events.index("MONITOR_BELOW")


def test_a_script_that_there_is_not_does_no_harm(bench):
    session = bench.manager()
    session.set(21, MONITOR, 2, axdr.array(axdr.long_unsigned(13_200)))
    session.set(
        21, MONITOR, 4, axdr.array(axdr.structure(script(b"\x00\x00\x0a\x00\x01\xff", 99), NO_ACTION))
    )
    bench.run(1)
    bench.supply.set_source(140.0)
    assert bench.meter.powered
    assert "MONITOR_ABOVE" in bench.events()


def test_thresholds_have_the_type_of_what_is_watched(bench):
    with pytest.raises(AccessRefused):
        bench.manager().set(21, MONITOR, 2, axdr.array(axdr.double_long(13_200)))


def test_thresholds_survive_the_power(bench):
    bench.manager().set(21, MONITOR, 2, axdr.array(axdr.long_unsigned(13_200)))
    bench.meter.power_cut()
    bench.meter.power_up()
    assert [item.value for item in bench.manager().get(21, MONITOR, 2).value] == [13_200]


# ------------------------------------------------------------ parameter monitor


def test_a_write_to_a_watched_parameter_is_remembered(bench):
    session = bench.manager()
    assert session.get(65, PARAMETERS, 2).value[-1].value is None
    session.set(70, SWITCH, 4, axdr.enum(5))
    class_id, name, index, value = (item.value for item in session.get(65, PARAMETERS, 2).value)
    assert (class_id, name, index, value) == (70, Obis.from_string(SWITCH).to_bytes(), 4, 5)
    assert bench.events()[-1] == "PARAMETER_CHANGED"
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.manager().get(65, PARAMETERS, 2).value[-1].value == 5


def test_what_is_not_watched_is_not_noted_and_the_list_can_be_changed(bench):
    session = bench.manager()
    other = axdr.structure(
        axdr.long_unsigned(40), axdr.octet_string(Obis.from_string("0.0.25.9.0").to_bytes()), axdr.integer(6)
    )
    session.set(40, "0.0.25.9.0", 6, axdr.unsigned(9))
    assert session.get(65, PARAMETERS, 2).value[-1].value is None
    session.action(65, PARAMETERS, 1, other)
    with pytest.raises(ActionRefused):
        session.action(65, PARAMETERS, 1, other)
    session.set(40, "0.0.25.9.0", 6, axdr.unsigned(8))
    assert session.get(65, PARAMETERS, 2).value[-1].value == 8
    session.action(65, PARAMETERS, 2, other)
    with pytest.raises(ActionRefused):
        session.action(65, PARAMETERS, 2, other)


def test_a_refused_write_is_no_change(bench):
    session = bench.manager()
    with pytest.raises(AccessRefused):
        session.set(70, SWITCH, 4, axdr.enum(9))
    assert session.get(65, PARAMETERS, 2).value[-1].value is None


def test_the_monitor_keeps_itself_as_plain_data():
    monitor = ParameterMonitor([VOLTAGE])
    monitor.written(VOLTAGE, b"\x12\x00\x01", 7)
    again = ParameterMonitor()
    again.restore(monitor.snapshot())
    assert (again.watched, again.last) == (monitor.watched, monitor.last)


# ------------------------------------------------------------ limiter


def test_a_limit_set_over_dlms_opens_the_switch(bench):
    bench.recharge(500)
    session = bench.manager()
    session.set(71, LIMITER, 4, axdr.double_long_unsigned(10_000))
    assert session.get(71, LIMITER, 3).value == 10_000
    bench.supply.set_load(10.0)  # 1.2 kW
    bench.run(11)
    assert not bench.parts.switch.relay_closed
    bench.supply.set_load(0.0)
    bench.run(61)
    assert bench.parts.switch.relay_closed


def test_in_an_emergency_the_other_limit_holds_for_a_while(bench):
    bench.recharge(500)
    session = bench.manager()
    session.set(71, LIMITER, 5, axdr.double_long_unsigned(5_000))
    session.set(71, LIMITER, 9, axdr.array(axdr.long_unsigned(3)))
    begin = axdr.octet_string(bytes.fromhex("07ea0101ff010000ff012c00"))  # 2026-01-01 01:00 in Bogotá
    profile = axdr.structure(axdr.long_unsigned(3), begin, axdr.double_long_unsigned(3_600))
    session.set(71, LIMITER, 8, profile)
    bench.supply.set_load(5.0)  # 600 W
    bench.run(1_800)
    assert bench.parts.switch.relay_closed
    bench.run(1_830)
    assert not bench.parts.switch.relay_closed
    assert bench.manager().get(71, LIMITER, 10).value is True
    bench.run(3_600)
    assert bench.parts.switch.relay_closed
    assert bench.manager().get(71, LIMITER, 10).value is False


def test_a_profile_of_another_group_is_ignored(bench):
    session = bench.manager()
    session.set(71, LIMITER, 5, axdr.double_long_unsigned(5_000))
    begin = axdr.octet_string(bytes.fromhex("07ea0101ff000000ff012c00"))
    profile = axdr.structure(axdr.long_unsigned(3), begin, axdr.double_long_unsigned(3_600))
    session.set(71, LIMITER, 8, profile)
    assert session.get(71, LIMITER, 10).value is False


def test_a_script_may_stand_in_place_of_the_switch(bench):
    bench.recharge(500)
    session = bench.manager()
    session.set(71, LIMITER, 4, axdr.double_long_unsigned(10_000))
    session.set(71, LIMITER, 11, axdr.structure(script(b"\x00\x00\x0a\x00\x6c\xff", 1), NO_ACTION))
    bench.supply.set_load(10.0)
    bench.run(12)
    assert bench.parts.switch.relay_closed, "the script pushes, and does not open"
    assert "LIMITER_EXCEEDED" in bench.events()


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (4, axdr.double_long_unsigned(2**32 - 1)),
        (5, axdr.double_long_unsigned(2**32 - 1)),
        (6, axdr.double_long_unsigned(0)),
        (7, axdr.double_long_unsigned(0)),
        (8, axdr.structure(axdr.long_unsigned(1))),
        (11, axdr.structure(script(b"", 1), NO_ACTION)),
    ],
)
def test_limits_that_make_no_sense_are_refused(bench, attribute, value):
    session = bench.manager()
    before = session.get(71, LIMITER, attribute)
    with pytest.raises(AccessRefused):
        session.set(71, LIMITER, attribute, value)
    assert session.get(71, LIMITER, attribute) == before


# ------------------------------------------------------------ switch


def test_in_mode_four_a_recharge_leaves_the_switch_to_a_hand(bench):
    bench.manager().set(70, SWITCH, 4, axdr.enum(4))
    bench.recharge(1)
    bench.supply.set_load(10.0)
    bench.run(600)
    assert not bench.parts.switch.relay_closed
    bench.recharge(50)
    assert not bench.parts.switch.relay_closed
    assert bench.parts.switch.manual_reconnect()
    bench.meter.settle()
    assert bench.parts.switch.relay_closed


def test_the_mode_survives_the_power(bench):
    bench.manager().set(70, SWITCH, 4, axdr.enum(5))
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.manager().get(70, SWITCH, 4).value == 5
