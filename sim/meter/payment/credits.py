"""Credits of one account: the sources, what they hold together, and the order in which they are used.

The rule of conservation, which a property test keeps: what tokens, allowances and adjustments brought is
what is in the credits, less what of them is only lent, plus what was taken out.

Source: IEC 62056-6-2, Credit
"""

from collections.abc import Iterator
from typing import Any

from protocols.dlms.cosem.enumerations import CreditConfigurationBit, CreditStatus, CreditType
from sim.meter.payment.plan import TOKEN_CREDIT, PaymentPlan, SourceTerms
from sim.meter.units import NJ_PER_WH, US_PER_S

# ------------------------------------------------------------ one source


class CreditSource:
    """The amount of one credit.

    What a selectable credit brings is lent, where its configuration says *paid back*: `owed_nj` is what of it
    was used and not returned yet.

    Args:
        terms: type, priority, thresholds.
        amount_wh: of a new meter.
    """

    __slots__ = ("amount_nj", "invoked", "owed_nj", "preset_wh", "terms", "warning_wh")

    def __init__(self, terms: SourceTerms, amount_wh: int = 0) -> None:
        self.terms = terms
        self.preset_wh = terms.preset_wh
        self.warning_wh = terms.warning_wh
        lent = terms.credit_type is CreditType.EMERGENCY
        self.amount_nj = (terms.preset_wh if lent else amount_wh) * NJ_PER_WH
        self.owed_nj = 0
        self.invoked = False

    @property
    def usable_nj(self) -> int:
        """Credit that it can give now: none before it was invoked, where it must be."""
        if self.terms.selectable and not self.invoked:
            return 0
        return self.free_nj

    @property
    def free_nj(self) -> int:
        """Credit above its limit, invoked or not."""
        return max(0, self.amount_nj - self.terms.limit_wh * NJ_PER_WH)

    @property
    def lent(self) -> bool:
        """True where what it gives must be paid back."""
        return self.terms.has(CreditConfigurationBit.PAID_BACK)

    def draw(self, wanted_nj: int) -> int:
        """Take as much of `wanted_nj` as it can give; what it gave."""
        given_nj = min(wanted_nj, self.usable_nj)
        self.amount_nj -= given_nj
        if self.lent:
            self.owed_nj += given_nj
        return given_nj

    def pay_back(self, offered_nj: int) -> int:
        """Return what is owed out of `offered_nj`; what was taken of it.

        With nothing owed it is what it was, and must be chosen again: a token ends every choice that it can.
        """
        taken_nj = min(offered_nj, self.owed_nj)
        self.amount_nj += taken_nj
        self.owed_nj -= taken_nj
        if self.lent and not self.owed_nj:
            self.invoked = False
            self.amount_nj = self.preset_wh * NJ_PER_WH
        return taken_nj

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "amount_nj": self.amount_nj,
            "owed_nj": self.owed_nj,
            "invoked": self.invoked,
            "preset_wh": self.preset_wh,
            "warning_wh": self.warning_wh,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self.amount_nj = kept["amount_nj"]
        self.owed_nj = kept["owed_nj"]
        self.invoked = kept["invoked"]
        self.preset_wh = kept["preset_wh"]
        self.warning_wh = kept["warning_wh"]


# ------------------------------------------------------------ all sources of an account

_HUNDRED_PERCENT = 100
_MINUTE_US = 60 * US_PER_S
_TOKEN_BITS = frozenset(
    {CreditConfigurationBit.VISUAL_INDICATION, CreditConfigurationBit.ABLE_TO_RECEIVE_TOKENS}
)


