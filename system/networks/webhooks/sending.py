"""Webhooks signed and sent, at least once: after a crash a message goes out again, under the same id."""

import base64
import binascii
import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from system.config.clock import security_now
from system.config.outgoing_http import Answer, UnableToSend, send
from system.networks.models import MessageState, WebhookEndpoint, WebhookMessage

# --- Secrets and signatures

SECRET_HEAD, SIGNATURE_HEAD = "whsec_", "v1,"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a timestamp may be off, seconds, before a receiver refuses it as old.
TOLERANCE_S = 300


class BadSignature(ValueError):
    """A message is forged, changed, or too old."""


def secret_of(endpoint: WebhookEndpoint) -> str:
    """Secret of an endpoint, as its receiver keeps it."""
    said = f"amibench-webhook:{endpoint.pk}:{endpoint.secret_version}".encode()
    made = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()
    return SECRET_HEAD + base64.b64encode(made).decode()


def headers_of(secret: str, message_id: Any, body: str, now: datetime) -> dict[str, str]:
    """Headers of a message."""
    stamp = str(int(now.timestamp()))
    return {
        ID: str(message_id),
        TIMESTAMP: stamp,
        SIGNATURE: SIGNATURE_HEAD + _signature(secret, str(message_id), stamp, body),
        "Content-Type": "application/json",
        "User-Agent": "amibench-webhooks/1",
    }


def verify(secret: str, headers: Mapping[str, str], body: str, now: datetime) -> None:
    """Refuse a message that was not signed with the secret, or long ago.

    Raises:
        BadSignature: forged, changed or too old.
    """
    known = {name.lower(): value for name, value in headers.items()}
    message_id, stamp = known.get(ID, ""), known.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadSignature("there is no timestamp")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        raise BadSignature("the timestamp is too far off")
    wanted = SIGNATURE_HEAD + _signature(secret, message_id, stamp, body)
    shown = known.get(SIGNATURE, "").split(" ")[:10]
    if not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in shown):
        raise BadSignature("the signature is not of this message")


def _signature(secret: str, message_id: str, stamp: str, body: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_HEAD), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("that is no secret") from None
    said = f"{message_id}.{stamp}.{body}".encode()
    return base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


# --- Attempts

#: Pauses after the first, second … failure, seconds; after the last the message is dead: about two days.
PAUSES_S = (5, 30, 120, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
#: Messages of a turn, of one address among them, and at a time: a slow address does not hold up the others.
BATCH, BATCH_OF_ENDPOINT, AT_A_TIME = 32, 8, 8
_OK, _GONE = range(200, 300), 410

#: How a message goes out; tests put their own here.
Sender = Callable[[str, bytes, Mapping[str, str]], Answer]
SENDERS: list[Sender] = [send]


def send_due() -> tuple[int, int]:
    """Send messages that are due; the numbers of those received, and not received."""
    now = security_now()
    rows = _due(now)
    if not rows:
        return 0, 0
    # only the network is spoken with in threads; rows are written by this one
    letters = [(row.endpoint.url, row.body.encode(), _headers(row, now)) for row in rows]
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        answers = list(pool.map(_try, letters))
    received = 0
    for row, answer in zip(rows, answers, strict=True):
        received += record_attempt(row, answer)
    return received, len(rows) - received


def record_attempt(row: WebhookMessage, answer: Answer | UnableToSend) -> bool:
    """Record the result of an attempt; True where it was received."""
    waiting = WebhookMessage.objects.filter(pk=row.pk, state=MessageState.WAITING)
    attempts, now = row.attempts + 1, security_now()
    if isinstance(answer, Answer) and answer.status in _OK:
        waiting.update(
            state=MessageState.SENT, attempts=attempts, status=answer.status, reason="", ended_at=now
        )
        return True
    status = answer.status if isinstance(answer, Answer) else None
    reason = f"Respondió {status}." if isinstance(answer, Answer) else str(answer)
    hopeless = isinstance(answer, UnableToSend) and answer.forbidden
    if status == _GONE:
        # it says that it wants no more (Standard Webhooks, "410 Gone")
        WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(active=False)
        hopeless = True
    if hopeless or attempts > len(PAUSES_S):
        waiting.update(
            state=MessageState.DEAD, attempts=attempts, status=status, reason=reason[:200], ended_at=now
        )
        return False
    pause = timedelta(seconds=PAUSES_S[attempts - 1])
    waiting.update(attempts=attempts, status=status, reason=reason[:200], next_at=now + pause)
    return False


def _due(now: datetime) -> list[WebhookMessage]:
    rows = WebhookMessage.objects.filter(state=MessageState.WAITING, next_at__lte=now, endpoint__active=True)
    chosen, of_one = [], Counter[object]()
    for row in rows.select_related("endpoint").order_by("next_at")[: BATCH * 8]:
        if of_one[row.endpoint_id] < BATCH_OF_ENDPOINT:
            of_one[row.endpoint_id] += 1
            chosen.append(row)
    return chosen[:BATCH]


def _headers(row: WebhookMessage, now: datetime) -> dict[str, str]:
    return headers_of(secret_of(row.endpoint), row.pk, row.body, now)


def _try(letter: tuple[str, bytes, Mapping[str, str]]) -> Answer | UnableToSend:
    try:
        return SENDERS[-1](*letter)
    except UnableToSend as error:
        return error
