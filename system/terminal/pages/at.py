"""The desk that this process serves, and what every page shows of it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from system.terminal.desk import Desk, said_instant
from system.terminal.services.offer import left_of_pack

#: Days before the end of a pack from which every page says so.
WARN_DAYS = 3
_DAY_S = 86_400

_desk: Desk | None = None


def use(desk: Desk | None) -> None:
    """Let the pages of this process work on a desk."""
    global _desk  # noqa: PLW0603 - one terminal a process, set when it starts
    _desk = desk


def the_desk() -> Desk:
    """The desk.

    Raises:
        RuntimeError: nobody gave one.
    """
    if _desk is None:
        raise RuntimeError("no desk: the pages are served by system.terminal.serving")
    return _desk


def office_url() -> str:
    """Where the office answers; empty: there is no link."""
    return str(getattr(settings, "OFFICE_URL", ""))


def printer() -> str:
    """The printer's device; empty: the browser prints."""
    return str(getattr(settings, "PRINTER", ""))


def context(request: HttpRequest) -> dict[str, Any]:
    """What the base template shows."""
    desk = the_desk()
    if desk.loaded is None:
        return {"place": desk.book.fact("name"), "operator": None, "warning": ""}
    pack = desk.loaded.pack
    return {
        "place": pack.point_of_sale.name,
        "operator": getattr(request, "operator", None),
        "test": pack.test,
        "warning": pack_warning(desk),
    }


def pack_warning(desk: Desk) -> str:
    """What must be said of the pack's age; empty: nothing."""
    if desk.loaded is None:
        return ""
    prices, leases = left_of_pack(desk.loaded, desk.now())
    until = desk.loaded.leased_until or desk.loaded.pack.valid_until
    if leases.total_seconds() <= 0:
        return "El permiso para vender terminó. Vaya a la oficina por un paquete nuevo."
    if prices.total_seconds() <= 0:
        return f"El paquete venció. Puede vender hasta {said_instant(until)}; vaya a la oficina."
    if prices.total_seconds() < WARN_DAYS * _DAY_S:
        return f"El paquete vence el {said_instant(desk.loaded.pack.valid_until)}. Vaya pronto a la oficina."
    return ""
