"""Orders of single meters: the list, and one with every step that it went through."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.head_end.models import Order
from system.head_end.pages.answers_shown import answer_lines
from system.head_end.pages.common import do, user_of
from system.head_end.pages.forms import KIND_CHOICES
from system.head_end.pages.meters import order_row
from system.head_end.selectors.orders import STATE_NAMES, find_order, find_orders, steps_of
from system.head_end.services.cancel_order import cancel_order
from system.head_end.vocabulary import ENDED, REASON_SENTENCES, OrderState, Reason
from system.registry.pages.rows import page_of

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
