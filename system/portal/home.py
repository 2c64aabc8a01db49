"""The home page and its figures: rows of a table, narrowed to what the user may do. Each is one query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from system.accounts.access import requires, user_of
from system.accounts.pages.approvals import waiting_for
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.registry.models import Customer
from system.registry.selectors import meters_without_keying
from system.vending.api import OpenSale, Sale, Shift, kwh, months_of, pesos


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and where it leads.

    Args:
        label: Spanish, beneath the number.
        operation: what its reader must be allowed to do.
        count: user -> text; None: there is nothing to say.
        view, next: page it leads to, and the words of the link.
        query: of its address.
        warns: whether it is shown only when it is not zero, and then in colour.
        without: operation whose holders see a wider figure instead.
    """

    label: str
    operation: Operation
    count: Callable[[Any], str | None]
    view: str
    next: str
    query: str = ""
    warns: bool = False
    without: Operation | None = None


def _sold(user: Any, **mine: Any) -> Any:
    rows = Sale.objects.of(user).filter(business_day=business_day(), **mine)
    return rows.filter(outcome__minted=True, reversal__isnull=True).aggregate(
        amount_c=Sum("amount_c"), units=Sum("units")
    )


def _pesos_today(user: Any) -> str:
    return pesos(_sold(user)["amount_c"] or 0).removesuffix(",00")


def _own_pesos_today(user: Any) -> str:
    return pesos(_sold(user, seller=user)["amount_c"] or 0).removesuffix(",00")


def _own_kwh(user: Any) -> str:
    month = business_day().replace(day=1)
    bought = sum(one.units for one in months_of(user.customer) if one.month == month)
    return f"{kwh(bought)} kWh"


def _kwh_today(user: Any) -> str:
    return f"{kwh(_sold(user)['units'] or 0)} kWh"


def _open_shifts(user: Any) -> str:
    return str(Shift.objects.of(user).filter(closure__isnull=True).count())


def _own_shift(user: Any) -> str:
    shift = Shift.objects.of(user).filter(closure__isnull=True, cashier=user).first()
    return "cerrado" if shift is None else str(shift.point_of_sale)


def _some(number: int) -> str | None:
    return str(number) if number else None


def _open_sales(user: Any) -> str | None:
    # by the installation: a database that has never seen an open sale would walk through all sales instead
    return _some(OpenSale.objects.filter(installation__provider_id=user.provider_id).count())


def _approvals(user: Any) -> str | None:
    return _some(waiting_for(user).count())


def _unkeyed(user: Any) -> str | None:
    return _some(meters_without_keying(user))


def _without_consent(user: Any) -> str | None:
    people = Customer.objects.of(user).filter(data_consent_at__isnull=True, pseudonymised_at__isnull=True)
    return _some(people.count())


FIGURES: tuple[Figure, ...] = (
    Figure("recaudado hoy", Operation.SEE_REPORTS, _pesos_today, "vending:sales", "Ver ventas"),
    Figure("vendidos hoy", Operation.SEE_REPORTS, _kwh_today, "vending:sales", "Ver ventas"),
    Figure(
        "recaudado hoy por usted",
        Operation.SELL,
        _own_pesos_today,
        "vending:sales",
        "Ver ventas",
        without=Operation.SEE_REPORTS,
    ),
    Figure(
        "comprados este mes", Operation.SEE_OWN_ACCOUNT, _own_kwh, "vending:own-account", "Ver mi servicio"
    ),
    Figure("su turno", Operation.OPERATE_SHIFT, _own_shift, "vending:shift", "Ir al turno"),
    Figure("turnos abiertos", Operation.SEE_REPORTS, _open_shifts, "reports:index", "Ver informes"),
    Figure(
        "ventas sin resultado", Operation.SEE_SALES, _open_sales, "vending:sales", "Ver ventas", warns=True
    ),
    Figure(
        "solicitudes esperan su decisión",
        Operation.APPROVE,
        _approvals,
        "accounts:approvals",
        "Decidir",
        warns=True,
    ),
    Figure(
        "medidores sin datos STS: no se les puede vender",
        Operation.SEE_DEVICES,
        _unkeyed,
        "registry:devices",
        "Completar",
        "estado=unkeyed",
        warns=True,
    ),
    Figure(
        "clientes sin autorización de datos",
        Operation.EDIT_CUSTOMERS,
        _without_consent,
        "registry:customers",
        "Ver clientes",
        warns=True,
    ),
)


def figures_of(user: Any) -> list[dict[str, Any]]:
    """The figures for a user."""
    shown = []
    for figure in FIGURES:
        if not user.may(figure.operation) or (figure.without and user.may(figure.without)):
            continue
        value = figure.count(user)
        if value is None:
            continue
        address = _address(figure)
        shown.append(
            {
                "value": value,
                "label": figure.label,
                "warns": figure.warns,
                "address": address,
                "next": figure.next,
            }
        )
    return shown


def _address(figure: Figure) -> str:
    try:
        address = reverse(figure.view)
    except NoReverseMatch:
        return ""
    return f"{address}?{figure.query}" if figure.query else address


@requires(Operation.SEE_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """The figures of the user."""
    user = user_of(request)
    return render(request, "portal/home.html", {"figures": figures_of(user)})
