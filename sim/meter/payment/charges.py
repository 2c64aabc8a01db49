"""Charges of one account: what they take from the credits, when they are due, what of them remains.

A charge falls due by the clock (*time*), with each token (*payment event*), or with the energy, which
`sim.meter.payment.prepayment` takes itself. Periods are counted in local time from 1970: a charge of one
day falls due at local midnight, whenever the meter was switched on.

Source: IEC 62056-6-2, Charge; Account, max_provision
"""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import ChargeType
from sim.meter.payment.credits import CreditRegister
from sim.meter.payment.plan import PROPORTION_WHOLE, ChargeTerms, PaymentPlan, UnitCharge
from sim.meter.units import NJ_PER_WH, US_PER_S

# ------------------------------------------------------------ one charge

_MINUTE_US = 60 * US_PER_S
#: More periods than these, missed at a stretch, are collected as one.
MISSED_MAX = 366


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of the supply while a charge falls due."""

    switch_open: bool = False
    limiting: bool = False
    friendly: bool = False


class Charge:
    """Accounting of one charge.

    Args:
        terms: type, amounts, permissions.
        deviation_minutes: from local time to UTC.
    """

    __slots__ = (
        "_deviation_us",
        "activation_us",
        "active",
        "due_us",
        "last_nj",
        "last_us",
        "paid_nj",
        "passive",
        "period_s",
        "proportion",
        "remaining_nj",
        "terms",
    )

    def __init__(self, terms: ChargeTerms, deviation_minutes: int = 0) -> None:
        self.terms = terms
        self._deviation_us = deviation_minutes * _MINUTE_US
        self.active = self.passive = terms.unit_charge
        self.activation_us: int | None = None
        self.period_s = terms.period_s
        self.proportion = terms.proportion
        self.remaining_nj = terms.remaining_wh * NJ_PER_WH
        self.paid_nj = 0
        self.last_us: int | None = None
        self.last_nj = 0
        self.due_us: int | None = None

    @property
    def by_time(self) -> bool:
        """True for a charge that falls due by itself."""
        return self.terms.charge_type is ChargeType.TIME_BASED

    @property
    def owing_nj(self) -> int:
        """Rest of a debt; 0 for a charge without end."""
        return 0 if self.terms.continuous else self.remaining_nj

    @property
    def next_us(self) -> int | None:
        """Next collection, or change of price, by the clock."""
        instants = [instant for instant in (self.due_us, self.activation_us) if instant is not None]
        return min(instants, default=None)

    def begin(self, epoch_us: int) -> None:
        """The account is active from now on: the first period ends at the next multiple of it."""
        if self.by_time and self.due_us is None:
            self.due_us = self._after(epoch_us)

    def end(self) -> None:
        """The account is closed: nothing falls due any more."""
        self.due_us = None

    def permitted(self, conditions: Conditions) -> bool:
        """True where it may be collected in this state of the supply."""
        terms = self.terms
        return (
            (terms.when_off or not conditions.switch_open)
            and (terms.when_limiting or not conditions.limiting)
            and (terms.when_friendly or not conditions.friendly)
        )

    def advance(self, epoch_us: int) -> list[tuple[int, int]]:
        """Let the clock reach `epoch_us`; (instant, nJ) of each collection that falls due until then."""
        dues: list[tuple[int, int]] = []
        while (instant := self.next_us) is not None and instant <= epoch_us:
            if instant == self.activation_us:
                self.activate()
            elif self.due_us is not None:
                missed = self._missed(self.due_us, epoch_us)
                self.due_us += missed * self.period_s * US_PER_S
                dues.append((self.due_us - self.period_s * US_PER_S, missed * self.active.amount_nj()))
        return dues

    def _missed(self, due_us: int, epoch_us: int) -> int:
        """Number of periods to collect as one: one, unless there are very many at this price."""
        end_us = epoch_us if self.activation_us is None else min(epoch_us, self.activation_us - 1)
        missed = (end_us - due_us) // (self.period_s * US_PER_S) + 1
        return missed if missed > MISSED_MAX else 1

    def activate(self) -> None:
        """The passive price takes the place of the active one."""
        self.active, self.activation_us = self.passive, None

    def capped_nj(self, wanted_nj: int) -> int:
        """Amount that may be taken of `wanted_nj`: no more than remains, unless there is no end to it."""
        return wanted_nj if self.terms.continuous else min(wanted_nj, self.remaining_nj)

    def of_token_nj(self, token_nj: int) -> int:
        """Share of a token for a charge by payment."""
        share_nj = token_nj * self.proportion // PROPORTION_WHOLE
        return min(token_nj, self.capped_nj(share_nj if self.terms.percentage else self.active.amount_nj()))

    def collected(self, amount_nj: int, epoch_us: int) -> None:
        """Book a collection."""
        self.paid_nj += amount_nj
        self.last_nj, self.last_us = amount_nj, epoch_us
        if not self.terms.continuous:
            self.remaining_nj -= amount_nj

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "active": self.active.snapshot(),
            "passive": self.passive.snapshot(),
            "activation_us": self.activation_us,
            "period_s": self.period_s,
            "proportion": self.proportion,
            "remaining_nj": self.remaining_nj,
            "paid_nj": self.paid_nj,
            "last": [self.last_us, self.last_nj],
            "due_us": self.due_us,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self.active = UnitCharge.from_snapshot(kept["active"])
        self.passive = UnitCharge.from_snapshot(kept["passive"])
        self.activation_us, self.due_us = kept["activation_us"], kept["due_us"]
        self.period_s, self.proportion = kept["period_s"], kept["proportion"]
        self.remaining_nj, self.paid_nj = kept["remaining_nj"], kept["paid_nj"]
        self.last_us, self.last_nj = kept["last"]

    def set_period(self, period_s: int, epoch_us: int) -> None:
        """Fall due at the multiples of another period from now on.

        Raises:
            ValueError: not a charge by time, or no period at all.
        """
        if not self.by_time or period_s < 1:
            raise ValueError("only a charge by time has a period, of one second or more")
        self.period_s = period_s
        if self.due_us is not None:
            self.due_us = self._after(epoch_us)

    def _after(self, epoch_us: int) -> int:
        period_us = self.period_s * US_PER_S
        local_us = epoch_us - self._deviation_us
        return (local_us // period_us + 1) * period_us + self._deviation_us


# ------------------------------------------------------------ collection


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """One row of the payment logs.

    Args:
        epoch_us: when, by the meter's clock.
        charge: place of the charge in the account's list, None for a credit token.
        amount_wh: what came or was taken.
        rest_wh: the token credit after a token; what remains of the charge after a collection.
    """

    epoch_us: int
    charge: int | None
    amount_wh: int
    rest_wh: int


class Collector:
    """The charges of one account, in the order of their priority.

    Args:
        plan: the charges, and how much of the tokens they may take.
        register: the credits that they are taken from.
    """

    __slots__ = ("_credits", "_plan", "_provided_nj", "_provision_from_us", "charges", "records")

    def __init__(self, plan: PaymentPlan, register: CreditRegister) -> None:
        ordered = sorted(plan.charges, key=lambda item: item.priority)
        self.charges = tuple(Charge(item, plan.deviation_minutes) for item in ordered)
        self.records: list[PaymentRecord] = []
        self._plan = plan
        self._credits = register
        self._provided_nj = self._provision_from_us = 0

    @property
    def consumption(self) -> Charge:
        """The charge for energy."""
        kind = ChargeType.CONSUMPTION_BASED
        return next(charge for charge in self.charges if charge.terms.charge_type is kind)

    @property
    def collected_nj(self) -> int:
        """All that was ever taken, without the energy."""
        return sum(charge.paid_nj for charge in self.charges if charge is not self.consumption)

    @property
    def debt_nj(self) -> int:
        """Rest of all debts together."""
        return sum(charge.owing_nj for charge in self.charges)

    @property
    def next_us(self) -> int | None:
        """Next charge that falls due, or changes its price."""
        instants = (charge.next_us for charge in self.charges)
        return min((instant for instant in instants if instant is not None), default=None)

    def begin(self, epoch_us: int) -> None:
        """The account is active."""
        for charge in self.charges:
            charge.begin(epoch_us)

    def end(self) -> None:
        """The account is closed."""
        for charge in self.charges:
            charge.end()

    def advance(self, epoch_us: int, conditions: Conditions, *, counts: bool) -> bool:
        """Collect what falls due until `epoch_us`; True where the books changed.

        Without `counts`, or where the conditions do not permit it, a period passes uncollected.
        """
        changed = False
        for charge in self.charges:
            for instant, amount_nj in charge.advance(epoch_us):
                changed = True
                if counts and charge.permitted(conditions):
                    self.collect(charge, amount_nj, instant)
        return changed

    def collect(self, charge: Charge, wanted_nj: int, epoch_us: int) -> bool:
        """Take one collection from the credits; False where nothing remains to be taken."""
        amount_nj = charge.capped_nj(wanted_nj)
        if amount_nj <= 0:
            return False
        self._credits.draw(amount_nj)
        self._book(charge, amount_nj, epoch_us)
        return True

    def take_of_token(self, token_nj: int, epoch_us: int) -> int:
        """Amount that the charges by payment take of a token, within the provision, nJ."""
        taken_nj = 0
        for charge in self.charges:
            if charge.terms.charge_type is ChargeType.PAYMENT_EVENT_BASED:
                wanted_nj = min(charge.of_token_nj(token_nj), token_nj - taken_nj)
                allowed_nj = self._provision_nj(wanted_nj, epoch_us)
                if allowed_nj > 0:
                    self._book(charge, allowed_nj, epoch_us)
                    self._provided_nj += allowed_nj
                    taken_nj += allowed_nj
        return taken_nj

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "charges": [charge.snapshot() for charge in self.charges],
            "provision": [self._provided_nj, self._provision_from_us],
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for charge, entry in zip(self.charges, kept["charges"], strict=True):
            charge.restore(entry)
        self._provided_nj, self._provision_from_us = kept["provision"]
        self.records = []

    def _provision_nj(self, wanted_nj: int, epoch_us: int) -> int:
        """Part of `wanted_nj` that may still be taken in this provision period."""
        if not self._plan.provision_wh:
            return wanted_nj
        period_us = self._plan.provision_period_s * US_PER_S
        if period_us and epoch_us >= self._provision_from_us + period_us:
            self._provision_from_us, self._provided_nj = epoch_us, 0
        return min(wanted_nj, self._plan.provision_wh * NJ_PER_WH - self._provided_nj)

    def _book(self, charge: Charge, amount_nj: int, epoch_us: int) -> None:
        charge.collected(amount_nj, epoch_us)
        place = self.charges.index(charge)
        rest_wh = charge.owing_nj // NJ_PER_WH
        self.records.append(PaymentRecord(epoch_us, place, amount_nj // NJ_PER_WH, rest_wh))
