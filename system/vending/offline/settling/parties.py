"""Parties of a terminal's sale: meter as it was leased, installation, agreement, operator, shift, number."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.accounts.models import User
from system.registry.models import (
    Agreement,
    DeviceIdentifier,
    DeviceInstallation,
    IdentifierKind,
    Installation,
    MeterKeying,
)
from system.vending.models import Sale, Shift
from system.vending.offline.models import FindingKind, LeasedMeter, SettledEntry, TerminalShift
from system.vending.offline.settling.findings import BatchSettlement
from system.vending.selectors.supply import Supply

# ------------ buyer


@dataclass(frozen=True, slots=True)
class LeasedSupply:
    """A supply, and the lease by which the terminal sold to it (None: none is known)."""

    supply: Supply
    leased: LeasedMeter | None


def leased_supply(settling: BatchSettlement, said: Any, at: datetime) -> LeasedSupply | None:
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
        settling.add_finding(
            FindingKind.UNKNOWN_METER,
            "La venta es de un cliente o medidor que este prestador no tiene: no se asentó y su dinero se "
            "cobra aparte.",
        )
        return None
    _check_changes(settling, keying, installation, device_id, at)
    return LeasedSupply(Supply(keying.device, installation, agreement, keying, said.drn), leased)


def _leased(settling: BatchSettlement, said: Any) -> LeasedMeter | None:
    rows = LeasedMeter.objects.filter(pack__terminal=settling.terminal, drn=said.drn)
    rows = rows.select_related("device", "installation", "pack__file").order_by("-pack__number")
    newest: LeasedMeter | None = None
    for row in rows:
        newest = newest or row
        if row.is_in(said.lease_id):
            newest = row
            break
    return newest


def _device_of(settling: BatchSettlement, drn: str) -> int | None:
    rows = DeviceIdentifier.objects.filter(
        provider_id=settling.terminal.provider_id, kind=IdentifierKind.DRN, value=drn
    )
    found: int | None = rows.order_by("-valid_from").values_list("device_id", flat=True).first()
    return found


def _agreement(installation: Installation, at: datetime) -> Agreement | None:
    """Agreement of the instant, else the last one: somebody bought, whatever the papers say."""
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


def _check_changes(
    settling: BatchSettlement, keying: MeterKeying, installation: Installation, device_id: int, at: datetime
) -> None:
    present = MeterKeying.objects.filter(device_id=device_id).at(at).first()
    hangs = DeviceInstallation.objects.filter(device_id=device_id, installation=installation).at(at)
    if present is not None and present.pk != keying.pk:
        settling.add_finding(
            FindingKind.KEY_CHANGED,
            "La llave del medidor cambió antes de esta venta: su token puede no servir.",
        )
    elif not hangs.exists():
        settling.add_finding(
            FindingKind.KEY_CHANGED,
            "El medidor ya no estaba instalado donde este cliente: el token sólo sirve en aquel medidor.",
        )


# ------------ seller

_NUMBER_MAX = 20


def terminal_operator(settling: BatchSettlement, username: str) -> User:
    """The operator, else who enrolled the terminal: a finding says so."""
    terminal = settling.terminal
    known = terminal.operators.select_related("user").filter(user__username=username).first()
    if known is not None:
        user: User = known.user
        return user
    settling.add_finding(
        FindingKind.UNKNOWN_OPERATOR,
        "El operador que dice el terminal no está autorizado en él: figura quien lo inscribió.",
    )
    return terminal.enrolled_by


def open_terminal_shift(
    settling: BatchSettlement, row: SettledEntry, shift_id: uuid.UUID, user: User
) -> Shift:
    """The terminal's shift of an id; written now where it is new."""
    known = TerminalShift.objects.filter(shift_id=shift_id, terminal=settling.terminal).first()
    if known is not None:
        found: Shift = known.shift
        return found
    if Shift.objects.filter(pk=shift_id).exists():
        settling.add_finding(
            FindingKind.UNKNOWN_SHIFT, "El turno que dice el terminal es de otro punto de venta."
        )
        return open_terminal_shift(settling, row, uuid.uuid5(settling.terminal.pk, str(shift_id)), user)
    shift = Shift(
        id=shift_id,
        provider_id=settling.terminal.provider_id,
        point_of_sale=settling.terminal.point_of_sale,
        cashier=user,
        opened_at=row.at,
        opening_cash_c=0,
    )
    shift.save()
    TerminalShift(shift=shift, terminal=settling.terminal).save()
    return shift


def terminal_shift(settling: BatchSettlement, row: SettledEntry, shift_id: uuid.UUID, user: User) -> Shift:
    """The shift of a sale; a finding says where the terminal never opened it, or closed it before."""
    known = TerminalShift.objects.filter(shift_id=shift_id, terminal=settling.terminal).first()
    if known is None:
        settling.add_finding(FindingKind.UNKNOWN_SHIFT, "La venta es de un turno que el terminal no abrió.")
    elif hasattr(known.shift, "closure"):
        settling.add_finding(
            FindingKind.UNKNOWN_SHIFT, "La venta es de un turno que el terminal ya había cerrado."
        )
    return open_terminal_shift(settling, row, shift_id, user)


def ticket_number(settling: BatchSettlement, row: SettledEntry, said: str) -> str:
    """The ticket's number as it was printed, else one that tells the entry: a finding says so."""
    code = settling.terminal.code
    right = len(said) <= _NUMBER_MAX and re.fullmatch(rf"{re.escape(code)}-[0-9]+", said) is not None
    taken = Sale.objects.filter(provider_id=settling.terminal.provider_id, number=said)
    if right and not taken.exists():
        return said
    settling.add_finding(
        FindingKind.NUMBER, f"El número impreso ({said[:20]}) no es de este terminal, o ya existe."
    )
    return f"{code}-E{row.number}"[:_NUMBER_MAX]
