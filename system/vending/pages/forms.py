"""Forms of counter and office, their fields (pesos and kWh as Colombia writes them), and form actions."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from protocols.sts.identity import KRN_RANGE, SGC_PATTERN, TI_RANGE
from system.accounts.four_eyes import UnableToApprove
from system.config.clock import business_day
from system.vending.errors import UnableToSell
from system.vending.models import Merchant, PointOfSale
from system.vending.pricing.money import AMOUNT_C_MAX, UNITS_MAX
from system.vending.pricing.zni import SUBSIDISED_STRATA
from system.vending.services.issue_tokens import MANAGEMENT, POWER_LIMIT_MAX_W
from system.vending.services.tariffs import ZniMonth, zni_versions

# ------------ fields: points group thousands, the comma is for decimals

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
        raise ValidationError(gettext("Escriba un número, por ejemplo 10.000 o 12,5."))
    whole, rest = match[1].replace(".", ""), match[2] or ""
    if len(rest) > decimals:
        raise ValidationError(f"Use a lo sumo {decimals} decimales.")
    if len(whole) > 15:
        raise ValidationError(gettext("El número es demasiado grande."))
    return int(whole + rest.ljust(decimals, "0"))


class _SmallestUnitField(forms.CharField):
    decimals = 0
    most = 0

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return None
        number = read_decimal(text, self.decimals)
        if number > self.most:
            raise ValidationError(gettext("El número es demasiado grande."))
        return number


class PesosField(_SmallestUnitField):
    """An amount, as centavos."""

    decimals = 2
    most = AMOUNT_C_MAX


class KwhField(_SmallestUnitField):
    """Energy, as units of 0.1 kWh."""

    decimals = 1
    most = UNITS_MAX


# ------------ counter


class OfferForm(forms.Form):
    """A meter number, and money or energy."""

    number = forms.CharField(label=gettext_lazy("Número del medidor"), max_length=40)
    amount = PesosField(label=gettext_lazy("Valor a recargar (pesos)"), required=False)
    kwh = KwhField(label=gettext_lazy("o cantidad (kWh)"), required=False)

    def clean(self) -> dict[str, Any]:
        """Money or energy, not both.

        Raises:
            ValidationError: neither, or both.
        """
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if (cleaned.get("amount") is None) == (cleaned.get("kwh") is None):
            raise forms.ValidationError(gettext("Escriba el valor en pesos o la cantidad de kWh (sólo uno)."))
        return cleaned


class ConfirmForm(OfferForm):
    """The same, under the id that the screen made for it."""

    sale_id = forms.UUIDField(widget=forms.HiddenInput)


class OpenShiftForm(forms.Form):
    """Counter, and the cash in its drawer."""

    shift_id = forms.UUIDField(widget=forms.HiddenInput)
    point_of_sale = forms.ModelChoiceField(PointOfSale.objects.none(), label=gettext_lazy("Punto de venta"))
    cash = PesosField(label=gettext_lazy("Base de caja (pesos)"))

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["point_of_sale"]
        own.queryset = PointOfSale.objects.of(user).filter(active=True, merchant__active=True)


class CloseShiftForm(forms.Form):
    """Cash that was counted."""

    cash = PesosField(label=gettext_lazy("Efectivo contado (pesos)"))
    note = forms.CharField(label=gettext_lazy("Nota"), max_length=200, required=False)


class DepositForm(forms.Form):
    """Money that a merchant hands over."""

    deposit_id = forms.UUIDField(widget=forms.HiddenInput)
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("Comercio"))
    amount = PesosField(label=gettext_lazy("Valor consignado (pesos)"))
    reference = forms.CharField(label=gettext_lazy("Comprobante"), max_length=60, required=False)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)


# ------------ office

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
    number = forms.CharField(label=gettext_lazy("Número del medidor"), max_length=40)


class ManagementForm(MeterForm):
    """A management token."""

    what = forms.ChoiceField(
        label=gettext_lazy("Token"),
        choices=[(name, _MANAGEMENT_NAMES.get(name, name)) for name in MANAGEMENT],
    )
    value = forms.IntegerField(
        label=gettext_lazy("Límite (W)"),
        min_value=0,
        max_value=POWER_LIMIT_MAX_W,
        required=False,
        help_text=gettext_lazy("Sólo para el límite de potencia."),
    )


class FreeIssueForm(MeterForm):
    """Energy without charge."""

    kwh = KwhField(label=gettext_lazy("Cantidad (kWh)"))
    reason = forms.CharField(label=gettext_lazy("Motivo"), max_length=200)


class PlanForm(forms.Form):
    """A key change with the next sale."""

    number = forms.CharField(label=gettext_lazy("Número del medidor"), max_length=40)
    krn = forms.IntegerField(label=gettext_lazy("KRN nuevo"), min_value=KRN_RANGE[0], max_value=KRN_RANGE[1])
    ti = forms.IntegerField(label=gettext_lazy("TI nuevo"), min_value=TI_RANGE[0], max_value=TI_RANGE[1])


class ChangeKeyForm(MeterForm):
    """A key change by itself, also into another supply group."""

    sgc = forms.RegexField(f"^{SGC_PATTERN}$", label=gettext_lazy("SGC nuevo"))
    krn = forms.IntegerField(label=gettext_lazy("KRN nuevo"), min_value=KRN_RANGE[0], max_value=KRN_RANGE[1])
    ti = forms.IntegerField(label=gettext_lazy("TI nuevo"), min_value=TI_RANGE[0], max_value=TI_RANGE[1])
    reason = forms.CharField(label=gettext_lazy("Motivo"), max_length=200)


class ReasonForm(forms.Form):
    """Reason of a reversal."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Motivo"), max_length=200)


