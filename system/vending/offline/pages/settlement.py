"""At the desk, three steps: the batch, the cash, the next pack. Each may be done again: it is done once."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.limits import leased_until, position_of, settled_up_to
from system.vending.offline.models import Terminal
from system.vending.offline.pages.finding import find_terminal, user_of
from system.vending.offline.pages.forms import BatchForm, CashForm, PackForm
from system.vending.offline.pages.told import say
from system.vending.offline.services.make_pack import make_pack, newest_pack
from system.vending.offline.services.receive_batch import receive_batch
from system.vending.offline.services.receive_cash import receive_cash
from system.vending.pricing.explain import pesos


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def settlement(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Where the three steps stand."""
    return _page(request, find_terminal(request, terminal_id))


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def batch(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Step 1."""
    found = find_terminal(request, terminal_id)
    form = BatchForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            settled = receive_batch(user_of(request), form.cleaned_data["batch"])
        except OfflineRefused as error:
            form.add_error("batch", str(error))
        else:
            say(request, settled)
            return redirect("offline:settlement", terminal_id=settled.batch.terminal_id)
    return _page(request, found, batch_form=form)


@requires(Operation.RECEIVE_DEPOSIT)
@require_POST
def cash(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
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
            messages.success(request, f"Recibidos {pesos(said['amount'])}: el cupo crece en lo mismo.")
            return redirect("offline:settlement", terminal_id=found.pk)
    return _page(request, found, cash_form=form)


@requires(Operation.SETTLE_TERMINAL)
@require_POST
def pack(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Step 3."""
    found = find_terminal(request, terminal_id)
    form = PackForm(request.POST)
    if form.is_valid():
        try:
            made = make_pack(user_of(request), found, form.cleaned_data["valid_days"])
        except OfflineRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, f"Paquete {made.number} hecho: descárguelo y cárguelo en el terminal.")
            return redirect("offline:settlement", terminal_id=found.pk)
    return _page(request, found, pack_form=form)


def _page(request: HttpRequest, found: Terminal, **filled: forms.Form) -> HttpResponse:
    position = position_of(found)
    due = {"amount": _typed(position.due_c), "deposit_id": uuid.uuid4()}
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


def _typed(amount_c: int) -> str:
    whole, rest = divmod(amount_c, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)
