"""Credit = initial + tokens - imported energy, whatever the order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.sts.acceptance import TokenResult
from protocols.sts.token import ClearCredit
from sim.meter.metering.metrology import Quantity
from sim.meter.payment.prepayment import ALL_REGISTERS, CreditTerms, Prepayment
from sim.meter.units import NJ_PER_WH

TERMS = CreditTerms(initial_wh=0, capacity_wh=10_000, low_threshold_wh=500)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.floats(0.0, 80.0), st.floats(-180.0, 180.0)),
        st.tuples(st.just("wait"), st.integers(1, 40_000)),
        st.tuples(st.just("token"), st.integers(0, 300)),
        st.tuples(st.just("cut"), st.integers(1, 600)),
        st.tuples(st.just("remote"), st.sampled_from(["disconnect", "reconnect"])),
        st.tuples(st.just("volts"), st.floats(80.0, 140.0)),
    ),
    max_size=14,
)


def do(bench, step):
    """Carry one step out; the credit that it brought, Wh."""
    kind, *values = step
    if kind == "load":
        bench.supply.set_load(*values)
    elif kind == "volts":
        bench.supply.set_source(*values)
    elif kind == "wait":
        bench.run(values[0])
    elif kind == "remote":
        getattr(bench.parts.switch, f"remote_{values[0]}")()
        bench.meter.settle()
    elif kind == "cut":
        bench.meter.power_cut()
        bench.run(values[0])
        bench.meter.power_up()
    elif kind == "token":
        bench.recharge(values[0])
        return values[0] * 100
    return 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_energy_in_is_energy_out_plus_balance_whatever_the_order(steps, bench_of):
    bench, brought_wh = bench_of(), 0
    for step in steps:
        brought_wh += do(bench, step)
        bench.meter.settle()
        imported_nj = bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT)
        assert bench.credit_nj() == brought_wh * NJ_PER_WH - imported_nj
        assert bench.credit_nj() > -NJ_PER_WH // 1000, "the switch opens at zero"
        closed = bench.parts.switch.relay_closed
        assert not closed or bench.credit_nj() > 0


def test_a_token_beyond_the_capacity_is_refused_whole():
    account = Prepayment(TERMS)
    assert account.grant(99) is TokenResult.ACCEPT
    assert account.grant(2) is TokenResult.OVERFLOW_ERROR
    assert account.credit_wh == 9_900
    assert account.grant(1) is TokenResult.ACCEPT


def test_overflow_is_a_result_that_leaves_the_token_usable(bench_of):
    bench = bench_of(credit=TERMS)
    bench.recharge(95)
    digits = bench.credit_token(10)
    assert bench.enter(digits).result == "OverflowError"
    assert bench.credit_wh() == 9_500
    bench.supply.set_load(10.0)
    bench.run(3600)
    assert bench.enter(digits).result == "Accept"
    assert bench.credit_wh() == 9_500 - 1_200 + 1_000


def test_only_the_electricity_register_can_be_cleared(bench):
    bench.recharge(100)
    assert bench.enter(bench.mint(ClearCredit, 1)).result == "FunctionError"
    assert bench.credit_wh() == 10_000
    assert bench.enter(bench.mint(ClearCredit, 0)).result == "Accept"
    assert bench.credit_nj() == 0
    bench.recharge(1)
    assert bench.enter(bench.mint(ClearCredit, ALL_REGISTERS)).result == "Accept"
    assert bench.credit_nj() == 0


def test_export_adds_no_credit(bench):
    bench.recharge(10)
    bench.supply.set_load(20.0, 180.0)
    bench.run(7200)
    assert bench.credit_wh() == 1_000
    assert bench.parts.metrology.energy_wh(Quantity.ACTIVE_EXPORT) == 4_800


def test_a_meter_in_credit_mode_neither_counts_down_nor_opens(bench_of):
    bench = bench_of(credit=CreditTerms(0, 10_000, 500, PaymentMode.CREDIT))
    bench.supply.set_load(10.0)
    bench.run(3600)
    assert bench.parts.switch.relay_closed
    assert bench.credit_nj() == 0
    assert not bench.parts.prepayment.low


def test_the_time_to_a_threshold_is_rounded_up_to_whole_microseconds():
    account = Prepayment(CreditTerms(1, 10_000, 0))
    assert account.us_until(0, 1_000_000) == NJ_PER_WH // 1_000_000
    assert account.us_until(0, 7_000) == NJ_PER_WH // 7_000 + 1
    assert account.us_until(0, 0) is None
    assert account.us_until(1, 1_000) == 0
