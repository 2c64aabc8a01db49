"""Forms of networks: terms, keys, endpoints."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from system.networks.api_keys import SCOPES
from system.networks.commission import Commission, read_percent
from system.networks.errors import UnableToManage
from system.networks.models import CommissionKind, KeyKind, NetworkKind
from system.networks.services.networks import Terms
from system.networks.webhooks.events import EVENT_LABELS
from system.vending.api import PesosField

_PERCENT_HELP = "10 significa 10 %; use coma para decimales: 2,5."


class TermsForm(forms.Form):
    """Limits and commission."""

    sale_max = PesosField(label=gettext_lazy("Máximo por venta (pesos)"))
    day_max = PesosField(label=gettext_lazy("Máximo por día (pesos)"))
    credit = PesosField(
        label=gettext_lazy("Cupo: cuánto puede deber (pesos)"),
        required=False,
        help_text=gettext_lazy("Vacío: sin límite."),
    )
    rate = forms.IntegerField(
        label=gettext_lazy("Solicitudes por minuto"), min_value=1, max_value=6000, initial=120
    )
    commission_kind = forms.ChoiceField(label=gettext_lazy("Comisión"), choices=CommissionKind.choices)
    percent = forms.CharField(
        label=gettext_lazy("Porcentaje"), required=False, max_length=10, help_text=_PERCENT_HELP
    )
    fixed = PesosField(label=gettext_lazy("Valor fijo por venta (pesos)"), required=False)
    cap = PesosField(
        label=gettext_lazy("Tope por venta (pesos)"),
        required=False,
        help_text=gettext_lazy("Vacío: sin tope."),
    )
    row_starts: tuple[str, ...] = ("rate", "fixed")

    def clean(self) -> dict[str, Any]:
        """The terms.

        Raises:
            ValidationError: they make no sense.
        """
        said = super().clean() or {}
        if self.errors:
            return said
        try:
            said["terms"] = self._terms(said)
        except UnableToManage as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
        return said

    @staticmethod
    def _terms(said: dict[str, Any]) -> Terms:
        kind = said["commission_kind"]
        if kind == CommissionKind.PERCENT and not said["percent"]:
            raise UnableToManage("Escriba el porcentaje, por ejemplo 10 o 2,5.", "percent")
        if kind == CommissionKind.FIXED and said["fixed"] is None:
            raise UnableToManage("Escriba el valor fijo por venta.", "fixed")
        commission = Commission(
            kind,
            read_percent(said["percent"]) if kind == CommissionKind.PERCENT else 0,
            said["fixed"] if kind == CommissionKind.FIXED else 0,
            said["cap"] if kind == CommissionKind.PERCENT else None,
        )
        terms = Terms(said["sale_max"], said["day_max"], said["credit"], commission, said["rate"])
        terms.see()
        return terms


class NetworkForm(TermsForm):
    """A network that is not connected yet."""

    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=50)
    kind = forms.ChoiceField(label=gettext_lazy("Clase"), choices=NetworkKind.choices)
    field_order = ("name", "kind")
    row_starts = ("sale_max", "rate", "fixed")


class KeyForm(forms.Form):
    """A key."""

    name = forms.CharField(
        label=gettext_lazy("Nombre"),
        max_length=60,
        help_text=gettext_lazy("Para reconocerla: «servidor principal»."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Clase"), choices=KeyKind.choices, initial=KeyKind.SANDBOX)
    days = forms.IntegerField(label=gettext_lazy("Vence en (días)"), min_value=1, max_value=730, initial=365)
    addresses = forms.CharField(
        label=gettext_lazy("Direcciones IP permitidas"),
        required=False,
        max_length=600,
        help_text=gettext_lazy("Separadas por comas, como 200.1.2.3 o 10.0.0.0/16; vacío: cualquiera."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Permisos"),
        choices=[(scope.value, meaning.label) for scope, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    row_starts = ("addresses", "scopes")

    def clean_addresses(self) -> tuple[str, ...]:
        """The parts."""
        return tuple(text.strip() for text in self.cleaned_data["addresses"].split(",") if text.strip())


class EndpointForm(forms.Form):
    """An address for webhooks."""

    url = forms.CharField(label=gettext_lazy("Dirección (https)"), max_length=500)
    sandbox = forms.BooleanField(label=gettext_lazy("Sólo avisos de prueba"), required=False)
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Avisos"),
        choices=[(event.value, f"{label} · {event.value}") for event, label in EVENT_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    row_starts = ("events",)


class DayForm(forms.Form):
    """A business day."""

    day = forms.DateField(
        label=gettext_lazy("Liquidar hasta el día"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
