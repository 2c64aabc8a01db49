"""Money and energy as people at the terminal read them."""

from django import template

from system.terminal.tickets import pesos_signed
from system.vending.pricing.explain import kwh as kwh_text
from system.vending.pricing.money import CENTAVOS_PER_PESO

register = template.Library()


@register.filter
def pesos(amount_c: int) -> str:
    """Centavos as pesos; whole ones without decimals.

    >>> pesos(1_000_000), pesos(150)
    ('$ 10.000', '$ 1,50')
    """
    return pesos_signed(amount_c).removesuffix(",00")


@register.filter
def kwh(units: int) -> str:
    """Units of 0.1 kWh as kWh."""
    return kwh_text(units)


@register.filter
def thousands(pesos_whole: int) -> str:
    """Whole pesos with dots.

    >>> thousands(20_000)
    '20.000'
    """
    return f"{pesos_whole:,}".replace(",", ".")


@register.filter
def whole_pesos(amount_c: int) -> str:
    """Centavos as whole pesos without dots: what a form sends back."""
    return str(amount_c // CENTAVOS_PER_PESO)


@register.filter
def plain(number: int) -> str:
    """A number without dots: what a form sends back."""
    return str(number)
