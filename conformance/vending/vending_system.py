"""Vending system under test: operations that make tokens, hooks of the test plan, requests as values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from i18n import Message

NOTHING_SAID = Message("")

REFUSALS: dict[str, Message] = {
    "check-digit": Message("the check digit"),
    "key-expired": Message("the key has expired"),
    "card-expired": Message("the card has expired"),
    "key-change-rule": Message("the rule of key changes"),
    "no-key": Message("there is no such key"),
    "value": Message("a value outside its range"),
    "other": Message("another reason"),
}
"""Kind of refusal -> what it is about."""


class VendingUnreachable(Exception):  # noqa: N818 - named as the other conditions of the bench
    """The vending system cannot be reached, or not with these keys; the message is the whole sentence."""


@dataclass(frozen=True, slots=True)
class Card:
    """A meter as its card or the registry tells the vending system.

    Attributes:
        meter: MeterPAN of 18 digits, or DRN of 11 or 13.
        ea: encryption algorithm, "07" or "11".
        sgc: supply group code, 6 digits.
        krn: key revision number, 1-9.
        ti: tariff index, 0-99.
        key_type: 0-3.
        tct: token carrier type.
        ken: key expiry number that the meter holds, or None where the card does not say.
        doe: date of expiry of the card, YYMM, or None.
    """

    meter: str
    ea: str
    sgc: str
    krn: int
    ti: int
    key_type: int = 2
    tct: int = 2
    ken: int | None = None
    doe: str | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """Aim of a key change.

    Attributes:
        sgc: supply group code, 6 digits.
        krn: key revision number, 1-9.
        ti: tariff index, 0-99.
        key_type: 0-3.
    """

    sgc: str
    krn: int
    ti: int
    key_type: int = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a vending system: tokens, or a refusal.

    Attributes:
        tokens: 20 digits each, in the order in which they were given.
        refusal: a key of `REFUSALS`, or "" for tokens.
        said: the refusal in the system's own words.
    """

    tokens: tuple[str, ...] = ()
    refusal: str = ""
    said: Message = NOTHING_SAID

    def words(self) -> Message:
        """For a step of the record."""
        if self.refusal:
            kind = REFUSALS[self.refusal]
            return Message("refuses ({kind}): {said}", kind=kind, said=self.said)
        shown = ", ".join(self.tokens)
        return Message("gives {shown}", shown=shown)


FrameListener = Callable[[str, bytes], None]
"""(``tx`` or ``rx``, bytes) of every exchange."""


class VendingSystem(Protocol):
    """A vending system under test. Whatever it cannot do it refuses; it raises `VendingUnreachable` only.

    Attributes:
        on_frame: called for every exchange, for the record.
    """

    on_frame: FrameListener

    def set_clock(self, moment: datetime) -> None:
        """Hook 1: let it be `moment`, and stand still."""

    def force_rnd(self, rnd: int | None) -> None:
        """Hook 2: use these random bits in every token; None for real ones."""

    def reset_tids(self) -> None:
        """Hook 3: forget every token identifier that was given out."""

    def credit(self, card: Card, subclass: int, amount: int, change: NewKey | None = None) -> Answer:
        """Sell credit (class 0).

        Args:
            card: the meter as its card tells.
            subclass: 0-7.
            amount: in token units (0.1 kWh …); from subclass 4 on in 10⁻⁵ of the base currency.
            change: the key that the registry wants in the meter; where it differs, key-change tokens come
                first and the credit is under the new key.
        """

    def key_change(self, card: Card, change: NewKey, *, three_kct: bool = False) -> Answer:
        """Make the tokens that load another key; `three_kct` adds the supply group for an EA07 meter."""

    def management(self, card: Card, subclass: int, value: int) -> Answer:
        """Make a token of class 2: W for the power limits, the plain 16 bits for the others."""

    def meter_test(self, subclass: int, control: int, mfr_code: int) -> Answer:
        """Make a token of class 1."""

    def close(self) -> None:
        """Let it go."""


# ---------------- Requests as values: said in the record, and put to any adapter


class Request(Protocol):
    """Something to ask."""

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A sale of credit; see `VendingSystem.credit`."""

    card: Card
    subclass: int
    amount: int
    change: NewKey | None = None

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.credit(self.card, self.subclass, self.amount, self.change)


@dataclass(frozen=True, slots=True)
class Management:
    """A token of class 2; see `VendingSystem.management`."""

    card: Card
    subclass: int
    value: int

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.management(self.card, self.subclass, self.value)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key change; see `VendingSystem.key_change`."""

    card: Card
    change: NewKey
    three_kct: bool = False

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.key_change(self.card, self.change, three_kct=self.three_kct)


@dataclass(frozen=True, slots=True)
class MeterTest:
    """A token of class 1; see `VendingSystem.meter_test`."""

    subclass: int
    control: int
    mfr_code: int

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.meter_test(self.subclass, self.control, self.mfr_code)
