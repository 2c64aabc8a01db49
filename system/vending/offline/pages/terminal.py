"""One terminal: where it stands, what it was given and brought, what was strange; suspend it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from protocols.offline.envelope import fingerprint
from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.keys import office_fingerprint
from system.vending.offline.limits import leased_until, position_of
from system.vending.offline.models import Terminal
from system.vending.offline.pages.finding import find_terminal, user_of
from system.vending.offline.pages.forms import PinForm
from system.vending.offline.services.enrol import restore, suspend
from system.vending.offline.shifts import shifts_of

LAST_ROWS = 20


@requires(Operation.SEE_TERMINALS)
@require_GET
def terminal(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """All about one."""
    return terminal_page(request, find_terminal(request, terminal_id))


@requires(Operation.MANAGE_TERMINALS)
@require_POST
def switch_off(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Suspend it."""
    return _switch(request, terminal_id, suspend, "Terminal suspendido: no recibe más paquetes.")


@requires(Operation.MANAGE_TERMINALS)
@require_POST
def switch_on(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Let it have packs again."""
    return _switch(request, terminal_id, restore, "Terminal reactivado.")


def terminal_page(request: HttpRequest, found: Terminal, pin_form: PinForm | None = None) -> HttpResponse:
    """The page, with what was wrong about a PIN."""
    shown: dict[str, Any] = {
        "terminal": found,
        "place": found.community or found.site or found.group,
        "position": position_of(found),
        "until": leased_until(found),
        "now": business_now(),
        "prints": fingerprint(bytes.fromhex(found.signing_public)),
        "office_prints": office_fingerprint(found.provider_id),
        "packs": found.packs.select_related("file", "made_by")[:LAST_ROWS],
        "batches": found.batches.select_related("received_by")[:LAST_ROWS],
        "findings": found.findings.select_related("sale")[:LAST_ROWS],
        "shifts": shifts_of(found, LAST_ROWS),
        "operators": found.operators.filter(active=True).select_related("user"),
        "pin_form": pin_form or PinForm(terminal=found),
    }
    return render(request, "offline/terminal.html", shown)


def _switch(
    request: HttpRequest, terminal_id: uuid.UUID, verb: Callable[[Any, Terminal], None], said: str
) -> HttpResponse:
    found = find_terminal(request, terminal_id)
    try:
        verb(user_of(request), found)
    except OfflineRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("offline:terminal", terminal_id=found.pk)
