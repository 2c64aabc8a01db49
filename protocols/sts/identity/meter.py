"""The numbers that name one meter: the decoder reference number and the MeterPAN around it."""

from dataclasses import dataclass

from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.luhn import luhn_digit, luhn_ok

IIN_BY_DRN_DIGITS = {11: "600727", 13: "0000"}
"""Issuer identification number that goes with each length of DRN (IEC 62055-41, 6.1.2.2)."""

PAN_DIGITS = 18


def decimal_digits(text: str, name: str) -> str:
    """Return `text` if it is made of ASCII decimal digits only.

    Raises:
        StsValueError: it is empty or holds anything else.
    """
    if not (isinstance(text, str) and text.isascii() and text.isdecimal()):
        raise StsValueError(f"{name} must be decimal digits, not {text!r}")
    return text


@dataclass(frozen=True, slots=True)
class DecoderReferenceNumber:
    """The number printed on a meter: manufacturer code, 8-digit serial, Luhn digit.

    Args:
        drn: 11 digits (2-digit manufacturer code) or 13 digits (4-digit code).

    Raises:
        LuhnError: the check digit does not fit.
        StsValueError: another length, or something else than digits.

    Source: IEC 62055-41, 6.1.2.3
    """

    drn: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.drn, "a DRN")) not in IIN_BY_DRN_DIGITS:
            raise StsValueError(f"a DRN has 11 or 13 digits, not {len(self.drn)}: {self.drn}")
        if not luhn_ok(self.drn):
            raise LuhnError(f"DRN {self.drn} has a wrong check digit: {luhn_digit(self.drn[:-1])} would fit")

    @property
    def mfr_code_digits(self) -> int:
        """Width of the manufacturer code: 2 or 4 digits."""
        return len(self.drn) - 9

    @property
    def mfr_code(self) -> int:
        """The manufacturer code as a number, 0-99 or 0-9999."""
        return int(self.drn[: self.mfr_code_digits])

    @property
    def serial(self) -> str:
        """The maker's 8-digit serial number."""
        return self.drn[self.mfr_code_digits : -1]

    @property
    def iin(self) -> str:
        """The issuer identification number that goes with this length of DRN."""
        return IIN_BY_DRN_DIGITS[len(self.drn)]


@dataclass(frozen=True, slots=True)
class MeterPrimaryAccountNumber:
    """MeterPAN: issuer identification number, DRN, Luhn digit; always 18 digits.

    A PAN that begins with 0000 holds a 13-digit DRN, any other an 11-digit one.

    >>> MeterPrimaryAccountNumber.from_drn("0100000000008").pan
    '000001000000000082'

    Raises:
        LuhnError: the check digit of the PAN or of the DRN inside it does not fit.
        StsValueError: not 18 digits.

    Source: IEC 62055-41, 6.1.2
    """

    pan: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.pan, "a MeterPAN")) != PAN_DIGITS:
            raise StsValueError(f"a MeterPAN has 18 digits, not {len(self.pan)}: {self.pan}")
        if not luhn_ok(self.pan):
            raise LuhnError(
                f"MeterPAN {self.pan} has a wrong check digit: {luhn_digit(self.pan[:-1])} would fit"
            )
        DecoderReferenceNumber(self.drn)

    @classmethod
    def from_drn(cls, drn: str) -> "MeterPrimaryAccountNumber":
        """Build the PAN around an 11- or 13-digit DRN.

        Raises:
            StsValueError: the DRN is malformed.
        """
        payload = DecoderReferenceNumber(drn).iin + drn
        return cls(payload + luhn_digit(payload))

    @property
    def iin(self) -> str:
        """Issuer identification number: 600727, or 0000 in front of a 13-digit DRN."""
        return self.pan[:4] if self.pan.startswith("0000") else self.pan[:6]

    @property
    def drn(self) -> str:
        """The decoder reference number, 11 or 13 digits."""
        return self.pan[len(self.iin) : -1]

    @property
    def decoder_reference_number(self) -> DecoderReferenceNumber:
        """The decoder reference number as a value."""
        return DecoderReferenceNumber(self.drn)
