"""Class 1: tests and displays that work on any meter, without a key."""

from dataclasses import dataclass
from typing import ClassVar

from protocols.sts.errors import StsValueError
from protocols.sts.token.bits import CONTENT_BITS, check_width

MFR_CODE_BITS = {2: 8, 4: 16}
"""Bits of the manufacturer code field, by its digits; the control field takes the rest of 44."""

_DIGITS_BY_SUBCLASS = {0: 2, 1: 4}

ALL_TESTS = {0: (1 << 36) - 1, 1: (1 << 28) - 1}
"""Control field of Test 0, by subclass: every bit set."""


@dataclass(frozen=True, slots=True)
class InitiateMeterTest:
    """Ask the meter to run tests or to display values, one per control bit. The token is not enciphered.

    Args:
        control: 36 bits with a 2-digit manufacturer code, 28 bits with a 4-digit one; bit 0 tests the load
            switch.
        mfr_code: manufacturer code in plain binary; 0 addresses every maker.
        mfr_code_digits: 2 (subclass 0) or 4 (subclass 1).

    Raises:
        StsValueError: a field outside its range.

    Source: IEC 62055-41, 6.2.3 and 6.3.8
    """

    token_class: ClassVar[int] = 1
    control: int
    mfr_code: int = 0
    mfr_code_digits: int = 2

    def __post_init__(self) -> None:
        if self.mfr_code_digits not in MFR_CODE_BITS:
            raise StsValueError(f"a manufacturer code has 2 or 4 digits, not {self.mfr_code_digits}")
        check_width("the control field", self.control, self.control_bits)
        check_width("the manufacturer code", self.mfr_code, MFR_CODE_BITS[self.mfr_code_digits])

    @property
    def token_subclass(self) -> int:
        """0 with a 2-digit manufacturer code, 1 with a 4-digit one."""
        return self.mfr_code_digits // 2 - 1

    @property
    def control_bits(self) -> int:
        """Width of the control field: 36 or 28."""
        return CONTENT_BITS - MFR_CODE_BITS[self.mfr_code_digits]

    def content44(self) -> int:
        """Return the control field and the manufacturer code."""
        return self.control << MFR_CODE_BITS[self.mfr_code_digits] | self.mfr_code

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "InitiateMeterTest":
        """Read the token back from its 44 bits."""
        digits = _DIGITS_BY_SUBCLASS[token_subclass]
        bits = MFR_CODE_BITS[digits]
        return cls(content44 >> bits, content44 & (1 << bits) - 1, digits)
