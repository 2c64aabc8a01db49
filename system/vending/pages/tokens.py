"""Pages of the office's tokens: management tokens, and key changes that come along with the next sale."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.vending.errors import SalePending, UnableToSell
from system.vending.models import PlannedKeyChange
from system.vending.pages.forms import ManagementForm, PlanForm, submit_form, user_of
from system.vending.selectors.supply import UnknownMeter, find_supply
from system.vending.services.issue_tokens import issue_management
from system.vending.services.key_changes import drop_key_change, plan_key_change


@requires(Operation.MANAGEMENT_TOKEN)
@require_http_methods(["GET", "POST"])
def management(request: HttpRequest) -> HttpResponse:
    """The form, and what came of it."""
    form = ManagementForm(request.POST or None, initial={"sale_id": uuid.uuid4()})
    if request.method == "POST":
        try:
            sale = submit_form(
                request,
                form,
                lambda said: issue_management(
                    user_of(request), said["sale_id"], said["number"], said["what"], said["value"] or 0
                ),
                "Token generado.",
            )
        except SalePending as error:
            return render(request, "vending/pending.html", {"sale_id": error.sale_id}, status=503)
        if sale is not None:
            return redirect("vending:sale", sale_id=sale.pk)
    return render(request, "vending/management.html", {"form": form})


@requires(Operation.KEY_CHANGE)
@require_http_methods(["GET", "POST"])
def key_changes(request: HttpRequest) -> HttpResponse:
    """The open plans, and the form for a further one."""
    form = PlanForm(request.POST or None)

    def plan(said: dict[str, Any]) -> PlannedKeyChange:
        try:
            supply = find_supply(user_of(request), said["number"], business_now())
        except UnknownMeter as error:
            raise UnableToSell(str(error)) from error
        return plan_key_change(user_of(request), supply.device, krn=said["krn"], ti=said["ti"])

    if request.method == "POST" and submit_form(request, form, plan, "Cambio de llave planeado.") is not None:
        return redirect("vending:key-changes")
    rows = PlannedKeyChange.objects.of(request.user).select_related("device", "planned_by")
    return render(
        request, "vending/key_changes.html", {"form": form, "rows": rows.filter(ended_at__isnull=True)}
    )


@requires(Operation.KEY_CHANGE)
@require_POST
def drop_planned(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Take a plan back."""
    plan = PlannedKeyChange.objects.of(request.user).filter(pk=plan_id).first()
    if plan is None:
        raise Http404
    try:
        drop_key_change(user_of(request), plan)
    except UnableToSell as error:
        return render(request, "vending/refused.html", {"refused": str(error)}, status=409)
    return redirect("vending:key-changes")