class RiskForm(ReasonForm):
    """Reason of a reversal whose token was sent and never answered for."""

    reason = forms.CharField(
        label=gettext_lazy("Motivo, y qué dijo el cliente"), min_length=10, max_length=200
    )
    accept = forms.BooleanField(
        label=gettext_lazy("Sé que el medidor puede tener este token, y la energía sería gratis")
    )
    row_starts = ("accept",)


class SignaturesForm(forms.Form):
    """Signatures of two operators: the lines that ``amibench security-module approve`` printed."""

    signatures = forms.CharField(
        label=gettext_lazy("Firmas de dos operadores, una por línea"),
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
            raise forms.ValidationError(gettext("Cada línea debe ser como la imprimió el comando."))
        return read


class MerchantForm(forms.Form):
    """A new merchant."""

    name = forms.CharField(label=gettext_lazy("Comercio nuevo"), max_length=80)
    document = forms.CharField(label=gettext_lazy("Documento o NIT"), max_length=20, required=False)
    limit = PesosField(
        label=gettext_lazy("Cupo (pesos)"), required=False, help_text=gettext_lazy("Vacío: sin límite.")
    )


class PointOfSaleForm(forms.Form):
    """A further counter of a merchant."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("Comercio"))
    name = forms.CharField(label=gettext_lazy("Punto de venta nuevo"), max_length=40)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)


class LimitForm(forms.Form):
    """A merchant's credit limit."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("Comercio"))
    limit = PesosField(
        label=gettext_lazy("Cupo (pesos)"), required=False, help_text=gettext_lazy("Vacío: sin límite.")
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)


class PeriodForm(forms.Form):
    """From a day to a day."""

    since = DayField(label=gettext_lazy("Desde"))
    until = DayField(label=gettext_lazy("Hasta"))

    def clean(self) -> dict[str, Any]:
        """In order.

        Raises:
            ValidationError: they are not.
        """
        cleaned = super().clean() or {}
        if not self.errors and cleaned["until"] < cleaned["since"]:
            raise forms.ValidationError(gettext("El período termina antes de empezar."))
        return cleaned

    @classmethod
    def this_month(cls) -> dict[str, Any]:
        """The running month."""
        today = business_day()
        return {"since": today.replace(day=1), "until": today}


# ------------ tariffs: pesos per kWh, kWh of the month

STEPS = 4


class PriceField(PesosField):
    """Pesos for a kWh with up to four decimals, as 10⁻⁴ COP."""

    decimals = 4


class TariffForm(forms.Form):
    """Code, name, first day, unit cost, and up to four blocks; the last one filled in has no end."""

    #: Fields that begin a line of their own on the page.
    row_starts = tuple(f"name{number}" for number in range(1, STEPS + 1))

    code = forms.RegexField(r"^[A-Za-z0-9._-]{1,30}$", label=gettext_lazy("Código"))
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=80)
    valid_from = DayField(label=gettext_lazy("Vigente desde"))
    unit_cost = PriceField(label=gettext_lazy("Costo unitario ($/kWh)"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in range(1, STEPS + 1):
            first = number == 1
            self.fields[f"name{number}"] = forms.CharField(
                label=f"Bloque {number}", max_length=30, required=first
            )
            self.fields[f"price{number}"] = PriceField(label=gettext_lazy("Precio ($/kWh)"), required=first)
            self.fields[f"upto{number}"] = KwhField(
                label=gettext_lazy("Hasta (kWh del mes)"),
                required=False,
                help_text=gettext_lazy("Vacío: sin tope."),
            )

    def steps(self) -> list[dict[str, Any]]:
        """The blocks as a version keeps them."""
        said = self.cleaned_data
        return [
            {
                "name": said[f"name{number}"],
                "price_e4": said[f"price{number}"],
                "upto_units": said[f"upto{number}"],
            }
            for number in range(1, STEPS + 1)
            if said.get(f"name{number}") and said.get(f"price{number}") is not None
        ]


class ZniForm(forms.Form):
    """A month's published reference tariffs: they make one version for each stratum."""

    prefix_code = forms.RegexField(
        r"^[A-Za-z0-9._-]{1,20}$",
        label=gettext_lazy("Código"),
        help_text=gettext_lazy("Se publican CÓDIGO-E1, -E2 y -E3."),
    )
    valid_from = DayField(label=gettext_lazy("Vigente desde"))
    local_cost = PriceField(label=gettext_lazy("Costo local del servicio ($/kWh)"))
    altitude_m = forms.IntegerField(
        label=gettext_lazy("Altitud de la localidad (m)"), min_value=0, max_value=5000
    )
    beyond = PriceField(label=gettext_lazy("Referencia sobre subsistencia ($/kWh)"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for stratum in SUBSIDISED_STRATA:
            self.fields[f"e{stratum}"] = PriceField(label=f"Estrato {stratum}, subsistencia ($/kWh)")

    def versions(self) -> list[dict[str, Any]]:
        """Arguments of `publish_tariff`, one for each stratum."""
        said = self.cleaned_data
        month = ZniMonth(
            prefix_code=said["prefix_code"],
            valid_from=said["valid_from"],
            local_cost_e4=said["local_cost"],
            altitude_m=said["altitude_m"],
            subsistence_e4={stratum: said[f"e{stratum}"] for stratum in SUBSIDISED_STRATA},
            beyond_e4=said["beyond"],
        )
        return zni_versions(month)


# ------------ actions

T = TypeVar("T")


def user_of(request: HttpRequest) -> Any:
    """User of a request; a guarded page always has one."""
    return request.user


def submit_form(
    request: HttpRequest, form: forms.Form, verb: Callable[[dict[str, Any]], T], said: str
) -> T | None:
    """Do something with a valid form and say so; None where it is invalid or was refused: it says why."""
    if not form.is_valid():
        return None
    try:
        result = verb(form.cleaned_data)
    except (UnableToSell, UnableToApprove) as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, said)
    return result
