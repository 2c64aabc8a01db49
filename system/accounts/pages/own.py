"""One's own account: password, second factor, session, last logins."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.models import AuditRecord
from system.accounts.operations import Operation

LAST_LOGINS = 10


@requires(Operation.SEE_HOME)
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am, how I come in, and who came in as me."""
    user: Any = request.user
    logins = AuditRecord.objects.of(user).filter(user=user, action__startswith="login.")
    shown = {"has_factor": is_mfa_enabled(user), "logins": logins.order_by("-id")[:LAST_LOGINS]}
    return render(request, "accounts/me.html", shown)
