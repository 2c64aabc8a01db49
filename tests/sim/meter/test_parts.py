"""Replacing one part is enough to make a meter that is wrong in exactly that way."""

import dataclasses

import pytest

from protocols.sts.acceptance import TidStore, ValidationResult
from sim.meter import DEFAULT_PARTS
from sim.meter.cosem.binding_table import cosem_bindings
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.metering.metrology import Metrology


class ForgetfulStore(TidStore):
    def check(self, tid):
        return ValidationResult.VALID


class TimesTen(Metrology):
    def energy_wh(self, *quantities):
        return 10 * super().energy_wh(*quantities)


def test_a_store_that_forgets_takes_a_token_twice(bench_of):
    bench = bench_of(parts=dataclasses.replace(DEFAULT_PARTS, tid_store=ForgetfulStore))
    digits = bench.credit_token(10)
    assert [bench.enter(digits).result, bench.enter(digits).result] == ["Accept", "Accept"]
    assert bench.credit_wh() == 2_000


def test_a_register_that_is_wrong_shows_against_the_pulses(bench_of):
    bench = bench_of(parts=dataclasses.replace(DEFAULT_PARTS, metrology=TimesTen))
    bench.recharge(100)
    bench.supply.set_load(10.0)
    bench.run(3000)
    assert bench.session().get(3, "1.0.1.8.0", 2).value == 10_000
    assert bench.call("pulses.read")["active_pulses"] == 3_200


def test_a_binding_can_be_replaced_alone(bench_of):
    def bindings(live):
        binders = cosem_bindings(live)
        return binders | {"voltage": binders["frequency"]}

    bench = bench_of(parts=dataclasses.replace(DEFAULT_PARTS, cosem_bindings=bindings))
    assert bench.session().get(3, "1.0.12.7.0", 2).value == 6_000


def test_no_typo_can_invent_a_register(bench):
    for thing in (
        bench.meter,
        *(getattr(bench.parts, field.name) for field in dataclasses.fields(bench.parts)),
    ):
        with pytest.raises((AttributeError, TypeError)):
            thing.credit_whh = 1


def test_every_sensor_answers_whether_it_is_touched(bench):
    for kind in TamperKind:
        assert not bench.parts.tamper.present(kind)
        bench.meter.sense(kind, present=True)
        assert bench.parts.tamper.present(kind)
        assert bench.parts.tamper.last_epoch_us(kind) == bench.parts.clock.epoch_us
