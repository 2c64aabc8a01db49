"""Prepayment account: what lowers its credits (energy, charges), what raises them (tokens), its status.

The accounting is exact (nanojoules): at any instant what came in is what is left plus what was taken,
whatever the order in which these came. Exported energy never reaches it. Without a plan there is one token
credit and one charge, for the energy. The status of the account moves so::

    new  --activate-->  active  --close-->  closed  --reset-->  new

The standard names the states; what supply and tokens do in each is our reading: a new account takes tokens
and counts nothing, a closed one takes none and gives no supply.

Source: IEC 62056-6-2, Account, account_mode_and_status
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, ClassVar

from protocols.dlms.cosem.enumerations import AccountStatus, CreditStatus, PaymentMode
from protocols.field.events import EventCode
from protocols.sts.acceptance import TokenResult
from sim.meter.payment.charges import Charge, Collector, Conditions, PaymentRecord
from sim.meter.payment.credits import CreditRegister, CreditSource
from sim.meter.payment.plan import PLAIN, PaymentPlan
from sim.meter.units import NJ_PER_WH, WH_PER_CREDIT_UNIT

# ------------------------------------------------------------ mode and status


class AccountStep(Enum):
    """Steps of an account."""

    ACTIVATE = "activate"
    CLOSE = "close"
    RESET = "reset"


#: (status, step) -> status; what is not here is refused.
TRANSITIONS: dict[tuple[AccountStatus, AccountStep], AccountStatus] = {
    (AccountStatus.NEW_INACTIVE, AccountStep.ACTIVATE): AccountStatus.ACTIVE,
    (AccountStatus.ACTIVE, AccountStep.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.CLOSED, AccountStep.RESET): AccountStatus.NEW_INACTIVE,
}


class AccountState:
    """Mode and status, and the times at which the status will change.

    Args:
        mode: credit or prepayment.
        status: of a new meter.
    """

    __slots__ = ("activation_us", "closure_us", "mode", "status")

    def __init__(self, mode: PaymentMode, status: AccountStatus) -> None:
        self.mode = mode
        self.status = status
        #: When a new account opens by itself, by the meter's clock; None for never.
        self.activation_us: int | None = None
        #: When an active account closes by itself.
        self.closure_us: int | None = None

    @property
    def counts(self) -> bool:
        """True where energy and charges are taken from credit."""
        return self.mode is PaymentMode.PREPAYMENT and self.status is AccountStatus.ACTIVE

    @property
    def closed(self) -> bool:
        """True for a closed account."""
        return self.status is AccountStatus.CLOSED

    @property
    def next_us(self) -> int | None:
        """Next change by itself."""
        planned = (self.activation_us, self.closure_us)
        return min((instant for instant in planned if instant is not None), default=None)

    def step(self, step: AccountStep) -> bool:
        """Do one step; False where it is not allowed now."""
        target = TRANSITIONS.get((self.status, step))
        if target is None:
            return False
        self.status = target
        return True

    def follow(self, epoch_us: int) -> list[AccountStep]:
        """The steps that were planned for this time or before; each is planned once."""
        due: list[AccountStep] = []
        if self.activation_us is not None and self.activation_us <= epoch_us:
            due.append(AccountStep.ACTIVATE)
            self.activation_us = None
        if self.closure_us is not None and self.closure_us <= epoch_us:
            due.append(AccountStep.CLOSE)
            self.closure_us = None
        return due

    def snapshot(self) -> list[int | None]:
        """As plain data."""
        return [int(self.mode), int(self.status), self.activation_us, self.closure_us]

    def restore(self, kept: list[Any]) -> None:
        """Take up what was kept."""
        mode, status, self.activation_us, self.closure_us = kept
        self.mode, self.status = PaymentMode(mode), AccountStatus(status)


# ------------------------------------------------------------ account

ELECTRICITY_REGISTER = 0
ALL_REGISTERS = 0xFFFF


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """Terms between utility and customer, in whole Wh.

    Args:
        initial_wh: credit of a new meter.
        capacity_wh: most that the register holds; a token beyond it is refused whole.
        low_threshold_wh: at or below it the customer is warned.
        payment_mode: a meter in credit mode neither counts down nor opens its switch.
        plan: further credits and charges.
    """

    initial_wh: int
    capacity_wh: int
    low_threshold_wh: int
    payment_mode: PaymentMode = PaymentMode.PREPAYMENT
    plan: PaymentPlan = PLAIN


#: Status of a selectable credit that it comes to -> event.
_OF_STATUS: dict[CreditStatus, EventCode] = {
    CreditStatus.SELECTABLE: EventCode.CREDIT_SELECTABLE,
    CreditStatus.SELECTED_OR_INVOKED: EventCode.CREDIT_SELECTED,
    CreditStatus.IN_USE: EventCode.CREDIT_IN_USE,
    CreditStatus.EXHAUSTED: EventCode.CREDIT_EXHAUSTED,
}
_NO_CONDITIONS = Conditions()


class Prepayment:
    """The account of one customer in one meter.

    Attributes:
        credits: the credits.
        collector: the charges.
        state: mode and status.
        rate: name of the tariff rate in force; empty for the first of the unit charge.
        credits_type: what keeps the credits; a meter that differs there replaces it.
        collector_type: what collects the charges.

    Args:
        terms: thresholds, capacity and plan.
    """

    __slots__ = (
        "_events",
        "_last_amount_wh",
        "_now_us",
        "_remainder",
        "_statuses",
        "_terms",
        "_tokens",
        "_vended_wh",
        "collector",
        "consumption",
        "credits",
        "rate",
        "state",
        "unpaid_nj",
    )

    credits_type: ClassVar[type[CreditRegister]] = CreditRegister
    collector_type: ClassVar[type[Collector]] = Collector

    def __init__(self, terms: CreditTerms) -> None:
        plan = terms.plan
        self._terms = terms
        self.state = AccountState(terms.payment_mode, plan.status)
        self.credits = self.credits_type(plan, terms.initial_wh, terms.low_threshold_wh)
        self.collector = self.collector_type(plan, self.credits)
        self.consumption = self.collector.consumption
        self.rate = b""
        self._remainder = 0  # of a price that is no whole number of nanojoules
        self._vended_wh = self._last_amount_wh = 0
        self._now_us = 0
        #: Energy that came while nothing was counted (credit mode, no account): it is billed by the register.
        self.unpaid_nj = 0
        self._events: list[EventCode] = []
        self._tokens: list[PaymentRecord] = []
        self._statuses: dict[str, CreditStatus] = {}

    # ------------------------------------------------------------ what it holds

    @property
    def terms(self) -> CreditTerms:
        """Thresholds, capacity and plan."""
        return self._terms

    @property
    def _credit_nj(self) -> int:
        return self.credits.token.amount_nj

    @_credit_nj.setter
    def _credit_nj(self, amount_nj: int) -> None:
        self.credits.token.amount_nj = amount_nj

    @property
    def credit_nj(self) -> int:
        """The exact token credit, nJ. The switch opens on whole microseconds: it may end a few nJ below 0."""
        return self._credit_nj

    @property
    def credit_wh(self) -> int:
        """The token credit that is shown: whole Wh, towards zero."""
        return whole_wh(self._credit_nj)

    @property
    def vended_wh(self) -> int:
        """All the energy that tokens ever brought."""
        return self._vended_wh

    @property
    def consumed_wh(self) -> int:
        """All that the energy ever took from credit."""
        return self.consumption.paid_nj // NJ_PER_WH

    @property
    def last_amount_wh(self) -> int:
        """Amount of the last credit token."""
        return self._last_amount_wh

    @property
    def charges(self) -> tuple[Charge, ...]:
        """The charges in the order of their priority."""
        return self.collector.charges

    @property
    def exhausted(self) -> bool:
        """True where the switch must not be closed for want of credit, or of an account."""
        return self.state.closed or (self.state.counts and self.credits.available_nj <= 0)

    @property
    def low(self) -> bool:
        """True where the customer should be warned, also at zero."""
        threshold_nj = self._terms.low_threshold_wh * NJ_PER_WH
        return self.state.counts and self.credits.available_nj <= threshold_nj

    @property
    def friendly(self) -> bool:
        """True in the friendly hours of an active account, as of the last `pass_time`."""
        return self.state.counts and self._terms.plan.friendly.hold(self._now_us)

    # ------------------------------------------------------------ what happens to it

    def consume(self, imported_nj: int) -> None:
        """Take imported energy from the credits, at the price in force; or leave it to the bill."""
        if not self.state.counts:
            self.unpaid_nj += imported_nj
        elif imported_nj:
            price = self.consumption.active
            due = imported_nj * price.per_unit(self.rate) + self._remainder
            cost_nj, self._remainder = divmod(due, price.divisor)
            self.credits.draw(cost_nj)
            self.consumption.paid_nj += cost_nj

    def pass_time(self, epoch_us: int, conditions: Conditions = _NO_CONDITIONS) -> bool:
        """The meter's clock shows `epoch_us`: collect, renew and change what is due.

        Returns:
            True where the books changed and should be kept.
        """
        self._now_us = epoch_us
        if self.friendly:
            conditions = replace(conditions, friendly=True)
        changed = False
        for step in self.state.follow(epoch_us):
            changed |= self.take_step(step)
        counts = self.state.counts
        if counts:
            self.credits.begin(epoch_us)
            self.credits.advance(epoch_us)
            self.collector.begin(epoch_us)
        price, collected = self.consumption.active, len(self.collector.records)
        changed |= self.collector.advance(epoch_us, conditions, counts=counts)
        if counts:
            self.credits.invoke_by_itself()
        if self.consumption.active is not price:
            self._events.append(EventCode.UNIT_CHARGE_CHANGED)
        if len(self.collector.records) > collected:
            self._events.append(EventCode.CHARGE_COLLECTED)
        self._report_statuses()
        return changed

    def grant(self, amount_units: int) -> TokenResult:
        """Add a credit token of `amount_units` tenths of a kWh, whole or not at all.

        Charges by payment take their share of it, what is owed is paid back, the rest is credit.
        """
        amount_wh = amount_units * WH_PER_CREDIT_UNIT
        amount_nj = amount_wh * NJ_PER_WH
        if self.state.closed:
            return TokenResult.FUNCTION_ERROR
        if self._credit_nj + amount_nj > self._terms.capacity_wh * NJ_PER_WH:
            return TokenResult.OVERFLOW_ERROR
        taken_nj = self.collector.take_of_token(amount_nj, self._now_us) if self.state.counts else 0
        self.credits.receive(amount_nj - taken_nj)
        self._vended_wh += amount_wh
        self._last_amount_wh = amount_wh
        self._tokens.append(PaymentRecord(self._now_us, None, amount_wh, self.credit_wh))
        return TokenResult.ACCEPT

    def clear(self, register: int) -> TokenResult:
        """Set the credit of `register` to zero; this meter has only the electricity register."""
        if register not in (ELECTRICITY_REGISTER, ALL_REGISTERS):
            return TokenResult.FUNCTION_ERROR
        self.credits.adjust(self.credits.token, 0)
        return TokenResult.ACCEPT

    def give_back(self, amount_nj: int) -> None:
        """Give back what was taken for nothing, above 0."""
        self.credits.adjust(self.credits.token, self._credit_nj + amount_nj)

    # ------------------------------------------------------------ what the head-end does to it

    def set_mode(self, mode: PaymentMode) -> bool:
        """Change between credit and prepayment; the credits stay as they are. True when that changed it."""
        changed, self.state.mode = self.state.mode is not mode, mode
        return changed

    def take_step(self, step: AccountStep) -> bool:
        """Open, close or reset the account; False where it is not allowed now."""
        if not self.state.step(step):
            return False
        if step is AccountStep.ACTIVATE:
            self._events.append(EventCode.ACCOUNT_ACTIVATED)
        elif step is AccountStep.CLOSE:
            self.credits.end()
            self.collector.end()
            self._events.append(EventCode.ACCOUNT_CLOSED)
        else:
            self.credits.forget()
            for charge in self.charges:
                charge.remaining_nj = 0
        return True

    def collect(self, charge: Charge) -> bool:
        """Collect one period of a charge now, out of turn; False where it is not one by time."""
        if not charge.by_time or not self.state.counts:
            return False
        return self.collector.collect(charge, charge.active.amount_nj(), self._now_us)

    def choose(self, source: CreditSource) -> bool:
        """The customer, or the head-end, wants this credit used; True when that changed something."""
        chosen = self.state.counts and self.credits.invoke(source)
        self._report_statuses()
        return chosen

    # ------------------------------------------------------------ what comes by itself

    @property
    def next_us(self) -> int | None:
        """Next change that the meter's clock brings."""
        friendly_us = self._terms.plan.friendly.next_change_us(self._now_us) if self.state.counts else None
        instants = (self.state.next_us, self.credits.next_us, self.collector.next_us, friendly_us)
        return min((instant for instant in instants if instant is not None), default=None)

    def us_until(self, remaining_wh: int, import_power_mw: int) -> int | None:
        """Microseconds until what is available falls to `remaining_wh` at this power, rounded up.

        Returns:
            None where that never happens, 0 where it has happened.
        """
        return self._us_for(self.credits.available_nj - remaining_wh * NJ_PER_WH, import_power_mw)

    @property
    def nj_until_change(self) -> int | None:
        """Energy to import until a credit ends, may be chosen, or is low, nJ, above 0; None for never."""
        price = self.consumption.active
        per_unit = price.per_unit(self.rate)
        if per_unit <= 0 or not self.state.counts:
            return None
        low_nj = self._terms.low_threshold_wh * NJ_PER_WH
        fall_nj = min((fall_nj for fall_nj in self.credits.falls_nj(low_nj) if fall_nj > 0), default=None)
        if fall_nj is None:
            return None
        return -(-(fall_nj * price.divisor - self._remainder) // per_unit)

    def take_events(self) -> list[EventCode]:
        """Events to log since the last call."""
        events, self._events = self._events, []
        return events

    def take_records(self) -> list[PaymentRecord]:
        """Rows for the payment logs since this was last called."""
        records = [*self._tokens, *self.collector.records]
        self._tokens, self.collector.records = [], []
        return records

    # ------------------------------------------------------------ memory

    def snapshot(self) -> dict[str, Any]:
        """The account as plain data."""
        return {
            "credit_nj": self._credit_nj,
            "consumed_nj": self.consumption.paid_nj,
            "vended_wh": self._vended_wh,
            "last_amount_wh": self._last_amount_wh,
            "remainder": self._remainder,
            "unpaid_nj": self.unpaid_nj,
            "state": self.state.snapshot(),
            "credits": self.credits.snapshot(),
            "collector": self.collector.snapshot(),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the account that was kept."""
        self.state.restore(kept["state"])
        self.credits.restore(kept["credits"])
        self.collector.restore(kept["collector"])
        self._credit_nj = kept["credit_nj"]
        self._vended_wh = kept["vended_wh"]
        self._last_amount_wh = kept["last_amount_wh"]
        self._remainder = kept["remainder"]
        self.unpaid_nj = kept["unpaid_nj"]
        self._events, self._tokens = [], []

    # ------------------------------------------------------------ inside

    def _report_statuses(self) -> None:
        """Tell of selectable credits whose status changed; the token credit has older events of its own."""
        for source in self.credits.ordered:
            if source.terms.selectable:
                status, obis = self.credits.status(source), source.terms.obis
                if status is not self._statuses.get(obis, status) and status in _OF_STATUS:
                    self._events.append(_OF_STATUS[status])
                self._statuses[obis] = status

    def _us_for(self, fall_nj: int, import_power_mw: int) -> int | None:
        if fall_nj <= 0:
            return 0
        price = self.consumption.active
        per_unit = price.per_unit(self.rate)
        if import_power_mw <= 0 or per_unit <= 0 or not self.state.counts:
            return None
        return -(-(fall_nj * price.divisor - self._remainder) // (import_power_mw * per_unit))


def whole_wh(amount_nj: int) -> int:
    """Whole Wh, towards zero.

    >>> whole_wh(-1), whole_wh(2 * NJ_PER_WH)
    (0, 2)
    """
    amount_wh = abs(amount_nj) // NJ_PER_WH
    return -amount_wh if amount_nj < 0 else amount_wh
