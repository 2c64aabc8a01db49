"""Class 0: credit transferred in the unit of the service."""

from dataclasses import dataclass
from typing import ClassVar

from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.errors import StsValueError
from protocols.sts.token.bits import check_register, pack_register, unpack_register

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
