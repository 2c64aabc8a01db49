"""Changes of habits (R5.2-04), from purchases alone: a customer's last days beside his own past.

The past is cut into windows as long as the recent one. Their median and their median absolute deviation
(MAD) are robust: one great purchase before a feast moves neither. A change is reported where the recent
window lies far from the median both in proportion and in deviations: ``|0.6745·(x − median)/MAD| > 3.5`` is
the usual bound (regulation.md 5.2, C: a parameter); where all windows were alike (MAD 0), the proportion
alone decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from django.db.models import Sum

from system.reports.declaration import Column, ColumnKind, QueryResult, Row, Values
from system.reports.parameters import AT, PLACES, choice, number
from system.reports.queries.filters import installations
from system.reports.queries.sales import WH_PER_UNIT
from system.reports.render.cells import grouped
from system.vending.api import Sale, SaleKind

COLUMNS = (
    Column("niu", "NIU"),
    Column("comunidad", "Comunidad"),
    Column("reciente", "Reciente (kWh)", ColumnKind.KWH, total=True, help="Comprado en la última ventana"),
    Column("mediana", "Mediana propia (kWh)", ColumnKind.KWH, help="De sus ventanas anteriores"),
    Column("cambio", "Cambio", ColumnKind.PERCENT, help="De la reciente frente a la mediana"),
    Column("ritmo", "Días entre compras", ColumnKind.COUNT, help="Mediana reciente"),
    Column("ritmo_antes", "Antes", ColumnKind.COUNT, help="Mediana anterior de días entre compras"),
    Column("dictamen", "Dictamen"),
    Column("explicacion", "Explicación"),
)
PARAMETERS = (
    AT,
    number("window", "Ventana (días)", 30, 7, 120),
    number("past", "Ventanas anteriores", 6, 3, 24),
    number("fall", "Bajó a menos de (%)", 50, 1, 99, "De su mediana."),
    number("rise", "Subió a más de (%)", 200, 101, 5000, "De su mediana."),
    number("deviations", "Desviaciones (×10)", 35, 10, 200, "35 es 3,5 veces la desviación robusta."),
    choice("only", "Mostrar", (("cambios", "Sólo cambios"), ("todas", "Todas")), "cambios"),
    *PLACES,
)
PPM = 1_000_000
_CONSISTENT = 0.6745  # MAD of a normal distribution in standard deviations
_TENTHS = 10
_PERCENT = 100
ENOUGH = 3
LESS, MORE, STOPPED, SAME, SHORT = (
    "compra mucho menos",
    "compra mucho más",
    "dejó de comprar",
    "sin cambio",
    "poca historia",
)
CHANGES = frozenset({LESS, MORE, STOPPED})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Thresholds of a change; see `PARAMETERS`."""

    window: int = 30
    past: int = 6
    fall: int = 50
    rise: int = 200
    deviations: int = 35

    @classmethod
    def of(cls, values: Values) -> "Bounds":
        """As the parameters say."""
        names = ("window", "past", "fall", "rise", "deviations")
        return cls(*(values[name] for name in names))


@dataclass(frozen=True, slots=True)
class Habit:
    """A customer's last window beside his past.

    Args:
        recent_wh: bought in it.
        median_wh: of the windows before, from that of the first purchase on; None: too few.
        verdict: one of the words above.
        rhythm, rhythm_before: median of days between purchases; None: fewer than two.
        windows: how many were compared with.
    """

    recent_wh: int
    median_wh: int | None
    verdict: str
    rhythm: int | None
    rhythm_before: int | None
    windows: int

    @property
    def change_ppm(self) -> int | None:
        """Of the recent window against the median; None where that is 0 or not known."""
        if not self.median_wh:
            return None
        return (self.recent_wh - self.median_wh) * PPM // self.median_wh


