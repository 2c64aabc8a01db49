"""Pesos and kWh as Colombia writes them: points group thousands, the comma is for decimals."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from system.vending.pricing.money import AMOUNT_C_MAX, UNITS_MAX

_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?")


def read_decimal(text: str, decimals: int) -> int:
    """A number in its smallest unit.

    Raises:
        ValidationError: it is none, or has too many decimals.

    >>> read_decimal("$ 10.000", 2), read_decimal("12,5", 1)
    (1000000, 125)
    """
    match = _NUMBER.fullmatch(text.strip().removeprefix("$").strip())
    if match is None:
        raise ValidationError("Escriba un número, por ejemplo 10.000 o 12,5.")
    whole, rest = match[1].replace(".", ""), match[2] or ""
    if len(rest) > decimals:
        raise ValidationError(f"Use a lo sumo {decimals} decimales.")
    if len(whole) > 15:
        raise ValidationError("El número es demasiado grande.")
    return int(whole + rest.ljust(decimals, "0"))


class _Smallest(forms.CharField):
    decimals = 0
    most = 0

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return None
        number = read_decimal(text, self.decimals)
        if number > self.most:
            raise ValidationError("El número es demasiado grande.")
        return number


class PesosField(_Smallest):
    """An amount, as centavos."""

    decimals = 2
    most = AMOUNT_C_MAX


class KwhField(_Smallest):
    """Energy, as units of 0.1 kWh."""

    decimals = 1
    most = UNITS_MAX
