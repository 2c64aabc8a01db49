"""Devices: their identifiers, their keys, and where they are installed. A swap is two dated facts."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.models import (
    Device,
    DeviceIdentifier,
    DeviceInstallation,
    IdentifierKind,
    Installation,
    MeterKeying,
)
from system.registry.services.inputs import KeyingData, MeterData


def register_device(user: User, meter: MeterData, since: datetime) -> Device:
    """Register a device with its identifiers and keys.

    Raises:
        UnableToRegister: serial, DRN or EUI-48 are in use.
    """
    with transaction.atomic():
        device = write_device(user.provider_pk, meter, since)
        audit.record(Operation.EDIT_DEVICES.value, user=user, subject=f"device:{device.pk}")
    return device


def write_device(provider_id: int, meter: MeterData, since: datetime) -> Device:
    """Write the rows of a device, within the caller's transaction.

    Raises:
        UnableToRegister: serial, DRN or EUI-48 are in use.
    """
    # a type plate exists once in the world, so these look over all providers and reveal nothing but "in use"
    if Device.objects.filter(maker=meter.maker, serial=meter.serial).exists():
        raise UnableToRegister(f"La serie {meter.serial} de {meter.maker} ya está registrada.", "serial")
    device = Device(
        provider_id=provider_id, kind=meter.kind, maker=meter.maker, model=meter.model, serial=meter.serial
    )
    _insert(device, "La serie ya está registrada.", "serial")
    for kind, value in ((IdentifierKind.DRN, meter.drn), (IdentifierKind.EUI48, meter.eui48)):
        if value:
            _identify(device, kind, value, since)
    if meter.keying is not None:
        MeterKeying.objects.create(
            provider_id=provider_id, device=device, valid_from=since, **asdict(meter.keying)
        )
    return device


def set_identifier(user: User, device: Device, kind: str, value: str) -> DeviceIdentifier:
    """Give a device another identifier of a kind, from now on; the former one stays in its history.

    Raises:
        UnableToRegister: another device bears it.
    """
    _own_row(user, device)
    now = business_now()
    with transaction.atomic():
        present: DeviceIdentifier | None = DeviceIdentifier.objects.filter(
            device=device, kind=kind, valid_to__isnull=True
        ).first()
        if present is not None and present.value == value:
            return present
        if present is not None:
            _end(present, now, "La identificación anterior empieza después de ahora.")
        row = _identify(device, kind, value, now)
        audit.record(
            Operation.EDIT_DEVICES.value,
            user=user,
            subject=f"device:{device.pk}",
            detail={"identifier": kind, "from": present.value if present else None, "to": value},
        )
    return row


def set_keying(user: User, device: Device, keying: KeyingData) -> MeterKeying:
    """Record the keys with which a device works from now on; the former row stays in its history.

    This records the keys that the meter *has*; to change the keys of a meter in the field is a sale of
    key-change tokens, which needs four eyes.

    Raises:
        UnableToRegister: the device is another provider's.
    """
    _own_row(user, device)
    now = business_now()
    with transaction.atomic():
        present: MeterKeying | None = MeterKeying.objects.filter(device=device, valid_to__isnull=True).first()
        if present is not None:
            if {name: getattr(present, name) for name in asdict(keying)} == asdict(keying):
                return present
            _end(present, now, "Las llaves anteriores empiezan después de ahora.")
        row: MeterKeying = MeterKeying.objects.create(
            provider_id=user.provider_pk, device=device, valid_from=now, **asdict(keying)
        )
        audit.record(
            Operation.EDIT_DEVICES.value,
            user=user,
            subject=f"device:{device.pk}",
            detail={"keying": asdict(keying), "former": present.pk if present else None},
        )
    return row


def swap_meter(
    user: User, installation: Installation, device: Device | None, at: datetime
) -> DeviceInstallation | None:
    """Remove the meter of an installation, and install `device` instead; both at the same instant.

    Args:
        user: who says so.
        installation: where.
        device: of the same role; None: no meter is left there.
        at: not in the future, and after the present meter was installed.

    Raises:
        UnableToRegister: it is installed elsewhere, the instant is wrong, or a row is another provider's.
    """
    _own_row(user, installation, *([device] if device else []))
    if at > business_now():
        raise UnableToRegister("La fecha del cambio no puede estar en el futuro.", "at")
    role = device.kind if device else None
    with transaction.atomic():
        open_rows = DeviceInstallation.objects.select_for_update().filter(valid_to__isnull=True)
        present = open_rows.filter(
            installation=installation, role__in=[role] if role else ["meter", "ssfvi"]
        ).first()
        if present is not None and present.device == device:
            raise UnableToRegister("Ese medidor ya está instalado ahí.", "device")
        if present is None and device is None:
            raise UnableToRegister("Ahí no hay ningún medidor instalado.", "device")
        if present is not None:
            _end(present, at, "El medidor anterior fue instalado después de esa fecha.")
        row = None if device is None else install_device(device, installation, at)
        audit.record(
            Operation.EDIT_DEVICES.value,
            user=user,
            subject=f"installation:{installation.pk}",
            detail={"from": present.device_id if present else None, "to": device.pk if device else None},
        )
    return row


def install_device(device: Device, installation: Installation, at: datetime) -> DeviceInstallation:
    """Write the row of a device's installation, within the caller's transaction.

    Raises:
        UnableToRegister: it was installed elsewhere at that instant, or another device is installed there.
    """
    elsewhere = DeviceInstallation.objects.filter(device=device).exclude(valid_to__lte=at)
    if elsewhere.exists():
        raise UnableToRegister(
            f"El medidor {device.serial} está instalado en otra parte en esa fecha: retírelo primero.",
            "device",
        )
    row = DeviceInstallation(
        provider_id=installation.provider_id,
        device=device,
        installation=installation,
        role=device.kind,
        valid_from=at,
    )
    _insert(row, "En esa instalación ya hay un medidor.", "device")
    return row


def _identify(device: Device, kind: str, value: str, since: datetime) -> DeviceIdentifier:
    row = DeviceIdentifier(
        provider_id=device.provider_id, device=device, kind=kind, value=value, valid_from=since
    )
    _insert(row, f"{IdentifierKind(kind).label} {value}: ya lo lleva otro dispositivo.", str(kind))
    return row


def _end(row: Any, at: datetime, sentence: str) -> None:
    if row.valid_from >= at:
        raise UnableToRegister(sentence, "at")
    row.ends(at)


def _insert(row: Any, sentence: str, field: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise UnableToRegister(sentence, field) from None


def _own_row(user: User, *rows: Any) -> None:
    if any(row.provider_id != user.provider_id for row in rows):
        raise UnableToRegister("Eso no existe.")
