"""Mutants of an accepted token's effects: credit, limit, clearing, lock-out, power cuts (IEC 62055-41, 8)."""

import dataclasses

from conformance.mutants._parts import part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.sts.acceptance import LockOut, LockOutTerms, TidStore, TokenResult
from sim.meter.events.tamper_protections import TamperDetector
from sim.meter.payment.prepayment import Prepayment
from sim.meter.storage.nvm import Storage
from sim.meter.supply.limiter import Limiter

_UNITS_PER_KWH = 10


@mutant(
    "rounds-amount-down",
    "iec62055-41/8.4",
    Message("rounds the amount down"),
    part("prepayment"),
)
class RoundsAmountDown(Prepayment):
    """A meter that credits whole kWh and keeps the tenths."""

    __slots__ = ()

    def grant(self, amount_units: int) -> TokenResult:
        """Less than the customer paid."""
        return super().grant(amount_units // _UNITS_PER_KWH * _UNITS_PER_KWH)


@mutant(
    "never-clears-credit",
    "iec62055-41/8.7",
    Message("does not clear the credit"),
    part("prepayment"),
)
class NeverClearsCredit(Prepayment):
    """A meter that accepts a ClearCredit token and keeps the credit."""

    __slots__ = ()

    def clear(self, register: int) -> TokenResult:
        """Accepted, and nothing done."""
        return TokenResult.ACCEPT


@mutant(
    "never-clears-tamper",
    "iec62055-41/8.11",
    Message("never puts the tamper alarm out"),
    part("tamper"),
)
class NeverClearsTamper(TamperDetector):
    """A meter that accepts a ClearTamperCondition token and keeps its alarm."""

    def clear(self) -> None:
        """Nothing done."""


@mutant(
    "never-limits-power",
    "iec62055-41/8.6",
    Message("does not trip above the power limit"),
    part("limiter"),
)
class NeverLimitsPower(Limiter):
    """A meter that accepts a power limit and never looks at the power: no load is too much."""

    __slots__ = ()

    def look(self, power_mw: int, now_us: int) -> None:
        """Never too much."""


@mutant(
    "unlocks-too-early",
    "iec62055-41/8.2",
    Message("the lock-out does not grow"),
    part("lock_out"),
    profile="ppkw-lockout",
)
def unlocks_too_early(terms: LockOutTerms) -> LockOut:
    """A meter with a lock-out that every lock lasts as long as the first."""
    return LockOut(dataclasses.replace(terms, longest_s=terms.first_s))


@mutant(
    "credits-twice-after-cut",
    "pay/PAY-08",
    Message("credits twice after a cut"),
    part("storage"),
)
class CreditsTwiceAfterCut(Storage):
    """A meter that keeps its records one by one: cut after the credit, it has forgotten the token."""

    __slots__ = ()

    def _write(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            self._memory.write(name, text)


@mutant(
    "loses-token-after-cut",
    "pay/PAY-08",
    Message("loses the token after a cut"),
    part("storage"),
)
class LosesTokenAfterCut(Storage):
    """A meter that stores the TID before it keeps the credit: a cut in between loses the customer's token."""

    __slots__ = ()

    def _write(self, texts: dict[str, str]) -> None:
        for name in reversed(texts):
            self._memory.write(name, texts[name])


@mutant(
    "forgets-without-power",
    "pay/PAY-08",
    Message("forgets TIDs without power"),
    part("tid_store"),
)
class ForgetsWithoutPower(TidStore):
    """A meter whose TID store does not outlive a power cut: a used token is new to it afterwards."""

    def snapshot(self) -> tuple[int, ...]:
        """As many places as there are, all empty."""
        return (0,) * self.capacity
