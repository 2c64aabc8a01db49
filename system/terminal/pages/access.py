"""Access to the pages: the terminal of this process, loopback, headers, log-in; and values as typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal, local_instant
from system.terminal.services.sales import pack_time_left

# ------------ terminal of this process

#: Days before the end of a pack from which every page says so.
WARN_DAYS = 3
_DAY_S = 86_400

_desk: OpenTerminal | None = None


def serve_terminal(desk: OpenTerminal | None) -> None:
    """Let the pages of this process work on a desk."""
    global _desk  # noqa: PLW0603 - one terminal a process, set when it starts
    _desk = desk


def the_terminal() -> OpenTerminal:
    """The desk.

    Raises:
        RuntimeError: nobody gave one.
    """
    if _desk is None:
        raise RuntimeError("no desk: the pages are served by system.terminal.serving")
    return _desk


def office_url() -> str:
    """Address of the office; empty: there is no link."""
    return str(getattr(settings, "OFFICE_URL", ""))


def printer_device() -> str:
    """The printer's device; empty: the browser prints."""
    return str(getattr(settings, "PRINTER", ""))


def context(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template."""
    desk = the_terminal()
    if desk.loaded is None:
        return {"place": desk.book.fact("name"), "operator": None, "warning": ""}
    pack = desk.loaded.pack
    return {
        "place": pack.point_of_sale.name,
        "operator": getattr(request, "operator", None),
        "test": pack.test,
        "warning": pack_warning(desk),
    }


def pack_warning(desk: OpenTerminal) -> str:
    """Warning about the pack's age; empty: none."""
    if desk.loaded is None:
        return ""
    prices, leases = pack_time_left(desk.loaded, desk.now())
    until = desk.loaded.leased_until or desk.loaded.pack.valid_until
    if leases.total_seconds() <= 0:
        return "El permiso para vender terminó. Vaya a la oficina por un paquete nuevo."
    if prices.total_seconds() <= 0:
        return f"El paquete venció. Puede vender hasta {local_instant(until)}; vaya a la oficina."
    if prices.total_seconds() < WARN_DAYS * _DAY_S:
        return f"El paquete vence el {local_instant(desk.loaded.pack.valid_until)}. Vaya pronto a la oficina."
    return ""


# ------------ guards

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
LOOPBACK = ("127.0.0.1", "::1")
OPERATOR = "operator"
View = Callable[..., HttpResponse]


def loopback_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
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


def operator_required(view: View) -> View:
    """A page for who typed his PIN; anybody else is asked for it first."""

    @wraps(view)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.operator is None:  # type: ignore[attr-defined]
            return redirect("enter" if the_terminal().loaded else "office")
        return view(request, *args, **kwargs)

    return seen


def username_of(request: HttpRequest) -> str:
    """User name of the operator."""
    name: str = request.operator.username  # type: ignore[attr-defined]
    return name


def add_refusal(request: HttpRequest, refused: TerminalRefused) -> None:
    """Say on the next page why not."""
    messages.error(request, refused.es)


def _operator(request: HttpRequest) -> Any:
    """The pack's operator who is logged in; None: nobody, or the pack knows him no more."""
    desk, username = the_terminal(), request.session.get(OPERATOR)
    if username is None or desk.loaded is None:
        return None
    try:
        return desk.loaded.operator(username)
    except TerminalRefused:
        return None


# ------------ typed values

_PESOS_DIGITS_MAX = 10


def centavos_of(text: str) -> int:
    """Pesos as typed, with or without dots, in centavos.

    >>> centavos_of("$ 10.000")
    1000000

    Raises:
        TerminalRefused: ``no-amount``.
    """
    digits = text.replace("$", "").replace(".", "").replace(" ", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _PESOS_DIGITS_MAX):
        raise TerminalRefused("no-amount")
    return int(digits) * 100


def id_of(text: str) -> UUID:
    """The id that a page carried; a new one where it carried none that can be read."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
