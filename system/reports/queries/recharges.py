"""Last recharges and signs of fraud (R5.2-03): purchases beside metered consumption, where there is any.

Limits are parameters. Without readings of an installation the purchases alone speak, and the row says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q, Sum

from system.registry.models import Agreement, AgreementMode
from system.reports.declaration import Column, ColumnKind, QueryResult, Row, Values
from system.reports.parameters import AT, PLACES, choice, number
from system.reports.queries.consumption import consumption_by_installation
from system.reports.queries.filters import end_of, installations
from system.reports.queries.sales import WH_PER_UNIT
from system.vending.api import Sale, SaleKind

NO_READINGS = "sin lecturas"
COLUMNS = (
    Column("niu", "NIU"),
    Column("comunidad", "Comunidad"),
    Column("lugar", "Lugar"),
    Column("ultima", "Última recarga", ColumnKind.INSTANT),
    Column("dias", "Días sin recargar", ColumnKind.COUNT),
    Column("comprado", "Comprado (kWh)", ColumnKind.KWH, total=True, help="En la ventana"),
    Column("consumido", "Consumido (kWh)", ColumnKind.KWH, help="Medido en la ventana; vacío: sin lecturas"),
    Column("senales", "Señales"),
)
PARAMETERS = (
    AT,
    number(
        "window", "Ventana (días)", 60, 7, 730, "Días hasta la fecha en que se comparan compra y consumo."
    ),
    number("idle", "Sin recargar desde (días)", 45, 1, 730),
    number("least", "Consumo mínimo (kWh)", 5, 0, 10_000, "Menos no dice nada."),
    number("low", "Compra baja (% del consumo)", 40, 1, 99),
    number("high", "Compra alta (% del consumo)", 200, 101, 2000),
    choice("only", "Mostrar", (("todas", "Todas"), ("senales", "Sólo con señales")), "todas"),
    *PLACES,
)
_PERCENT = 100
_WH = 1000


@dataclass(frozen=True, slots=True)
class RechargeHistory:
    """Recharges and consumption of an installation.

    Args:
        last_at, last_day: of the last recharge that was not taken back; None: never.
        days: since then; None: never.
        here: since the first prepaid agreement.
        bought_wh, consumed_wh: in the window; consumed None: no readings.
    """

    last_at: datetime | None
    days: int | None
    here: int | None
    bought_wh: int
    consumed_wh: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of the signs; see `PARAMETERS`."""

    idle: int
    least_wh: int
    low: int
    high: int

    @classmethod
    def of(cls, values: Values) -> "Limits":
        """As the parameters say."""
        return cls(values["idle"], values["least"] * _WH, values["low"], values["high"])


def fraud_signs(home: RechargeHistory, limits: Limits) -> list[str]:
    """Signs of fraud at a prepaid installation, in words; the readings first, then the purchases."""
    signs: list[str] = []
    consumed = home.consumed_wh
    if consumed is not None and consumed >= max(1, limits.least_wh):
        if home.bought_wh * _PERCENT < consumed * limits.low:
            signs.append("consume y no compra")
        elif home.bought_wh * _PERCENT > consumed * limits.high:
            signs.append("compra mucho más de lo que consume")
    elif consumed is not None and home.bought_wh >= max(1, limits.least_wh):
        signs.append("compra y no consume")
    if home.last_at is None:
        if (home.here or 0) >= limits.idle:
            signs.append("nunca ha comprado")
    elif (home.days or 0) >= limits.idle:
        signs.append(f"{home.days} días sin recargar")
    return signs


@dataclass(slots=True)
class _Evidence:
    last: Mapping[int, tuple[datetime, date]]
    bought: Mapping[int, int]
    consumed: Mapping[int, int]
    since: Mapping[int, datetime]
    limits: Limits
    today: date
    only: bool
    rows: list[Row] = field(default_factory=list)

    def row(self, pk: int, niu: str, community: str, place: str) -> Row | None:
        at, on = self.last.get(pk, (None, None))
        since = self.since[pk]
        home = RechargeHistory(
            at,
            None if on is None else (self.today - on).days,
            (end_of(self.today) - since).days,
            self.bought.get(pk, 0),
            self.consumed.get(pk),
        )
        signs = fraud_signs(home, self.limits)
        if self.only and not signs:
            return None
        if home.consumed_wh is None:
            signs.append(NO_READINGS)
        cells = (home.last_at, home.days, home.bought_wh, home.consumed_wh, "; ".join(signs))
        return (niu, community, place, *cells)


def query(user: Any, values: Values) -> QueryResult:
    """A row for each installation that is prepaid on that day: who never bought, then the longest ago."""
    until = values["until"]
    since = until - timedelta(days=values["window"] - 1)
    agreed = Agreement.objects.of(user).at(end_of(until)).filter(mode=AgreementMode.PREPAID)
    prepaid = agreed.values("installation_id")
    homes = installations(user, values).filter(pk__in=prepaid)
    known = _Evidence(
        _last(user, until),
        _bought(user, since, until),
        consumption_by_installation(homes, since, until),
        _here_since(user),
        Limits.of(values),
        until,
        values["only"] == "senales",
    )
    rows = sorted(_rows(homes, known), key=lambda row: (row[3] is not None, -(row[4] or 0), row[0]))
    return QueryResult(lambda: rows, _notes(known))


def _rows(homes: Any, known: _Evidence) -> Iterator[Row]:
    for pk, niu, community, place in homes.values_list("pk", "niu", "site__community__name", "address"):
        row = known.row(pk, niu, community, place)
        if row is not None:
            yield row


def _notes(known: _Evidence) -> tuple[str, ...]:
    if known.consumed:
        return ()
    return ("Ningún medidor tiene lecturas en la ventana: las señales salen sólo de las compras.",)


def _kept(user: Any, **narrowed: Any) -> Any:
    sold = Sale.objects.of(user).filter(kind=SaleKind.ENERGY, outcome__minted=True, **narrowed)
    return sold.filter(reversal__isnull=True).order_by()


def _last(user: Any, until: date) -> dict[int, tuple[datetime, date]]:
    rows = _kept(user, business_day__lte=until).values_list("installation_id")
    return {pk: (at, on) for pk, at, on in rows.annotate(Max("business_at"), Max("business_day"))}


def _bought(user: Any, since: date, until: date) -> dict[int, int]:
    rows = _kept(user, business_day__range=(since, until)).values_list("installation_id")
    return {pk: units * WH_PER_UNIT for pk, units in rows.annotate(Sum("units"))}


def _here_since(user: Any) -> dict[int, datetime]:
    rows = Agreement.objects.of(user).filter(Q(mode=AgreementMode.PREPAID)).order_by()
    return dict(rows.values_list("installation_id").annotate(Min("valid_from")))
