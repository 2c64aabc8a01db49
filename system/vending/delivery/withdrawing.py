"""Take a sale's tokens back before its money goes back: what the meter has, or may have, stays sold.

Within the caller's transaction, which holds the installation (`system.config.writer.hold`), as `hand_over`
does: nothing is handed over between the look and the reversal. An order that begins meanwhile is found when
it is cancelled, for that is refused then.
"""

from collections.abc import Sequence
from typing import Any

from system.config.clock import security_now
from system.head_end.vocabulary import ENDED, OrderState
from system.vending.delivery.carriers import TokenState, carriers
from system.vending.delivery.choosing import choice_of
from system.vending.delivery.following import executed
from system.vending.delivery.models import HandOver, HandOverState, Message, MessageState
from system.vending.delivery.unknown import unknown_of
from system.vending.models import Sale, TokenRole

REVERSED = "La venta fue reversada."
IN_THE_METER = "El medidor ya aceptó el token de esta venta: no se puede reversar."
ON_ITS_WAY = "El token de esta venta se está entregando al medidor: espere a saber qué contestó."
NEVER_KNOWN = "El token se envió y no se supo si el medidor lo aceptó: pida la reversión con ese riesgo."
NOT_YET = "No se supo si el medidor aceptó el token: decida pasadas 24 horas del último intento."
ASKING = "Se le está preguntando al medidor por su último token: espere a que conteste."
LAST_IS_OURS = "El último token que recibió el medidor es el de esta venta: no se puede reversar."
_SENT = frozenset({OrderState.RUNNING, OrderState.UNSURE})


class UnableToWithdraw(ValueError):
    """The tokens cannot be taken back; a Spanish sentence."""


def withdraw(user: Any, sale: Sale, *, accept_unknown: bool = False) -> None:
    """Take back every token that still waits, and whatever would hand over or tell the rest.

    Args:
        user: who does it.
        sale: whose tokens.
        accept_unknown: two persons decided that a token which was sent and never answered for counts as
            not taken; what the meter said meanwhile still counts more.

    Raises:
        UnableToWithdraw: the meter has the credit, is being given it, or may have it; nothing may be kept of
            the transaction then.
    """
    roles = dict(sale.tokens.values_list("position", "role"))
    for carrier in carriers():
        states = carrier.look(sale)
        refused = _why_not(states, roles)
        if refused == NEVER_KNOWN and accept_unknown:
            answered = [state for state in states if not _never_known(state)]
            refused = _why_not(answered, roles) or why_undecided(user, sale)
        if refused:
            raise UnableToWithdraw(refused)
        if any(state.state is OrderState.WAITING for state in states) and not carrier.withdraw(user, sale):
            raise UnableToWithdraw(ON_ITS_WAY)
    _forget(sale)


def why_undecided(user: Any, sale: Sale) -> str:
    """Why nobody may decide yet about a token that was never answered for; empty: two persons may."""
    known = unknown_of(user, sale)
    if known is None:
        return NEVER_KNOWN
    if known.last_token_is_ours:
        return LAST_IS_OURS
    if known.looking:
        return ASKING
    return "" if known.decidable else NOT_YET


def _why_not(states: Sequence[TokenState], roles: dict[int, str]) -> str:
    """Why what a carrier says forbids it; empty: it does not."""
    if any(state.state in _SENT for state in states):
        return ON_ITS_WAY
    if any(map(_never_known, states)):
        return NEVER_KNOWN
    taken = [state for state in states if executed(state)]
    if any(roles.get(state.position) != TokenRole.KEY_CHANGE for state in taken):
        return IN_THE_METER
    # between the sections of a key change: the meter is at it, and the credit comes next
    return ON_ITS_WAY if taken and any(state.state not in ENDED for state in states) else ""


def _never_known(state: TokenState) -> bool:
    return state.unsure and not state.answer


def _forget(sale: Sale) -> None:
    HandOver.objects.update_or_create(
        sale=sale,
        defaults={"state": HandOverState.WITHDRAWN, "reason": REVERSED, "next_at": None},
        create_defaults={
            "mode": choice_of(sale).mode,
            "state": HandOverState.WITHDRAWN,
            "reason": REVERSED,
        },
    )
    Message.objects.filter(sale=sale, state=MessageState.WAITING).update(
        state=MessageState.DROPPED, number="", text="", reason=REVERSED, ended_at=security_now()
    )
