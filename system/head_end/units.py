"""Values of DLMS as people write them."""

from protocols.dlms.units import UNITS


def unit_name(number: int | None) -> str:
    """The symbol of a unit by its number; empty where there is none or nobody knows it.

    >>> unit_name(30)
    'Wh'
    """
    known = UNITS.get(number) if number is not None else None
    return known.symbol if known else ""


def scaled(value: int, scaler: int) -> int | float:
    """A raw value in its unit; a whole number where it is one.

    >>> scaled(123, 1), scaled(2305, -1)
    (1230, 230.5)
    """
    return int(value * 10**scaler) if scaler >= 0 else value / 10**-scaler
