"""Endpoints of webhooks, and dead letters."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.config.outgoing_http import UnableToSend, check_url
from system.networks.api_keys import require_manager
from system.networks.errors import UnableToManage
from system.networks.models import MessageState, Network, WebhookEndpoint, WebhookMessage
from system.networks.webhooks.events import Event

ENDPOINTS_MAX = 10


def add_endpoint(
    user: User, network: Network, url: str, events: Sequence[str], *, sandbox: bool = False
) -> WebhookEndpoint:
    """Add an endpoint.

    Raises:
        UnableToManage: not allowed, the address is refused, no event, or too many addresses.
    """
    require_manager(user, network)
    try:
        check_url(url)
    except UnableToSend as error:
        raise UnableToManage(str(error), "url") from error
    if not events or not set(events) <= set(Event):
        raise UnableToManage("Elija al menos un aviso de la lista.", "events")
    with transaction.atomic():
        if WebhookEndpoint.objects.filter(network=network, active=True).count() >= ENDPOINTS_MAX:
            raise UnableToManage(f"Una red tiene a lo sumo {ENDPOINTS_MAX} direcciones.")
        made: WebhookEndpoint = WebhookEndpoint.objects.create(
            id=uuid.uuid4(),
            provider_id=network.provider_id,
            network=network,
            url=url,
            events=sorted(events),
            sandbox=sandbox,
            created_at=security_now(),
        )
        _audit_endpoint(user, "webhook-add", made)
    return made


def switch_endpoint(user: User, endpoint: WebhookEndpoint, *, active: bool) -> None:
    """Stop an endpoint, or start it again.

    Raises:
        UnableToManage: not allowed.
    """
    require_manager(user, endpoint)
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(active=active)
        _audit_endpoint(user, "webhook-resume" if active else "webhook-stop", endpoint)


def new_secret(user: User, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Sign with a new secret from now on.

    Raises:
        UnableToManage: not allowed.
    """
    require_manager(user, endpoint)
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(secret_version=F("secret_version") + 1)
        _audit_endpoint(user, "webhook-secret", endpoint)
    endpoint.refresh_from_db()
    return endpoint


def send_again(rows: Any) -> int:
    """Queue dead letters again, with all their attempts; their number. `rows` are narrowed already."""
    dead = rows.filter(state=MessageState.DEAD)
    again: int = dead.update(
        state=MessageState.WAITING, attempts=0, next_at=security_now(), ended_at=None, reason=""
    )
    return again


def resend(user: User, message: WebhookMessage) -> bool:
    """Queue a dead letter again; False where it is not dead.

    Raises:
        UnableToManage: not allowed.
    """
    require_manager(user, message)
    with transaction.atomic():
        done = bool(send_again(WebhookMessage.objects.filter(pk=message.pk)))
        if done:
            _audit_endpoint(user, "webhook-resend", message.endpoint)
    return done


def _audit_endpoint(user: User, what: str, endpoint: WebhookEndpoint) -> None:
    audit.record(
        f"{Operation.MANAGE_NETWORKS.value}.{what}",
        user=user,
        subject=f"webhook:{endpoint.pk}",
        detail={"network": endpoint.network_id},
    )
