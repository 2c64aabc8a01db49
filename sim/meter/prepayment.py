"""Prepayment accounting: the credit register, the energy that lowers it, the tokens that raise it.

The register is exact (nanojoules): at any instant it is what it began with, plus the tokens, minus the
imported energy, whatever the order in which these came. Exported energy never reaches it.
"""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.sts.acceptance import TokenResult
from sim.meter.units import NJ_PER_WH, WH_PER_CREDIT_UNIT

ELECTRICITY_REGISTER = 0
ALL_REGISTERS = 0xFFFF


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What the utility agreed with the customer, in whole Wh.

    Args:
        initial_wh: credit of a new meter.
        capacity_wh: most that the register holds; a token beyond it is refused whole.
        low_threshold_wh: at or below it the customer is warned.
        payment_mode: a meter in credit mode neither counts down nor opens its switch.
    """

    initial_wh: int
    capacity_wh: int
    low_threshold_wh: int
    payment_mode: PaymentMode = PaymentMode.PREPAYMENT


class Prepayment:
    """The account of one customer in one meter.

    Args:
        terms: thresholds and capacity.
    """

    __slots__ = ("_consumed_nj", "_credit_nj", "_last_amount_wh", "_terms", "_vended_wh")

    def __init__(self, terms: CreditTerms) -> None:
        self._terms = terms
        self._credit_nj = terms.initial_wh * NJ_PER_WH
        self._consumed_nj = 0
        self._vended_wh = 0
        self._last_amount_wh = 0

    @property
    def terms(self) -> CreditTerms:
        """Thresholds and capacity."""
        return self._terms

    @property
    def credit_nj(self) -> int:
        """The exact credit, nJ. The switch opens on whole microseconds: it may end a few nJ below zero."""
        return self._credit_nj

    @property
    def credit_wh(self) -> int:
        """The credit that is shown: whole Wh, towards zero."""
        whole_wh = abs(self._credit_nj) // NJ_PER_WH
        return -whole_wh if self._credit_nj < 0 else whole_wh

    @property
    def vended_wh(self) -> int:
        """All the energy that tokens ever brought."""
        return self._vended_wh

    @property
    def consumed_wh(self) -> int:
        """All the energy that was ever taken from credit."""
        return self._consumed_nj // NJ_PER_WH

    @property
    def last_amount_wh(self) -> int:
        """What the last credit token brought."""
        return self._last_amount_wh

    @property
    def exhausted(self) -> bool:
        """True where the switch must not be closed for want of credit."""
        return self._counts and self._credit_nj <= 0

    @property
    def low(self) -> bool:
        """True where the customer should be warned, also at zero."""
        return self._counts and self._credit_nj <= self._terms.low_threshold_wh * NJ_PER_WH

    def consume(self, imported_nj: int) -> None:
        """Take imported energy from the credit."""
        if self._counts:
            self._credit_nj -= imported_nj
            self._consumed_nj += imported_nj

    def grant(self, amount_units: int) -> TokenResult:
        """Add a credit token of `amount_units` tenths of a kWh, whole or not at all."""
        amount_wh = amount_units * WH_PER_CREDIT_UNIT
        if self._credit_nj + amount_wh * NJ_PER_WH > self._terms.capacity_wh * NJ_PER_WH:
            return TokenResult.OVERFLOW_ERROR
        self._credit_nj += amount_wh * NJ_PER_WH
        self._vended_wh += amount_wh
        self._last_amount_wh = amount_wh
        return TokenResult.ACCEPT

    def clear(self, register: int) -> TokenResult:
        """Set the credit of `register` to zero; this meter has only the electricity register."""
        if register not in (ELECTRICITY_REGISTER, ALL_REGISTERS):
            return TokenResult.FUNCTION_ERROR
        self._credit_nj = 0
        return TokenResult.ACCEPT

    def us_until(self, remaining_wh: int, import_power_mw: int) -> int | None:
        """Microseconds until the credit falls to `remaining_wh` at this power, rounded up.

        Returns:
            None where that never happens, 0 where it has happened.
        """
        above_nj = self._credit_nj - remaining_wh * NJ_PER_WH
        if above_nj <= 0:
            return 0
        if import_power_mw <= 0 or not self._counts:
            return None
        return -(-above_nj // import_power_mw)

    def snapshot(self) -> dict[str, Any]:
        """The account as plain data."""
        return {
            "credit_nj": self._credit_nj,
            "consumed_nj": self._consumed_nj,
            "vended_wh": self._vended_wh,
            "last_amount_wh": self._last_amount_wh,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the account that was kept."""
        self._credit_nj = kept["credit_nj"]
        self._consumed_nj = kept["consumed_nj"]
        self._vended_wh = kept["vended_wh"]
        self._last_amount_wh = kept["last_amount_wh"]

    @property
    def _counts(self) -> bool:
        return self._terms.payment_mode is PaymentMode.PREPAYMENT
