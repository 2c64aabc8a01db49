"""One charge: what it takes, when it is due, what of it remains.

Periods are counted in local time from 1970: a charge of one day falls due at local midnight, whenever the
meter was switched on.

Source: IEC 62056-6-2, Charge
"""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import ChargeType
from sim.meter.payment.plan import PROPORTION_WHOLE, ChargeTerms, UnitCharge
from sim.meter.units import NJ_PER_WH, US_PER_S

_MINUTE_US = 60 * US_PER_S
#: More periods than these, missed at a stretch, are collected as one.
MISSED_MAX = 366


@dataclass(frozen=True, slots=True)
class Conditions:
    """In what state the supply is while a charge falls due."""

    switch_open: bool = False
    limiting: bool = False
    friendly: bool = False


class Charge:
    """The books of one charge.

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
        """What remains of a debt; 0 for a charge without end."""
        return 0 if self.terms.continuous else self.remaining_nj

    @property
    def next_us(self) -> int | None:
        """When something of it will happen by the clock: a collection, or another price."""
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
        """Whether it may be collected in this state of the supply."""
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
        """How many periods to collect as one: one, unless there are very many at this price."""
        end_us = epoch_us if self.activation_us is None else min(epoch_us, self.activation_us - 1)
        missed = (end_us - due_us) // (self.period_s * US_PER_S) + 1
        return missed if missed > MISSED_MAX else 1

    def activate(self) -> None:
        """The passive price takes the place of the active one."""
        self.active, self.activation_us = self.passive, None

    def capped_nj(self, wanted_nj: int) -> int:
        """What may be taken of `wanted_nj`: no more than remains, unless there is no end to it."""
        return wanted_nj if self.terms.continuous else min(wanted_nj, self.remaining_nj)

    def of_token_nj(self, token_nj: int) -> int:
        """What a charge by payment wants of a token."""
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
