"""Who are you: a name among few, then the PIN."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from system.terminal.errors import TerminalRefused
from system.terminal.pages.at import the_desk
from system.terminal.pages.guard import OPERATOR, tell
from system.terminal.services import log_in


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The names; with ``quien`` the keys for the PIN."""
    desk = the_desk()
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
            tell(request, refused)
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
