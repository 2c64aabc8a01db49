"""Class 0: credit transferred in the unit of the service."""

from dataclasses import dataclass
from typing import ClassVar

from protocols.sts.amounts import CurrencyAmount, decode_amount, encode_amount, encode_currency
from protocols.sts.errors import StsValueError
from protocols.sts.token.carrier import check_register, pack_register, unpack_register

UNITS = ("0.1 kWh", "0.1 m3", "0.1 m3", "0.1 min")
"""The unit of `TransferCredit.amount_units`, by subclass: electricity, water, gas, time."""


@dataclass(frozen=True, slots=True)
class TransferCredit:
    """Credit for electricity, water, gas or time.

    Args:
        subclass: 0 electricity, 1 water, 2 gas, 3 time.
        rnd: 4 random bits; no meter checks them.
        tid: 24-bit token identifier, minutes.
        amount_units: in the unit of the subclass (see `UNITS`); coding rounds it *up* to the next value that
            a token holds.

    Raises:
        StsValueError: a field outside its range.

    Source: IEC 62055-41, 6.2.2
    """

    token_class: ClassVar[int] = 0
    subclass: int
    rnd: int
    tid: int
    amount_units: int

    def __post_init__(self) -> None:
        if not 0 <= self.subclass < len(UNITS):
            raise StsValueError(f"a TransferCredit has subclass 0 to 3, not {self.subclass}")
        check_register(self.rnd, self.tid)
        encode_amount(self.amount_units)

    @property
    def token_subclass(self) -> int:
        """The same as `subclass`, under the name that every token has."""
        return self.subclass

    def content44(self) -> int:
        """Return RND, TID and the coded amount."""
        return pack_register(self.rnd, self.tid, encode_amount(self.amount_units))

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "TransferCredit":
        """Read the token back from its 44 bits."""
        rnd, tid, amount = unpack_register(content44)
        return cls(token_subclass, rnd, tid, decode_amount(amount))


# Class 0, subclasses 4 to 7: credit transferred in money. No RND; its bits hold sign and exponent.

CURRENCY_SUBCLASSES = range(4, 8)
"""Electricity, water, gas, time, all in money; these tokens close with CRC_C."""


@dataclass(frozen=True, slots=True)
class TransferCurrencyCredit:
    """Credit in money for electricity, water, gas or time; a negative amount takes credit away.

    Args:
        subclass: 4 electricity, 5 water, 6 gas, 7 time.
        tid: 24-bit token identifier, minutes.
        amount_1e5: in units of 10⁻⁵ of the base currency; coding rounds it in the customer's favour.

    Raises:
        StsValueError: a field outside its range.

    Source: IEC 62055-41:2018, 6.2.2 and 6.3.6.4
    """

    token_class: ClassVar[int] = 0
    subclass: int
    tid: int
    amount_1e5: int

    def __post_init__(self) -> None:
        if self.subclass not in CURRENCY_SUBCLASSES:
            raise StsValueError(f"a TransferCredit in currency has subclass 4 to 7, not {self.subclass}")
        check_register(0, self.tid)
        encode_currency(self.amount_1e5)

    @property
    def token_subclass(self) -> int:
        """The same as `subclass`, under the name that every token has."""
        return self.subclass

    @property
    def amount(self) -> CurrencyAmount:
        """The amount as it is coded."""
        return encode_currency(self.amount_1e5)

    def content44(self) -> int:
        """Return sign and exponent, TID and the rest of the amount."""
        field20 = self.amount.field20
        return pack_register(field20 >> 16, self.tid, field20 & 0xFFFF)

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "TransferCurrencyCredit":
        """Read the token back from its 44 bits; a negative zero reads as zero."""
        sign_exponent, tid, amount = unpack_register(content44)
        return cls(token_subclass, tid, CurrencyAmount.from_field20(sign_exponent << 16 | amount).amount_1e5)
