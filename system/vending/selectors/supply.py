"""Who is behind a meter number, at an instant: installation, agreement, keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.identity import DecoderReferenceNumber
from system.registry.models import (
    Agreement,
    Device,
    DeviceIdentifier,
    DeviceInstallation,
    DeviceKind,
    IdentifierKind,
    Installation,
    MeterKeying,
)


class UnknownMeter(ValueError):
    """No meter of this provider bears that number, or it hangs nowhere; one Spanish sentence says so."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A meter where it hangs, and what was agreed there."""

    device: Device
    installation: Installation
    agreement: Agreement
    keying: MeterKeying
    drn: str

    def meter_fields(self) -> dict[str, Any]:
        """The meter as the security module wants it."""
        keying = self.keying
        return {
            "drn": self.drn,
            "ea": keying.ea,
            "tct": int(keying.tct),
            "sgc": keying.sgc,
            "krn": keying.krn,
            "ti": keying.ti,
            "key_type": keying.key_type,
            "ken": keying.ken,
        }


def find_supply(user: Any, number: str, instant: datetime) -> Supply:
    """The supply behind a serial or a DRN as somebody typed it: spaces and dashes do not count.

    Raises:
        UnknownMeter: see there.
    """
    typed = "".join(character for character in number if character.isalnum())
    device = _by_drn(user, typed, instant) or _by_serial(user, typed)
    if device is None:
        raise UnknownMeter(_complaint(typed))
    hung = (
        DeviceInstallation.objects.of(user)
        .at(instant)
        .filter(device=device)
        .select_related("installation__site__community", "installation__feeder")
        .first()
    )
    if hung is None:
        raise UnknownMeter(f"El medidor {device.serial} no está instalado en ninguna parte.")
    agreement = (
        Agreement.objects.of(user)
        .at(instant)
        .filter(installation=hung.installation)
        .select_related("customer")
        .first()
    )
    if agreement is None:
        raise UnknownMeter(f"La instalación {hung.installation.niu} no tiene contrato vigente.")
    keying = MeterKeying.objects.of(user).at(instant).filter(device=device).first()
    drn = (
        DeviceIdentifier.objects.of(user)
        .at(instant)
        .filter(device=device, kind=IdentifierKind.DRN)
        .values_list("value", flat=True)
        .first()
    )
    if keying is None or drn is None:
        raise UnknownMeter(f"El medidor {device.serial} no tiene datos STS: un operador debe registrarlos.")
    return Supply(device, hung.installation, agreement, keying, drn)


def _by_drn(user: Any, typed: str, instant: datetime) -> Device | None:
    found = (
        DeviceIdentifier.objects.of(user)
        .at(instant)
        .filter(kind=IdentifierKind.DRN, value=typed)
        .select_related("device")
        .first()
    )
    return None if found is None else found.device


def _by_serial(user: Any, typed: str) -> Device | None:
    meters = Device.objects.of(user).filter(kind__in=[DeviceKind.METER, DeviceKind.SSFVI], serial=typed)
    found = list(meters[:2])
    return found[0] if len(found) == 1 else None  # two makers may use one number: the DRN tells them apart


def _complaint(typed: str) -> str:
    try:
        DecoderReferenceNumber(typed)
    except LuhnError:
        return f"El número {typed} está mal escrito: el dígito de control no corresponde."
    except StsValueError:
        return f"Ningún medidor tiene el número {typed}: son 11 o 13 dígitos."
    return f"Ningún medidor tiene el número {typed}."
