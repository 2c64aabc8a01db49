"""Pages of obligations and bills: list, register, end; issue, pay at the counter."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.registry.models import AgreementMode, Installation
from system.vending.errors import UnableToSell
from system.vending.models import Bill, BillPayment, ObligationRow
from system.vending.pages.forms import DayField, KwhField, PeriodForm, PesosField, submit_form, user_of
from system.vending.pricing import ObligationKind
from system.vending.pricing.money import WH_PER_UNIT
from system.vending.selectors.obligations import KIND_NAMES, obligation_status
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.bills import (
    bill_availability,
    bill_consumption,
    bill_measured,
    outstanding_c,
    pay_bill,
)
from system.vending.services.obligations import ObligationTerms, end_obligation, open_obligation

# ------------ obligations

_PPM_PER_PERCENT = 10_000


class ObligationForm(forms.Form):
    """An obligation of an installation."""

    niu = forms.CharField(label=gettext_lazy("NIU de la instalación"), max_length=30)
    kind = forms.ChoiceField(
        label=gettext_lazy("Clase"), choices=[(kind.value, name) for kind, name in KIND_NAMES.items()]
    )
    name = forms.CharField(label=gettext_lazy("Concepto (como dirá el tiquete)"), max_length=40)
    opening = PesosField(
        label=gettext_lazy("Saldo inicial (pesos)"),
        required=False,
        help_text=gettext_lazy("De una deuda; un recaudo no tiene."),
    )
    quota = PesosField(label=gettext_lazy("Cuota (pesos)"), required=False)
    quota_period = forms.ChoiceField(
        label=gettext_lazy("Cuota"), choices=[("month", "por mes"), ("sale", "por recarga")]
    )
    share = forms.IntegerField(
        label=gettext_lazy("o parte de la recarga (%)"), min_value=0, max_value=100, required=False
    )
    cap = PesosField(label=gettext_lazy("Tope por recarga (pesos)"), required=False)
    priority = forms.IntegerField(label=gettext_lazy("Orden"), min_value=0, max_value=999, initial=10)
    creditor = forms.CharField(label=gettext_lazy("Para quién se recauda"), max_length=60, required=False)
    starts_on = DayField(label=gettext_lazy("Desde"))

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
    """Status of obligations in a period: opening, charged, collected, closing."""
    form = PeriodForm(request.GET if "since" in request.GET else PeriodForm.this_month())
    period = form.cleaned_data if form.is_valid() else PeriodForm.this_month()
    rows = obligation_status(user_of(request), period["since"], period["until"])
    return render(request, "vending/obligations.html", {"form": form, "rows": rows})


@requires(Operation.EDIT_OBLIGATIONS)
@require_http_methods(["GET", "POST"])
def add_obligation(request: HttpRequest) -> HttpResponse:
    """Register one."""
    form = ObligationForm(request.POST or None, initial={"starts_on": business_day()})

    def make(said: dict[str, Any]) -> ObligationRow:
        place = Installation.objects.of(request.user).filter(niu=said["niu"].strip()).first()
        if place is None:
            raise UnableToSell(f"No hay una instalación con NIU {said['niu']}.")
        return open_obligation(user_of(request), place, form.terms())

    if request.method == "POST" and submit_form(request, form, make, "Obligación registrada.") is not None:
        return redirect("vending:obligations")
    return render(request, "vending/obligation_form.html", {"form": form})


@requires(Operation.EDIT_OBLIGATIONS)
@require_POST
def end_obligation_page(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """Collect it no longer."""
    row = ObligationRow.objects.of(request.user).filter(pk=obligation_id).first()
    if row is None:
        raise Http404
    end_obligation(user_of(request), row)
    return redirect("vending:obligations")


# ------------ bills

_LAST = 200


class BillForm(PeriodForm):
    """A period of an installation: consumption, or availability."""

    bill_id = forms.UUIDField(widget=forms.HiddenInput)
    niu = forms.CharField(label=gettext_lazy("NIU de la instalación"), max_length=30)
    mode = forms.ChoiceField(
        label=gettext_lazy("Modalidad"),
        choices=[(mode.value, mode.label) for mode in (AgreementMode.POSTPAID, AgreementMode.AVAILABILITY)],
    )
    kwh = KwhField(
        label=gettext_lazy("Consumo (kWh)"),
        required=False,
        help_text=gettext_lazy("En pospago. Vacío: el de las lecturas."),
    )
    available = forms.IntegerField(
        label=gettext_lazy("Horas con servicio (%)"),
        min_value=0,
        max_value=100,
        initial=100,
        help_text=gettext_lazy("En disponibilidad."),
    )


class PaymentForm(forms.Form):
    """Money on a bill."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = PesosField(label=gettext_lazy("Valor recibido (pesos)"))


@requires(Operation.SEE_SALES)
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    """The last bills and what is still to be paid on each."""
    rows = Bill.objects.of(request.user).select_related("installation", "agreement__customer")
    shown = [(bill, outstanding_c(bill)) for bill in rows.order_by("-period_end", "-wall_at")[:_LAST]]
    return render(request, "vending/bills.html", {"rows": shown})


@requires(Operation.EDIT_OBLIGATIONS)
@require_http_methods(["GET", "POST"])
def issue_bill(request: HttpRequest) -> HttpResponse:
    """Bill a period."""
    form = BillForm(request.POST or None, initial={"bill_id": uuid.uuid4(), **PeriodForm.this_month()})

    def make(said: dict[str, Any]) -> Bill:
        place = Installation.objects.of(request.user).filter(niu=said["niu"].strip()).first()
        if place is None:
            raise UnableToSell(f"No hay una instalación con NIU {said['niu']}.")
        user, period = user_of(request), (said["since"], said["until"])
        if said["mode"] == AgreementMode.AVAILABILITY:
            ppm = said["available"] * _PPM_PER_PERCENT
            return bill_availability(user, said["bill_id"], place, period, ppm)
        if said["kwh"] is None:
            return bill_measured(user, said["bill_id"], place, period)
        return bill_consumption(user, said["bill_id"], place, period, said["kwh"] * WH_PER_UNIT)

    if request.method == "POST" and submit_form(request, form, make, "Factura emitida.") is not None:
        return redirect("vending:bills")
    return render(request, "vending/bill_form.html", {"form": form})


@requires(Operation.SELL)
@require_http_methods(["GET", "POST"])
def pay_bill_page(request: HttpRequest, bill_id: uuid.UUID) -> HttpResponse:
    """Receive money on a bill at the open counter."""
    bill = Bill.objects.of(request.user).filter(pk=bill_id).first()
    if bill is None:
        raise Http404
    shift = open_shift_of(user_of(request))
    if shift is None:
        return redirect("vending:shift")
    form = PaymentForm(request.POST or None, initial={"payment_id": uuid.uuid4()})

    def take(said: dict[str, Any]) -> BillPayment:
        return pay_bill(user_of(request), shift, bill, said["amount"], said["payment_id"])

    if request.method == "POST" and submit_form(request, form, take, "Pago registrado.") is not None:
        return redirect("vending:bills")
    shown = {"bill": bill, "owed_c": outstanding_c(bill), "form": form}
    return render(request, "vending/bill.html", shown)