class CreditRegister:
    """The token credit and whatever the plan adds to it.

    Args:
        plan: credits, priorities, shares.
        initial_wh: token credit of a new meter.
        warning_wh: of the token credit.
    """

    __slots__ = ("_deviation_us", "_renewals", "brought_nj", "ordered", "token")

    def __init__(self, plan: PaymentPlan, initial_wh: int, warning_wh: int) -> None:
        own_percent = _HUNDRED_PERCENT - sum(terms.token_percent for terms in plan.sources)
        terms = SourceTerms(
            TOKEN_CREDIT,
            CreditType.TOKEN,
            plan.token_priority,
            warning_wh=warning_wh,
            configuration=_TOKEN_BITS,
            token_percent=own_percent,
        )
        self.token = CreditSource(terms, initial_wh)
        others = [CreditSource(item) for item in plan.sources]
        self.ordered = tuple(sorted([self.token, *others], key=lambda source: source.terms.priority))
        self._deviation_us = plan.deviation_minutes * _MINUTE_US
        self._renewals: dict[str, int] = {}
        #: Money that came otherwise than by tokens, nJ: the beginning, allowances, adjustments, clearing.
        self.brought_nj = self.balance_nj

    @property
    def balance_nj(self) -> int:
        """Credit less what is owed: credit that is lent counts only once it is used."""
        return sum(-source.owed_nj if source.lent else source.amount_nj for source in self.ordered)

    @property
    def available_nj(self) -> int:
        """Credit that may still be used before the switch opens, nJ; never below zero."""
        return sum(source.usable_nj for source in self.ordered)

    @property
    def owed_nj(self) -> int:
        """Debt to be paid before anything is left over: lent credit that was used, a credit below zero."""
        return sum(source.owed_nj for source in self.ordered) + max(0, -self.token.amount_nj)

    def get(self, obis: str) -> CreditSource | None:
        """The credit of a logical name."""
        return next((source for source in self.ordered if source.terms.obis == obis), None)

    def draw(self, amount_nj: int) -> None:
        """Take this much, by priority; what no source can give is owed by the token credit."""
        left_nj = amount_nj
        for source in self.ordered:
            left_nj -= source.draw(left_nj)
        self.token.amount_nj -= left_nj

    def receive(self, amount_nj: int) -> None:
        """Put a token in: its shares, then what is owed, then the token credit."""
        left_nj = amount_nj
        for source in self.ordered:
            if source is not self.token:
                share_nj = amount_nj * source.terms.token_percent // _HUNDRED_PERCENT
                source.amount_nj += share_nj
                left_nj -= share_nj
        for source in self.ordered:
            left_nj -= source.pay_back(left_nj)
        self.token.amount_nj += left_nj

    def invoke(self, source: CreditSource) -> bool:
        """Choose a selectable credit; True when that changed something."""
        if not self.offered(source):
            return False
        source.invoked = True
        return True

    def offered(self, source: CreditSource) -> bool:
        """True where a credit may be chosen now: what comes before it is low, and there is some of it."""
        return (
            source.terms.selectable
            and not source.invoked
            and source.free_nj > 0
            and self._before_nj(source) <= source.terms.available_wh * NJ_PER_WH
        )

    def invoke_by_itself(self) -> None:
        """Choose every credit that needs no confirmation."""
        for source in self.ordered:
            if not source.terms.has(CreditConfigurationBit.CONFIRMATION):
                self.invoke(source)

    def in_use(self) -> CreditSource | None:
        """The credit that pays now; None where everything is used up."""
        return next((source for source in self.ordered if source.usable_nj > 0), None)

    def status(self, source: CreditSource) -> CreditStatus:
        """Attribute 8 of its object."""
        if not source.free_nj:
            return CreditStatus.EXHAUSTED
        if source is self.in_use():
            return CreditStatus.IN_USE
        if source.invoked:
            return CreditStatus.SELECTED_OR_INVOKED
        return CreditStatus.SELECTABLE if self.offered(source) else CreditStatus.ENABLED

    def adjust(self, source: CreditSource, amount_nj: int) -> None:
        """The head-end sets a credit to this amount."""
        before_nj = self.balance_nj
        source.amount_nj = amount_nj
        self.brought_nj += self.balance_nj - before_nj

    def forget(self) -> None:
        """A new customer: nothing is left and nothing is owed."""
        before_nj = self.balance_nj
        for source in self.ordered:
            source.owed_nj, source.invoked = 0, False
            source.amount_nj = source.preset_wh * NJ_PER_WH if source.lent else 0
        self.brought_nj += self.balance_nj - before_nj

    # ------------------------------------------------------------ allowances

    @property
    def next_us(self) -> int | None:
        """Next allowance."""
        return min(self._renewals.values(), default=None)

    def begin(self, epoch_us: int) -> None:
        """The account is active: allowances come from now on, the first at once."""
        for source in self.ordered:
            if source.terms.credit_type is CreditType.TIME_BASED and source.terms.obis not in self._renewals:
                self.adjust(source, source.preset_wh * NJ_PER_WH)
                self._renewals[source.terms.obis] = self._next_renewal(source, epoch_us)

    def end(self) -> None:
        """The account is closed: no allowance comes any more."""
        self._renewals.clear()

    def advance(self, epoch_us: int) -> None:
        """Renew what is due: what is left of an allowance lapses, and does not add up."""
        for obis, instant in self._renewals.items():
            source = self.get(obis)
            if source is not None and instant <= epoch_us:
                self.adjust(source, source.preset_wh * NJ_PER_WH)
                self._renewals[obis] = self._next_renewal(source, epoch_us)

    def _next_renewal(self, source: CreditSource, epoch_us: int) -> int:
        period_us = source.terms.period_s * US_PER_S
        return ((epoch_us - self._deviation_us) // period_us + 1) * period_us + self._deviation_us

    # ------------------------------------------------------------ distances

    def falls_nj(self, low_nj: int) -> Iterator[int]:
        """Amounts to be used until something changes by itself: a credit ends, a warning, a choice."""
        yield self.available_nj - low_nj
        used_nj = 0
        for source in self.ordered:
            used_nj += source.usable_nj
            yield used_nj
            if source.terms.selectable and not source.invoked:
                yield self._before_nj(source) - source.terms.available_wh * NJ_PER_WH

    def _before_nj(self, source: CreditSource) -> int:
        place = self.ordered.index(source)
        return sum(earlier.usable_nj for earlier in self.ordered[:place])

    # ------------------------------------------------------------ memory

    def snapshot(self) -> dict[str, Any]:
        """Every credit but the token credit, and the calendar of allowances, as plain data."""
        others = {item.terms.obis: item.snapshot() for item in self.ordered if item is not self.token}
        return {"sources": others, "renewals": dict(self._renewals), "brought_nj": self.brought_nj}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for source in self.ordered:
            if source is not self.token:
                source.restore(kept["sources"][source.terms.obis])
        self._renewals = dict(kept["renewals"])
        self.brought_nj = kept["brought_nj"]
