"""Units of DLMS by their numbers, as people write them.

Source: IEC 62056-6-2, physical units enumerated by Register
"""

from collections.abc import Mapping

UNITS: Mapping[int, str] = {
    6: "min",
    7: "s",
    8: "°",
    9: "°C",
    27: "W",
    28: "VA",
    29: "var",
    30: "Wh",
    31: "VAh",
    32: "varh",
    33: "A",
    35: "V",
    44: "Hz",
    255: "",
}


def unit_name(number: int | None) -> str:
    """What people write; empty where there is none or nobody knows it.

    >>> unit_name(30)
    'Wh'
    """
    return UNITS.get(number, "") if number is not None else ""


def scaled(value: int, scaler: int) -> int | float:
    """A raw value in its unit; a whole number where it is one.

    >>> scaled(123, 1), scaled(2305, -1)
    (1230, 230.5)
    """
    return int(value * 10**scaler) if scaler >= 0 else value / 10**-scaler
