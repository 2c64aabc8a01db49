"""Load, credit, switch: the whole loop in device time."""

import dataclasses

import pytest

from protocols.dlms import axdr
from protocols.dlms.session.errors import ActionRefused
from protocols.sts.token import SetMaximumPhasePowerUnbalanceLimit, SetMaximumPowerLimit
from sim.meter import DEFAULT_PARTS
from sim.meter.metering.metrology import Quantity
from sim.meter.supply.limiter import LimiterTerms
from sim.meter.supply.supply_control import SupplyControl
from sim.meter.units import NJ_PER_WH

ZERO = axdr.integer(0)


def test_a_new_meter_is_out_of_credit_and_open(bench):
    bench.supply.set_load(10.0)
    assert bench.call("load.read") == {"current_a": 0.0, "power_w": 0.0, "voltage_v": 120.0}
    assert bench.parts.switch.control_state.name == "READY_FOR_RECONNECTION"
    assert bench.meter.display().lines == ("SIN CREDITO", "0.0 kWh")


def test_the_switch_opens_at_the_instant_at_which_the_credit_ends(bench):
    bench.recharge(10)
    bench.supply.set_load(10.0)
    bench.run(2999.999999)
    assert bench.parts.switch.relay_closed
    bench.run(0.000001)
    assert not bench.parts.switch.relay_closed
    assert bench.credit_nj() == 0
    bench.run(3600)
    assert bench.parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT) == 1_000
    assert bench.call("pulses.read")["active_pulses"] == 3_200


def test_the_instant_follows_every_change_of_load(bench):
    bench.recharge(10)
    bench.supply.set_load(10.0)
    bench.run(1500)  # half of it is used
    bench.supply.set_load(20.0)
    bench.run(749)
    assert bench.parts.switch.relay_closed
    bench.supply.set_load(1.0)
    bench.run(19)
    assert bench.parts.switch.relay_closed
    bench.run(1)
    assert not bench.parts.switch.relay_closed


def test_a_power_that_does_not_divide_the_credit_overshoots_less_than_a_microsecond(bench):
    bench.recharge(1)
    bench.supply.set_load(7.777)
    bench.run(3600)
    assert not bench.parts.switch.relay_closed
    assert -7.777 * 120 * 1000 < bench.credit_nj() <= 0
    assert bench.meter.display().lines == ("SIN CREDITO", "0.0 kWh")


def test_a_token_closes_the_switch_again_by_itself(bench):
    bench.recharge(10)
    bench.supply.set_load(10.0)
    bench.run(4000)
    assert bench.call("load.read")["current_a"] == 0.0
    bench.recharge(10)
    assert bench.call("load.read") == {"current_a": 10.0, "power_w": 1200.0, "voltage_v": 120.0}
    assert bench.events()[-2:] == ["TOKEN_ACCEPTED", "LOCAL_RECONNECTION"]


def test_low_credit_is_told_once_on_the_way_down(bench):
    bench.recharge(60)
    bench.supply.set_load(10.0)
    bench.run(2999)
    assert "LOW_CREDIT" not in bench.events()
    bench.run(1)
    assert bench.meter.display().lines[0] == "CREDITO BAJO"
    assert bench.meter.display().sounder
    bench.run(3600)
    assert bench.events().count("LOW_CREDIT") == 1


def test_a_remote_cut_is_not_undone_by_a_token(bench):
    bench.recharge(100)
    session = bench.session()
    session.action(70, "0.0.96.3.10", 1, ZERO)
    bench.recharge(10)
    assert not bench.parts.switch.relay_closed
    assert bench.meter.display().lines[0] == "ACEPTADO"
    bench.run(60)
    assert bench.meter.display().lines[0] == "SERVICIO CORTADO"
    session.action(70, "0.0.96.3.10", 2, ZERO)
    assert bench.parts.switch.relay_closed


def test_a_remote_reconnection_without_credit_only_makes_ready(bench):
    session = bench.session()
    session.action(70, "0.0.96.3.10", 1, ZERO)
    session.action(70, "0.0.96.3.10", 1, ZERO)
    assert bench.parts.switch.control_state.name == "DISCONNECTED"
    session.action(70, "0.0.96.3.10", 2, ZERO)
    with pytest.raises(ActionRefused, match="temporary-failure"):
        session.action(70, "0.0.96.3.10", 2, ZERO)
    assert bench.parts.switch.control_state.name == "READY_FOR_RECONNECTION"
    bench.recharge(1)
    assert bench.parts.switch.relay_closed


def test_too_much_power_for_too_long_opens_the_switch_for_a_rest(bench):
    bench.recharge(1000)
    assert bench.enter(bench.mint(SetMaximumPowerLimit, 1000)).result == "Accept"
    bench.supply.set_load(10.0)
    bench.run(9.999)
    assert bench.parts.switch.relay_closed
    bench.run(0.001)
    assert not bench.parts.switch.relay_closed
    assert bench.meter.display().lines[0] == "SOBRECARGA"
    bench.supply.set_load(5.0)
    bench.run(60)
    assert bench.parts.switch.relay_closed
    bench.run(600)
    assert bench.parts.switch.relay_closed
    assert bench.events()[-4:] == [
        "LIMITER_EXCEEDED",
        "LOCAL_DISCONNECTION",
        "LIMITER_NORMAL",
        "LOCAL_RECONNECTION",
    ]


def test_an_overload_that_stays_trips_again_after_each_rest(bench_of):
    bench = bench_of(limiter=LimiterTerms(limit_w=1000, highest_limit_w=9600, over_s=10, rest_s=60))
    bench.recharge(1000)
    bench.supply.set_load(10.0)
    bench.run(10 + 60 + 10 + 60 + 5)
    assert bench.events().count("LIMITER_EXCEEDED") == 2
    assert bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT) == 25 * 1_200_000 * 1_000_000


def test_a_limit_beyond_the_meter_is_out_of_range(bench):
    assert bench.enter(bench.mint(SetMaximumPowerLimit, 30_000)).result == "RangeError"
    assert bench.enter(bench.mint(SetMaximumPhasePowerUnbalanceLimit, 100)).result == "FunctionError"
    assert bench.parts.limiter.limit_w == 0


def test_a_replaced_part_makes_another_meter(bench_of):
    class Stuck(SupplyControl):
        @property
        def relay_closed(self):
            return True

    bench = bench_of(parts=dataclasses.replace(DEFAULT_PARTS, supply_control=Stuck))
    bench.supply.set_load(10.0)
    bench.run(3600)
    assert not bench.parts.switch.output_state
    assert bench.call("load.read")["current_a"] == 10.0
    assert bench.credit_nj() == -1_200 * NJ_PER_WH
