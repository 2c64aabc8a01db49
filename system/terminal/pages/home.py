"""Four big doors, and what is left."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from system.config.clock import business_day
from system.terminal.figures import position_of, sums_of
from system.terminal.pages.at import the_desk
from system.terminal.pages.guard import attended, username_of


@require_safe
@attended
def home(request: HttpRequest) -> HttpResponse:
    """The doors."""
    desk = the_desk()
    shift = desk.book.shift()
    shown = {
        "position": position_of(desk),
        "today": sums_of(desk, day=business_day(desk.now())),
        "mine": shift is not None and shift.operator == username_of(request),
        "shift": shift,
    }
    return render(request, "terminal/home.html", shown)
