"""The whole payment plan in a meter: over DLMS, on a supply, through power cuts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import AccountStatus, CreditStatus, PaymentMode
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.metering.metrology import Quantity
from sim.meter.payment.plan import UnitCharge
from sim.meter.storage.nvm import CutMoment
from sim.meter.units import NJ_PER_WH

ACCOUNT, TOKEN, EMERGENCY = "0.0.19.0.0", "0.0.19.10.0", "0.0.19.10.1"
ENERGY_CHARGE, FEE, DEBT = "0.0.19.20.0", "0.0.19.20.1", "0.0.19.20.2"
NOTHING = axdr.integer(0)
FULL = "ppkw-full"


@pytest.fixture
def full(bench_of):
    bench = bench_of(FULL)
    bench.recharge(10)
    return bench


def unaccounted_nj(bench):
    """What the books cannot explain."""
    bench.meter.settle()
    account = bench.parts.prepayment
    came_nj = account.vended_wh * NJ_PER_WH + account.credits.brought_nj
    went_nj = account.consumption.paid_nj + account.collector.collected_nj
    return came_nj - went_nj - account.credits.balance_nj


def emergency_in_use(bench):
    """The token credit is used up, and 200 Wh of emergency credit with it."""
    bench.supply.set_load(10.0)
    bench.run(1_800)  # 600 of 1000 Wh
    account = bench.parts.prepayment
    assert account.choose(account.credits.get(EMERGENCY))
    bench.run(1_800)
    bench.supply.set_load(0.0)


# ------------------------------------------------------------ credits


def test_emergency_credit_keeps_the_light_on_and_the_next_token_pays_it(full):
    emergency_in_use(full)
    assert full.parts.switch.relay_closed
    session = full.session()
    assert session.get(112, EMERGENCY, 8).value == CreditStatus.IN_USE
    assert (session.get(112, TOKEN, 2).value, session.get(112, EMERGENCY, 2).value) == (0, 800)
    assert session.get(111, ACCOUNT, 3).value == 1
    assert session.get(111, ACCOUNT, 6).value == 200
    full.recharge(10)
    session = full.session()
    assert (session.get(112, TOKEN, 2).value, session.get(112, EMERGENCY, 2).value) == (800, 1_000)
    assert session.get(111, ACCOUNT, 6).value == 0
    assert [name for name in full.events() if name.startswith("CREDIT_")] == [
        "CREDIT_SELECTABLE",
        "CREDIT_SELECTED",
        "CREDIT_IN_USE",
    ]


def test_the_switch_opens_to_the_instant_when_emergency_credit_ends(full):
    full.supply.set_load(10.0)
    full.run(1_800)
    full.session().action(112, EMERGENCY, 3, NOTHING)
    full.run(4_199)  # 2000 Wh last 6000 s; the session took a moment of it
    assert full.parts.switch.relay_closed
    full.run(2)
    assert not full.parts.switch.relay_closed
    assert full.parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT) == 2_000


def test_what_is_not_offered_cannot_be_invoked(full):
    with pytest.raises(ActionRefused):
        full.session().action(112, EMERGENCY, 3, NOTHING)


def test_the_head_end_moves_a_credit_within_what_it_holds(full):
    session = full.session()
    session.action(112, TOKEN, 1, axdr.double_long(-300))
    assert full.credit_wh() == 700
    session.action(112, TOKEN, 2, axdr.double_long(50))
    assert full.credit_wh() == 50
    with pytest.raises(ActionRefused):
        session.action(112, TOKEN, 2, axdr.double_long(2**31 - 1))
    assert unaccounted_nj(full) == 0


# ------------------------------------------------------------ charges


def test_the_fee_is_taken_at_midnight_and_logged(full):
    full.run(86_400)
    session = full.session()
    assert session.get(112, TOKEN, 2).value == 900
    assert (session.get(113, FEE, 2).value, session.get(113, FEE, 11).value) == (100, 100)
    (row,) = session.get(7, "0.0.99.14.0", 2).value
    assert [cell.value for cell in row.value][1:] == [1, 100, 0]
    assert full.events()[-1] == "CHARGE_COLLECTED"


def test_a_fee_due_in_the_dark_is_taken_when_the_light_is_back(full):
    full.run(3_600)
    full.meter.power_cut()
    full.run(3 * 86_400)
    full.meter.power_up()
    assert full.credit_wh() == 700


def test_a_clock_set_forward_collects_and_set_back_does_not_collect_again(full):
    full.run(80_000)
    full.parts.clock.shift(8_000)
    assert full.credit_wh() == 900
    full.run(10)
    full.parts.clock.shift(-8_000)
    full.run(9_000)
    assert full.credit_wh() == 900


def test_a_debt_is_paid_out_of_tokens(full):
    session = full.session()
    session.action(113, DEBT, 5, axdr.double_long(300))
    assert session.get(111, ACCOUNT, 8).value == 300
    full.recharge(10)
    assert full.credit_wh() == 1_750
    session = full.session()
    assert (session.get(113, DEBT, 12).value, session.get(111, ACCOUNT, 8).value) == (50, 50)
    session.action(113, DEBT, 4, axdr.double_long(100))
    full.recharge(10)
    assert full.credit_wh() == 1_750 + 850
    with pytest.raises(ActionRefused):
        full.session().action(113, DEBT, 5, axdr.double_long(-1))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (6, axdr.structure(axdr.integer(0))),
        (7, axdr.octet_string(b"never")),
        (13, axdr.long_unsigned(10_001)),
    ],
)
def test_charges_take_no_nonsense(full, attribute, value):
    obis = DEBT if attribute == 13 else ENERGY_CHARGE
    with pytest.raises(AccessRefused):
        full.session().set(113, obis, attribute, value)


def test_sums_beyond_a_double_long_are_shown_as_the_most_that_it_holds(full):
    full.parts.prepayment.credits.token.amount_nj = -(2**40) * NJ_PER_WH
    full.parts.prepayment.charges[1].paid_nj = 2**40 * NJ_PER_WH
    session = full.session()
    assert session.get(112, TOKEN, 2).value == -(2**31)
    assert session.get(113, FEE, 2).value == 2**31 - 1
    assert session.get(111, ACCOUNT, 6).value == 2**31 - 1


@pytest.mark.parametrize("amount", [-1, 2**31 - 1])
def test_no_preset_beyond_what_the_register_holds(full, amount):
    with pytest.raises(AccessRefused):
        full.session().set(112, EMERGENCY, 9, axdr.double_long(amount))


# ------------------------------------------------------------ account


def test_the_mode_changes_over_dlms_and_with_it_the_supply(full):
    session = full.session()
    session.action(112, TOKEN, 2, axdr.double_long(0))
    full.run(1)
    assert not full.parts.switch.relay_closed
    mode = axdr.structure(axdr.enum(PaymentMode.CREDIT), axdr.enum(AccountStatus.ACTIVE))
    session.set(111, ACCOUNT, 2, mode)
    assert full.parts.switch.relay_closed
    assert "PAYMENT_MODE_CHANGED" in full.events()
    full.meter.power_cut()
    full.meter.power_up()
    assert full.parts.switch.relay_closed
    assert full.session().get(111, ACCOUNT, 2) == mode


@pytest.mark.parametrize("value", [(1, 3), (3, 2), (0, 2)])
def test_the_status_is_not_written_and_other_modes_there_are_none(full, value):
    with pytest.raises(AccessRefused):
        full.session().set(111, ACCOUNT, 2, axdr.structure(*(axdr.enum(item) for item in value)))


def test_a_closed_account_gives_no_supply_and_a_new_one_counts_nothing(full):
    session = full.session()
    with pytest.raises(ActionRefused):
        session.action(111, ACCOUNT, 3, NOTHING)
    session.action(111, ACCOUNT, 2, NOTHING)
    assert not full.parts.switch.relay_closed
    assert full.enter(full.credit_token(10)).result == "FunctionError"
    session = full.session()
    session.action(111, ACCOUNT, 3, NOTHING)
    full.supply.set_load(10.0)
    full.run(60)
    assert full.parts.switch.relay_closed
    assert full.credit_nj() == 0
    full.session().action(111, ACCOUNT, 1, NOTHING)
    full.run(1)
    assert not full.parts.switch.relay_closed


def test_the_lists_of_the_account_name_what_there_is(full):
    session = full.session()
    sources = [item.value for item in session.get(111, ACCOUNT, 9).value]
    charges = [item.value for item in session.get(111, ACCOUNT, 10).value]
    pairs = session.get(111, ACCOUNT, 11).value
    assert (len(sources), len(charges), len(pairs)) == (2, 3, 6)
    assert {pair.value[0].value for pair in pairs} == set(sources)
    assert {pair.value[1].value for pair in pairs} == set(charges)


# ------------------------------------------------------------ friendly hours


def test_friendly_hours_end_and_then_the_switch_opens(full):
    full.run(3 * 86_400 + 20 * 3_600)  # Sunday, 20:00
    full.supply.set_load(10.0)
    full.run(3_600)
    assert full.parts.switch.relay_closed
    full.run(8 * 3_600 + 1_800)
    assert full.credit_nj() < 0
    assert full.parts.switch.relay_closed
    full.run(1_801)
    assert not full.parts.switch.relay_closed
    assert unaccounted_nj(full) == 0


# ------------------------------------------------------------ village


def test_a_village_meter_gives_its_share_first(bench_of):
    bench = bench_of("ppkw-village")
    bench.recharge(10)
    bench.supply.set_load(10.0)
    bench.run(900)  # 300 Wh
    bench.supply.set_load(0.0)
    session = bench.session()
    assert session.get(112, "0.0.19.10.2", 2).value == 200
    assert session.get(112, "0.0.19.10.3", 2).value == 100
    assert session.get(112, TOKEN, 2).value == 900
    assert unaccounted_nj(bench) == 0


# ------------------------------------------------------------ power cuts


@pytest.mark.parametrize("moment", CutMoment)
def test_a_cut_at_any_write_of_a_collection_collects_once(bench_of, moment):
    for write in range(1, 25):
        bench = bench_of(FULL)
        bench.recharge(10)
        bench.run(86_390)
        bench.call("supply.cut_at_write", write=write, moment=moment.value)
        bench.run(20)
        cut = not bench.meter.powered
        bench.meter.power_up()
        bench.run(1)
        assert bench.credit_wh() == 900, write
        assert unaccounted_nj(bench) == 0
        if not cut:
            return
    pytest.fail("the collection never came to its end")


@pytest.mark.parametrize("moment", CutMoment)
def test_a_cut_at_any_write_of_a_token_that_pays_back_pays_back_once(bench_of, moment):
    for write in range(1, 25):
        bench = bench_of(FULL)
        bench.recharge(10)
        emergency_in_use(bench)
        token = bench.credit_token(10)
        bench.call("supply.cut_at_write", write=write, moment=moment.value)
        bench.enter(token)
        cut = not bench.meter.powered
        bench.meter.power_up()
        bench.enter(token)
        account = bench.parts.prepayment
        assert (bench.credit_wh(), account.credits.owed_nj) == (800, 0), write
        assert account.vended_wh == 2_000
        assert unaccounted_nj(bench) == 0
        if not cut:
            return
    pytest.fail("the token never came to its end")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.floats(0.0, 60.0)),
        st.tuples(st.just("wait"), st.integers(1, 100_000)),
        st.tuples(st.just("token"), st.integers(0, 60)),
        st.tuples(st.just("cut"), st.integers(1, 200_000)),
        st.tuples(st.just("choose"), st.just(0)),
        st.tuples(st.just("debt"), st.integers(0, 5_000)),
    ),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_a_whole_meter_loses_nothing_in_any_order(steps, bench_of):
    bench, brought_wh = bench_of(FULL), 0
    for kind, value in steps:
        if kind == "load":
            bench.supply.set_load(value)
        elif kind == "wait":
            bench.run(value)
        elif kind == "token":
            bench.recharge(value)
            brought_wh += value * 100
        elif kind == "cut":
            bench.meter.power_cut()
            bench.run(value)
            bench.meter.power_up()
        elif kind == "choose":
            account = bench.parts.prepayment
            account.choose(account.credits.get(EMERGENCY))
        else:
            bench.parts.prepayment.charges[2].remaining_nj = value * NJ_PER_WH
        assert unaccounted_nj(bench) == 0
        assert bench.parts.prepayment.vended_wh == brought_wh
        imported_nj = bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT)
        assert bench.parts.prepayment.consumption.paid_nj == imported_nj


# ------------------------------------------------------------ orders by short code


def test_the_customer_chooses_emergency_credit_at_the_keypad(full):
    assert full.enter("870").lines == ("EMERGENCIA", "NO ES POSIBLE")
    full.supply.set_load(10.0)
    full.run(1_800)
    assert full.enter("870").lines == ("EMERGENCIA", "HECHO")
    full.run(1_800)
    assert full.parts.switch.relay_closed
    assert full.session().get(112, EMERGENCY, 8).value == CreditStatus.IN_USE


def test_a_hand_closes_the_switch_where_the_mode_wants_one(full):
    full.manager().set(70, "0.0.96.3.10", 4, axdr.enum(2))
    full.session().action(112, TOKEN, 2, axdr.double_long(0))
    full.recharge(10)
    assert not full.parts.switch.relay_closed
    assert full.enter("871").lines == ("RECONECTAR", "HECHO")
    assert full.parts.switch.relay_closed
    assert full.enter("872").lines == ("DESCONECTAR", "HECHO")
    assert not full.parts.switch.relay_closed
    assert full.events()[-1] == "MANUAL_DISCONNECTION"


def test_a_hand_cannot_close_it_without_credit(full):
    full.session().action(112, TOKEN, 2, axdr.double_long(0))
    full.enter("871")
    assert not full.parts.switch.relay_closed


# ------------------------------------------------------------ prices by tariff rate


def test_a_price_follows_the_tariff_calendar(full):
    full.recharge(300)
    rates = tuple((f"RATE{number}".encode(), number) for number in range(1, 5))
    full.parts.prepayment.consumption.active = UnitCharge(rates)
    full.run(41 * 3_600)  # Friday, 17:00 (the first of January is a holiday): rate 2 until 18:00, then rate 3
    before_wh = full.credit_wh()
    full.supply.set_load(10.0)
    full.run(2 * 3_600)
    full.supply.set_load(0.0)
    assert before_wh - full.credit_wh() == 1_200 * 2 + 1_200 * 3
    full.meter.power_cut()
    full.meter.power_up()
    assert full.parts.prepayment.rate == b"RATE3"
    assert unaccounted_nj(full) == 0