def habit_of(bought: list[tuple[date, int]], until: date, bounds: Bounds) -> Habit:
    """Judge purchases.

    Args:
        bought: business day and Wh, in their order, none after `until`.
        until: last day of the recent window.
        bounds: thresholds of a change.
    """
    ago = [((until - day).days // bounds.window, wh) for day, wh in bought]
    oldest = min(max((number for number, _ in ago), default=0), bounds.past)
    sums = [0] * (bounds.past + 1)
    for number_, wh in ago:
        if number_ <= bounds.past:
            sums[number_] += wh
    recent_wh, before = sums[0], sums[1 : oldest + 1]
    begin = until - timedelta(days=bounds.window)
    known: dict[str, Any] = {
        "rhythm": _rhythm([day for day, _ in bought if day > begin]),
        "rhythm_before": _rhythm([day for day, _ in bought if day <= begin]),
        "windows": len(before),
    }
    if len(before) < ENOUGH:
        return Habit(recent_wh, None, SHORT, **known)
    middle = median(before)
    spread = median(abs(wh - middle) for wh in before)
    return Habit(recent_wh, round(middle), _verdict(recent_wh, middle, spread, bounds), **known)


def _verdict(recent_wh: int, middle: float, spread: float, bounds: Bounds) -> str:
    far = spread == 0 or _CONSISTENT * abs(recent_wh - middle) / spread * _TENTHS > bounds.deviations
    if middle and not recent_wh:
        return STOPPED
    if far and recent_wh * _PERCENT < middle * bounds.fall:
        return LESS
    if far and recent_wh * _PERCENT > middle * bounds.rise:
        return MORE
    return SAME


def _rhythm(days: list[date]) -> int | None:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return round(median(gaps)) if gaps else None


def explained(habit: Habit, window: int) -> str:
    """The verdict as a sentence that can be checked by hand."""
    recent = grouped(habit.recent_wh, 1000, 1)
    if habit.median_wh is None:
        return f"En los últimos {window} días compró {recent} kWh; su historia es corta para comparar."
    usual = grouped(habit.median_wh, 1000, 1)
    said = f"Compraba {usual} kWh cada {window} días (mediana de {habit.windows} ventanas); ahora {recent}"
    change = habit.change_ppm
    if change is None or habit.verdict == SAME:
        return f"{said}."
    return f"{said}: {grouped(abs(change), 10_000, 0)} % {'menos' if change < 0 else 'más'}."


def query(user: Any, values: Values) -> QueryResult:
    """One row for each installation that bought within the windows."""
    bounds, until = Bounds.of(values), values["until"]
    begin = until - timedelta(days=bounds.window * (bounds.past + 1) - 1)
    homes = {
        pk: (niu, place)
        for pk, niu, place in installations(user, values).values_list("pk", "niu", "site__community__name")
    }
    only_changes = values["only"] == "cambios"

    def rows() -> Iterator[Row]:
        for pk, bought in _purchases(user, begin, until):
            if pk not in homes:
                continue
            habit = habit_of(bought, until, bounds)
            if habit.verdict in CHANGES or not only_changes:
                yield (*homes[pk], *_cells(habit, bounds.window))

    note = "Sale sólo de las compras: no necesita lecturas. Las recargas reversadas no cuentan."
    return QueryResult(rows, (note,))


def _cells(habit: Habit, window: int) -> Row:
    return (
        habit.recent_wh,
        habit.median_wh,
        habit.change_ppm,
        habit.rhythm,
        habit.rhythm_before,
        habit.verdict,
        explained(habit, window),
    )


def _purchases(user: Any, begin: date, until: date) -> Iterator[tuple[int, list[tuple[date, int]]]]:
    sold = (
        Sale.objects.of(user)
        .filter(kind=SaleKind.ENERGY, business_day__range=(begin, until))
        .filter(outcome__minted=True, reversal__isnull=True)
        .order_by("installation_id", "business_day")
        .values_list("installation_id", "business_day")
        .annotate(units=Sum("units"))
    )
    for pk, rows in groupby(sold.iterator(chunk_size=2000), key=lambda row: row[0]):
        yield pk, [(day, units * WH_PER_UNIT) for _, day, units in rows]
