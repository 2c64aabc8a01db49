"""Endpoints of webhooks, their secrets, and dead letters."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.networks.errors import UnableToManage
from system.networks.models import MessageState, Network, WebhookEndpoint, WebhookMessage
from system.networks.pages.forms import EndpointForm
from system.networks.pages.networks import find_network, row_of_network
from system.networks.webhooks.endpoints import add_endpoint, new_secret, resend, switch_endpoint
from system.networks.webhooks.events import EVENT_LABELS, Event
from system.networks.webhooks.sending import secret_of

_MANAGE = requires(Operation.MANAGE_NETWORKS)
PAGE_ROWS = 50


@_MANAGE
@require_GET
def webhooks(request: HttpRequest, network_id: int) -> HttpResponse:
    """Endpoints, and messages that wait or were not received."""
    return _page(request, find_network(request, network_id))


@_MANAGE
@require_POST
def add(request: HttpRequest, network_id: int) -> HttpResponse:
    """Add an endpoint; its secret is shown."""
    found = find_network(request, network_id)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    said = form.cleaned_data
    try:
        made = add_endpoint(user_of(request), found, said["url"], said["events"], sandbox=said["sandbox"])
    except UnableToManage as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _page(request, found, form)
    return _secret(request, found, made)


@_MANAGE
@require_POST
def renew(request: HttpRequest, network_id: int, endpoint_id: uuid.UUID) -> HttpResponse:
    """Another secret, shown this once."""
    found = find_network(request, network_id)
    endpoint = row_of_network(WebhookEndpoint.objects.of(user_of(request)), found, endpoint_id)
    return _secret(request, found, new_secret(user_of(request), endpoint))


@_MANAGE
@require_POST
def switch(request: HttpRequest, network_id: int, endpoint_id: uuid.UUID) -> HttpResponse:
    """Stop an endpoint, or start it again."""
    found = find_network(request, network_id)
    endpoint = row_of_network(WebhookEndpoint.objects.of(user_of(request)), found, endpoint_id)
    switch_endpoint(user_of(request), endpoint, active=not endpoint.active)
    return redirect("networks:webhooks", network_id=found.pk)


@_MANAGE
@require_POST
def again(request: HttpRequest, network_id: int, message_id: uuid.UUID) -> HttpResponse:
    """Send a dead letter again."""
    found = find_network(request, network_id)
    message = row_of_network(
        WebhookMessage.objects.of(user_of(request)), found, message_id, "endpoint__network"
    )
    if resend(user_of(request), message):
        messages.success(request, gettext("El aviso se enviará de nuevo."))
    return redirect("networks:webhooks", network_id=found.pk)


def _secret(request: HttpRequest, found: Network, endpoint: WebhookEndpoint) -> HttpResponse:
    shown = {"network": found, "endpoint": endpoint, "secret": secret_of(endpoint)}
    return render(request, "networks/secret.html", shown)


def _page(request: HttpRequest, found: Network, form: EndpointForm | None = None) -> HttpResponse:
    rows = WebhookMessage.objects.filter(endpoint__network=found).select_related("endpoint")
    open_ones = rows.exclude(state=MessageState.SENT).order_by("state", "-queued_at")
    page = Paginator(open_ones, PAGE_ROWS).get_page(request.GET.get("page"))
    shown = {
        "network": found,
        "endpoints": [(row, [_label(event) for event in row.events]) for row in found.endpoints.all()],
        "page": page,
        "messages_shown": [(row, _label(row.event)) for row in page],
        "sent": rows.filter(state=MessageState.SENT).count(),
        "form": form or EndpointForm(),
    }
    return render(request, "networks/webhooks.html", shown)


def _label(event: str) -> str:
    return EVENT_LABELS[Event(event)] if event in set(Event) else event
