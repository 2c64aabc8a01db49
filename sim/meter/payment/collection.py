"""Collecting: what the charges take from the credits, and when.

A charge falls due by the clock (*time*), with each token (*payment event*), or with the energy, which
`sim.meter.prepayment` takes itself.

Source: IEC 62056-6-2, Charge; Account, max_provision
"""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import ChargeType
from sim.meter.payment.charges import Charge, Conditions
from sim.meter.payment.plan import PaymentPlan
from sim.meter.payment.purse import Purse
from sim.meter.units import NJ_PER_WH, US_PER_S


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
        purse: what they are taken from.
    """

    __slots__ = ("_plan", "_provided_nj", "_provision_from_us", "_purse", "charges", "records")

    def __init__(self, plan: PaymentPlan, purse: Purse) -> None:
        ordered = sorted(plan.charges, key=lambda item: item.priority)
        self.charges = tuple(Charge(item, plan.deviation_minutes) for item in ordered)
        self.records: list[PaymentRecord] = []
        self._plan = plan
        self._purse = purse
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
        """What remains of all debts together."""
        return sum(charge.owing_nj for charge in self.charges)

    @property
    def next_us(self) -> int | None:
        """When the next charge falls due, or changes its price."""
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
        self._purse.draw(amount_nj)
        self._book(charge, amount_nj, epoch_us)
        return True

    def take_of_token(self, token_nj: int, epoch_us: int) -> int:
        """What the charges by payment take of a token, within the provision, nJ."""
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
        for charge, books in zip(self.charges, kept["charges"], strict=True):
            charge.restore(books)
        self._provided_nj, self._provision_from_us = kept["provision"]
        self.records = []

    def _provision_nj(self, wanted_nj: int, epoch_us: int) -> int:
        """What of `wanted_nj` may still be taken in this provision period."""
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
