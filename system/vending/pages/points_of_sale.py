"""Merchants and their counters: make, limit, suspend."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.ledger import account_of, balance_of
from system.vending.models import AccountKind, Merchant, PointOfSale
from system.vending.pages.forms import LimitForm, MerchantForm, PointOfSaleForm, submit_form, user_of
from system.vending.services.points_of_sale import (
    create_merchant,
    create_point_of_sale,
    set_active,
    set_limit,
)

_MANAGE = requires(Operation.MANAGE_POINTS_OF_SALE)


@_MANAGE
@require_GET
def points_of_sale(request: HttpRequest) -> HttpResponse:
    """All merchants with their counters, and the forms."""
    return _page(request)


@_MANAGE
@require_POST
def add_merchant(request: HttpRequest) -> HttpResponse:
    """A new merchant."""
    form = MerchantForm(request.POST, prefix="m")

    def make(said: dict[str, Any]) -> Merchant:
        return create_merchant(user_of(request), said["name"], said["document"], said["limit"])

    return _after(request, "merchant_form", form, make, "Comercio creado.")


@_MANAGE
@require_POST
def add_point(request: HttpRequest) -> HttpResponse:
    """A further counter."""
    form = PointOfSaleForm(request.POST, user=request.user, prefix="p")

    def make(said: dict[str, Any]) -> PointOfSale:
        return create_point_of_sale(user_of(request), said["merchant"], said["name"])

    return _after(request, "point_form", form, make, "Punto de venta creado.")


@_MANAGE
@require_POST
def limit(request: HttpRequest) -> HttpResponse:
    """Another credit limit."""
    form = LimitForm(request.POST, user=request.user, prefix="l")

    def change(said: dict[str, Any]) -> bool:
        set_limit(user_of(request), said["merchant"], said["limit"])
        return True

    return _after(request, "limit_form", form, change, "Cupo cambiado.")


@_MANAGE
@require_POST
def switch_merchant(request: HttpRequest, merchant_id: int) -> HttpResponse:
    """Suspend a merchant, or let him sell again."""
    return _switch(request, Merchant.objects.of(request.user).filter(pk=merchant_id).first())


@_MANAGE
@require_POST
def switch_point(request: HttpRequest, point_id: int) -> HttpResponse:
    """Suspend a counter, or let it sell again."""
    return _switch(request, PointOfSale.objects.of(request.user).filter(pk=point_id).first())


def _switch(request: HttpRequest, row: Merchant | PointOfSale | None) -> HttpResponse:
    if row is None:
        raise Http404
    set_active(user_of(request), row, active=not row.active)
    return redirect("vending:points-of-sale")


def _after(
    request: HttpRequest, name: str, form: forms.Form, verb: Callable[[dict[str, Any]], Any], said: str
) -> HttpResponse:
    if submit_form(request, form, verb, said) is None:
        return _page(request, **{name: form})
    return redirect("vending:points-of-sale")


def _page(request: HttpRequest, **filled: forms.Form) -> HttpResponse:
    user = user_of(request)
    rows = [
        (merchant, balance_of(account_of(merchant.provider_id, AccountKind.MERCHANT, merchant)))
        for merchant in Merchant.objects.of(user).prefetch_related("points_of_sale")
    ]
    shown: dict[str, Any] = {
        "rows": rows,
        "merchant_form": MerchantForm(prefix="m"),
        "point_form": PointOfSaleForm(user=user, prefix="p"),
        "limit_form": LimitForm(user=user, prefix="l"),
    }
    return render(request, "vending/points_of_sale.html", {**shown, **filled})
