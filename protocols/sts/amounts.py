"""The 16-bit floating amount of credit tokens (0.1 kWh, m³ or min) and power limits (1 W), in integers only.

Two bits of exponent `e` and 14 of mantissa `m` stand for ``10^e * m + offset(e)``; the ranges of the
exponents join.

Source: IEC 62055-41, 6.3.6
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from protocols.sts.errors import StsValueError

MANTISSA_BITS = 14
MANTISSA_END = 1 << MANTISSA_BITS
STEPS = (1, 10, 100, 1000)
"""Worth of one step of the mantissa, by exponent."""

OFFSETS = tuple(sum(MANTISSA_END * step for step in STEPS[:exponent]) for exponent in range(len(STEPS)))
"""First value of each exponent's range: 0, 16384, 180224, 1818624."""

AMOUNT_MAX = OFFSETS[-1] + STEPS[-1] * (MANTISSA_END - 1)
"""18 201 624: the largest amount that the coding holds."""

WH_PER_UNIT = 100
"""One unit of a TransferCredit electricity token is 0.1 kWh."""


def encode_amount(units: int) -> int:
    """Code an amount on 16 bits, rounding *up* to the next value that can be coded: the customer gains.

    >>> hex(encode_amount(20000)), decode_amount(encode_amount(20000))
    ('0x416a', 20004)

    Args:
        units: 0 to `AMOUNT_MAX`, in the token's unit.

    Raises:
        StsValueError: negative, or larger than the coding holds.

    Source: IEC 62055-41, 6.3.6.2
    """
    if units < 0:
        raise StsValueError(f"an amount cannot be negative: {units}")
    for exponent, step in enumerate(STEPS):
        mantissa = -((OFFSETS[exponent] - units) // step)
        if mantissa < MANTISSA_END:
            # Rounding up may reach past the end of an exponent: the next range then starts with m = 0.
            return exponent << MANTISSA_BITS | mantissa
    raise StsValueError(f"an amount of {units} units is above the largest that a token holds, {AMOUNT_MAX}")


def decode_amount(field16: int) -> int:
    """Return the amount that a 16-bit field stands for, in the token's unit.

    Source: IEC 62055-41, 6.3.6.3
    """
    exponent, mantissa = field16 >> MANTISSA_BITS, field16 & (MANTISSA_END - 1)
    return OFFSETS[exponent] + STEPS[exponent] * mantissa


def units_from_wh(energy_wh: int) -> int:
    """Return whole token units (0.1 kWh) for an energy, rounded up as the standard asks of the conversion.

    >>> units_from_wh(25_501)
    256

    Raises:
        StsValueError: negative energy.
    """
    if energy_wh < 0:
        raise StsValueError(f"an energy to transfer cannot be negative: {energy_wh} Wh")
    return -(-energy_wh // WH_PER_UNIT)


def wh_from_units(units: int) -> int:
    """Return the energy of token units (0.1 kWh) in Wh."""
    return units * WH_PER_UNIT


# The floating amount of currency credit tokens, in units of 10⁻⁵ of the base currency, in integers only.
#
# A sign, five bits of exponent `e` and 14 of mantissa `m` stand for ``±(10^e * m + offset(e))``. Rounding
# favours the customer: an amount to add goes up, an amount to take away goes towards zero; both are
# *upwards*.
#
# Source: IEC 62055-41:2018, 6.3.6.4 (layout confirmed on 45 published tokens)

EXPONENT_END = 32
UNITS_PER_BASE = 10**5
"""Units of a token in one unit of the base currency (peso, rand, dollar)."""

STEPS_1E5: tuple[int, ...] = tuple(10**exponent for exponent in range(EXPONENT_END))
"""Worth of one step of the mantissa, by exponent."""

OFFSETS_1E5 = tuple(MANTISSA_END * (step - 1) // 9 for step in STEPS_1E5)
"""Smallest magnitude of each exponent's range."""

MAGNITUDE_MAX_1E5 = OFFSETS_1E5[-1] + STEPS_1E5[-1] * (MANTISSA_END - 1)
"""The largest magnitude that the coding holds, about 1.82 · 10³⁵ units (1.82 · 10³⁰ of base currency)."""

_TEXT_CHARACTERS_MAX = 60
_DIGITS_MAX = 40


@dataclass(frozen=True, slots=True)
class CurrencyAmount:
    """A coded amount.

    Args:
        sign: 0 positive, 1 negative.
        exponent: 0 to 31.
        mantissa: 0 to 16383.
    """

    sign: int
    exponent: int
    mantissa: int

    @property
    def amount_1e5(self) -> int:
        """Value in units of 10⁻⁵ of the base currency."""
        magnitude = OFFSETS_1E5[self.exponent] + STEPS_1E5[self.exponent] * self.mantissa
        return -magnitude if self.sign else magnitude

    @property
    def field20(self) -> int:
        """S&E (4 bits) and Amount (16 bits), as the token holds them apart: sign, exponent, mantissa."""
        return self.sign << 19 | self.exponent << MANTISSA_BITS | self.mantissa

    @classmethod
    def from_field20(cls, field20: int) -> "CurrencyAmount":
        """Take `field20` apart."""
        return cls(field20 >> 19, field20 >> MANTISSA_BITS & 0x1F, field20 & MANTISSA_END - 1)


def encode_currency(amount_1e5: int) -> CurrencyAmount:
    """Code an amount, rounding it in the customer's favour to the next value that can be coded.

    >>> encode_currency(100_000).amount_1e5, encode_currency(-100_000).amount_1e5
    (100004, -99994)

    Args:
        amount_1e5: in units of 10⁻⁵ of the base currency; negative takes credit away.

    Raises:
        StsValueError: larger than the coding holds.

    Source: IEC 62055-41:2018, 6.3.6.4
    """
    magnitude = abs(amount_1e5)
    if magnitude > MAGNITUDE_MAX_1E5:
        raise StsValueError(f"an amount of currency is at most {MAGNITUDE_MAX_1E5} units of 1e-5, not more")
    exponent = max(e for e in range(EXPONENT_END) if OFFSETS_1E5[e] <= magnitude)
    over, step = magnitude - OFFSETS_1E5[exponent], STEPS_1E5[exponent]
    if amount_1e5 < 0:
        return CurrencyAmount(1, exponent, over // step)
    mantissa = -(-over // step)
    if mantissa == MANTISSA_END:
        return CurrencyAmount(0, exponent + 1, 0)
    return CurrencyAmount(0, exponent, mantissa)


def currency_units(amount_base: int | str | Decimal) -> int:
    """Return whole units of 10⁻⁵ for an amount of the base currency, rounded upwards: the customer gains.

    >>> currency_units("1.82044E+14"), currency_units("-0.000019"), currency_units("0.000011")
    (18204400000000000000, -1, 2)

    Args:
        amount_base: a whole number, a `Decimal`, or decimal text; never a float, which holds no tenths.

    Raises:
        StsValueError: no decimal number, or far outside what a token can hold.
    """
    if not isinstance(amount_base, int | str | Decimal) or isinstance(amount_base, bool):
        kind = type(amount_base).__name__
        raise StsValueError(f"an amount of money is a whole number or decimal text, not {kind}")
    try:
        amount = Decimal(amount_base if not isinstance(amount_base, str) else _plain(amount_base))
    except InvalidOperation:
        raise StsValueError(f"an amount of money must be decimal, not {amount_base!r}") from None
    if not amount.is_finite() or abs(amount.adjusted()) > _DIGITS_MAX:
        raise StsValueError("an amount of money of a size that no token holds")
    numerator, denominator = amount.as_integer_ratio()
    return -(-numerator * UNITS_PER_BASE // denominator)


def base_currency_text(amount_1e5: int) -> str:
    """Write units of 10⁻⁵ as an amount of the base currency, exactly.

    >>> base_currency_text(-99_994), base_currency_text(1_200_000)
    ('-0.99994', '12')
    """
    whole, rest = divmod(abs(amount_1e5), UNITS_PER_BASE)
    sign = "-" if amount_1e5 < 0 else ""
    return f"{sign}{whole}.{rest:05d}".rstrip("0").rstrip(".")


def _plain(text: str) -> str:
    """Text short and plain enough to be a number."""
    stripped = text.strip()
    if len(stripped) > _TEXT_CHARACTERS_MAX or not stripped.isascii() or "_" in stripped:
        raise StsValueError(f"an amount of money must be decimal, not {stripped[:40]!r}")
    return stripped
