"""The 16-bit floating amount of credit tokens (0.1 kWh, m³ or min) and power limits (1 W), in integers only.

Two bits of exponent `e` and 14 of mantissa `m` stand for ``10^e * m + offset(e)``; the ranges of the
exponents join.

Source: IEC 62055-41, 6.3.6
"""

from protocols.sts.errors import StsValueError

MANTISSA_BITS = 14
MANTISSA_END = 1 << MANTISSA_BITS
STEPS = (1, 10, 100, 1000)
"""What one step of the mantissa is worth, by exponent."""

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
