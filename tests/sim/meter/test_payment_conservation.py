"""Money is conserved: what came in is what is left plus what was taken, in every order of everything."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from protocols.dlms.cosem.enumerations import (
    ChargeType,
    CreditConfigurationBit,
    CreditType,
    PaymentMode,
)
from protocols.sts.acceptance import TokenResult
from sim.meter.payment.charges import Conditions
from sim.meter.payment.plan import CONSUMPTION, ChargeTerms, PaymentPlan, SourceTerms, UnitCharge
from sim.meter.payment.prepayment import AccountStep, CreditTerms, Prepayment
from sim.meter.units import NJ_PER_WH, US_PER_S

DAY_US = 86_400 * US_PER_S
PAID_BACK = frozenset({CreditConfigurationBit.CONFIRMATION, CreditConfigurationBit.PAID_BACK})

PLAN = PaymentPlan(
    sources=(
        SourceTerms("0.0.19.10.1", CreditType.EMERGENCY, 3, preset_wh=1_000, configuration=PAID_BACK),
        SourceTerms("0.0.19.10.2", CreditType.TIME_BASED, 1, preset_wh=200, period_s=86_400),
        SourceTerms("0.0.19.10.3", CreditType.RESERVED, 4, token_percent=7),
    ),
    charges=(
        CONSUMPTION,
        ChargeTerms(
            "0.0.19.20.1",
            ChargeType.TIME_BASED,
            unit_charge=UnitCharge(((b"", 333),), price_scale=-1),
            period_s=86_400,
            continuous=True,
            when_off=True,
        ),
        ChargeTerms(
            "0.0.19.20.2",
            ChargeType.PAYMENT_EVENT_BASED,
            percentage=True,
            proportion=3_333,
            remaining_wh=5_000,
        ),
        ChargeTerms("0.0.19.20.3", ChargeType.TIME_BASED, period_s=3_600, remaining_wh=2, priority=9),
    ),
    token_priority=2,
    provision_wh=900,
    provision_period_s=86_400,
)
TERMS = CreditTerms(500, 1_000_000, 100, plan=PLAN)


def unaccounted_nj(account):
    """What the books cannot explain; 0 always."""
    came_nj = account.vended_wh * NJ_PER_WH + account.credits.brought_nj
    went_nj = account.consumption.paid_nj + account.collector.collected_nj
    return came_nj - went_nj - account.credits.balance_nj


class Books(RuleBasedStateMachine):
    """Tokens, consumption, time, choices, cuts and resets in any order."""

    @initialize()
    def begin(self):
        self.account = Prepayment(TERMS)
        self.kept = self.account.snapshot()
        self.now_us = 20_000 * DAY_US

    @rule(units=st.integers(0, 300))
    def token(self, units):
        before = unaccounted_nj(self.account), self.account.vended_wh
        result = self.account.grant(units)
        brought_wh = units * 100 if result is TokenResult.ACCEPT else 0
        assert (unaccounted_nj(self.account), self.account.vended_wh) == (before[0], before[1] + brought_wh)

    @rule(nj=st.integers(0, 10**16))
    def consume(self, nj):
        self.account.consume(nj)

    @rule(seconds=st.integers(0, 400_000), open_=st.booleans())
    def wait(self, seconds, open_):
        self.now_us += seconds * US_PER_S
        self.account.pass_time(self.now_us, Conditions(switch_open=open_))

    @rule(place=st.integers(0, 3))
    def choose(self, place):
        self.account.choose(self.account.credits.ordered[place])

    @rule(place=st.integers(0, 3), wh=st.integers(-5_000, 5_000))
    def adjust(self, place, wh):
        self.account.credits.adjust(self.account.credits.ordered[place], wh * NJ_PER_WH)

    @rule(per_unit=st.integers(0, 5_000), scale=st.integers(-3, 0))
    def price(self, per_unit, scale):
        self.account.consumption.active = UnitCharge(((b"", per_unit),), scale)

    @rule(register=st.sampled_from([0, 1, 0xFFFF]))
    def clear(self, register):
        self.account.clear(register)

    @rule(mode=st.sampled_from(PaymentMode))
    def mode(self, mode):
        self.account.set_mode(mode)

    @rule(step=st.sampled_from(AccountStep))
    def step(self, step):
        self.account.take_step(step)

    @rule()
    def collect(self):
        for charge in self.account.charges:
            self.account.collect(charge)

    @rule()
    def keep(self):
        self.kept = self.account.snapshot()

    @rule()
    def cut(self):
        """The power went: everything is as it was kept, and nothing else."""
        self.account = Prepayment(TERMS)
        self.account.restore(self.kept)
        assert self.account.snapshot() == self.kept

    @invariant()
    def nothing_is_lost_and_nothing_comes_of_nothing(self):
        assert unaccounted_nj(self.account) == 0

    @invariant()
    def debts_are_never_overpaid(self):
        assert all(charge.remaining_nj >= 0 for charge in self.account.charges)
        assert all(source.owed_nj >= 0 for source in self.account.credits.ordered)


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(st.permutations(["token", "token", "consume", "day", "day"]), st.integers(1, 50))
def test_the_sum_does_not_depend_on_the_order(order, units):
    account, now_us, consumed_nj = Prepayment(TERMS), 20_000 * DAY_US, 0
    for what in order:
        if what == "token":
            account.grant(units)
        elif what == "consume":
            consumed_nj += units * NJ_PER_WH
            account.consume(units * NJ_PER_WH)
        else:
            now_us += DAY_US
            account.pass_time(now_us)
    assert account.vended_wh == 2 * units * 100
    assert account.consumption.paid_nj == consumed_nj
    assert unaccounted_nj(account) == 0
