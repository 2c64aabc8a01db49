"""Class 1: tests and displays that work on any meter, without a key."""

from dataclasses import dataclass
from typing import ClassVar

from protocols.sts.errors import StsValueError
from protocols.sts.token.carrier import CONTENT_BITS, check_width

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


# Class 1 beyond tests: reading extended settings (STS 202-5), and what a maker may use as it likes.
#
# All have the layout of a test token: a control field and the manufacturer code, in clear.
#
# Source: STS 202-5; vendors' documents for the proprietary subclasses [1]

PROPRIETARY_MFR_DIGITS: dict[int, int] = {
    **dict.fromkeys(range(6, 11), 4),
    **dict.fromkeys(range(11, 16), 2),
}
"""Digits of the manufacturer code, by proprietary subclass of class 1 [1]."""

_READ_INDEX_SHIFT = 30


@dataclass(frozen=True, slots=True)
class ReadExtendedToken:
    """Ask the meter to show an extended setting. The token is not enciphered.

    Args:
        control: 36 bits; the top 6 are the TokenIndex, 63 for a flag.
        mfr_code: 2-digit manufacturer code in plain binary; 0 addresses every maker.

    Raises:
        StsValueError: a field outside its range.

    Source: STS 202-5
    """

    token_class: ClassVar[int] = 1
    token_subclass: ClassVar[int] = 2
    mfr_code_digits: ClassVar[int] = 2
    control_bits: ClassVar[int] = 36
    control: int
    mfr_code: int = 0

    def __post_init__(self) -> None:
        check_width("the control field", self.control, self.control_bits)
        check_width("the manufacturer code", self.mfr_code, 8)

    @property
    def token_index(self) -> int:
        """Setting to read, 0 to 63."""
        return self.control >> _READ_INDEX_SHIFT

    def content44(self) -> int:
        """Return the control field and the manufacturer code."""
        return self.control << 8 | self.mfr_code

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "ReadExtendedToken":
        """Read the token back from its 44 bits."""
        return cls(content44 >> 8, content44 & 0xFF)


@dataclass(frozen=True, slots=True)
class ProprietaryMeterTest:
    """A token of class 1 whose meaning belongs to one maker. The token is not enciphered.

    Args:
        subclass: 6 to 10 with a 4-digit manufacturer code, 11 to 15 with a 2-digit one.
        control: 28 bits (subclass 6 to 10) or 36 (11 to 15).
        mfr_code: manufacturer code in plain binary.

    Raises:
        StsValueError: a field outside its range.

    Source: vendors' documents [1]
    """

    token_class: ClassVar[int] = 1
    subclass: int
    control: int
    mfr_code: int

    def __post_init__(self) -> None:
        if self.subclass not in PROPRIETARY_MFR_DIGITS:
            raise StsValueError(f"a proprietary token of class 1 has subclass 6 to 15, not {self.subclass}")
        check_width("the control field", self.control, self.control_bits)
        check_width("the manufacturer code", self.mfr_code, CONTENT_BITS - self.control_bits)

    @property
    def token_subclass(self) -> int:
        """The same as `subclass`, under the name that every token has."""
        return self.subclass

    @property
    def mfr_code_digits(self) -> int:
        """Digits of the manufacturer code: 2 or 4."""
        return PROPRIETARY_MFR_DIGITS[self.subclass]

    @property
    def control_bits(self) -> int:
        """Width of the control field: 36 or 28."""
        return CONTENT_BITS - MFR_CODE_BITS[self.mfr_code_digits]

    def content44(self) -> int:
        """Return the control field and the manufacturer code."""
        return self.control << MFR_CODE_BITS[self.mfr_code_digits] | self.mfr_code

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "ProprietaryMeterTest":
        """Read the token back from its 44 bits."""
        bits = MFR_CODE_BITS[PROPRIETARY_MFR_DIGITS[token_subclass]]
        return cls(token_subclass, content44 >> bits, content44 & (1 << bits) - 1)
