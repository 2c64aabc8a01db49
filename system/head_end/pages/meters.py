"""Meters in the field: what is wrong now, the list, one meter, orders to it and decisions about it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.head_end.models import MeterAccess
from system.head_end.pages.events import event_rows
from system.head_end.pages.form_actions import access_or_404, do, saved, user_of
from system.head_end.pages.forms import ACTION_NAMES, ACTIONS, ActionForm, MeterForm
from system.head_end.quantities import quantity_name
from system.head_end.selectors.consumption import last_reading
from system.head_end.selectors.events import find_events
from system.head_end.selectors.meter_access import rules_of
from system.head_end.selectors.meters import STATES, find_accesses, sentence_of, state_of
from system.head_end.selectors.orders import STATE_NAMES, find_orders
from system.head_end.selectors.orders import sentence_of as order_sentence
from system.head_end.selectors.problems import field_figures, problems
from system.head_end.selectors.quarantine import decisions, waiting_changes
from system.head_end.services.configuration import set_meter
from system.head_end.services.order_requests import KIND_RULES, OrderRequest, request_order
from system.head_end.services.registration import set_access_state
from system.head_end.services.validation import accept_change
from system.head_end.vocabulary import ORDER_NAMES, OrderKind, OrderState, Registration
from system.registry.models import DeviceInstallation
from system.registry.pages.shortcuts import page_of


@requires(Operation.SEE_FIELD)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Problems by their weight, each with where to click; and the figures of the night."""
    shown = {"problems": problems(request.user), "standing": field_figures(request.user)}
    return render(request, "head_end/home.html", shown)


#: State of a meter -> colour of its tag.
COLOURS = {
    "well": "good",
    "failing": "bad",
    "silent": "bad",
    "never": "",
    "doubtful": "warn",
    "quarantined": "warn",
}
CONTROL_NAMES = {
    "connected": "Conectado",
    "disconnected": "Cortado",
    "ready-for-reconnection": "Listo para reconectar (oprimir botón)",
}
_FEW = 8


@requires(Operation.SEE_FIELD)
@require_GET
def meters(request: HttpRequest) -> HttpResponse:
    """Meters by state, or by serial, DRN or NIU."""
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("estado", "")
    page = page_of(request, find_accesses(request.user, text=text, state=state))
    now, silent_s = business_now(), rules_of(user_of(request).provider_pk).silent_after_s
    shown: dict[str, Any] = {
        "page": page,
        "rows": [_row(access, state_of(access, now, silent_s)) for access in page.object_list],
        "text": text,
        "state": state,
        "states": STATES.items(),
        "query": urlencode({"q": text, "estado": state}),
    }
    return render(request, "head_end/meters.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def meter(request: HttpRequest, device_id: int) -> HttpResponse:
    """One meter: how it is reached, what it said last, its orders and events."""
    access = access_or_404(request, device_id)
    now, user = business_now(), user_of(request)
    place = DeviceInstallation.objects.of(user).filter(device_id=device_id, valid_to__isnull=True)
    shown = {
        "access": access,
        **_row(access, state_of(access, now, rules_of(user.provider_pk).silent_after_s)),
        "control": CONTROL_NAMES.get(access.control_state, ""),
        "reading": last_reading(access.device),
        "place": place.select_related("installation__site").first(),
        "orders": [order_row(row) for row in find_orders(user, device_id=device_id)[:_FEW]],
        "events": event_rows(find_events(user, device_id=device_id)[:_FEW]),
        "changes": [(one, [quantity_name(obis) for obis in one.obis]) for one in waiting_changes(access)],
        "decisions": decisions(access),
        "actions": _actions(user),
        "may_confirm": user.may(Operation.CONFIRM_REGISTRATION),
        "may_manage": user.may(Operation.MANAGE_FIELD),
    }
    return render(request, "head_end/meter.html", shown)


@requires(Operation.READ_METER)
@require_POST
def act(request: HttpRequest, device_id: int) -> HttpResponse:
    """Ask one thing of one meter; the same form twice is one order."""
    access = access_or_404(request, device_id)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return redirect("head_end:meter", device_id=device_id)
    kind, parameters = ACTIONS[form.cleaned_data["action"]]
    wanted = OrderRequest(form.cleaned_data["order_id"], access.device, kind, parameters)
    if do(request, lambda: request_order(user_of(request), wanted), f"{ORDER_NAMES[kind]}: orden recibida."):
        return redirect("head_end:order", order_id=wanted.id)
    return redirect("head_end:meter", device_id=device_id)


def order_row(progress: Any) -> dict[str, Any]:
    """An order as lists show it."""
    state = OrderState(progress.state)
    return {
        "progress": progress,
        "kind": ORDER_NAMES[OrderKind(progress.order.kind)],
        "state": STATE_NAMES[state],
        "colour": ORDER_COLOURS[state],
        "sentence": order_sentence(progress).partition(". ")[2],
    }


ORDER_COLOURS = {
    OrderState.WAITING: "",
    OrderState.RUNNING: "",
    OrderState.UNSURE: "warn",
    OrderState.DONE: "good",
    OrderState.REFUSED: "bad",
    OrderState.FAILED: "bad",
    OrderState.EXPIRED: "bad",
    OrderState.CANCELLED: "",
}


def _row(access: MeterAccess, state: str) -> dict[str, Any]:
    return {
        "access": access,
        "state": STATES[state],
        "colour": COLOURS[state],
        "sentence": sentence_of(access),
    }


def _actions(user: Any) -> list[tuple[str, str, uuid.UUID]]:
    """Buttons that this user may press, each with the id of the order that it makes."""
    return [
        (name, ACTION_NAMES[name], uuid.uuid4())
        for name, (kind, _) in ACTIONS.items()
        if user.may(KIND_RULES[kind].operation) and user.may(Operation.READ_METER)
    ]


@requires(Operation.MANAGE_FIELD)
@require_http_methods(["GET", "POST"])
def edit_meter(request: HttpRequest, device_id: int) -> HttpResponse:
    """Another address, other keys, other logs."""
    access = access_or_404(request, device_id)
    form = MeterForm(request.POST or None, access=access)
    done = "El medidor quedó guardado."
    if saved(request, form, lambda: set_meter(user_of(request), access, form.data_of()), done):
        return redirect("head_end:meter", device_id=device_id)
    shown = {"form": form, "title": f"Cómo se habla con {access.device.serial}", "access": access}
    return render(request, "head_end/settings_form.html", shown)


@requires(Operation.CONFIRM_REGISTRATION)
@require_POST
def put_apart(request: HttpRequest, device_id: int) -> HttpResponse:
    """Put a meter apart, or let it back."""
    access = access_or_404(request, device_id)
    apart = request.POST.get("state") == Registration.QUARANTINED.value
    state = Registration.QUARANTINED if apart else Registration.CONFIRMED
    done = "El medidor quedó en cuarentena." if apart else "El medidor vuelve a leerse."
    do(request, lambda: set_access_state(user_of(request), access, state), done)
    return redirect("head_end:meter", device_id=device_id)


@requires(Operation.CONFIRM_REGISTRATION)
@require_POST
def accept_meter_change(request: HttpRequest, device_id: int) -> HttpResponse:
    """The meter really changed: what waits counts."""
    access, reason = access_or_404(request, device_id), request.POST.get("reason", "")[:30]
    done = "Las lecturas que esperaban ya cuentan, como registro nuevo."
    do(request, lambda: accept_change(user_of(request), access, reason), done)
    return redirect("head_end:meter", device_id=device_id)
