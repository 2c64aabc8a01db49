"""Installations: meters, agreements and purchases of one; agreement and meter swap."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.registry.errors import UnableToRegister
from system.registry.hooks import HOOKS
from system.registry.models import Agreement, DeviceInstallation, GroupMembership, Installation
from system.registry.pages.forms import AgreementForm, PlaceForm, SwapForm
from system.registry.pages.shortcuts import add_refusal, row_or_404
from system.registry.selectors import service_point_of
from system.registry.services.devices import swap_meter
from system.registry.services.inputs import PlaceData
from system.registry.services.installations import edit_installation, sign_agreement

LAST_SALES = 10


@requires(Operation.SEE_CUSTOMERS)
@require_GET
def installation(request: HttpRequest, installation_id: int) -> HttpResponse:
    """One installation with its history."""
    user = user_of(request)
    found = _found(request, installation_id)
    shown = {
        "home": service_point_of(user, found),
        "agreements": _history(user, Agreement, found).select_related("customer"),
        "devices": _history(user, DeviceInstallation, found).select_related("device"),
        "memberships": _history(user, GroupMembership, found).select_related("group"),
        "sales": _last_sales(user, found),
        "may_edit": user.may(Operation.EDIT_CUSTOMERS),
        "may_swap": user.may(Operation.EDIT_DEVICES),
        "may_see_devices": user.may(Operation.SEE_DEVICES),
    }
    return render(request, "registry/installation.html", shown)


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, installation_id: int) -> HttpResponse:
    """Correct an installation."""
    user = user_of(request)
    found = _found(request, installation_id)
    initial = {name: getattr(found, name) for name in PlaceData.__slots__}
    form = PlaceForm(request.POST or None, initial=initial, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            edit_installation(user, found, form.place())
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            return _done(request, found, "Instalación guardada.")
    return _form_page(request, found, form, f"Corregir la instalación {found.niu}")


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def new_agreement(request: HttpRequest, installation_id: int) -> HttpResponse:
    """Another agreement from now on."""
    user = user_of(request)
    found = _found(request, installation_id)
    present = service_point_of(user, found).agreement
    initial = {}
    if present is not None:
        initial = {
            "document": present.customer.document,
            "mode": present.mode,
            "tariff_code": present.tariff_code,
            "monthly_fee": present.monthly_fee_c // 100 or None,
        }
    form = AgreementForm(request.POST or None, initial=initial, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            sign_agreement(user, found, form.cleaned_data["document"], form.terms())
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            return _done(request, found, "Contrato nuevo, vigente desde ahora.")
    return _form_page(request, found, form, f"Contrato de {found.niu}, desde ahora")


@requires(Operation.EDIT_DEVICES)
@require_http_methods(["GET", "POST"])
def swap(request: HttpRequest, installation_id: int) -> HttpResponse:
    """Remove a meter and install another."""
    user = user_of(request)
    found = _found(request, installation_id)
    form = SwapForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            swap_meter(user, found, cleaned["number"], cleaned["at"])
        except UnableToRegister as error:
            form.add_error("at" if error.field == "at" else "number", error.sentence)
        else:
            return _done(request, found, "Cambio de medidor registrado: deudas y contrato siguen iguales.")
    return _form_page(request, found, form, f"Cambiar el medidor de {found.niu}")


def _found(request: HttpRequest, installation_id: int) -> Installation:
    return row_or_404(request, Installation, installation_id, "site__community", "feeder")


def _history(user: Any, model: Any, found: Installation) -> Any:
    return model.objects.of(user).filter(installation=found).order_by("-valid_from", "-pk")


def _last_sales(user: Any, found: Installation) -> Any:
    if not user.may(Operation.SEE_REPORTS):
        return ()  # a cashier sees the sales of his own, and those in «Ventas»
    return HOOKS.last_sales(user, found, LAST_SALES)


def _done(request: HttpRequest, found: Installation, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("registry:installation", installation_id=found.pk)


def _form_page(request: HttpRequest, found: Installation, form: Any, title: str) -> HttpResponse:
    shown = {"form": form, "title": title, "back": ("registry:installation", found.pk)}
    return render(request, "registry/form.html", shown)
