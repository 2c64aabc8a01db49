"""Devices: list, one with its names and keys, a new one, its keys."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Instant, Out, Page, PageQuery, free_text, page_of, row_or_404
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.models import Device, DeviceIdentifier, DeviceInstallation, MeterKeying
from system.registry.rest.schemas import (
    DeviceIn,
    DeviceOut,
    KeyingIn,
    KeyingOut,
)
from system.registry.selectors import METER_KINDS, find_devices
from system.registry.services.devices import register_device, set_keying

router = Router(tags=["Medidores"])
_ONE = "/devices/{key:device_id}"


class DevicesQuery(PageQuery):
    """Filter of devices."""

    text: Annotated[str, free_text(100, description="serie, DRN u otro nombre; vacío: todos")] = ""
    state: Literal["", "hung", "free", "unkeyed"] = Field("", description="instalado, libre, sin datos STS")


class NameOut(Out):
    """An identifier of a device, for a time."""

    kind: str
    value: str
    valid_from: Instant
    valid_to: Instant | None


class HungOut(Out):
    """An installation of a device, for a time."""

    installation_id: int
    valid_from: Instant
    valid_to: Instant | None


class DeviceDetailOut(DeviceOut):
    """A device with its history, the newest first."""

    identifiers: list[NameOut]
    keyings: list[KeyingOut]
    installations: list[HungOut]


def _one(request: HttpRequest, device_id: int) -> Device:
    found: Device = row_or_404(Device.objects.of(user_of(request)), device_id)
    return found


def _history(request: HttpRequest, model: Any, device: Device) -> Any:
    return model.objects.of(user_of(request)).filter(device=device).order_by("-valid_from", "-pk")[:100]


@router.get("/devices", **guarded(Operation.SEE_DEVICES, Page[DeviceOut]))
def list_devices(request: HttpRequest, asked: Query[DevicesQuery]) -> Any:
    """Buscar dispositivos."""
    return page_of(
        Page[DeviceOut], find_devices(user_of(request), asked.text, asked.state), asked, DeviceOut.of
    )


@router.post("/devices", **guarded(Operation.EDIT_DEVICES, DeviceOut, status=201))
def register(request: HttpRequest, body: DeviceIn) -> DeviceOut:
    """Registrar un dispositivo que todavía no está instalado."""
    return DeviceOut.of(register_device(user_of(request), body.data(), business_now()))


@router.get(_ONE, **guarded(Operation.SEE_DEVICES, DeviceDetailOut))
def one_device(request: HttpRequest, device_id: int) -> DeviceDetailOut:
    """Un dispositivo con sus nombres, sus llaves y los lugares donde estuvo."""
    found = _one(request, device_id)
    return DeviceDetailOut.of(
        found,
        identifiers=[NameOut.of(row) for row in _history(request, DeviceIdentifier, found)],
        keyings=[KeyingOut.of(row) for row in _history(request, MeterKeying, found)],
        installations=[HungOut.of(row) for row in _history(request, DeviceInstallation, found)],
    )


@router.put(f"{_ONE}/keying", **guarded(Operation.EDIT_DEVICES, KeyingOut))
def keep_keying(request: HttpRequest, device_id: int, body: KeyingIn) -> KeyingOut:
    """Escribir con qué datos STS trabaja un medidor hoy; no cambia las llaves en el medidor."""
    found = _one(request, device_id)
    if found.kind not in METER_KINDS:
        raise UnableToRegister("Ese dispositivo no es un medidor.")
    return KeyingOut.of(set_keying(user_of(request), found, body.data()))
