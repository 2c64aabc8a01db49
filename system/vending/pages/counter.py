"""The cashier's screen: number and amount, then name and price, then the token; all of it by keyboard."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.errors import SalePending, UnableToSell
from system.vending.models import OpenSale, Sale, Shift
from system.vending.pages.forms import ConfirmForm, OfferForm
from system.vending.pricing.explain import explain
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.sell_energy import SaleRequest, offer, sell_energy
from system.vending.services.vend_transaction import resolve_sale


@requires(Operation.SELL)
@require_GET
def counter(request: HttpRequest) -> HttpResponse:
    """Two fields, a keypad, and what is still without an outcome."""
    shift = open_shift_of(_user(request))
    if shift is None:
        return redirect("vending:shift")
    return render(request, "vending/counter.html", {"form": OfferForm(), "shift": shift, **_open(shift)})


@requires(Operation.SELL)
@require_POST
def make_offer(request: HttpRequest) -> HttpResponse:
    """Trial price: customer behind the number, and what the money buys; nothing is reserved."""
    form = OfferForm(request.POST)
    if not form.is_valid():
        return render(request, "vending/_offer.html", {"form": form})
    wanted = _request_of(uuid.uuid4(), form)
    try:
        offered = offer(_user(request), wanted)
    except UnableToSell as error:
        return render(request, "vending/_offer.html", {"form": form, "refused": str(error)})
    shown = {"form": form, "offered": offered, "sale_id": wanted.sale_id, "said": explain(offered.quote)}
    return render(request, "vending/_offer.html", shown)


@requires(Operation.SELL)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The money was taken: sell. The same form again gives the same token."""
    form = ConfirmForm(request.POST)
    shift = open_shift_of(_user(request))
    if shift is None:
        return redirect("vending:shift")
    if not form.is_valid():
        return render(request, "vending/refused.html", {"refused": "Los datos de la venta no son válidos."})
    wanted = _request_of(form.cleaned_data["sale_id"], form)
    try:
        sale = sell_energy(_user(request), shift, wanted)
    except UnableToSell as error:
        return render(request, "vending/refused.html", {"refused": str(error)}, status=409)
    except SalePending as error:
        return render(request, "vending/pending.html", {"sale_id": error.sale_id}, status=503)
    return redirect("vending:sale", sale_id=sale.pk)


@requires(Operation.SELL)
@require_POST
def resolve(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Ask the security module what became of a sale without an outcome."""
    sale = Sale.objects.of(_user(request)).filter(pk=sale_id).first()
    if sale is None:
        raise Http404
    try:
        outcome = resolve_sale(sale)
    except SalePending:
        return render(request, "vending/pending.html", {"sale_id": sale_id}, status=503)
    if not outcome.minted:
        return render(request, "vending/refused.html", {"refused": outcome.reason}, status=409)
    return redirect("vending:sale", sale_id=sale.pk)


def _request_of(sale_id: uuid.UUID, form: OfferForm) -> SaleRequest:
    cleaned = form.cleaned_data
    return SaleRequest(sale_id, cleaned["number"], cleaned["amount"], cleaned["kwh"])


def _open(shift: Shift) -> dict[str, Any]:
    return {"open_sales": OpenSale.objects.filter(sale__shift=shift).select_related("sale")}


def _user(request: HttpRequest) -> Any:
    return request.user
