"""Orders to one meter and to many: lists, steps and answers, progress, abort, mass disconnection."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.head_end.errors import UnableToOrder
from system.head_end.models import Order
from system.head_end.pages.form_actions import do, user_of
from system.head_end.pages.forms import ACTIONS, KIND_CHOICES, GroupOrderForm
from system.head_end.pages.meters import ORDER_COLOURS, order_row
from system.head_end.quantities import quantity_name, scaled, unit_name
from system.head_end.selectors.orders import (
    STATE_NAMES,
    find_groups,
    find_order,
    find_orders,
    progress_of,
    steps_of,
)
from system.head_end.services.order_groups import (
    GroupRequest,
    abort_group,
    execute_mass_disconnection,
    needs_approval,
    request_group,
    request_mass_disconnection,
)
from system.head_end.services.order_requests import cancel_order
from system.head_end.vocabulary import ENDED, ORDER_NAMES, REASON_SENTENCES, OrderKind, OrderState, Reason
from system.registry.pages.shortcuts import page_of

_CONTROL = {
    "connected": "conectado",
    "disconnected": "cortado",
    "ready-for-reconnection": "listo para reconectar",
}


def answer_lines(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything worth showing; what is not known is left out."""
    lines = [
        (label, write(result[name]))
        for name, (label, write) in _SHOWN.items()
        if result.get(name) is not None
    ]
    return lines + [_value(value) for value in result.get("values", ())]


def _yes(value: Any) -> str:
    return "sí" if value else "no"


def _seconds(value: Any) -> str:
    return f"{float(value):+.0f} s".replace(".", ",")


def _value(value: Mapping[str, Any]) -> tuple[str, str]:
    name = quantity_name(str(value["obis"]))
    if value["value"] is None:
        return name, "el medidor no lo tiene"
    number = (
        scaled(value["value"], value.get("scaler", 0)) if isinstance(value["value"], int) else value["value"]
    )
    return name, f"{number} {unit_name(value.get('unit'))}".strip()


_SHOWN: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "result": ("Respuesta del medidor", str),
    "output_state": ("Relé cerrado", _yes),
    "control_state": ("Estado de control", lambda value: _CONTROL.get(str(value), str(value))),
    "clock_off_s": ("Desfase del reloj", _seconds),
    "clock_set": ("Reloj ajustado", _yes),
    "mode": ("Modo", lambda value: {"prepaid": "prepago", "postpaid": "pospago"}.get(str(value), str(value))),
}


_STATES = [
    ("", "Todos"),
    ("open", "Sin terminar"),
    *((state.value, STATE_NAMES[state]) for state in OrderState),
]


@requires(Operation.SEE_FIELD)
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """Orders by state, kind and serial."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "estado", "orden")}
    state = asked["estado"] if asked["estado"] in dict(_STATES) else ""
    kind = asked["orden"] if asked["orden"] in dict(KIND_CHOICES) else ""
    page = page_of(request, find_orders(request.user, state=state, kind=kind, text=asked["q"]))
    shown = {
        "page": page,
        "rows": [order_row(progress) for progress in page.object_list],
        "text": asked["q"],
        "state": state,
        "kind": kind,
        "states": _STATES,
        "kinds": KIND_CHOICES,
        "query": urlencode(asked),
        "may_send": user_of(request).may(Operation.SEND_ORDER),
    }
    return render(request, "head_end/orders.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def order(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order; htmx asks again and again until it has ended."""
    found = find_order(request.user, order_id)
    if found is None:
        raise Http404
    htmx: Any = request
    template = "head_end/_order.html" if htmx.htmx else "head_end/order.html"
    return render(request, template, _shown(request, found))


@requires(Operation.CANCEL_ORDER)
@require_POST
def cancel(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Take it back, where nothing was sent yet."""
    do(request, lambda: cancel_order(user_of(request), order_id), "Orden anulada.")
    return redirect("head_end:order", order_id=order_id)


def _shown(request: HttpRequest, found: Order) -> dict[str, Any]:
    progress: Any = found.progress
    ended = OrderState(progress.state) in ENDED
    return {
        "order": found,
        **order_row(progress),
        "answer": answer_lines(progress.result),
        "steps": [(step, STATE_NAMES[OrderState(step.after)], _why(step.reason)) for step in steps_of(found)],
        "ended": ended,
        "may_cancel": progress.state == OrderState.WAITING.value
        and user_of(request).may(Operation.CANCEL_ORDER),
    }


def _why(reason: str) -> str:
    return REASON_SENTENCES[Reason(reason)] if reason else ""


@requires(Operation.SEE_FIELD)
@require_GET
def order_groups(request: HttpRequest) -> HttpResponse:
    """The last groups, with their progress; and mass disconnections that wait to be carried out."""
    user = user_of(request)
    found = [(row, ORDER_NAMES[OrderKind(row.group.kind)]) for row in find_groups(user)]
    shown = {"groups": found, "may_send": user.may(Operation.SEND_ORDER), "approved": _approved(user)}
    return render(request, "head_end/groups.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def order_group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Progress of a group; htmx asks again until everything ended."""
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
def create_group(request: HttpRequest) -> HttpResponse:
    """Ask many meters; more than a few cuts go to a second person first."""
    user = user_of(request)
    form = GroupOrderForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kind, parameters = ACTIONS[said["action"]]
        wanted = GroupRequest(
            said["group_id"], said["name"], kind, said["devices"], parameters, form.valid_for()
        )
        try:
            if needs_approval(user, wanted):
                request_mass_disconnection(user, wanted, said["reason"])
                messages.success(request, gettext("El corte masivo espera la aprobación de otra persona."))
                return redirect("head_end:groups")
            return redirect("head_end:group", group_id=request_group(user, wanted).pk)
        except UnableToOrder as refusal:
            form.add_error(None, str(refusal))
    return render(request, "head_end/group_form.html", {"form": form})


@requires(Operation.MASS_DISCONNECT)
@require_POST
def execute_mass_cut(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Do what a second person approved."""
    approval: Approval | None = Approval.objects.of(request.user).filter(pk=approval_id).first()
    if approval is None:
        raise Http404
    done = "El corte masivo está en marcha."
    do(request, lambda: execute_mass_disconnection(user_of(request), approval), done)
    return redirect("head_end:groups")


@requires(Operation.CANCEL_ORDER)
@require_POST
def abort_group_orders(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
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
