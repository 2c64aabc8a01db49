"""Give a sale's tokens to the head-end that reaches its meter. Nothing that fails here touches the sale."""

import logging
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import UUIDField

from system.accounts import audit
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.config.compiled_queries import CompiledQuery, insert
from system.config.transactions import lock_row, write_transaction
from system.vending.delivery.carriers import carrier_of
from system.vending.delivery.messages import queue_token_messages
from system.vending.delivery.models import DeliveryMode, HandOver, HandOverState
from system.vending.delivery.preference import DELIVERED_KINDS, preference_of
from system.vending.models import Reversal, Sale

_LOGGER = logging.getLogger("amibench.delivery")
#: So often a hand-over is tried, with pauses that double from the first, seconds.
TRIES_MAX, PAUSE_S, PAUSE_MAX_S = 12, 5.0, 1_800.0
NOT_REACHED = "El medidor no está en la telegestión: el cliente digita el número."
GIVEN_UP = "La telegestión no recibió el token: el cliente digita el número."


class UnableToDeliver(ValueError):
    """The token cannot be sent to the meter; a Spanish sentence."""


def deliver_sale(sale: Sale) -> None:
    """Deliver a minted sale, if its kind is delivered without being asked; again is harmless.

    Whatever goes wrong is written down, and the worker tries again.
    """
    if sale.kind not in DELIVERED_KINDS:
        return
    try:
        hand_over(sale)
    except Exception as error:  # the money is taken and the token minted: nothing here may say otherwise
        _LOGGER.error("hand-over of sale %s: %s", sale.pk, type(error).__name__)


def hand_over(sale: Sale) -> HandOver:
    """Hand a minted sale over, as was chosen; again is the same, and tries again where it is owed."""
    row: HandOver | None = _KNOWN.first(sale_id=sale.pk)
    if row is None:
        return _first(sale)
    if row.state == HandOverState.OWED:
        _try(row)
    return row


def send_to_meter(user: Any, sale: Sale) -> HandOver:
    """Send the tokens of a sale to its meter because somebody asks, whatever was chosen when it was made.

    Raises:
        UnableToDeliver: not allowed, no tokens, reversed, or no head-end reaches the meter.
    """
    if not user.may(Operation.DELIVER_TOKEN) or sale.provider_id != user.provider_id:
        raise UnableToDeliver("Su rol no permite enviar tokens al medidor.")
    outcome = getattr(sale, "outcome", None)
    if outcome is None or not outcome.minted:
        raise UnableToDeliver("Esta venta no tiene tokens.")
    if hasattr(sale, "reversal"):
        raise UnableToDeliver("Esta venta fue reversada: su token no debe usarse.")
    if carrier_of(sale) is None:
        raise UnableToDeliver(NOT_REACHED)
    row = _row_of(sale)
    if row.state == HandOverState.HANDED:
        return row
    with transaction.atomic():
        HandOver.objects.filter(pk=row.pk).update(
            state=HandOverState.OWED, asked_by=user, tries=0, next_at=security_now(), reason=""
        )
        audit.record(Operation.DELIVER_TOKEN.value, user=user, subject=f"sale:{sale.pk}")
    row.refresh_from_db()
    _try(row)
    return row


def _row_of(sale: Sale) -> HandOver:
    """The hand-over of a sale, made but not tried where there was none."""
    row: HandOver | None = _KNOWN.first(sale_id=sale.pk)
    if row is None:
        row = _new(sale)
        defaults = {"mode": row.mode, "state": row.state, "next_at": row.next_at}
        row, made = HandOver.objects.get_or_create(sale=sale, defaults=defaults)
        if made and row.state == HandOverState.TICKET:
            queue_token_messages(sale)
    return row


def _new(sale: Sale) -> HandOver:
    mode = preference_of(sale).mode
    if mode == DeliveryMode.TICKET:
        return HandOver(sale=sale, mode=mode, state=HandOverState.TICKET)
    return HandOver(sale=sale, mode=mode, state=HandOverState.OWED, next_at=security_now())


def _first(sale: Sale) -> HandOver:
    """Make the hand-over of a sale and try it, in one transaction where all goes well."""
    row = _new(sale)
    try:
        with write_transaction():
            if row.state == HandOverState.TICKET:
                queue_token_messages(sale)
            else:
                _decide(row)
            insert(row)
    except Exception as error:  # somebody else was first, or a fault of a head-end: see `_try`
        _LOGGER.warning("first hand-over of sale %s: %s", sale.pk, type(error).__name__)
        row = _row_of(sale)
        if row.state == HandOverState.OWED:
            _postpone(row)
    return row


def _try(row: HandOver) -> None:
    """Hand it over now; where that fails it stays owed, until it was tried often enough."""
    try:
        with write_transaction():
            _decide(row)
            _save(row)
    except Exception as error:  # any fault of a head-end: the token stays valid, and is owed
        _LOGGER.warning("hand-over of sale %s: %s", row.pk, type(error).__name__)
        _postpone(row)


def _decide(row: HandOver) -> None:
    """Give the tokens to whoever reaches the meter, and put into the row what became of it."""
    sale = row.sale
    lock_row(sale.installation)  # a reversal does, too: it comes before or after, never in between
    if _REVERSED(sale_id=sale.pk):
        _end(row, HandOverState.WITHDRAWN, reason="La venta fue reversada.")
        return
    found = carrier_of(sale)
    if found is None:
        _end(row, HandOverState.TICKET, reason=NOT_REACHED)
        queue_token_messages(sale)
        return
    name, carrier = found
    carrier.hand(row.asked_by or sale.seller, sale)
    _end(row, HandOverState.HANDED, carrier=name)


def _postpone(row: HandOver) -> None:
    tries = row.tries + 1
    try:
        if tries >= TRIES_MAX:
            _by_ticket(row, GIVEN_UP)
            return
        pause_s = min(PAUSE_S * 2**tries, PAUSE_MAX_S)
        HandOver.objects.filter(pk=row.pk).update(
            tries=tries, next_at=security_now() + timedelta(seconds=pause_s)
        )
    except DatabaseError:  # it is still owed, and due: the worker finds it
        _LOGGER.warning("hand-over of sale %s stays due", row.pk)


def _by_ticket(row: HandOver, reason: str) -> None:
    with write_transaction():
        _end(row, HandOverState.TICKET, reason=reason)
        _save(row)
        queue_token_messages(row.sale)


def _end(row: HandOver, state: HandOverState, *, carrier: str = "", reason: str = "") -> None:
    row.state, row.carrier, row.reason, row.next_at = state, carrier, reason, None


def _save(row: HandOver) -> None:
    row.save(update_fields=["state", "carrier", "reason", "next_at"])


_KNOWN = CompiledQuery(lambda sale_id: HandOver.objects.filter(pk=sale_id), sale_id=UUIDField())
_REVERSED = CompiledQuery(
    lambda sale_id: Reversal.objects.filter(sale_id=sale_id).values_list("sale_id"), sale_id=UUIDField()
)
