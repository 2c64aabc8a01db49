"""Pages of terminals: all of them, one of them, and its settlement in three steps: batch, cash, pack."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from protocols.offline.envelope import fingerprint
from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Terminal
from system.vending.offline.pages.forms import BatchForm, CashForm, PackForm, PinForm
from system.vending.offline.selectors.terminals import (
    leased_until,
    settled_up_to,
    shifts_of,
    terminal_position,
)
from system.vending.offline.services.enrolment import restore, suspend
from system.vending.offline.services.office_keys import office_fingerprint
from system.vending.offline.services.packs import make_pack, newest_pack
from system.vending.offline.services.settlement import Settlement, receive_batch, receive_cash
from system.vending.pricing.explain import pesos


def user_of(request: HttpRequest) -> Any:
    """Who asks; a guarded page has always somebody."""
    return request.user


def find_terminal(request: HttpRequest, terminal_id: uuid.UUID) -> Terminal:
    """A terminal of the user's provider.

    Raises:
        Http404: there is none.
    """
    rows = Terminal.objects.of(user_of(request))
    rows = rows.select_related("point_of_sale__merchant", "provider", "community", "site", "group", "former")
    found: Terminal | None = rows.filter(pk=terminal_id).first()
    if found is None:
        raise Http404
    return found


def add_batch_messages(request: HttpRequest, settlement: Settlement) -> None:
    """Tell it on the next page."""
    if settlement.left:
        said = f"Se asentaron {settlement.new}; faltan {settlement.left}. {settlement.why}"
        messages.warning(request, said)
    elif settlement.new:
        messages.success(request, gettext("Lote asentado: {new} asientos nuevos.").format(new=settlement.new))
    else:
        messages.info(request, gettext("El lote no trae nada nuevo: ya estaba asentado."))
    if settlement.findings:
        messages.warning(
            request,
            gettext("Hay {findings} hallazgos que alguien debe mirar.").format(
                findings=len(settlement.findings)
            ),
        )


# ------------ one terminal

LAST_ROWS = 20


@requires(Operation.SEE_TERMINALS)
@require_GET
def terminal(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """All about one."""
    return terminal_page(request, find_terminal(request, terminal_id))


@requires(Operation.MANAGE_TERMINALS)
@require_POST
def suspend_page(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Suspend it."""
    return _switch(request, terminal_id, suspend, "Terminal suspendido: no recibe más paquetes.")


@requires(Operation.MANAGE_TERMINALS)
@require_POST
def restore_page(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Let it have packs again."""
    return _switch(request, terminal_id, restore, "Terminal reactivado.")


def terminal_page(request: HttpRequest, found: Terminal, pin_form: PinForm | None = None) -> HttpResponse:
    """The page, with what was wrong about a PIN."""
    shown: dict[str, Any] = {
        "terminal": found,
        "place": found.community or found.site or found.group,
        "position": terminal_position(found),
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


# ------------ all terminals


@requires(Operation.SEE_TERMINALS)
@require_GET
def terminals(request: HttpRequest) -> HttpResponse:
    """All of them: state, what is due, until when they may sell."""
    return _terminals_page(request, BatchForm())


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def receive_batch_page(request: HttpRequest) -> HttpResponse:
    """Take a batch; it says itself whose it is."""
    form = BatchForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            settlement = receive_batch(user_of(request), form.cleaned_data["batch"])
        except OfflineRefused as error:
            form.add_error("batch", str(error))
        else:
            add_batch_messages(request, settlement)
            return redirect("offline:settlement", terminal_id=settlement.batch.terminal_id)
    return _terminals_page(request, form)


def _terminals_page(request: HttpRequest, form: BatchForm) -> HttpResponse:
    user, now = user_of(request), business_now()
    rows = Terminal.objects.of(user).select_related("point_of_sale__merchant")
    counted = rows.annotate(last=Max("batches__received_at"), found=Count("findings", distinct=True))
    shown: list[dict[str, Any]] = [
        {"terminal": row, "position": terminal_position(row), "until": leased_until(row)} for row in counted
    ]
    if form.errors:
        messages.error(request, gettext("El lote no se recibió."))
    return render(request, "offline/terminals.html", {"rows": shown, "form": form, "now": now})


# ------------ settlement: batch, cash, pack; each may be done again, and is done once


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def settlement(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """State of the three steps."""
    return _settlement_page(request, find_terminal(request, terminal_id))


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def settle_batch_page(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Step 1."""
    found = find_terminal(request, terminal_id)
    form = BatchForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            settled = receive_batch(user_of(request), form.cleaned_data["batch"])
        except OfflineRefused as error:
            form.add_error("batch", str(error))
        else:
            add_batch_messages(request, settled)
            return redirect("offline:settlement", terminal_id=settled.batch.terminal_id)
    return _settlement_page(request, found, batch_form=form)


@requires(Operation.RECEIVE_DEPOSIT)
@require_POST
def receive_cash_page(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Step 2."""
    found = find_terminal(request, terminal_id)
    form = CashForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            receive_cash(user_of(request), found, said["amount"], said["reference"], said["deposit_id"])
        except OfflineRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                gettext("Recibidos {amount}: el cupo crece en lo mismo.").format(
                    amount=pesos(said["amount"])
                ),
            )
            return redirect("offline:settlement", terminal_id=found.pk)
    return _settlement_page(request, found, cash_form=form)


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def make_pack_page(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Step 3."""
    found = find_terminal(request, terminal_id)
    form = PackForm(request.POST)
    if form.is_valid():
        try:
            made = make_pack(user_of(request), found, form.cleaned_data["valid_days"])
        except OfflineRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                gettext("Paquete {number} hecho: descárguelo y cárguelo en el terminal.").format(
                    number=made.number
                ),
            )
            return redirect("offline:settlement", terminal_id=found.pk)
    return _settlement_page(request, found, pack_form=form)


def _settlement_page(request: HttpRequest, found: Terminal, **filled: forms.Form) -> HttpResponse:
    position = terminal_position(found)
    due = {"amount": _typed_pesos(position.due_c), "deposit_id": uuid.uuid4()}
    shown: dict[str, Any] = {
        "terminal": found,
        "position": position,
        "settled": settled_up_to(found)[0],
        "last": found.batches.first(),
        "deposits": found.deposits.select_related("deposit").order_by("-deposit__received_at")[:5],
        "newest": newest_pack(found),
        "until": leased_until(found),
        "now": business_now(),
        "batch_form": BatchForm(),
        "cash_form": CashForm(initial=due if position.due_c > 0 else {"deposit_id": uuid.uuid4()}),
        "pack_form": PackForm(),
    }
    return render(request, "offline/settlement.html", {**shown, **filled})


def _typed_pesos(amount_c: int) -> str:
    whole, rest = divmod(amount_c, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)
