"""Bills of postpaid consumption and of availability: list, issue, pay at the counter."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.registry.models import AgreementMode, Installation
from system.vending.errors import UnableToSell
from system.vending.models import Bill, BillPayment
from system.vending.pages.doing import done, user_of
from system.vending.pages.fields import KwhField, PesosField
from system.vending.pages.office_forms import PeriodForm
from system.vending.pricing.money import WH_PER_UNIT
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.bill import (
    bill_availability,
    bill_consumption,
    bill_measured,
    outstanding_c,
    pay_bill,
)

_LAST = 200
_PPM_PER_PERCENT = 10_000


class BillForm(PeriodForm):
    """A period of an installation: consumption, or availability."""

    bill_id = forms.UUIDField(widget=forms.HiddenInput)
    niu = forms.CharField(label="NIU de la instalación", max_length=30)
    mode = forms.ChoiceField(
        label="Modalidad",
        choices=[(mode.value, mode.label) for mode in (AgreementMode.POSTPAID, AgreementMode.AVAILABILITY)],
    )
    kwh = KwhField(label="Consumo (kWh)", required=False, help_text="En pospago. Vacío: el de las lecturas.")
    available = forms.IntegerField(
        label="Horas con servicio (%)",
        min_value=0,
        max_value=100,
        initial=100,
        help_text="En disponibilidad.",
    )


class PaymentForm(forms.Form):
    """Money on a bill."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = PesosField(label="Valor recibido (pesos)")


@requires(Operation.SEE_SALES)
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    """The last bills and what is still to be paid on each."""
    rows = Bill.objects.of(request.user).select_related("installation", "agreement__customer")
    shown = [(bill, outstanding_c(bill)) for bill in rows.order_by("-period_end", "-wall_at")[:_LAST]]
    return render(request, "vending/bills.html", {"rows": shown})


@requires(Operation.EDIT_OBLIGATIONS)
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
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

    if request.method == "POST" and done(request, form, make, "Factura emitida.") is not None:
        return redirect("vending:bills")
    return render(request, "vending/bill_form.html", {"form": form})


@requires(Operation.SELL)
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, bill_id: uuid.UUID) -> HttpResponse:
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

    if request.method == "POST" and done(request, form, take, "Pago registrado.") is not None:
        return redirect("vending:bills")
    shown = {"bill": bill, "owed_c": outstanding_c(bill), "form": form}
    return render(request, "vending/bill.html", shown)
