"""All terminals of a provider, and a batch from whichever of them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.limits import leased_until, position_of
from system.vending.offline.models import Terminal
from system.vending.offline.pages.finding import user_of
from system.vending.offline.pages.forms import BatchForm
from system.vending.offline.pages.told import say
from system.vending.offline.services.receive_batch import receive_batch


@requires(Operation.SEE_TERMINALS)
@require_GET
def terminals(request: HttpRequest) -> HttpResponse:
    """All of them: state, what is due, until when they may sell."""
    return _page(request, BatchForm())


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Take a batch; it says itself whose it is."""
    form = BatchForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            settlement = receive_batch(user_of(request), form.cleaned_data["batch"])
        except OfflineRefused as error:
            form.add_error("batch", str(error))
        else:
            say(request, settlement)
            return redirect("offline:settlement", terminal_id=settlement.batch.terminal_id)
    return _page(request, form)


def _page(request: HttpRequest, form: BatchForm) -> HttpResponse:
    user, now = user_of(request), business_now()
    rows = Terminal.objects.of(user).select_related("point_of_sale__merchant")
    counted = rows.annotate(last=Max("batches__received_at"), found=Count("findings", distinct=True))
    shown: list[dict[str, Any]] = [
        {"terminal": row, "position": position_of(row), "until": leased_until(row)} for row in counted
    ]
    if form.errors:
        messages.error(request, "El lote no se recibió.")
    return render(request, "offline/terminals.html", {"rows": shown, "form": form, "now": now})
