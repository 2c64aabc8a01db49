"""Credits, charges, hours and the state of the account, each by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.cosem.enumerations import (
    AccountStatus,
    ChargeType,
    CreditConfigurationBit,
    CreditStatus,
    CreditType,
    PaymentMode,
)
from protocols.field.events import EventCode
from protocols.sts.acceptance import TokenResult
from sim.meter.payment.charges import Charge, Conditions
from sim.meter.payment.plan import (
    ChargeTerms,
    FriendlyHours,
    FriendlyWindow,
    PaymentPlan,
    SourceTerms,
    UnitCharge,
    parse_plan,
)
from sim.meter.payment.prepayment import (
    TRANSITIONS,
    AccountState,
    AccountStep,
    CreditTerms,
    Prepayment,
)
from sim.meter.units import NJ_PER_WH, US_PER_S

HOUR_US, DAY_US = 3_600 * US_PER_S, 86_400 * US_PER_S
MIDNIGHT_US = 20_000 * DAY_US + 5 * HOUR_US  # in Bogotá; 2024-10-04 is a Friday
BOGOTA_MIN = 300

EMERGENCY = SourceTerms(
    "0.0.19.10.1",
    CreditType.EMERGENCY,
    2,
    preset_wh=1_000,
    available_wh=500,
    configuration=frozenset({CreditConfigurationBit.CONFIRMATION, CreditConfigurationBit.PAID_BACK}),
)
FEE = ChargeTerms(
    "0.0.19.20.1",
    ChargeType.TIME_BASED,
    unit_charge=UnitCharge(((b"", 100),)),
    period_s=86_400,
    continuous=True,
)
DEBT = ChargeTerms(
    "0.0.19.20.2", ChargeType.PAYMENT_EVENT_BASED, percentage=True, proportion=2_500, remaining_wh=3_000
)


def account(*, sources=(), charges=(), **plan):
    charges = (*PaymentPlan().charges, *charges)
    plan.setdefault("deviation_minutes", BOGOTA_MIN)
    return Prepayment(CreditTerms(0, 1_000_000, 500, plan=PaymentPlan(sources, charges, **plan)))


def use(prepayment, wh):
    prepayment.consume(wh * NJ_PER_WH)
    prepayment.pass_time(MIDNIGHT_US)


# ------------------------------------------------------------ emergency credit


@pytest.fixture
def lent():
    prepayment = account(sources=(EMERGENCY,))
    prepayment.grant(10)
    prepayment.pass_time(MIDNIGHT_US)
    return prepayment


def test_emergency_credit_goes_through_its_states_and_is_paid_back(lent):
    source = lent.credits.get("0.0.19.10.1")
    assert lent.credits.status(source) is CreditStatus.ENABLED
    assert not lent.choose(source), "there is enough of the other"
    use(lent, 600)
    assert lent.credits.status(source) is CreditStatus.SELECTABLE
    assert lent.choose(source)
    assert lent.credits.status(source) is CreditStatus.SELECTED_OR_INVOKED
    use(lent, 400)
    assert lent.credits.status(source) is CreditStatus.IN_USE
    assert not lent.exhausted
    use(lent, 300)
    assert (lent.credit_wh, source.amount_nj) == (0, 700 * NJ_PER_WH)
    lent.grant(5)
    assert (lent.credit_wh, source.amount_nj, source.owed_nj) == (200, 1_000 * NJ_PER_WH, 0)
    assert lent.credits.status(source) is CreditStatus.SELECTABLE, "it must be chosen again"


def test_what_a_small_token_cannot_pay_back_stays_owed(lent):
    source = lent.credits.get("0.0.19.10.1")
    use(lent, 1_000)
    lent.choose(source)
    use(lent, 900)
    lent.grant(3)
    assert (lent.credit_wh, source.owed_nj, source.amount_nj) == (0, 600 * NJ_PER_WH, 400 * NJ_PER_WH)
    assert lent.credits.owed_nj == 600 * NJ_PER_WH


def test_without_being_chosen_it_is_not_used(lent):
    use(lent, 1_000)
    assert lent.exhausted
    assert lent.credits.available_nj == 0


def test_when_it_is_used_up_so_is_everything(lent):
    source = lent.credits.get("0.0.19.10.1")
    use(lent, 1_000)
    lent.choose(source)
    use(lent, 1_000)
    assert lent.exhausted
    assert lent.credits.status(source) is CreditStatus.EXHAUSTED
    assert not lent.choose(source)
    assert lent.take_events() == [
        EventCode.CREDIT_SELECTABLE,
        EventCode.CREDIT_IN_USE,
        EventCode.CREDIT_EXHAUSTED,
    ]


def test_a_credit_that_needs_no_confirmation_is_chosen_by_itself():
    terms = SourceTerms("0.0.19.10.1", CreditType.EMERGENCY, 2, preset_wh=1_000)
    prepayment = account(sources=(terms,))
    prepayment.pass_time(MIDNIGHT_US)
    assert not prepayment.exhausted
    assert prepayment.credits.in_use().terms is terms


def test_a_token_is_shared_as_the_plan_says():
    reserved = SourceTerms("0.0.19.10.3", CreditType.RESERVED, 3, token_percent=10)
    prepayment = account(sources=(reserved,))
    prepayment.grant(10)
    assert prepayment.credit_wh == 900
    assert prepayment.credits.get("0.0.19.10.3").amount_nj == 100 * NJ_PER_WH


def test_an_allowance_comes_first_and_lapses_at_midnight():
    daily = SourceTerms("0.0.19.10.2", CreditType.TIME_BASED, 1, preset_wh=500, period_s=86_400)
    prepayment = account(sources=(daily,), token_priority=2)
    prepayment.grant(10)
    prepayment.pass_time(MIDNIGHT_US + HOUR_US)
    prepayment.consume(700 * NJ_PER_WH)
    assert (prepayment.credit_wh, prepayment.credits.get("0.0.19.10.2").amount_nj) == (800, 0)
    assert prepayment.next_us == MIDNIGHT_US + DAY_US
    prepayment.pass_time(MIDNIGHT_US + DAY_US)
    prepayment.consume(100 * NJ_PER_WH)
    prepayment.pass_time(MIDNIGHT_US + 2 * DAY_US)
    assert prepayment.credits.get("0.0.19.10.2").amount_nj == 500 * NJ_PER_WH, "what was left did not add up"


# ------------------------------------------------------------ charges


def test_a_fee_falls_due_at_local_midnight_and_is_collected_once():
    prepayment = account(charges=(FEE,))
    prepayment.grant(10)
    prepayment.pass_time(MIDNIGHT_US + HOUR_US)
    assert prepayment.next_us == MIDNIGHT_US + DAY_US
    assert prepayment.pass_time(MIDNIGHT_US + DAY_US)
    assert not prepayment.pass_time(MIDNIGHT_US + DAY_US)
    assert prepayment.credit_wh == 900


def test_days_without_power_are_collected_when_it_is_back():
    prepayment = account(charges=(FEE,))
    prepayment.grant(10)
    prepayment.pass_time(MIDNIGHT_US)
    prepayment.pass_time(MIDNIGHT_US + 3 * DAY_US)
    assert prepayment.credit_wh == 700
    charge = prepayment.charges[1]
    assert (charge.paid_nj, charge.last_nj) == (300 * NJ_PER_WH, 100 * NJ_PER_WH)
    assert [record.epoch_us for record in prepayment.take_records()[1:]] == [
        MIDNIGHT_US + days * DAY_US for days in (1, 2, 3)
    ]


def test_a_lifetime_of_missed_periods_is_collected_at_once_and_whole():
    fee = ChargeTerms("0.0.19.20.1", ChargeType.TIME_BASED, period_s=1, continuous=True)
    prepayment = account(charges=(fee,))
    prepayment.pass_time(MIDNIGHT_US)
    prepayment.pass_time(MIDNIGHT_US + 36_500 * DAY_US)
    assert prepayment.charges[1].paid_nj == 36_500 * 86_400 * NJ_PER_WH
    assert prepayment.next_us == MIDNIGHT_US + 36_500 * DAY_US + US_PER_S
    assert len(prepayment.take_records()) == 1


@pytest.mark.parametrize(
    ("conditions", "permission"),
    [
        (Conditions(switch_open=True), "when_off"),
        (Conditions(limiting=True), "when_limiting"),
        (Conditions(friendly=True), "when_friendly"),
    ],
)
def test_the_collection_bits_permit_what_they_name(conditions, permission):
    plain = ChargeTerms("0.0.19.20.1", ChargeType.TIME_BASED, period_s=60)
    assert not Charge(plain).permitted(conditions)
    allowed = ChargeTerms("0.0.19.20.1", ChargeType.TIME_BASED, period_s=60, **{permission: True})
    assert Charge(allowed).permitted(conditions)
    others = {"when_off", "when_limiting", "when_friendly"} - {permission}
    for other in others:
        terms = ChargeTerms("0.0.19.20.1", ChargeType.TIME_BASED, period_s=60, **{other: True})
        assert not Charge(terms).permitted(conditions)


def test_a_fee_that_may_not_be_collected_now_passes():
    prepayment = account(charges=(FEE,))
    prepayment.grant(10)
    prepayment.pass_time(MIDNIGHT_US)
    prepayment.pass_time(MIDNIGHT_US + DAY_US, Conditions(switch_open=True))
    assert prepayment.credit_wh == 1_000
    prepayment.pass_time(MIDNIGHT_US + 2 * DAY_US)
    assert prepayment.credit_wh == 900


def test_a_debt_takes_its_share_of_each_token_and_ends():
    prepayment = account(charges=(DEBT,))
    prepayment.pass_time(MIDNIGHT_US)
    prepayment.grant(100)
    assert (prepayment.credit_wh, prepayment.collector.debt_nj) == (7_500, 500 * NJ_PER_WH)
    prepayment.grant(100)
    assert (prepayment.credit_wh, prepayment.collector.debt_nj) == (17_000, 0)
    prepayment.grant(100)
    assert prepayment.credit_wh == 27_000


def test_the_provision_bounds_what_tokens_pay_in_a_period():
    prepayment = account(charges=(DEBT,), provision_wh=1_000, provision_period_s=86_400)
    prepayment.pass_time(MIDNIGHT_US)
    prepayment.grant(100)
    assert prepayment.credit_wh == 9_000
    prepayment.grant(100)
    assert prepayment.credit_wh == 19_000
    prepayment.pass_time(MIDNIGHT_US + DAY_US)
    prepayment.grant(100)
    assert prepayment.credit_wh == 28_000


def test_a_passive_price_waits_for_its_time():
    prepayment = account()
    prepayment.grant(100)
    prepayment.pass_time(MIDNIGHT_US)
    charge = prepayment.consumption
    charge.passive = UnitCharge(((b"", 15),), price_scale=-1)
    charge.activation_us = MIDNIGHT_US + HOUR_US
    assert prepayment.next_us == MIDNIGHT_US + HOUR_US
    prepayment.consume(1_000 * NJ_PER_WH)
    assert prepayment.credit_wh == 9_000
    prepayment.pass_time(MIDNIGHT_US + HOUR_US)
    assert prepayment.take_events() == [EventCode.UNIT_CHARGE_CHANGED]
    prepayment.consume(1_000 * NJ_PER_WH)
    assert prepayment.credit_wh == 7_500
    assert prepayment.us_until(0, 1_000_000) == 5_000 * NJ_PER_WH // 1_000_000


def test_prices_go_by_the_rate_in_force():
    price = UnitCharge(((b"T1", 1), (b"T2", 2)))
    prepayment = account()
    prepayment.consumption.active = price
    prepayment.grant(10)
    prepayment.rate = b"T2"
    prepayment.consume(100 * NJ_PER_WH)
    assert prepayment.credit_wh == 800
    prepayment.rate = b"unknown"
    prepayment.consume(100 * NJ_PER_WH)
    assert prepayment.credit_wh == 700


@given(st.lists(st.integers(0, 10**15), max_size=20), st.integers(0, 30_000), st.integers(-9, 0))
def test_no_nanojoule_of_a_broken_price_is_lost(parts_nj, per_unit, scale):
    prepayment = account()
    prepayment.consumption.active = UnitCharge(((b"", per_unit),), scale)
    for part_nj in parts_nj:
        prepayment.consume(part_nj)
    assert prepayment.consumption.paid_nj == sum(parts_nj) * per_unit // 10**-scale


# ------------------------------------------------------------ account


def test_a_new_account_takes_tokens_and_counts_nothing():
    prepayment = account(status=AccountStatus.NEW_INACTIVE, charges=(FEE,))
    assert prepayment.grant(10) is TokenResult.ACCEPT
    prepayment.consume(300 * NJ_PER_WH)
    prepayment.pass_time(MIDNIGHT_US + 3 * DAY_US)
    assert prepayment.credit_wh == 1_000
    assert not prepayment.exhausted


def test_an_account_opens_and_closes_when_it_was_planned():
    prepayment = account(status=AccountStatus.NEW_INACTIVE, charges=(FEE,))
    prepayment.grant(10)
    prepayment.state.activation_us = MIDNIGHT_US + HOUR_US
    prepayment.state.closure_us = MIDNIGHT_US + 2 * DAY_US
    prepayment.pass_time(MIDNIGHT_US)
    assert prepayment.next_us == MIDNIGHT_US + HOUR_US
    prepayment.pass_time(MIDNIGHT_US + HOUR_US)
    assert prepayment.state.status is AccountStatus.ACTIVE
    prepayment.pass_time(MIDNIGHT_US + DAY_US)
    assert prepayment.credit_wh == 900
    prepayment.pass_time(MIDNIGHT_US + 2 * DAY_US)
    assert prepayment.state.status is AccountStatus.CLOSED
    assert prepayment.exhausted
    assert prepayment.grant(10) is TokenResult.FUNCTION_ERROR
    assert prepayment.take_step(AccountStep.RESET)
    assert (prepayment.credit_wh, prepayment.state.status) == (0, AccountStatus.NEW_INACTIVE)


@pytest.mark.parametrize("status", AccountStatus)
@pytest.mark.parametrize("step", AccountStep)
def test_steps_that_are_not_in_the_table_are_refused(status, step):
    state = AccountState(PaymentMode.PREPAYMENT, status)
    assert state.step(step) == ((status, step) in TRANSITIONS)


def test_in_credit_mode_nothing_is_counted_and_the_credit_stays():
    prepayment = account(charges=(FEE,))
    prepayment.grant(10)
    assert prepayment.set_mode(PaymentMode.CREDIT)
    assert not prepayment.set_mode(PaymentMode.CREDIT)
    prepayment.consume(5_000 * NJ_PER_WH)
    prepayment.pass_time(MIDNIGHT_US + DAY_US)
    assert prepayment.credit_wh == 1_000
    assert not prepayment.exhausted
    prepayment.set_mode(PaymentMode.PREPAYMENT)
    prepayment.consume(1_000 * NJ_PER_WH)
    assert prepayment.exhausted


# ------------------------------------------------------------ friendly hours


@pytest.mark.parametrize(
    ("hour", "days", "holds"),
    [
        (20, None, True),
        (5.99, None, True),
        (6, None, False),
        (12, None, False),
        (21, (4,), True),  # it is a Friday
        (3, (4,), False),
        (3, (3,), True),  # of the night before
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins(hour, days, holds):
    hours = FriendlyHours((FriendlyWindow.parse("20:00", "06:00", days),), BOGOTA_MIN)
    assert hours.hold(MIDNIGHT_US + int(hour * HOUR_US)) is holds


def test_the_next_edge_is_told():
    hours = FriendlyHours((FriendlyWindow.parse("20:00", "06:00"),), BOGOTA_MIN)
    assert hours.next_change_us(MIDNIGHT_US) == MIDNIGHT_US + 6 * HOUR_US
    assert hours.next_change_us(MIDNIGHT_US + 6 * HOUR_US) == MIDNIGHT_US + 20 * HOUR_US
    assert hours.next_change_us(MIDNIGHT_US + 21 * HOUR_US) == MIDNIGHT_US + 30 * HOUR_US
    assert FriendlyHours().next_change_us(MIDNIGHT_US) is None


# ------------------------------------------------------------ plans


@pytest.mark.parametrize(
    "table",
    [
        {"credits": [{"obis": "0.0.19.10.1", "type": "consumption-based", "priority": 1}]},
        {"credits": [{"obis": "0.0.19.10.1", "type": "emergency", "priority": 1, "period_s": 5}]},
        {"credits": [{"obis": "0.0.19.10.1", "type": "emergency", "priority": 1, "token_percent": 101}]},
        {"charges": [{"obis": "0.0.19.20.1", "type": "time"}]},
        {"charges": [{"obis": "0.0.19.20.1", "type": "payment-event", "proportion": 10_001}]},
        {"charges": [{"obis": "0.0.19.20.1", "type": "time", "period_s": 1, "rates": {"": -1}}]},
        {"friendly": [{"begin": "24:00", "end": "06:00"}]},
    ],
)
def test_a_plan_that_cannot_be_is_refused(table):
    with pytest.raises(ValueError, match=r"."):
        parse_plan(table, BOGOTA_MIN)


def test_a_snapshot_is_the_whole_account():
    first = account(sources=(EMERGENCY,), charges=(FEE, DEBT))
    first.grant(10)
    first.pass_time(MIDNIGHT_US)
    first.consume(1_000 * NJ_PER_WH)
    first.choose(first.credits.get("0.0.19.10.1"))
    first.consume(300 * NJ_PER_WH)
    first.pass_time(MIDNIGHT_US + DAY_US)
    second = account(sources=(EMERGENCY,), charges=(FEE, DEBT))
    second.restore(first.snapshot())
    assert second.snapshot() == first.snapshot()
