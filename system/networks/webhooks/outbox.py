"""Messages are written in the transaction of what they tell: neither without the other."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from system.config.clock import business_now, security_now
from system.networks.models import Network, WebhookEndpoint, WebhookMessage
from system.networks.webhooks.events import Event, instant


def tell(
    network: Network, event: Event, about: Any, data: Mapping[str, Any], *, sandbox: bool = False
) -> int:
    """Write a message for every address that wants the event; once for each thing that it is about.

    Args:
        network: whom.
        event: what.
        about: id of the sale or delivery.
        data: of the event.
        sandbox: it is a trial.

    Returns:
        How many were written.
    """
    now = security_now()
    said = {"type": event.value, "timestamp": instant(business_now()), "data": {**data, "sandbox": sandbox}}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    written = 0
    for endpoint in WebhookEndpoint.objects.filter(network=network, active=True, sandbox=sandbox):
        if event.value not in endpoint.events:
            continue
        _, made = WebhookMessage.objects.get_or_create(
            id=uuid.uuid5(endpoint.pk, f"{event.value}:{about}"),
            defaults={
                "provider_id": network.provider_id,
                "endpoint": endpoint,
                "event": event.value,
                "body": body,
                "next_at": now,
                "queued_at": now,
            },
        )
        written += made
    return written
