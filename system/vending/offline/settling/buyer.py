"""For whom a terminal sold: the meter as it was leased, where it hangs, and what was agreed there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.registry.models import (
    Agreement,
    DeviceIdentifier,
    DeviceInstallation,
    IdentifierKind,
    Installation,
    MeterKeying,
)
from system.vending.offline.models import FindingKind, LeasedMeter
from system.vending.offline.settling.context import Settling
from system.vending.selectors.supply import Supply


@dataclass(frozen=True, slots=True)
class Buyer:
    """A supply, and the lease by which the terminal sold to it (None: none is known)."""

    supply: Supply
    leased: LeasedMeter | None


def find_buyer(settling: Settling, said: Any, at: datetime) -> Buyer | None:
    """The customer and meter of a sale; None where the provider has no such: a finding says so.

    The meter is the one of the token, as it was in the lease, wherever it hangs today.
    """
    leased = _leased(settling, said)
    device_id = leased.device_id if leased else _device_of(settling, said.drn)
    installation = (
        leased.installation
        if leased
        else Installation.objects.filter(
            provider_id=settling.terminal.provider_id, niu=said.installation
        ).first()
    )
    agreement = None if installation is None else _agreement(installation, at)
    keying = None if device_id is None else _keying(device_id, leased, at)
    if device_id is None or installation is None or agreement is None or keying is None:
        settling.tell(
            FindingKind.UNKNOWN_METER,
            "La venta es de un cliente o medidor que este prestador no tiene: no se asentó y su dinero se "
            "cobra aparte.",
        )
        return None
    _see_changes(settling, keying, installation, device_id, at)
    return Buyer(Supply(keying.device, installation, agreement, keying, said.drn), leased)


def _leased(settling: Settling, said: Any) -> LeasedMeter | None:
    rows = LeasedMeter.objects.filter(pack__terminal=settling.terminal, drn=said.drn)
    rows = rows.select_related("device", "installation", "pack__file").order_by("-pack__number")
    newest: LeasedMeter | None = None
    for row in rows:
        newest = newest or row
        if row.is_in(said.lease_id):
            newest = row
            break
    return newest


def _device_of(settling: Settling, drn: str) -> int | None:
    rows = DeviceIdentifier.objects.filter(
        provider_id=settling.terminal.provider_id, kind=IdentifierKind.DRN, value=drn
    )
    found: int | None = rows.order_by("-valid_from").values_list("device_id", flat=True).first()
    return found


def _agreement(installation: Installation, at: datetime) -> Agreement | None:
    """That of the instant, else the last one: somebody bought, whatever the papers say."""
    rows = Agreement.objects.filter(installation=installation).select_related("customer")
    found: Agreement | None = rows.at(at).first() or rows.order_by("-valid_from").first()
    return found


def _keying(device_id: int, leased: LeasedMeter | None, at: datetime) -> MeterKeying | None:
    """The keying that the terminal was leased, else that of the instant, else the newest."""
    rows = MeterKeying.objects.filter(device_id=device_id).select_related("device").order_by("-valid_from")
    found: MeterKeying | None = None
    if leased is not None:
        found = rows.filter(sgc=leased.sgc, krn=leased.krn, ti=leased.ti).first()
    return found or rows.at(at).first() or rows.first()


def _see_changes(
    settling: Settling, keying: MeterKeying, installation: Installation, device_id: int, at: datetime
) -> None:
    present = MeterKeying.objects.filter(device_id=device_id).at(at).first()
    hangs = DeviceInstallation.objects.filter(device_id=device_id, installation=installation).at(at)
    if present is not None and present.pk != keying.pk:
        settling.tell(
            FindingKind.KEY_CHANGED,
            "La llave del medidor cambió antes de esta venta: su token puede no servir.",
        )
    elif not hangs.exists():
        settling.tell(
            FindingKind.KEY_CHANGED,
            "El medidor ya no estaba instalado donde este cliente: el token sólo sirve en aquel medidor.",
        )
