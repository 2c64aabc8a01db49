"""One source of credit, and what it may be used for.

Source: IEC 62056-6-2, Credit
"""

from typing import Any

from protocols.dlms.cosem.enumerations import CreditConfigurationBit, CreditType
from sim.meter.payment.plan import SourceTerms
from sim.meter.units import NJ_PER_WH


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
        """What it can give now: nothing before it was invoked, where it must be."""
        if self.terms.selectable and not self.invoked:
            return 0
        return self.free_nj

    @property
    def free_nj(self) -> int:
        """What is left in it above its limit, invoked or not."""
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
