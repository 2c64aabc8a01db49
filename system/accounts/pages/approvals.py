"""Approvals: requests that wait for a second person, and decisions."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from system.accounts import four_eyes
from system.accounts.access import requires, user_of
from system.accounts.audit_labels import detail_lines
from system.accounts.models import Approval
from system.accounts.pages.forms import DecisionForm
from system.accounts.permissions import Operation
from system.config.clock import security_now

PAGE_ROWS = 30


def waiting_for(user: Any) -> Any:
    """The requests that a user can decide now: not his own, not decided, not too old."""
    open_ones = Approval.objects.of(user).filter(decision__isnull=True, expires_at__gte=security_now())
    return open_ones.exclude(requested_by=user).select_related("requested_by")


@requires(Operation.APPROVE)
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Requests that wait for this user, his own, and those that are decided."""
    user = user_of(request)
    mine = Approval.objects.of(user).filter(
        decision__isnull=True, expires_at__gte=security_now(), requested_by=user
    )
    decided = Approval.objects.of(user).filter(decision__isnull=False)
    decided = decided.select_related("decision__decided_by", "requested_by").order_by("-decision__decided_at")
    shown = {
        "waiting": [_shown(row) for row in waiting_for(user)],
        "mine": [_shown(row) for row in mine],
        "page": Paginator(decided, PAGE_ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "accounts/approvals.html", shown)


@requires(Operation.APPROVE)
@require_GET
def approval(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """One request: its operation, its reason, and the two buttons."""
    found = _found(request, approval_id)
    shown = {
        **_shown(found),
        "decision": getattr(found, "decision", None),
        "own": found.requested_by_id == request.user.pk,
        "late": security_now() > found.expires_at,
        "form": DecisionForm(),
    }
    return render(request, "accounts/approval.html", shown)


@requires(Operation.APPROVE)
@require_POST
def decide(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Approve or reject."""
    user = user_of(request)
    found = _found(request, approval_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:approval", approval_id=found.pk)
    granted = form.cleaned_data["decision"] == "grant"
    try:
        four_eyes.decide(user, found, granted=granted, note=form.cleaned_data["note"])
    except four_eyes.UnableToApprove as error:
        messages.error(request, gettext("No se pudo decidir: {error}.").format(error=error))
        return redirect("accounts:approval", approval_id=found.pk)
    messages.success(
        request, gettext("Aprobada: quien la pidió ya puede hacerla.") if granted else gettext("Rechazada.")
    )
    return redirect("accounts:approvals")


def _found(request: HttpRequest, approval_id: uuid.UUID) -> Approval:
    rows = Approval.objects.of(request.user).select_related("requested_by", "decision__decided_by")
    found: Approval | None = rows.filter(pk=approval_id).first()
    if found is None:
        raise Http404
    return found


def _shown(row: Approval) -> dict[str, Any]:
    said = detail_lines(dict(sorted(row.arguments.items())))
    return {"approval": row, "title": row.title, "arguments": said}
