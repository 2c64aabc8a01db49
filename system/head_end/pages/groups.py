"""The same order for many meters: a new one, its progress, and taking back what was not sent yet."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.models import Approval
from system.accounts.operations import Operation
from system.head_end.errors import UnableToOrder
from system.head_end.pages.common import do, user_of
from system.head_end.pages.forms import ACTIONS, GroupOrderForm
from system.head_end.pages.meters import ORDER_COLOURS, order_row
from system.head_end.selectors.orders import STATE_NAMES, find_groups, find_orders, progress_of
from system.head_end.services.abort_group import abort_group
from system.head_end.services.ask_mass_cut import ask_mass_cut, carry_out_mass_cut
from system.head_end.services.request_group import GroupWish, needs_approval, request_group
from system.head_end.vocabulary import ORDER_NAMES, OrderKind
from system.registry.pages.rows import page_of


@requires(Operation.SEE_FIELD)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """The last groups, with their progress; and mass disconnections that wait to be carried out."""
    user = user_of(request)
    found = [(row, ORDER_NAMES[OrderKind(row.group.kind)]) for row in find_groups(user)]
    shown = {"groups": found, "may_send": user.may(Operation.SEND_ORDER), "approved": _approved(user)}
    return render(request, "head_end/groups.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """How far it came; htmx asks again until everything ended."""
    progress = progress_of(request.user, group_id)
    if progress is None:
        raise Http404
    rows = find_orders(request.user).filter(order__group_id=group_id).order_by("device__serial")
    page = page_of(request, rows)
    shown = {
        "progress": progress,
        "kind": ORDER_NAMES[OrderKind(progress.group.kind)],
        "counts": [(STATE_NAMES[state], ORDER_COLOURS[state], n) for state, n in progress.counts.items()],
        "page": page,
        "rows": [order_row(row) for row in page.object_list],
        "ended": progress.ended == progress.total,
        "may_abort": user_of(request).may(Operation.CANCEL_ORDER) and progress.ended < progress.total,
    }
    htmx: Any = request
    template = "head_end/_group.html" if htmx.htmx else "head_end/group.html"
    return render(request, template, shown)


@requires(Operation.SEND_ORDER)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Ask many meters; more than a few cuts go to a second person first."""
    user = user_of(request)
    form = GroupOrderForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kind, parameters = ACTIONS[said["action"]]
        wish = GroupWish(said["group_id"], said["name"], kind, said["devices"], parameters, form.valid_for())
        try:
            if needs_approval(user, wish):
                ask_mass_cut(user, wish, said["reason"])
                messages.success(request, "El corte masivo espera la aprobación de otra persona.")
                return redirect("head_end:groups")
            return redirect("head_end:group", group_id=request_group(user, wish).pk)
        except UnableToOrder as refusal:
            form.add_error(None, str(refusal))
    return render(request, "head_end/group_form.html", {"form": form})


@requires(Operation.MASS_DISCONNECT)
@require_POST
def carry_out(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Do what a second person approved."""
    approval: Approval | None = Approval.objects.of(request.user).filter(pk=approval_id).first()
    if approval is None:
        raise Http404
    done = "El corte masivo está en marcha."
    do(request, lambda: carry_out_mass_cut(user_of(request), approval), done)
    return redirect("head_end:groups")


@requires(Operation.CANCEL_ORDER)
@require_POST
def abort(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Take back what was not sent yet."""
    progress = progress_of(request.user, group_id)
    if progress is None:
        raise Http404
    done = "Se anuló lo que aún no se había enviado."
    do(request, lambda: abort_group(user_of(request), progress.group), done)
    return redirect("head_end:group", group_id=group_id)


def _approved(user: Any) -> list[Approval]:
    """Mass disconnections of this user that were approved and not carried out yet."""
    asked = Approval.objects.of(user).filter(
        operation=Operation.MASS_DISCONNECT.value, requested_by=user, decision__granted=True
    )
    done = {row.group.approval_id for row in find_groups(user) if row.group.approval_id}
    return [approval for approval in asked.order_by("-requested_at")[:20] if approval.pk not in done]
