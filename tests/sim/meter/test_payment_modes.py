"""Prepaid to postpaid and back (F7-09, R4.1-04, PAY-14): nothing billed twice, nothing lost, all logged."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import AccountStatus, PaymentMode
from protocols.dlms.session.errors import AccessRefused
from protocols.field.events import EventCode
from sim.meter.units import NJ_PER_WH

ACCOUNT, FEE, DEBT = "0.0.19.0.0", "0.0.19.20.1", "0.0.19.20.2"
LOAD_W = 1200
HOUR_S = 3600.0


def switch_to(bench, mode):
    """As a head-end does it: attribute 2 of the account."""
    status = AccountStatus.ACTIVE
    value = axdr.structure(axdr.enum(mode), axdr.enum(status))
    bench.session().set(111, ACCOUNT, 2, value)


def charge_of(bench, obis):
    return next(item for item in bench.parts.prepayment.charges if item.terms.obis == obis)


def books(bench):
    """(register, paid from credit, left to the bill) in nJ, all at this instant."""
    bench.meter.settle()
    account = bench.parts.prepayment
    imported_nj = bench.parts.metrology.energy_nj("active-import")
    return imported_nj, account.consumption.paid_nj, account.unpaid_nj


@pytest.fixture
def full(bench_of):
    bench = bench_of("ppkw-full")
    bench.recharge(100)  # 10 kWh
    bench.supply.set_load(10.0)
    return bench


def test_every_watt_hour_is_on_one_side_and_on_one_only(full):
    for mode in (PaymentMode.CREDIT, PaymentMode.PREPAYMENT, PaymentMode.CREDIT):
        full.run(HOUR_S)
        switch_to(full, mode)
        imported_nj, paid_nj, billed_nj = books(full)
        assert imported_nj == paid_nj + billed_nj
    full.run(HOUR_S)
    imported_nj, paid_nj, billed_nj = books(full)
    assert imported_nj == paid_nj + billed_nj
    assert billed_nj == pytest.approx(2 * LOAD_W * NJ_PER_WH, rel=1e-3)


def test_the_credit_that_is_left_waits_and_goes_on(full):
    full.run(HOUR_S)
    switch_to(full, PaymentMode.CREDIT)
    left_nj = full.credit_nj()
    full.run(100 * HOUR_S)
    assert full.credit_nj() == left_nj
    assert full.parts.switch.relay_closed
    switch_to(full, PaymentMode.PREPAYMENT)
    before_nj = full.credit_nj()
    full.run(HOUR_S)
    assert left_nj == pytest.approx(before_nj, abs=LOAD_W * 10**9)  # the answer took a moment
    assert before_nj - full.credit_nj() == pytest.approx(LOAD_W * NJ_PER_WH, rel=1e-6)


def test_debts_wait_too_and_what_falls_due_meanwhile_is_not_collected_later(full):
    """A fee by the day and a debt by token: neither runs in credit mode, neither is forgotten."""
    account = full.parts.prepayment
    fee, debt = (charge_of(full, obis) for obis in (FEE, DEBT))
    full.supply.set_load(0.0)
    debt.remaining_nj = 3_000 * NJ_PER_WH
    switch_to(full, PaymentMode.CREDIT)
    collected_nj = account.collector.collected_nj
    full.run(10 * 86_400)
    full.recharge(20)  # a token in credit mode is credit, whole: the debt takes its share in prepayment only
    assert debt.remaining_nj == 3_000 * NJ_PER_WH
    switch_to(full, PaymentMode.PREPAYMENT)
    assert account.collector.collected_nj == collected_nj
    full.recharge(20)  # 25 % of 2 kWh
    assert debt.remaining_nj == 2_500 * NJ_PER_WH
    full.run(86_400)
    assert fee.paid_nj == fee.active.amount_nj()


def test_emergency_credit_that_was_lent_is_still_owed(full):
    account = full.parts.prepayment
    account.clear(0)
    source = account.credits.get("0.0.19.10.1")
    assert account.choose(source)
    full.meter.settle()
    full.run(600)
    owed_nj = account.credits.owed_nj
    assert owed_nj > 0
    switch_to(full, PaymentMode.CREDIT)
    owed_at_switch_nj = account.credits.owed_nj
    full.run(10 * HOUR_S)
    assert account.credits.owed_nj == owed_at_switch_nj >= owed_nj
    switch_to(full, PaymentMode.PREPAYMENT)
    full.supply.set_load(0.0)
    owed_nj = account.credits.owed_nj
    full.recharge(20)
    assert account.credits.owed_nj == 0
    assert account.credit_nj == 2_000 * NJ_PER_WH - owed_nj  # there is no debt that would take its share


def test_a_customer_without_credit_has_light_again_as_postpaid_and_none_as_prepaid(full):
    full.parts.prepayment.clear(0)
    full.run(1)
    assert not full.parts.switch.relay_closed
    switch_to(full, PaymentMode.CREDIT)
    assert full.parts.switch.relay_closed
    full.run(HOUR_S)
    switch_to(full, PaymentMode.PREPAYMENT)
    assert not full.parts.switch.relay_closed


def test_each_change_is_one_event_in_the_log_of_prepayment(full):
    before = full.parts.events.count(EventCode.PAYMENT_MODE_CHANGED)
    switch_to(full, PaymentMode.CREDIT)
    switch_to(full, PaymentMode.CREDIT)  # no change
    switch_to(full, PaymentMode.PREPAYMENT)
    assert full.parts.events.count(EventCode.PAYMENT_MODE_CHANGED) == before + 2


def test_a_power_cut_between_leaves_the_mode_and_the_books(full):
    switch_to(full, PaymentMode.CREDIT)
    full.run(HOUR_S)
    before = books(full)
    full.meter.power_cut()
    full.run(HOUR_S)
    full.meter.power_up()
    assert full.parts.prepayment.state.mode is PaymentMode.CREDIT
    assert books(full) == before


def test_the_status_cannot_be_slipped_in_with_the_mode(full):
    value = axdr.structure(axdr.enum(PaymentMode.CREDIT), axdr.enum(AccountStatus.CLOSED))
    with pytest.raises(AccessRefused):
        full.session().set(111, ACCOUNT, 2, value)
    assert full.parts.prepayment.state.mode is PaymentMode.PREPAYMENT


def test_what_is_left_to_the_bill_can_be_read(bench_of):
    bench = bench_of("ppkw-field")
    bench.parts.prepayment.set_mode(PaymentMode.CREDIT)
    bench.supply.set_load(10.0)
    bench.run(HOUR_S)
    assert bench.session(framing="hdlc").get(3, "1.0.128.8.0", 2).value == LOAD_W


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["mode", "token", "wait", "cut", "load"]), st.integers(1, 50)), max_size=12
    )
)
def test_in_any_order_the_register_is_what_was_paid_and_what_is_billed(bench_of, steps):
    bench = bench_of()
    account = bench.parts.prepayment
    bench.recharge(5)
    for what, amount in steps:
        if what == "mode":
            bench.meter.settle()
            account.set_mode(PaymentMode(1 + amount % 2))
        elif what == "token":
            bench.recharge(amount)
        elif what == "wait":
            bench.run(60.0 * amount)
        elif what == "load":
            bench.supply.set_load(float(amount), 180.0 if amount % 7 == 0 else 0.0)
        else:
            bench.meter.power_cut()
            bench.run(amount)
            bench.meter.power_up()
        imported_nj, paid_nj, billed_nj = books(bench)
        assert imported_nj == paid_nj + billed_nj
        assert account.vended_wh * NJ_PER_WH == paid_nj + account.credit_nj
