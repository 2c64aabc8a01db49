"""The menu: rows of a table, narrowed to what the user may do and to pages that exist."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from system.accounts.permissions import Operation
from system.config.clock import security_now


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu.

    Args:
        label: Spanish, a key of the pages' catalogues.
        view: name of the page.
        operation: what its user must be allowed to do.
    """

    label: str
    view: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together."""

    label: str
    entries: tuple[Entry, ...]


MENU: tuple[Section, ...] = (
    Section(
        "Venta",
        (
            Entry("Mi servicio", "vending:own-account", Operation.SEE_OWN_ACCOUNT),
            Entry("Vender", "vending:counter", Operation.SELL),
            Entry("Turno", "vending:shift", Operation.OPERATE_SHIFT),
            Entry("Ventas", "vending:sales", Operation.SEE_SALES),
            Entry("Consignaciones", "vending:deposits", Operation.RECEIVE_DEPOSIT),
            Entry("Puntos de venta", "vending:points-of-sale", Operation.MANAGE_POINTS_OF_SALE),
            Entry("Terminales sin red", "offline:terminals", Operation.SEE_TERMINALS),
            Entry("Tokens de gestión", "vending:management", Operation.MANAGEMENT_TOKEN),
        ),
    ),
    Section(
        "Suscriptores",
        (
            Entry("Clientes", "registry:customers", Operation.SEE_CUSTOMERS),
            Entry("Medidores", "registry:devices", Operation.SEE_DEVICES),
            Entry("Lugares", "registry:places", Operation.SEE_CUSTOMERS),
            Entry("Grupos", "registry:groups", Operation.SEE_CUSTOMERS),
            Entry("Obligaciones", "vending:obligations", Operation.SEE_OBLIGATIONS),
            Entry("Tarifas", "vending:tariffs", Operation.SEE_TARIFFS),
            Entry("Importar", "registry:import", Operation.IMPORT_REGISTRY),
        ),
    ),
    Section(
        "Campo",
        (
            Entry("Qué pasa hoy", "head_end:home", Operation.SEE_FIELD),
            Entry("Medidores en campo", "head_end:meters", Operation.SEE_FIELD),
            Entry("Concentradores", "head_end:concentrators", Operation.SEE_FIELD),
            Entry("Lecturas", "head_end:readings", Operation.SEE_FIELD),
            Entry("Eventos", "head_end:events", Operation.SEE_FIELD),
            Entry("Órdenes", "head_end:orders", Operation.SEE_FIELD),
            Entry("Órdenes a muchos", "head_end:groups", Operation.SEE_FIELD),
            Entry("Planes y reglas", "head_end:plans", Operation.SEE_FIELD),
        ),
    ),
    Section(
        "Control",
        (
            Entry("Aprobaciones", "accounts:approvals", Operation.APPROVE),
            Entry("Informes", "reports:index", Operation.SEE_REPORTS),
            Entry("Redes externas", "networks:networks", Operation.MANAGE_NETWORKS),
            Entry("Canales de envío", "delivery:choices", Operation.MANAGE_POINTS_OF_SALE),
            Entry("Otras cabeceras", "delivery:remotes", Operation.MANAGE_NETWORKS),
            Entry("Usuarios", "accounts:users", Operation.MANAGE_USERS),
            Entry("Auditoría", "accounts:audit", Operation.SEE_AUDIT),
            Entry("API", "api-docs", Operation.MANAGE_NETWORKS),
        ),
    ),
)


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Sections and lines for the user; a line whose page is not installed is left out."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    sections = [
        {
            "label": gettext(section.label),
            "entries": [line for line in map(_line(request), section.entries) if line],
        }
        for section in MENU
    ]
    _mark(request.path, [line for section in sections for line in section["entries"]])
    return [section for section in sections if section["entries"]]


def _mark(path: str, lines: list[dict[str, Any]]) -> None:
    """The line whose page this is, or is part of: of several the narrowest."""
    around = [line for line in lines if path.startswith(line["address"])]
    if around:
        max(around, key=lambda line: len(line["address"]))["here"] = True


def _line(request: HttpRequest) -> Any:
    user: Any = request.user

    def line(entry: Entry) -> dict[str, Any] | None:
        if not user.may(entry.operation):
            return None
        try:
            address = reverse(entry.view)
        except NoReverseMatch:
            return None
        return {"label": gettext(entry.label), "address": address, "here": False}

    return line


def menu_context(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: menu, provider, end of an idle session."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    ends_at = security_now() + timedelta(seconds=request.session.get_expiry_age())
    return {"menu": menu_of(request), "provider": user.provider, "session_ends_at": ends_at}
