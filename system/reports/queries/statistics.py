"""Statistics (R5.2-05): customers, sales, energy and arrears by zone, community, tariff or estrato."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from system.registry.models import Agreement
from system.reports.declaration import Column, ColumnKind, QueryResult, Values, result_of
from system.reports.queries.filters import DIMENSIONS, end_of, estrato_name, installations, zone_namer
from system.reports.queries.receivables import owed_by_installation
from system.reports.queries.sales import WH_PER_UNIT, SalesRow, sales_by

COLUMNS = (
    Column("grupo", "Grupo"),
    Column("instalaciones", "Instalaciones", ColumnKind.COUNT, total=True),
    Column("recargas", "Recargas", ColumnKind.COUNT, total=True, help="Menos las reversadas"),
    Column("kwh", "kWh", ColumnKind.KWH, total=True, help="Menos los reversados"),
    Column(
        "ventas",
        "Ventas",
        ColumnKind.PESOS,
        total=True,
        help="Recargas menos reversiones más facturas pagadas",
    ),
    Column("kwh_por_instalacion", "kWh por instalación", ColumnKind.KWH),
    Column("cartera", "Cartera", ColumnKind.PESOS, total=True, help="Lo que se debe al final del período"),
)
NO_TARIFF = "Sin contrato"


@dataclass(slots=True)
class _Group:
    homes: int = 0
    sold: SalesRow | None = None
    arrears_c: int = 0

    def cells(self) -> tuple[int | None, ...]:
        sold = self.sold or SalesRow()
        net_wh = (sold.units - sold.reversed_units) * WH_PER_UNIT
        each_wh = net_wh // self.homes if self.homes else None
        return self.homes, sold.count - sold.reversals, net_wh, sold.net_c, each_wh, self.arrears_c


def _tariff_namer(user: Any, values: Values) -> Callable[[Any], str]:
    agreed = Agreement.objects.of(user).at(end_of(values["until"]))
    codes = dict(agreed.values_list("installation_id", "tariff_code"))
    return lambda home: codes.get(home[0], NO_TARIFF)


def _zone_namer(user: Any, values: Values) -> Callable[[Any], str]:
    name = zone_namer(user, values)
    return lambda home: name(home[0])


#: Dimension -> what makes the function (pk, community, estrato, sector) -> its group.
_NAMERS: Mapping[str, Callable[[Any, Values], Callable[[Any], str]]] = {
    "comunidad": lambda _user, _values: lambda home: home[1],
    "zona": _zone_namer,
    "estrato": lambda _user, _values: lambda home: estrato_name(home[2], home[3]),
    "tarifa": _tariff_namer,
}
GROUPINGS = tuple((name, DIMENSIONS[name].title.capitalize()) for name in _NAMERS)


def query(user: Any, values: Values) -> QueryResult:
    """One row for each group: installations, sales and arrears."""
    groups: dict[str, _Group] = {}
    name = _NAMERS[values["by"]](user, values)
    owed = owed_by_installation(user, values)
    homes = installations(user, values).values_list("pk", "site__community__name", "estrato", "sector")
    for home in homes.iterator():
        group = groups.setdefault(name(home), _Group())
        group.homes += 1
        # levies are owed to others by us: no arrears
        group.arrears_c += max(0, sum(owed.get(home[0], (0, 0, 0))[:2]) - owed.get(home[0], (0, 0, 0))[2])
    for key, sold in sales_by(user, DIMENSIONS[values["by"]], values).items():
        groups.setdefault(key[0], _Group()).sold = sold
    return result_of([(key, *groups[key].cells()) for key in sorted(groups)])
