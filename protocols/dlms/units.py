"""Units of COSEM: the enumeration that stands beside a scaler, as a table.

>>> scaled(2309, -1, 35)
'230.9 V'

Source: IEC 62056-6-2, 4.3.2 (table of units).
"""

from dataclasses import dataclass
from decimal import Decimal

#: scalers beyond this are not shown scaled: nobody means them
_MAX_SCALER = 30


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its code, symbol, and name in English and Spanish."""

    code: int
    symbol: str
    english: str
    spanish: str

    def name(self, lang: str) -> str:
        """Its name in ``es`` or ``en``."""
        return self.spanish if lang == "es" else self.english


_ROWS: tuple[tuple[int, str, str, str], ...] = (
    (1, "a", "year", "año"),
    (2, "mo", "month", "mes"),
    (3, "wk", "week", "semana"),
    (4, "d", "day", "día"),
    (5, "h", "hour", "hora"),
    (6, "min", "minute", "minuto"),
    (7, "s", "second", "segundo"),
    (8, "°", "degree", "grado"),
    (9, "°C", "degree Celsius", "grado Celsius"),
    (10, "currency", "currency", "moneda"),
    (11, "m", "metre", "metro"),
    (12, "m/s", "metre per second", "metro por segundo"),
    (13, "m³", "cubic metre", "metro cúbico"),
    (14, "m³", "corrected cubic metre", "metro cúbico corregido"),
    (15, "m³/h", "cubic metre per hour", "metro cúbico por hora"),
    (16, "m³/h", "corrected cubic metre per hour", "metro cúbico corregido por hora"),
    (17, "m³/d", "cubic metre per day", "metro cúbico por día"),
    (18, "m³/d", "corrected cubic metre per day", "metro cúbico corregido por día"),
    (19, "l", "litre", "litro"),
    (20, "kg", "kilogram", "kilogramo"),
    (21, "N", "newton", "newton"),
    (22, "Nm", "newton metre", "newton metro"),
    (23, "Pa", "pascal", "pascal"),
    (24, "bar", "bar", "bar"),
    (25, "J", "joule", "julio"),
    (26, "J/h", "joule per hour", "julio por hora"),
    (27, "W", "watt", "vatio"),
    (28, "VA", "volt-ampere", "voltiamperio"),
    (29, "var", "var", "var"),
    (30, "Wh", "watt-hour", "vatio hora"),
    (31, "VAh", "volt-ampere-hour", "voltiamperio hora"),
    (32, "varh", "var-hour", "var hora"),
    (33, "A", "ampere", "amperio"),
    (34, "C", "coulomb", "culombio"),
    (35, "V", "volt", "voltio"),
    (36, "V/m", "volt per metre", "voltio por metro"),
    (37, "F", "farad", "faradio"),
    (38, "Ω", "ohm", "ohmio"),
    (39, "Ωm²/m", "ohm metre", "ohmio metro"),
    (40, "Wb", "weber", "weber"),
    (41, "T", "tesla", "tesla"),
    (42, "A/m", "ampere per metre", "amperio por metro"),
    (43, "H", "henry", "henrio"),
    (44, "Hz", "hertz", "hercio"),
    (45, "1/Wh", "pulses per watt-hour", "impulsos por vatio hora"),
    (46, "1/varh", "pulses per var-hour", "impulsos por var hora"),
    (47, "1/VAh", "pulses per volt-ampere-hour", "impulsos por voltiamperio hora"),
    (48, "V²h", "volt-squared hour", "voltio cuadrado hora"),
    (49, "A²h", "ampere-squared hour", "amperio cuadrado hora"),
    (50, "kg/s", "kilogram per second", "kilogramo por segundo"),
    (51, "S", "siemens", "siemens"),
    (52, "K", "kelvin", "kelvin"),
    (53, "1/V²h", "pulses per volt-squared hour", "impulsos por voltio cuadrado hora"),
    (54, "1/A²h", "pulses per ampere-squared hour", "impulsos por amperio cuadrado hora"),
    (55, "1/m³", "pulses per cubic metre", "impulsos por metro cúbico"),
    (56, "%", "percent", "por ciento"),
    (57, "Ah", "ampere-hour", "amperio hora"),
    (60, "Wh/m³", "energy per volume", "energía por volumen"),
    (61, "J/m³", "calorific value", "poder calorífico"),
    (62, "mol %", "molar fraction", "fracción molar"),
    (63, "g/m³", "mass density", "densidad"),
    (64, "Pa s", "dynamic viscosity", "viscosidad dinámica"),
    (65, "J/kg", "joule per kilogram", "julio por kilogramo"),
    (70, "dBm", "decibel-milliwatt", "decibelio milivatio"),
    (71, "dBµV", "decibel-microvolt", "decibelio microvoltio"),
    (72, "dB", "decibel", "decibelio"),
    (254, "other", "other unit", "otra unidad"),
    (255, "", "no unit", "sin unidad"),
)

UNITS: dict[int, Unit] = {row[0]: Unit(*row) for row in _ROWS}


def scaled(value: int | float, scaler: int, unit: int | None = None) -> str:
    """``value × 10^scaler`` with the symbol of `unit`, in decimal, without rounding.

    Args:
        value: as it stands on the wire.
        scaler: exponent of ten, -128 to 127.
        unit: code of the unit, None for none.
    """
    if abs(scaler) > _MAX_SCALER:
        number = f"{value} × 10^{scaler}"
    else:
        number = f"{Decimal(str(value)).scaleb(scaler):f}"
    known = UNITS.get(unit) if unit is not None else None
    symbol = known.symbol if known else ("" if unit is None else f"(unit {unit})")
    return f"{number} {symbol}".rstrip()
