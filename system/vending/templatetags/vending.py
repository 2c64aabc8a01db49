"""Money, energy and prices as Colombia writes them."""

from django import template

from system.vending.pricing import explain
from system.vending.pricing.money import half_up

register = template.Library()


@register.filter
def pesos(amount_c: int) -> str:
    """Centavos as pesos; the decimals only where there are any."""
    text = explain.pesos(abs(amount_c)).removesuffix(",00")
    return text if amount_c >= 0 else f"−{text}"


@register.filter
def kwh(units: int) -> str:
    """Units of 0.1 kWh."""
    return explain.kwh(units)


@register.filter
def price(price_e4: int) -> str:
    """A price in 10⁻⁴ COP/kWh, with two decimals, rounded half up.

    >>> price(250)
    '$ 0,03/kWh'
    """
    return f"{explain.pesos(half_up(price_e4, 100))}/kWh"


@register.filter
def groups(digits: str) -> str:
    """The digits of a token in groups of four, as somebody types them."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
