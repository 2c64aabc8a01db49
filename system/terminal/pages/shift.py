"""Pages of the operator: log-in, home, and the shift: open, count, close."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from system.config.clock import business_day
from system.terminal.errors import TerminalRefused
from system.terminal.pages.access import (
    OPERATOR,
    add_refusal,
    centavos_of,
    id_of,
    operator_required,
    the_terminal,
    username_of,
)
from system.terminal.services import close_shift, log_in, open_shift
from system.terminal.tickets import seller_of
from system.terminal.totals import office_position, totals_of

# ------------ log-in: a name among few, then the PIN


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The names; with ``quien`` the keys for the PIN."""
    desk = the_terminal()
    if desk.loaded is None:
        return redirect("office")
    operators = desk.loaded.pack.operators
    wanted = request.POST.get("quien") or request.GET.get("quien") or ""
    if len(operators) == 1:
        wanted = operators[0].username
    who = next((one for one in operators if one.username == wanted), None)
    if request.method == "POST" and who is not None:
        try:
            log_in(desk, who.username, request.POST.get("pin", ""))
        except TerminalRefused as refused:
            add_refusal(request, refused)
            return redirect(f"{request.path}?quien={who.username}")
        request.session.flush()
        request.session[OPERATOR] = who.username
        return redirect("home")
    return render(request, "terminal/enter.html", {"operators": operators, "who": who})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Lock the terminal."""
    request.session.flush()
    return redirect("enter")


# ------------ home


@require_safe
@operator_required
def home(request: HttpRequest) -> HttpResponse:
    """The doors."""
    desk = the_terminal()
    shift = desk.book.shift()
    shown = {
        "position": office_position(desk),
        "today": totals_of(desk, day=business_day(desk.now())),
        "mine": shift is not None and shift.operator == username_of(request),
        "shift": shift,
    }
    return render(request, "terminal/home.html", shown)


# ------------ shift


@require_safe
@operator_required
def shift(request: HttpRequest) -> HttpResponse:
    """The shift that is open, or the way to open one."""
    desk = the_terminal()
    present = desk.book.shift()
    shown: dict[str, Any] = {"shift": present, "new_id": uuid4(), "last": desk.book.last_shift()}
    if present is not None:
        shown |= {
            "sums": totals_of(desk, shift_id=present.shift_id),
            "who": seller_of(desk, present.operator),
        }
    return render(request, "terminal/shift.html", shown)


@require_POST
@operator_required
def begin_shift(request: HttpRequest) -> HttpResponse:
    """Open it."""
    try:
        open_shift(the_terminal(), id_of(request.POST.get("shift_id", "")), username_of(request))
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("shift")
    return redirect("home")


@require_POST
@operator_required
def end_shift(request: HttpRequest) -> HttpResponse:
    """Close it with what was counted."""
    shift_id = id_of(request.POST.get("shift_id", ""))
    try:
        close_shift(the_terminal(), shift_id, centavos_of(request.POST.get("pesos", "")))
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("shift")
    messages.success(request, gettext("Turno cerrado."))
    return redirect("z-shift", shift_id)
