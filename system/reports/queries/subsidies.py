"""Subsidies and contributions of a month, by estrato and tariff: recharges less reversals, and bills."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Sum, Value, When

from system.reports.declaration import Column, ColumnKind, QueryResult, Values, result_of
from system.reports.queries.filters import BILLS, REVERSALS, SALES, FactTable, estrato_name, filters_of
from system.vending.api import MILLI_PER_CENTAVO, WH_PER_UNIT, Bill, Reversal, Sale, SaleKind, half_up

COLUMNS = (
    Column("mes", "Mes"),
    Column("estrato", "Estrato"),
    Column("tarifa", "Tarifa"),
    Column("actos", "Recargas y facturas", ColumnKind.COUNT, total=True, help="Las reversadas restan"),
    Column("kwh", "kWh", ColumnKind.KWH, total=True),
    Column("pagado", "Pagado por energía", ColumnKind.PESOS, total=True),
    Column("subsidio", "Subsidio", ColumnKind.PESOS, total=True, help="Costo pleno menos lo pagado"),
    Column("contribucion", "Contribución", ColumnKind.PESOS, total=True, help="Pagado por encima del costo"),
)
NOTE = (
    "Una reversión resta en el mes en que se hizo. El subsidio de cada recarga se lleva en milésimas de "
    "centavo y se redondea una vez por fila."
)
_WAYS = (
    "{day}",
    "{installation}__estrato",
    "{installation}__sector",
    "{agreement}__tariff_code",
)
Group = tuple[date, str, str]


class _Sums:
    """Of a row: acts, Wh, centavos paid, subsidy and contribution in thousandths of a centavo."""

    __slots__ = ("acts", "contribution_mc", "paid_c", "subsidy_mc", "wh")

    def __init__(self) -> None:
        self.acts = self.wh = self.paid_c = self.subsidy_mc = self.contribution_mc = 0

    def add(self, sign: int, acts: int, wh: int, paid_c: int, subsidy_mc: int, contribution_mc: int) -> None:
        self.acts += sign * acts
        self.wh += sign * wh
        self.paid_c += sign * paid_c
        self.subsidy_mc += sign * subsidy_mc
        self.contribution_mc += sign * contribution_mc

    def cells(self) -> tuple[int, ...]:
        rounded = (half_up(amount, MILLI_PER_CENTAVO) for amount in (self.subsidy_mc, self.contribution_mc))
        return (self.acts, self.wh, self.paid_c, *rounded)


def query(user: Any, values: Values) -> QueryResult:
    """One row for each month, estrato and tariff."""
    groups: dict[Group, _Sums] = defaultdict(_Sums)
    for group, sign, sums in _all(user, values):
        groups[group].add(sign, *sums)
    return result_of([(f"{key[0]:%Y-%m}", *key[1:], *groups[key].cells()) for key in sorted(groups)], NOTE)


def _all(user: Any, values: Values) -> Iterator[tuple[Group, int, tuple[int, ...]]]:
    sold = Sale.objects.of(user).filter(
        kind=SaleKind.ENERGY, outcome__minted=True, **filters_of(SALES, values)
    )
    yield from _grouped(sold, SALES, "", 1)
    taken_back = Reversal.objects.filter(
        movement__provider_id=user.provider_pk, **filters_of(REVERSALS, values)
    )
    yield from _grouped(taken_back, REVERSALS, "sale__", -1)
    for *key, acts, wh, total_c, cost_c in _bills(user, values):
        subsidy_c = cost_c - total_c
        paid = (
            acts,
            wh,
            total_c,
            max(0, subsidy_c) * MILLI_PER_CENTAVO,
            max(0, -subsidy_c) * MILLI_PER_CENTAVO,
        )
        yield _group(key), 1, paid


def _grouped(
    rows: Any, source: FactTable, way: str, sign: int
) -> Iterator[tuple[Group, int, tuple[int, ...]]]:
    subsidy = F(f"{way}subsidy_mc")
    above = Sum(Case(When(**{f"{way}subsidy_mc__gt": 0}, then=subsidy), default=Value(0)))
    below = Sum(Case(When(**{f"{way}subsidy_mc__lt": 0}, then=-subsidy), default=Value(0)))
    found = (
        rows.order_by()
        .values_list(*map(source.way, _WAYS))
        .annotate(Count("pk"), Sum(f"{way}units"), Sum(f"{way}energy_c"), above=above, below=below)
    )
    for *key, acts, units, energy_c, subsidy_mc, contribution_mc in found:
        yield _group(key), sign, (acts, units * WH_PER_UNIT, energy_c, subsidy_mc, contribution_mc)


def _bills(user: Any, values: Values) -> Any:
    # each bill by itself: a subsidy and a contribution of two bills do not cancel out
    return (
        Bill.objects.of(user)
        .filter(**filters_of(BILLS, values))
        .order_by()
        .values_list(*map(BILLS.way, _WAYS), Value(1), "consumption_wh", "total_c", "cost_c")
    )


def _group(key: list[Any]) -> Group:
    day, estrato, sector, tariff = key
    return day.replace(day=1), estrato_name(estrato, sector), tariff
