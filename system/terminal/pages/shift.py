"""Open, count, close."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from system.terminal.errors import TerminalRefused
from system.terminal.figures import sums_of
from system.terminal.pages.at import the_desk
from system.terminal.pages.guard import attended, tell, username_of
from system.terminal.pages.typed import centavos_of, id_of
from system.terminal.services import close_shift, open_shift
from system.terminal.tickets import seller_of


@require_safe
@attended
def shift(request: HttpRequest) -> HttpResponse:
    """The shift that is open, or the way to open one."""
    desk = the_desk()
    present = desk.book.shift()
    shown: dict[str, Any] = {"shift": present, "new_id": uuid4(), "last": desk.book.last_shift()}
    if present is not None:
        shown |= {
            "sums": sums_of(desk, shift_id=present.shift_id),
            "who": seller_of(desk, present.operator),
        }
    return render(request, "terminal/shift.html", shown)


@require_POST
@attended
def begin(request: HttpRequest) -> HttpResponse:
    """Open it."""
    try:
        open_shift(the_desk(), id_of(request.POST.get("shift_id", "")), username_of(request))
    except TerminalRefused as refused:
        tell(request, refused)
        return redirect("shift")
    return redirect("home")


@require_POST
@attended
def end(request: HttpRequest) -> HttpResponse:
    """Close it with what was counted."""
    shift_id = id_of(request.POST.get("shift_id", ""))
    try:
        close_shift(the_desk(), shift_id, centavos_of(request.POST.get("pesos", "")))
    except TerminalRefused as refused:
        tell(request, refused)
        return redirect("shift")
    messages.success(request, "Turno cerrado.")
    return redirect("z-shift", shift_id)
