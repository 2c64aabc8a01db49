"""Withdrawal of a sale's tokens before its money goes back: what the meter has, or may have, stays sold.

Within the caller's transaction, which holds the installation (`system.config.transactions.lock_row`), as
`hand_over` does: nothing is handed over between the look and the reversal. An order that begins meanwhile is
found when it is cancelled, for that is refused then.

Only the meter knows whether it took a token whose answer was lost. Before the money of such a sale goes back,
the meter is read where it can be reached, a day passes, a reason is written, and a second person approves.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from system.config.clock import business_day, business_now, security_now
from system.head_end import api
from system.head_end.api import ENDED, OrderKind, OrderState
from system.vending.delivery.carriers import TokenState, carriers, token_states
from system.vending.delivery.models import HandOver, HandOverState, Message, MessageState
from system.vending.delivery.preference import preference_of
from system.vending.delivery.status import executed
from system.vending.models import Sale, TokenRole

# ------------ unanswered tokens

#: So long after the last attempt nobody decides: the customer may still type it, the meter may still answer.
WAIT = timedelta(hours=24)
#: Name of the argument of an approval that says what was known.
UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a name
#: The token gateway: its value is the last token that came, by whatever way (class 115, IEC 62056-6-2).
_GATEWAY = "0.0.19.40.0"
_READ_FOR, _READ_DAYS = timedelta(hours=12), 30


@dataclass(frozen=True, slots=True)
class UnansweredToken:
    """Token that was sent and whose answer was lost for good.

    Args:
        since: when the last attempt ended, business time.
        looked_at: when the meter was looked at; None: never.
        last_token_is_ours: what it said then; None: it did not say, or was never looked at.
        looking: it is being asked now.
    """

    since: datetime
    looked_at: datetime | None = None
    last_token_is_ours: bool | None = None
    looking: bool = False

    @property
    def until(self) -> datetime:
        """Not before this may somebody decide."""
        return self.since + WAIT

    @property
    def decidable(self) -> bool:
        """True once two persons may decide that the money goes back."""
        return business_now() >= self.until and not self.last_token_is_ours and not self.looking

    @property
    def sentence(self) -> str:
        """Spanish: what the second person must read."""
        sent = f"enviado, sin respuesta desde {self.since:%Y-%m-%d %H:%M} UTC"
        if self.looked_at is None:
            return f"{sent}; al medidor no se le ha preguntado"
        asked = f"{sent}; consultado {self.looked_at:%Y-%m-%d %H:%M} UTC"
        return f"{asked}: {_FOUND[self.last_token_is_ours]}"


_FOUND: Mapping[bool | None, str] = {
    True: "su último token es el de esta venta",
    False: "su último token es otro",
    None: "el medidor no lo dice",
}


def unanswered_token(user: Any, sale: Sale) -> UnansweredToken | None:
    """Unanswered token of a sale; None where the outcome is known, may still come, or nothing was sent."""
    states = token_states(sale)
    lost = [state for state in states if state.unsure and not state.answer]
    if not lost or any(state.state not in ENDED for state in states):
        return None
    since = max((state.at for state in lost if state.at is not None), default=sale.movement.business_at)
    looks = [view for look_id in _read_ids(sale, since) if (view := api.order_of(user, look_id)) is not None]
    ended = [view for view in looks if view.state is OrderState.DONE]
    if not ended:
        return UnansweredToken(since, looking=any(view.state not in ENDED for view in looks))
    newest = ended[-1]
    return UnansweredToken(
        since,
        newest.changed_at,
        _is_of_sale(sale, newest.result),
        looking=any(view.state not in ENDED for view in looks),
    )


def read_last_token(user: Any, sale: Sale) -> None:
    """Ask the meter which token came last; the same day again is the same question.

    Raises:
        UnableToOrder: not allowed, or the meter is not in the field.
    """
    order_id = _read_id(sale, business_day())
    api.request_order(user, order_id, sale.device, OrderKind.READ, {"obis": [_GATEWAY]}, _READ_FOR)


def _read_id(sale: Sale, day: Any) -> uuid.UUID:
    return uuid.uuid5(sale.pk, f"look {day}")


def _read_ids(sale: Sale, since: datetime) -> list[uuid.UUID]:
    """Ids of the reads of every day since, oldest first; of the last ones where that is long ago."""
    today, first = business_day(), business_day(since)
    days = min((today - first).days, _READ_DAYS)
    return [_read_id(sale, today - timedelta(days=back)) for back in range(days, -1, -1)]


def _is_of_sale(sale: Sale, result: Mapping[str, Any]) -> bool | None:
    last = next((line["value"] for line in result.get("values", ()) if line["obis"] == _GATEWAY), None)
    if not isinstance(last, str) or not last:
        return None
    return last in set(sale.tokens.values_list("digits", flat=True))


# ------------ withdrawal

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
        refused = _refusal(states, roles)
        if refused == NEVER_KNOWN and accept_unknown:
            answered = [state for state in states if not _unanswered(state)]
            refused = _refusal(answered, roles) or undecided_reason(user, sale)
        if refused:
            raise UnableToWithdraw(refused)
        if any(state.state is OrderState.WAITING for state in states) and not carrier.withdraw(user, sale):
            raise UnableToWithdraw(ON_ITS_WAY)
    _withdraw_rows(sale)


def undecided_reason(user: Any, sale: Sale) -> str:
    """Reason why an unanswered token cannot be decided yet; empty: two persons may decide."""
    known = unanswered_token(user, sale)
    if known is None:
        return NEVER_KNOWN
    if known.last_token_is_ours:
        return LAST_IS_OURS
    if known.looking:
        return ASKING
    return "" if known.decidable else NOT_YET


def _refusal(states: Sequence[TokenState], roles: dict[int, str]) -> str:
    """Refusal that follows from a carrier's states; empty: none."""
    if any(state.state in _SENT for state in states):
        return ON_ITS_WAY
    if any(map(_unanswered, states)):
        return NEVER_KNOWN
    taken = [state for state in states if executed(state)]
    if any(roles.get(state.position) != TokenRole.KEY_CHANGE for state in taken):
        return IN_THE_METER
    # between the sections of a key change: the meter is at it, and the credit comes next
    return ON_ITS_WAY if taken and any(state.state not in ENDED for state in states) else ""


def _unanswered(state: TokenState) -> bool:
    return state.unsure and not state.answer


def _withdraw_rows(sale: Sale) -> None:
    HandOver.objects.update_or_create(
        sale=sale,
        defaults={"state": HandOverState.WITHDRAWN, "reason": REVERSED, "next_at": None},
        create_defaults={
            "mode": preference_of(sale).mode,
            "state": HandOverState.WITHDRAWN,
            "reason": REVERSED,
        },
    )
    Message.objects.filter(sale=sale, state=MessageState.WAITING).update(
        state=MessageState.DROPPED, number="", text="", reason=REVERSED, ended_at=security_now()
    )
