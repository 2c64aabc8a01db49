"""What people call the quantities that are read most; the others keep their OBIS code."""

from collections.abc import Mapping

from system.head_end.periods import obis_of

#: OBIS -> Spanish. Source: IEC 62056-6-1; the credit object is the one of this house's meters [M].
NAMES: Mapping[str, str] = {
    "1.0.1.8.0": "Energía tomada",
    "1.0.2.8.0": "Energía entregada",
    "1.0.3.8.0": "Energía reactiva tomada",
    "1.0.4.8.0": "Energía reactiva entregada",
    "1.0.1.7.0": "Potencia activa",
    "1.0.32.7.0": "Voltaje",
    "1.0.52.7.0": "Voltaje, fase 2",
    "1.0.72.7.0": "Voltaje, fase 3",
    "1.0.31.7.0": "Corriente",
    "1.0.51.7.0": "Corriente, fase 2",
    "1.0.71.7.0": "Corriente, fase 3",
    "0.0.19.10.0": "Crédito disponible",
}


def quantity_name(obis: str) -> str:
    """What people call a quantity.

    >>> quantity_name("1.0.1.8.0.255"), quantity_name("1.0.9.9.0")
    ('Energía tomada', '1.0.9.9.0')
    """
    code = obis_of(obis)
    return NAMES.get(code, code)
