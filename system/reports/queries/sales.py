"""Sales, reversals and payments on bills along any dimension (R5.4-07); what counters owe is the ledger's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from system.reports.declaration import Column, ColumnKind, QueryResult, Values, result_of
from system.reports.queries.filters import (
    DIMENSIONS,
    PAYMENTS,
    REVERSALS,
    SALES,
    Dimension,
    FactTable,
    Key,
    filters_of,
)
from system.vending.api import BillPayment, Reversal, Sale, SaleKind

#: Wh in the unit that tokens carry.
WH_PER_UNIT = 100


@dataclass(slots=True)
class SalesRow:
    """Sums of a group.

    Args:
        count: recharges that were minted.
        reversals: taken back in the period, whenever they were sold.
        units, reversed_units: of 0.1 kWh.
        energy_c, deducted_c: of what was received for recharges, centavos.
        sold_c: received for recharges.
        reversed_c: given back.
        payments_c: received on bills.
    """

    count: int = 0
    units: int = 0
    energy_c: int = 0
    deducted_c: int = 0
    sold_c: int = 0
    reversals: int = 0
    reversed_units: int = 0
    reversed_c: int = 0
    payments_c: int = 0

    @property
    def net_c(self) -> int:
        """Amount that the counters owe for it."""
        return self.sold_c - self.reversed_c + self.payments_c

    def add(self, **sums: int) -> None:
        """Count further sums."""
        for name, value in sums.items():
            setattr(self, name, getattr(self, name) + (value or 0))

    def cells(self) -> tuple[int, ...]:
        """As `COLUMNS` has them."""
        return (
            self.count,
            self.units * WH_PER_UNIT,
            self.energy_c,
            self.deducted_c,
            self.sold_c,
            self.reversals,
            self.reversed_units * WH_PER_UNIT,
            self.reversed_c,
            self.payments_c,
            self.net_c,
        )


COLUMNS = (
    Column("recargas", "Recargas", ColumnKind.COUNT, total=True),
    Column("kwh", "kWh", ColumnKind.KWH, total=True),
    Column("energia", "Energía", ColumnKind.PESOS, total=True),
    Column("obligaciones", "Obligaciones", ColumnKind.PESOS, total=True),
    Column("recibido", "Recibido", ColumnKind.PESOS, total=True),
    Column("reversiones", "Reversiones", ColumnKind.COUNT, total=True),
    Column("kwh_reversados", "kWh reversados", ColumnKind.KWH, total=True),
    Column("reversado", "Reversado", ColumnKind.PESOS, total=True),
    Column("facturas", "Facturas", ColumnKind.PESOS, total=True, help="Recibido por facturas"),
    Column("neto", "Neto", ColumnKind.PESOS, total=True, help="Recibido menos reversado más facturas"),
)


def sales_by(user: Any, dimension: Dimension, values: Values) -> dict[Key, SalesRow]:
    """Sums of a period along a dimension, in the order of their keys.

    Args:
        user: of whose provider.
        dimension: how they are grouped.
        values: ``since`` and ``until``, both included, and filters.
    """
    shown = dimension.shown(user, values)
    rows: dict[Key, SalesRow] = {}
    for names, found in (
        _sold(user, dimension, values),
        _reversed(user, dimension, values),
        _paid(user, dimension, values),
    ):
        for found_row in found:
            key = shown(tuple(found_row[: -len(names)]))
            sums = dict(zip(names, found_row[-len(names) :], strict=True))
            rows.setdefault(key, SalesRow()).add(**sums)
    return {key: rows[key] for key in sorted(rows, key=lambda key: tuple(map(_ordered, key)))}


def query_by(name: str) -> Callable[[Any, Values], QueryResult]:
    """The question of a report of sales along a dimension."""
    dimension = DIMENSIONS[name]

    def ask(user: Any, values: Values) -> QueryResult:
        rows = sales_by(user, dimension, values)
        return result_of([(*key, *row.cells()) for key, row in rows.items()])

    return ask


def _ordered(part: Any) -> tuple[bool, str]:
    return (part is None, str(part))


def _grouped(
    rows: Any, source: FactTable, dimension: Dimension, sums: dict[str, Any]
) -> tuple[tuple[str, ...], Any]:
    ways = [source.way(way) for way in dimension.ways]
    made = {f"sum_{name}": how for name, how in sums.items()}
    return tuple(sums), rows.order_by().values_list(*ways).annotate(**made)


def _sold(user: Any, dimension: Dimension, values: Values) -> tuple[tuple[str, ...], Any]:
    sold = Sale.objects.of(user).filter(
        kind=SaleKind.ENERGY, outcome__minted=True, **filters_of(SALES, values)
    )
    sums: dict[str, Any] = {
        "count": Count("pk"),
        "units": Sum("units"),
        "energy_c": Sum("energy_c"),
        "deducted_c": Sum("deducted_c"),
        "sold_c": Sum("amount_c"),
    }
    return _grouped(sold, SALES, dimension, sums)


def _reversed(user: Any, dimension: Dimension, values: Values) -> tuple[tuple[str, ...], Any]:
    taken_back = Reversal.objects.filter(
        movement__provider_id=user.provider_pk, **filters_of(REVERSALS, values)
    )
    sums: dict[str, Any] = {
        "reversals": Count("pk"),
        "reversed_units": Sum("sale__units"),
        "reversed_c": Sum("sale__amount_c"),
    }
    return _grouped(taken_back, REVERSALS, dimension, sums)


def _paid(user: Any, dimension: Dimension, values: Values) -> tuple[tuple[str, ...], Any]:
    paid = BillPayment.objects.of(user).filter(**filters_of(PAYMENTS, values))
    return _grouped(paid, PAYMENTS, dimension, {"payments_c": Sum("amount_c")})
