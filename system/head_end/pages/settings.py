"""Pages of collection plans and of the provider's rules."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.head_end.end_device_events import LOG_NAMES
from system.head_end.models import CollectionPlan
from system.head_end.pages.form_actions import saved, user_of
from system.head_end.pages.forms import EVERY, PERIODS, PlanForm, RulesForm, hour_of, span_name
from system.head_end.selectors.meter_access import rules_of
from system.head_end.services.configuration import save_plan, save_rules
from system.registry.pages.shortcuts import row_or_404

_HOUR_S = 3600


@requires(Operation.SEE_FIELD)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan in words; and the rules."""
    user = user_of(request)
    rows = CollectionPlan.objects.of(user).select_related("group").order_by("name", "pk")
    rules = rules_of(user.provider_pk)
    shown = {
        "plans": [_plan_row(plan) for plan in rows],
        "rules": rules,
        "logs": [LOG_NAMES.get(code, code) for code in rules.event_logs.split()],
        "token_hours": rules.token_valid_s // _HOUR_S,
        "silent_hours": rules.silent_after_s // _HOUR_S,
        "may_manage": user.may(Operation.MANAGE_FIELD),
    }
    return render(request, "head_end/plans.html", shown)


@requires(Operation.MANAGE_FIELD)
@require_http_methods(["GET", "POST"])
def edit_plan(request: HttpRequest, plan_id: int | None = None) -> HttpResponse:
    """A new plan, or a change of one."""
    plan = None if plan_id is None else row_or_404(request, CollectionPlan, plan_id)
    form = PlanForm(request.POST or None, user=request.user, plan=plan)
    done = "El plan quedó guardado."
    if saved(request, form, lambda: save_plan(user_of(request), form.data_of(), plan), done):
        return redirect("head_end:plans")
    title = "Plan de lectura nuevo" if plan is None else f"Corregir {plan.name}"
    return render(request, "head_end/settings_form.html", {"form": form, "title": title})


@requires(Operation.MANAGE_FIELD)
@require_http_methods(["GET", "POST"])
def edit_rules(request: HttpRequest) -> HttpResponse:
    """Another rule."""
    form = RulesForm(request.POST or None, rules=rules_of(user_of(request).provider_pk))
    done = "Las reglas quedaron guardadas."
    if saved(request, form, lambda: save_rules(user_of(request), **form.changes()), done):
        return redirect("head_end:plans")
    return render(request, "head_end/settings_form.html", {"form": form, "title": "Reglas del campo"})


def _plan_row(plan: CollectionPlan) -> dict[str, object]:
    return {
        "plan": plan,
        "period": span_name(plan.period_s, PERIODS),
        "every": span_name(plan.every_s, EVERY),
        "at": hour_of(plan.at_s),
    }
