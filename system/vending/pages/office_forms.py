"""What the office types: tokens, counters, tariffs, obligations, bills."""

import json
from typing import Any

from django import forms

from system.config.clock import business_day
from system.vending.models import Merchant
from system.vending.pages.fields import KwhField, PesosField
from system.vending.services.issue_management import MANAGEMENT, POWER_LIMIT_MAX_W

_MANAGEMENT_NAMES = {
    "power-limit": "Límite de potencia",
    "clear-credit": "Borrar crédito",
    "clear-tamper": "Borrar manipulación",
}


class DayField(forms.DateField):
    """A business day."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MeterForm(forms.Form):
    """A meter, and the id of what is made for it."""

    sale_id = forms.UUIDField(widget=forms.HiddenInput)
    number = forms.CharField(label="Número del medidor", max_length=40)


class ManagementForm(MeterForm):
    """A management token."""

    what = forms.ChoiceField(
        label="Token", choices=[(name, _MANAGEMENT_NAMES.get(name, name)) for name in MANAGEMENT]
    )
    value = forms.IntegerField(
        label="Límite (W)",
        min_value=0,
        max_value=POWER_LIMIT_MAX_W,
        required=False,
        help_text="Sólo para el límite de potencia.",
    )


class FreeIssueForm(MeterForm):
    """Energy without charge."""

    kwh = KwhField(label="Cantidad (kWh)")
    reason = forms.CharField(label="Motivo", max_length=200)


class PlanForm(forms.Form):
    """A key change with the next sale."""

    number = forms.CharField(label="Número del medidor", max_length=40)
    krn = forms.IntegerField(label="KRN nuevo", min_value=1, max_value=9)
    ti = forms.IntegerField(label="TI nuevo", min_value=0, max_value=99)


class ChangeKeyForm(MeterForm):
    """A key change by itself, also into another supply group."""

    sgc = forms.RegexField(r"^[0-9]{6}$", label="SGC nuevo")
    krn = forms.IntegerField(label="KRN nuevo", min_value=1, max_value=9)
    ti = forms.IntegerField(label="TI nuevo", min_value=0, max_value=99)
    reason = forms.CharField(label="Motivo", max_length=200)


class ReasonForm(forms.Form):
    """Why a sale is taken back."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Motivo", max_length=200)


class RiskForm(ReasonForm):
    """Why a sale is taken back whose token was sent and never answered for."""

    reason = forms.CharField(label="Motivo, y qué dijo el cliente", min_length=10, max_length=200)
    accept = forms.BooleanField(label="Sé que el medidor puede tener este token, y la energía sería gratis")
    row_starts = ("accept",)


class SignaturesForm(forms.Form):
    """What two operators signed: the lines that ``amibench security-module approve`` printed."""

    signatures = forms.CharField(
        label="Firmas de dos operadores, una por línea",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=10_000,
        required=False,
    )

    def clean_signatures(self) -> list[dict[str, Any]]:
        """The objects.

        Raises:
            ValidationError: a line is none.
        """
        lines = [line for line in self.cleaned_data["signatures"].splitlines() if line.strip()]
        try:
            read = [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            read = [None]
        if not all(isinstance(line, dict) for line in read):
            raise forms.ValidationError("Cada línea debe ser como la imprimió el comando.")
        return read


class MerchantForm(forms.Form):
    """A new merchant."""

    name = forms.CharField(label="Comercio nuevo", max_length=80)
    document = forms.CharField(label="Documento o NIT", max_length=20, required=False)
    limit = PesosField(label="Cupo (pesos)", required=False, help_text="Vacío: sin límite.")


class PointOfSaleForm(forms.Form):
    """A further counter of a merchant."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label="Comercio")
    name = forms.CharField(label="Punto de venta nuevo", max_length=40)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)


class LimitForm(forms.Form):
    """A merchant's credit limit."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label="Comercio")
    limit = PesosField(label="Cupo (pesos)", required=False, help_text="Vacío: sin límite.")

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)


class PeriodForm(forms.Form):
    """From a day to a day."""

    since = DayField(label="Desde")
    until = DayField(label="Hasta")

    def clean(self) -> dict[str, Any]:
        """In order.

        Raises:
            ValidationError: they are not.
        """
        cleaned = super().clean() or {}
        if not self.errors and cleaned["until"] < cleaned["since"]:
            raise forms.ValidationError("El período termina antes de empezar.")
        return cleaned

    @classmethod
    def this_month(cls) -> dict[str, Any]:
        """The running month."""
        today = business_day()
        return {"since": today.replace(day=1), "until": today}
