"""Messages to customers: queued in the transaction of what they tell, sent by the worker.

Spanish, in the letters of GSM 03.38, at most 160 of them. Never a document number.

Source: 3GPP TS 23.038, 6.2.1 (the basic letters; those of the extension table are not used)
"""

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from system.config.clock import security_now
from system.vending.delivery.messenger import Outgoing, UnableToMessage, messenger
from system.vending.delivery.models import Message, MessageState
from system.vending.delivery.preference import preference_of
from system.vending.models import Sale
from system.vending.pricing.explain import kwh, pesos

# ------------ texts

LETTERS_MAX = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: Template -> text. `provider` and `name` of what is told are shortened to fit.
TEMPLATES: Mapping[str, str] = {
    "token": "{provider}: recarga de {kwh} kWh por {pesos}. Medidor {drn}. Digite{step} {digits}. "
    "Sirve una vez.",
    "accepted": "{provider}: su recarga de {kwh} kWh por {pesos} ya está en el medidor {drn}. "
    "No hay que digitar nada.",
    "used": "{provider}: la recarga de {kwh} kWh por {pesos} ya había sido digitada en el medidor {drn}.",
    "failed": "{provider}: no pudimos enviar la recarga al medidor {drn}. Digite{step} {digits}.",
}


def gsm_text(text: str) -> str:
    """The text in basic letters: accents that GSM lacks fall off, what has no likeness becomes ``?``.

    >>> gsm("Teoramá: ñandú «€»")
    'Teorama: ñandu ???'
    """
    return "".join(map(_letter, text))


def compose_text(template: str, *, provider: str, **said: str) -> str:
    """A message of at most `LETTERS_MAX` letters; the provider's name gives way.

    Raises:
        ValueError: it is too long even without that name: a template of ours is wrong.
    """
    pattern = TEMPLATES[template]
    bare = gsm_text(pattern.format(provider="", **said))
    room = LETTERS_MAX - len(bare)
    if room < 0:
        raise ValueError(f"the message {template} has {len(bare)} letters")
    return gsm_text(pattern.format(provider=gsm_text(provider)[:room].strip(), **said))


def _letter(letter: str) -> str:
    if letter in _BASIC and letter not in "\r\n":
        return letter
    plain = unicodedata.normalize("NFKD", letter)[:1]
    return plain if plain in _BASIC and plain not in "\r\n" and plain else "?"


# ------------ queue

#: So often a message is tried, with pauses that double from the first, seconds; then it is too old to help.
TRIES_MAX, PAUSE_S = 8, 10.0
PIECE = 50
_NUMBER_MIN, _NUMBER_MAX = 7, 15


def queue_token_messages(sale: Sale, template: str = "token") -> int:
    """Tell the customer his tokens, one message each; how many were queued."""
    if not settings.MESSENGER_ARGUMENT:
        return 0
    tokens = list(sale.tokens.order_by("position"))
    many = len(tokens)
    queued = 0
    for token in tokens:
        step = f" ({token.position} de {many})" if many > 1 else ""
        grouped = " ".join(token.digits[begin : begin + 4] for begin in range(0, 20, 4))
        queued += queue_message(sale, template, f"{token.position}", step=step, digits=grouped)
    return queued


def queue_message(sale: Sale, template: str, part: str = "", **said: str) -> int:
    """Queue a message about a sale, once, if its customer agreed and may be told; 1, or 0 if not."""
    number = _telephone_of(sale)
    if not number:
        return 0
    text = compose_text(
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


def _telephone_of(sale: Sale) -> str:
    """The customer's telephone, where he agreed and it is one; empty: no message."""
    if not settings.MESSENGER_ARGUMENT or not preference_of(sale).messages:
        return ""
    customer: Any = sale.agreement.customer
    if customer.data_consent_at is None or customer.pseudonymised_at is not None:
        return ""
    digits = "".join(letter for letter in customer.phone if letter.isascii() and letter.isdigit())
    if not _NUMBER_MIN <= len(digits) <= _NUMBER_MAX:
        return ""
    return f"+{digits}" if customer.phone.strip().startswith("+") else digits


def send_due_messages(most: int = PIECE) -> tuple[int, int]:
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
            _postpone(row, str(error))
        else:
            sent += 1
            _end(row, MessageState.SENT)
    return sent, failed


def _postpone(row: Message, reason: str) -> None:
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
