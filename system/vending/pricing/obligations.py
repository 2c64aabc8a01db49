"""What is taken off an amount before energy is bought: levies, instalments of a credit, arrears.

The order is data: obligations are served by their `priority`, the smaller first, then as they are listed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import PPM


class ObligationKind(StrEnum):
    """What an obligation is, in the ledger and on the receipt."""

    LEVY = "levy"  # aseo, public lighting: collected for others
    INSTALMENT = "instalment"  # of a financed credit
    ARREARS = "arrears"


@dataclass(frozen=True, slots=True)
class Rule:
    """How much of an obligation one sale takes. Where both a quota and a share stand, the smaller counts.

    Args:
        quota_c: centavos wanted in the period; None: no quota.
        taken_c: what earlier sales of the same period took of the quota; 0 where the period is this sale.
        share_ppm: share of the amount received; None: no share.
        cap_c: the most that one sale takes; None: no cap.
    """

    quota_c: int | None = None
    taken_c: int = 0
    share_ppm: int | None = None
    cap_c: int | None = None

    def __post_init__(self) -> None:
        if self.quota_c is None and self.share_ppm is None:
            raise PricingError("a rule needs a quota or a share of the amount")
        if any(value is not None and value < 0 for value in (self.quota_c, self.taken_c, self.cap_c)):
            raise PricingError("quota, what was taken of it, and cap must be 0 or more")
        if self.share_ppm is not None and not 0 <= self.share_ppm <= PPM:
            raise PricingError("the share must be from 0 to 1 000 000 ppm")

    def wanted_c(self, amount_c: int) -> int:
        """What it asks of a sale of `amount_c`, before anybody looks at what is owed or left."""
        limits = [self.cap_c]
        if self.quota_c is not None:
            limits.append(max(0, self.quota_c - self.taken_c))
        if self.share_ppm is not None:
            limits.append(amount_c * self.share_ppm // PPM)
        return min(limit for limit in limits if limit is not None)


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that the installation owes.

    Args:
        id: whose it is in the books.
        kind: levy, instalment or arrears.
        name: as the receipt says it.
        rule: how much a sale takes.
        priority: the smaller is served first.
        outstanding_c: what is owed; None where it has no end, as a levy.
    """

    id: str
    kind: ObligationKind
    name: str
    rule: Rule
    priority: int = 0
    outstanding_c: int | None = None

    def __post_init__(self) -> None:
        if self.outstanding_c is not None and self.outstanding_c < 0:
            raise PricingError(f"{self.name}: nobody owes less than nothing")


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one sale takes for one obligation, and what is owed afterwards (None: it has no end)."""

    obligation: Obligation
    amount_c: int

    @property
    def balance_c(self) -> int | None:
        """What is still owed afterwards."""
        owed_c = self.obligation.outstanding_c
        return None if owed_c is None else owed_c - self.amount_c


def deductions(
    obligations: Iterable[Obligation], amount_c: int, most_ppm: int = PPM
) -> tuple[Deduction, ...]:
    """What a sale takes, in order; together at most `most_ppm` of the amount. No zeros are listed."""
    taken = _taken(sorted(obligations, key=lambda one: one.priority), amount_c, amount_c * most_ppm // PPM)
    return tuple(deduction for deduction in taken if deduction.amount_c > 0)


def _taken(obligations: Iterable[Obligation], amount_c: int, left_c: int) -> Iterator[Deduction]:
    for obligation in obligations:
        owed_c = obligation.outstanding_c
        wanted_c = obligation.rule.wanted_c(amount_c)
        here_c = min(left_c, wanted_c if owed_c is None else min(wanted_c, owed_c))
        left_c -= here_c
        yield Deduction(obligation, here_c)
