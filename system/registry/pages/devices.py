"""Devices: list, one with names, keys and places, a new one, its keys."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.models import Device, DeviceIdentifier, DeviceInstallation, MeterKeying
from system.registry.pages.forms import DeviceForm, IdentifierForm, KeyingForm
from system.registry.pages.shortcuts import add_refusal, page_of, row_or_404
from system.registry.selectors import METER_KINDS, find_devices
from system.registry.services.devices import register_device, set_identifier, set_keying
from system.registry.services.inputs import KeyingData, MeterData

STATES = (("", "Todos"), ("hung", "Instalados"), ("free", "Libres"), ("unkeyed", "Sin datos STS"))


@requires(Operation.SEE_DEVICES)
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """Search by serial, DRN or another name."""
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("estado", "")
    page = page_of(request, find_devices(request.user, text, state))
    shown: dict[str, Any] = {
        "page": page,
        "text": text,
        "state": state,
        "states": STATES,
        "may_edit": _may_edit(request),
    }
    shown["query"] = urlencode({"q": text, "estado": state})
    return render(request, "registry/devices.html", shown)


@requires(Operation.SEE_DEVICES)
@require_GET
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device with its history."""
    found = row_or_404(request, Device, device_id)
    shown = {
        "device": found,
        "identifiers": _history(request, DeviceIdentifier, found),
        "keyings": _history(request, MeterKeying, found),
        "places": _history(request, DeviceInstallation, found).select_related("installation__site"),
        "is_meter": found.kind in METER_KINDS,
        "may_edit": _may_edit(request),
    }
    return render(request, "registry/device.html", shown)


@requires(Operation.EDIT_DEVICES)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Register a device that is not installed yet."""
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = register_device(user_of(request), MeterData(**form.cleaned_data), business_now())
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            messages.success(request, gettext("Dispositivo {serial} registrado.").format(serial=made.serial))
            return redirect("registry:device", device_id=made.pk)
    shown = {"form": form, "title": "Registrar un dispositivo", "back": ("registry:devices",)}
    return render(request, "registry/form.html", shown)


@requires(Operation.EDIT_DEVICES)
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, device_id: int) -> HttpResponse:
    """Record the STS data with which a meter works."""
    found = row_or_404(request, Device, device_id)
    present = MeterKeying.objects.of(request.user).filter(device=found, valid_to__isnull=True).first()
    initial = {name: getattr(present, name) for name in KeyingData.__slots__} if present else None
    form = KeyingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_keying(user_of(request), found, form.keying())
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            messages.success(request, gettext("Datos STS guardados, vigentes desde ahora."))
            return redirect("registry:device", device_id=found.pk)
    shown = {
        "form": form,
        "title": f"Datos STS del medidor {found.serial}",
        "help": "Escriba lo que el medidor tiene hoy. Para cambiar las llaves en el medidor hace falta un "
        "token de cambio de llave, con dos personas.",
        "back": ("registry:device", found.pk),
    }
    return render(request, "registry/form.html", shown)


@requires(Operation.EDIT_DEVICES)
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest, device_id: int) -> HttpResponse:
    """Give a device another DRN, logical name, EUI-48 or system title."""
    found = row_or_404(request, Device, device_id)
    form = IdentifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            set_identifier(user_of(request), found, said["kind"], said["value"])
        except UnableToRegister as error:
            form.add_error("value", error.sentence)
        else:
            messages.success(request, gettext("Identificación guardada, vigente desde ahora."))
            return redirect("registry:device", device_id=found.pk)
    shown = {
        "form": form,
        "title": f"Identificación de {found.serial}",
        "help": "El DRN es el número con el que se vende: cámbielo sólo si la placa dice otro.",
        "back": ("registry:device", found.pk),
    }
    return render(request, "registry/form.html", shown)


def _history(request: HttpRequest, model: Any, found: Device) -> Any:
    return model.objects.of(request.user).filter(device=found).order_by("-valid_from", "-pk")


def _may_edit(request: HttpRequest) -> bool:
    may: bool = user_of(request).may(Operation.EDIT_DEVICES)
    return may
