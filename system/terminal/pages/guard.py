"""Who may see a page: whoever sits at this machine; and, for what sells, who typed a PIN."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from system.terminal.errors import TerminalRefused
from system.terminal.pages.at import the_desk

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
LOOPBACK = ("127.0.0.1", "::1")
OPERATOR = "operator"
View = Callable[..., HttpResponse]


def guarded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: nobody from elsewhere, nothing kept by the browser, nothing from foreign hosts."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") not in LOOPBACK:
            return HttpResponse("Sólo desde este terminal.", status=403, content_type="text/plain")
        request.operator = _operator(request)  # type: ignore[attr-defined]
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


def attended(view: View) -> View:
    """A page for who typed his PIN; anybody else is asked for it first."""

    @wraps(view)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.operator is None:  # type: ignore[attr-defined]
            return redirect("enter" if the_desk().loaded else "office")
        return view(request, *args, **kwargs)

    return seen


def username_of(request: HttpRequest) -> str:
    """Who is attending."""
    name: str = request.operator.username  # type: ignore[attr-defined]
    return name


def tell(request: HttpRequest, refused: TerminalRefused) -> None:
    """Say on the next page why not."""
    messages.error(request, refused.es)


def _operator(request: HttpRequest) -> Any:
    """The pack's operator who is logged in; None: nobody, or the pack knows him no more."""
    desk, username = the_desk(), request.session.get(OPERATOR)
    if username is None or desk.loaded is None:
        return None
    try:
        return desk.loaded.operator(username)
    except TerminalRefused:
        return None
