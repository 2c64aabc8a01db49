"""Secrets and signatures of webhooks.

A secret is derived from the house's ``SECRET_KEY`` with the address's id and version: it is shown once, and
nothing of it lies in the database.

Source: Standard Webhooks 1.0.0 (headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``)
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from system.networks.models import WebhookEndpoint

SECRET_HEAD, SIGNATURE_HEAD = "whsec_", "v1,"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a timestamp may be off, seconds, before a receiver refuses it as old.
TOLERANCE_S = 300


class BadSignature(ValueError):
    """A message is forged, changed, or too old."""


def secret_of(endpoint: WebhookEndpoint) -> str:
    """What the other side keeps."""
    said = f"amibench-webhook:{endpoint.pk}:{endpoint.secret_version}".encode()
    made = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()
    return SECRET_HEAD + base64.b64encode(made).decode()


def headers_of(secret: str, message_id: Any, body: str, now: datetime) -> dict[str, str]:
    """What a message is sent with."""
    stamp = str(int(now.timestamp()))
    return {
        ID: str(message_id),
        TIMESTAMP: stamp,
        SIGNATURE: SIGNATURE_HEAD + _signature(secret, str(message_id), stamp, body),
        "Content-Type": "application/json",
        "User-Agent": "amibench-webhooks/1",
    }


def verify(secret: str, headers: Mapping[str, str], body: str, now: datetime) -> None:
    """Let go on with a message that was signed with the secret, not long ago.

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
