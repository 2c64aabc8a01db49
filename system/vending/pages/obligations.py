"""What installations owe: list, register, end."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_day
from system.registry.models import Installation
from system.vending.errors import UnableToSell
from system.vending.models import ObligationRow
from system.vending.pages.doing import done, user_of
from system.vending.pages.fields import PesosField
from system.vending.pages.office_forms import DayField, PeriodForm
from system.vending.pricing import ObligationKind
from system.vending.selectors.obligations import KIND_NAMES, obligation_status
from system.vending.services.open_obligation import ObligationTerms, end_obligation, open_obligation

_PPM_PER_PERCENT = 10_000


class ObligationForm(forms.Form):
    """An obligation of an installation."""

    niu = forms.CharField(label="NIU de la instalación", max_length=30)
    kind = forms.ChoiceField(label="Clase", choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    name = forms.CharField(label="Concepto (como dirá el tiquete)", max_length=40)
    opening = PesosField(
        label="Saldo inicial (pesos)", required=False, help_text="De una deuda; un recaudo no tiene."
    )
    quota = PesosField(label="Cuota (pesos)", required=False)
    quota_period = forms.ChoiceField(label="Cuota", choices=[("month", "por mes"), ("sale", "por recarga")])
    share = forms.IntegerField(label="o parte de la recarga (%)", min_value=0, max_value=100, required=False)
    cap = PesosField(label="Tope por recarga (pesos)", required=False)
    priority = forms.IntegerField(label="Orden", min_value=0, max_value=999, initial=10)
    creditor = forms.CharField(label="Para quién se recauda", max_length=60, required=False)
    starts_on = DayField(label="Desde")

    def terms(self) -> ObligationTerms:
        """As the verb wants them."""
        said = self.cleaned_data
        share = said["share"]
        return ObligationTerms(
            kind=ObligationKind(said["kind"]),
            name=said["name"],
            starts_on=said["starts_on"],
            opening_c=said["opening"] or 0,
            quota_c=said["quota"],
            quota_period=said["quota_period"],
            share_ppm=None if share is None else share * _PPM_PER_PERCENT,
            cap_c=said["cap"],
            priority=said["priority"],
            creditor=said["creditor"],
        )


@requires(Operation.SEE_OBLIGATIONS)
@require_GET
def obligations(request: HttpRequest) -> HttpResponse:
    """What is owed in a period: opening, charged, collected, closing."""
    form = PeriodForm(request.GET if "since" in request.GET else PeriodForm.this_month())
    period = form.cleaned_data if form.is_valid() else PeriodForm.this_month()
    rows = obligation_status(user_of(request), period["since"], period["until"])
    return render(request, "vending/obligations.html", {"form": form, "rows": rows})


@requires(Operation.EDIT_OBLIGATIONS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Register one."""
    form = ObligationForm(request.POST or None, initial={"starts_on": business_day()})

    def make(said: dict[str, Any]) -> ObligationRow:
        place = Installation.objects.of(request.user).filter(niu=said["niu"].strip()).first()
        if place is None:
            raise UnableToSell(f"No hay una instalación con NIU {said['niu']}.")
        return open_obligation(user_of(request), place, form.terms())

    if request.method == "POST" and done(request, form, make, "Obligación registrada.") is not None:
        return redirect("vending:obligations")
    return render(request, "vending/obligation_form.html", {"form": form})


@requires(Operation.EDIT_OBLIGATIONS)
@require_POST
def end(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """Collect it no longer."""
    row = ObligationRow.objects.of(request.user).filter(pk=obligation_id).first()
    if row is None:
        raise Http404
    end_obligation(user_of(request), row)
    return redirect("vending:obligations")
