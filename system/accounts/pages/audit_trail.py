"""The audit trail: filter it, page through it, check its chain."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from system.accounts import audit
from system.accounts.access import requires, user_of
from system.accounts.models import AuditRecord
from system.accounts.pages.forms import TrailForm
from system.accounts.permissions import Operation

PAGE_ROWS = 50


@requires(Operation.SEE_AUDIT)
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """The records, newest first."""
    form = TrailForm(request.GET)
    rows = AuditRecord.objects.of(request.user).select_related("user")
    rows = rows.filter(**_wanted(form)) if form.is_valid() else rows.none()
    asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
    page = Paginator(rows.order_by("-id"), PAGE_ROWS).get_page(request.GET.get("page"))
    shown = {"form": form, "page": page, "query": urlencode(asked)}
    return render(request, "accounts/trail.html", shown)


@requires(Operation.SEE_AUDIT)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Compute the chain again, from its first row."""
    broken = audit.first_broken_id()
    if broken is None:
        messages.success(
            request, gettext("La cadena está completa: ningún registro fue cambiado ni borrado.")
        )
    else:
        messages.error(
            request,
            gettext("La cadena se rompe en el registro {broken}: alguien lo cambió por fuera.").format(
                broken=broken
            ),
        )
    user = user_of(request)
    outcome = audit.DONE if broken is None else audit.FAILED
    audit.record("audit.check", outcome=outcome, user=user)
    return redirect("accounts:audit")


def _wanted(form: TrailForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    wanted = {
        "user__username": cleaned["user"],
        "action__startswith": cleaned["action"],
        "outcome": cleaned["outcome"],
    }
    return {name: value for name, value in wanted.items() if value} | form.days()
