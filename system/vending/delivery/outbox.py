"""Messages: queued in the transaction of what they tell, sent by the worker."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings

from system.config.clock import security_now
from system.vending.delivery.choosing import choice_of
from system.vending.delivery.messenger import Outgoing, UnableToMessage, messenger
from system.vending.delivery.models import Message, MessageState
from system.vending.delivery.texts import compose
from system.vending.models import Sale
from system.vending.pricing.explain import kwh, pesos

#: So often a message is tried, with pauses that double from the first, seconds; then it is too old to help.
TRIES_MAX, PAUSE_S = 8, 10.0
PIECE = 50
_NUMBER_MIN, _NUMBER_MAX = 7, 15


def queue_token(sale: Sale, template: str = "token") -> int:
    """Tell the customer his tokens, one message each; how many were queued."""
    if not settings.MESSENGER_ARGUMENT:
        return 0
    tokens = list(sale.tokens.order_by("position"))
    many = len(tokens)
    queued = 0
    for token in tokens:
        step = f" ({token.position} de {many})" if many > 1 else ""
        grouped = " ".join(token.digits[begin : begin + 4] for begin in range(0, 20, 4))
        queued += queue(sale, template, f"{token.position}", step=step, digits=grouped)
    return queued


def queue(sale: Sale, template: str, part: str = "", **said: str) -> int:
    """Queue a message about a sale, once, if its customer agreed and may be told; 1, or 0 if not."""
    number = _number_of(sale)
    if not number:
        return 0
    text = compose(
        template,
        provider=sale.provider.name,
        kwh=kwh(sale.units),
        pesos=pesos(sale.amount_c),
        drn=sale.drn,
        **said,
    )
    now = security_now()
    _, made = Message.objects.get_or_create(
        id=uuid.uuid5(sale.pk, f"message:{template}:{part}"),
        defaults={
            "provider_id": sale.provider_id,
            "customer_id": sale.agreement.customer_id,
            "sale": sale,
            "template": template,
            "number": number,
            "text": text,
            "next_at": now,
            "queued_at": now,
        },
    )
    return int(made)


def _number_of(sale: Sale) -> str:
    """The customer's telephone, where he agreed and it is one; empty: no message."""
    if not settings.MESSENGER_ARGUMENT or not choice_of(sale).messages:
        return ""
    customer: Any = sale.agreement.customer
    if customer.data_consent_at is None or customer.pseudonymised_at is not None:
        return ""
    digits = "".join(letter for letter in customer.phone if letter.isascii() and letter.isdigit())
    if not _NUMBER_MIN <= len(digits) <= _NUMBER_MAX:
        return ""
    return f"+{digits}" if customer.phone.strip().startswith("+") else digits


def send_waiting(most: int = PIECE) -> tuple[int, int]:
    """Send what is due; how many were sent, and how many failed."""
    channel = messenger()
    if channel is None:
        return 0, 0
    sent = failed = 0
    due = Message.objects.filter(state=MessageState.WAITING, next_at__lte=security_now())
    for row in due.select_related("customer").order_by("next_at")[:most]:
        if row.customer.data_consent_at is None:  # taken back while it waited
            _end(row, MessageState.DROPPED, "Sin autorización")
            continue
        try:
            channel.send(Outgoing(str(row.pk), row.number, row.text))
        except UnableToMessage as error:
            failed += 1
            _later(row, str(error))
        else:
            sent += 1
            _end(row, MessageState.SENT)
    return sent, failed


def _later(row: Message, reason: str) -> None:
    tries = row.tries + 1
    if tries >= TRIES_MAX:
        _end(row, MessageState.DROPPED, reason)
        return
    at = security_now() + timedelta(seconds=PAUSE_S * 2**tries)
    Message.objects.filter(pk=row.pk).update(tries=tries, next_at=at, reason=reason[:100])


def _end(row: Message, state: MessageState, reason: str = "") -> None:
    Message.objects.filter(pk=row.pk, state=MessageState.WAITING).update(
        state=state, number="", text="", reason=reason[:100], ended_at=security_now()
    )
