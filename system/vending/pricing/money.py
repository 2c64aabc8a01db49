"""Money and energy as integers, and the one product that joins them.

An amount is in centavos (``_c``), a price in 10⁻⁴ COP/kWh (``_e4``), energy sold in units of 0.1 kWh, as
tokens carry it. One unit at a price of 1 costs 10⁻⁵ COP, a thousandth of a centavo (``_mc``): so a cost is an
integer.

>>> cost_mc(units=10, price_e4=3271300) / MILLI_PER_CENTAVO  # 1 kWh at 327.13 COP/kWh, in centavos
32713.0
"""

CENTAVOS_PER_PESO = 100
MILLI_PER_CENTAVO = 1000
UNITS_PER_KWH = 10
WH_PER_UNIT = 100
PRICE_PER_PESO = 10_000
PPM = 1_000_000

#: No single amount is larger (10 000 million COP): beyond lie typing errors, and the integers of databases.
AMOUNT_C_MAX = 10**12
#: The most units that the exponent coding of a class 0 token can carry (STS: 18 201 624).
UNITS_MAX = 18_201_624


def cost_mc(units: int, price_e4: int) -> int:
    """Cost of so many units at a price, in thousandths of a centavo: exact."""
    return units * price_e4


def whole_centavos(amount_mc: int) -> int:
    """The centavos that are complete in an amount; what is left is less than one.

    >>> whole_centavos(1999)
    1
    """
    return amount_mc // MILLI_PER_CENTAVO


def half_up(numerator: int, denominator: int) -> int:
    """The quotient, rounded half away from zero; `denominator` above 0.

    >>> half_up(5, 2), half_up(-5, 2), half_up(4, 3)
    (3, -3, 1)
    """
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))
