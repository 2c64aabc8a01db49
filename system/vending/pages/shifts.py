"""Open and close a counter; receive deposits."""

import uuid
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.errors import UnableToSell
from system.vending.models import Deposit, Merchant, Shift
from system.vending.pages.forms import CloseShiftForm, DepositForm, OpenShiftForm
from system.vending.pricing.explain import pesos
from system.vending.selectors.shifts import open_shift_of, position_of, shift_sums
from system.vending.services.shifts import close_shift, open_shift, receive_deposit

LAST_ROWS = 20


@requires(Operation.OPERATE_SHIFT)
@require_GET
def shift(request: HttpRequest) -> HttpResponse:
    """The open shift with its sums, or the form that opens one."""
    return _shift_page(
        request, OpenShiftForm(initial={"shift_id": uuid.uuid4()}, user=request.user), CloseShiftForm()
    )


@requires(Operation.OPERATE_SHIFT)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open a shift."""
    form = OpenShiftForm(request.POST, user=request.user)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            open_shift(_user(request), cleaned["point_of_sale"], cleaned["cash"], cleaned["shift_id"])
        except UnableToSell as error:
            form.add_error(None, str(error))
        else:
            return redirect("vending:counter")
    return _shift_page(request, form, CloseShiftForm())


@requires(Operation.OPERATE_SHIFT)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Close the open shift."""
    found = open_shift_of(_user(request))
    form = CloseShiftForm(request.POST)
    if found is None:
        return redirect("vending:shift")
    if form.is_valid():
        try:
            closure = close_shift(_user(request), found, form.cleaned_data["cash"], form.cleaned_data["note"])
        except UnableToSell as error:
            form.add_error(None, str(error))
        else:
            off_c = closure.counted_cash_c - closure.expected_cash_c
            word = (
                "cuadrada" if off_c == 0 else f"con {pesos(abs(off_c))} de {'más' if off_c > 0 else 'menos'}"
            )
            messages.success(request, gettext("Turno cerrado; caja {word}.").format(word=word))
            return redirect("vending:shift-report", shift_id=found.pk)
    return _shift_page(request, OpenShiftForm(initial={"shift_id": uuid.uuid4()}, user=request.user), form)


@requires(Operation.OPERATE_SHIFT)
@require_GET
def report(request: HttpRequest, shift_id: uuid.UUID) -> HttpResponse:
    """The Z report of a shift: count, money, energy, deductions, cash."""
    rows = Shift.objects.of(request.user).select_related("closure", "point_of_sale__merchant", "cashier")
    found = rows.filter(pk=shift_id).first()
    if found is None:
        raise Http404
    return render(request, "vending/shift_report.html", {"shift": found, **asdict(shift_sums(found))})


@requires(Operation.RECEIVE_DEPOSIT)
@require_http_methods(["GET", "POST"])
def deposits(request: HttpRequest) -> HttpResponse:
    """Positions of merchants, and the form for what they hand over."""
    user = _user(request)
    form = DepositForm(request.POST or None, initial={"deposit_id": uuid.uuid4()}, user=user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            receive_deposit(
                user, cleaned["merchant"], cleaned["amount"], cleaned["reference"], cleaned["deposit_id"]
            )
        except UnableToSell as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                gettext("Consignación de {amount} registrada.").format(amount=pesos(cleaned["amount"])),
            )
            return redirect("vending:deposits")
    merchants = [(merchant, position_of(merchant)) for merchant in Merchant.objects.of(user)]
    last = (
        Deposit.objects.of(user)
        .select_related("merchant", "received_by")
        .order_by("-received_at")[:LAST_ROWS]
    )
    return render(request, "vending/deposits.html", {"form": form, "merchants": merchants, "last": last})


def _shift_page(request: HttpRequest, opening: OpenShiftForm, closing: CloseShiftForm) -> HttpResponse:
    found = open_shift_of(_user(request))
    shown: dict[str, Any] = {"shift": found, "opening": opening, "closing": closing}
    if found is not None:
        shown |= asdict(shift_sums(found)) | {"position": position_of(found.point_of_sale.merchant)}
    return render(request, "vending/shift.html", shown)


def _user(request: HttpRequest) -> Any:
    return request.user
