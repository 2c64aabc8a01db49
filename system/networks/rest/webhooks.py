"""Dead letters of one's own: list them, and let them be sent again."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from system.accounts.rest.fields import Page, PageQuery, page_of
from system.networks.api_keys import Scope
from system.networks.models import MessageState, WebhookMessage
from system.networks.rest.auth import RequiresScope, holder_of
from system.networks.rest.schemas import DeadLetterOut
from system.networks.webhooks.endpoints import send_again

router = Router(tags=["Avisos"])


@router.get("/dead-letters", auth=RequiresScope(Scope.WEBHOOKS), response=Page[DeadLetterOut])
def dead_letters(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Los avisos que no se pudieron entregar."""
    return page_of(Page[DeadLetterOut], _dead(request).order_by("-queued_at", "pk"), asked, DeadLetterOut.of)


@router.post(
    "/dead-letters/{uuid:message_id}/resend", auth=RequiresScope(Scope.WEBHOOKS), response={202: None}
)
def resend(request: HttpRequest, message_id: uuid.UUID) -> Any:
    """Volver a enviar uno."""
    if not send_again(_dead(request).filter(pk=message_id)):
        raise Http404
    return Status(202, None)


def _dead(request: HttpRequest) -> Any:
    network = holder_of(request).network
    return WebhookMessage.objects.filter(endpoint__network=network, state=MessageState.DEAD)
