"""Quantities that meters measure: names, units, scalers, and registers that only count up.

Source: IEC 62056-6-1 (OBIS codes)
"""

from collections.abc import Mapping, Sequence

from protocols.dlms.obis import obis_of
from protocols.dlms.units import UNITS

#: Instantaneous voltage and current: of the only phase, as this house's meters keep them, or of phase 1.
VOLTAGE, CURRENT = ("1.0.12.7.0", "1.0.32.7.0"), ("1.0.11.7.0", "1.0.31.7.0")

#: OBIS -> Spanish. Source: IEC 62056-6-1; the credit object is the one of this house's meters [M].
QUANTITY_NAMES: Mapping[str, str] = {
    "1.0.1.8.0": "Energía tomada",
    "1.0.2.8.0": "Energía entregada",
    "1.0.3.8.0": "Energía reactiva tomada",
    "1.0.4.8.0": "Energía reactiva entregada",
    "1.0.1.7.0": "Potencia activa",
    "1.0.12.7.0": "Voltaje",
    "1.0.32.7.0": "Voltaje",
    "1.0.52.7.0": "Voltaje, fase 2",
    "1.0.72.7.0": "Voltaje, fase 3",
    "1.0.11.7.0": "Corriente",
    "1.0.31.7.0": "Corriente",
    "1.0.51.7.0": "Corriente, fase 2",
    "1.0.71.7.0": "Corriente, fase 3",
    "0.0.19.10.0": "Crédito disponible",
}


def quantity_name(obis: str) -> str:
    """Spanish name of a quantity; its OBIS code where it has none.

    >>> quantity_name("1.0.1.8.0.255"), quantity_name("1.0.9.9.0")
    ('Energía tomada', '1.0.9.9.0')
    """
    code = obis_of(obis)
    return QUANTITY_NAMES.get(code, code)


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


#: Value group D of energy registers that only count up (time integral 1; IEC 62056-6-1, table of group D).
_CUMULATIVE = "8"
_GROUP_D = 3
#: COSEM classes whose values count: Register, Extended register.
_REGISTERS = frozenset({3, 4})
#: Exponents of ten and two at which registers wrap.
_MODULI: tuple[int, ...] = (*(10**digits for digits in range(5, 13)), 2**31, 2**32)
#: So near its end, and so near its beginning, a register is taken for one that wrapped.
_NEAR = 0.1


def is_cumulative(obis: str, class_id: int = 3) -> bool:
    """True for a quantity that only counts up.

    >>> is_cumulative("1.0.1.8.0"), is_cumulative("1.0.32.7.0")
    (True, False)
    """
    groups = obis.split(".")
    return class_id in _REGISTERS and len(groups) > _GROUP_D and groups[_GROUP_D] == _CUMULATIVE


def decreasing_values(
    values: Sequence[int], before: int | None, afterwards: int | None = None
) -> frozenset[int]:
    """Places of values that lie below one that was believed before them, or above one that was afterwards.

    Args:
        values: in the order of time.
        before: the last believed value before them; None: there is none.
        afterwards: the first believed value after them (rows that fill a gap); None: there is none.

    >>> sorted(went_back([5, 6, 2, 7], 4))
    [2]
    >>> sorted(went_back([5, 90], 4, 50))
    [1]
    """
    high, out = before, set()
    for place, value in enumerate(values):
        if (high is not None and value < high) or (afterwards is not None and value > afterwards):
            out.add(place)
        else:
            high = value
    return frozenset(out)


def rollover_modulus(before: int, value: int) -> int | None:
    """The modulus at which a register seems to have wrapped; None: it was rather set back.

    >>> rollover_modulus(99_990, 12)
    100000
    """
    for modulus in _MODULI:
        if modulus * (1 - _NEAR) <= before < modulus and 0 <= value < modulus * _NEAR:
            return modulus
    return None
