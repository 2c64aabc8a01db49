"""Who sold, in which shift, under which number: what the terminal says where the office knows it."""

import re
import uuid

from system.accounts.models import User
from system.vending.models import Sale, Shift
from system.vending.offline.models import FindingKind, SettledEntry, TerminalShift
from system.vending.offline.settling.context import Settling

_NUMBER_MAX = 20


def operator_of(settling: Settling, username: str) -> User:
    """The operator, else who enrolled the terminal: a finding says so."""
    terminal = settling.terminal
    known = terminal.operators.select_related("user").filter(user__username=username).first()
    if known is not None:
        user: User = known.user
        return user
    settling.tell(
        FindingKind.UNKNOWN_OPERATOR,
        "El operador que dice el terminal no está autorizado en él: figura quien lo inscribió.",
    )
    return terminal.enrolled_by


def open_shift(settling: Settling, row: SettledEntry, shift_id: uuid.UUID, user: User) -> Shift:
    """The terminal's shift of an id; written now where it is new."""
    known = TerminalShift.objects.filter(shift_id=shift_id, terminal=settling.terminal).first()
    if known is not None:
        found: Shift = known.shift
        return found
    if Shift.objects.filter(pk=shift_id).exists():
        settling.tell(FindingKind.UNKNOWN_SHIFT, "El turno que dice el terminal es de otro punto de venta.")
        return open_shift(settling, row, uuid.uuid5(settling.terminal.pk, str(shift_id)), user)
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


def shift_of(settling: Settling, row: SettledEntry, shift_id: uuid.UUID, user: User) -> Shift:
    """The shift of a sale; a finding says where the terminal never opened it, or closed it before."""
    known = TerminalShift.objects.filter(shift_id=shift_id, terminal=settling.terminal).first()
    if known is None:
        settling.tell(FindingKind.UNKNOWN_SHIFT, "La venta es de un turno que el terminal no abrió.")
    elif hasattr(known.shift, "closure"):
        settling.tell(FindingKind.UNKNOWN_SHIFT, "La venta es de un turno que el terminal ya había cerrado.")
    return open_shift(settling, row, shift_id, user)


def number_of(settling: Settling, row: SettledEntry, said: str) -> str:
    """The ticket's number as it was printed, else one that tells the entry: a finding says so."""
    code = settling.terminal.code
    right = len(said) <= _NUMBER_MAX and re.fullmatch(rf"{re.escape(code)}-[0-9]+", said) is not None
    taken = Sale.objects.filter(provider_id=settling.terminal.provider_id, number=said)
    if right and not taken.exists():
        return said
    settling.tell(FindingKind.NUMBER, f"El número impreso ({said[:20]}) no es de este terminal, o ya existe.")
    return f"{code}-E{row.number}"[:_NUMBER_MAX]
