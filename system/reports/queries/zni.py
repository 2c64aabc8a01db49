"""The commercial report of the ZNI, laid out as it was published (R5.1-03; regulation.md 1.4 and 1.6).

Blocks: basic up to the subsistence consumption of the altitude, complementary up to 800 kWh, residential
above; who is no home has it all in the first. A block is billed at its cost; the subsidy is what lies between
that and what the customer pays: ``total = Σ blocks + subsidy + rebilled``, to the centavo.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from django.utils.crypto import salted_hmac

from system.registry.models import Installation, Sector
from system.reports.declaration import Finding, QueryResult, Row, Values
from system.reports.extracts import layout
from system.reports.extracts.layout import load
from system.reports.parameters import LAST_MONTH, choice, month_of
from system.vending.api import (
    FULL_COST_ABOVE_KWH,
    MILLI_PER_CENTAVO,
    PPM,
    WH_PER_UNIT,
    Bill,
    Reversal,
    Sale,
    SaleKind,
    half_up,
    subsistence_units,
)


@dataclass(slots=True)
class BillingAct:
    """A line of the report before it is laid out.

    Args:
        installation_id: whose.
        bill_id: number of the bill; of the recharge; or NIU and month.
        issued_on, begins_on, ends_on: business days.
        wh: energy.
        cost_mc: what it cost to provide, thousandths of a centavo.
        paid_c: what the customer pays for it, centavos.
        rebilled_c: of former months, below 0.
        before_wh: billed in the same month already: where its first block begins.
    """

    installation_id: int
    bill_id: str
    issued_on: date
    begins_on: date
    ends_on: date
    wh: int = 0
    cost_mc: int = 0
    paid_c: int = 0
    rebilled_c: int = 0
    before_wh: int = 0

    @property
    def days(self) -> int:
        """Number of days that it covers."""
        return (self.ends_on - self.begins_on).days + 1


@dataclass(frozen=True, slots=True)
class _Sold:
    installation_id: int
    niu: str
    month: date
    number: str
    day: date
    units: int
    energy_c: int
    unit_cost_e4: int = 0
    bought_units: int = 0
    rebilled: bool = False

    def onto(self, act: BillingAct) -> None:
        """Add it to a line."""
        if self.rebilled:
            act.rebilled_c -= self.energy_c
            return
        act.wh += self.units * WH_PER_UNIT
        act.cost_mc += self.units * self.unit_cost_e4
        act.paid_c += self.energy_c


def billing_acts(user: Any, values: Values, *, one_by_one: bool) -> Iterator[BillingAct]:
    """Every line of a period: recharges first, then bills; availability has no place in the layout."""
    merged = sorted(_sold_of(user, values), key=lambda one: (one.niu, one.month, one.number))
    for _, group in groupby(merged, key=lambda one: (one.niu, one.month, one.number if one_by_one else "")):
        yield _act(list(group), one_by_one=one_by_one)
    yield from _billed(user, values)


def _act(group: list[_Sold], *, one_by_one: bool) -> BillingAct:
    first = group[0]
    begin, end = (first.day, first.day) if one_by_one else month_of(first.month)
    name = first.number if one_by_one else f"{first.niu}-{first.month:%Y%m}"
    act = BillingAct(first.installation_id, name, end, begin, end)
    act.before_wh = min((one.bought_units for one in group if not one.rebilled), default=0) * WH_PER_UNIT
    for one in group:
        one.onto(act)
    return act


_WAYS = ("installation_id", "installation__niu", "month", "number", "business_day", "units", "energy_c")


def _sold_of(user: Any, values: Values) -> Iterator[_Sold]:
    between = (values["since"], values["until"])
    sold = (
        Sale.objects.of(user)
        .filter(kind=SaleKind.ENERGY, outcome__minted=True, business_day__range=between)
        .order_by()
        .values_list(*_WAYS, "inputs", "reversal__movement__business_day")
    )
    for *known, inputs, taken_back_on in sold.iterator(chunk_size=1000):
        priced = json.loads(inputs)
        one = _Sold(*known, priced["tariff"]["unit_cost_e4"], priced["bought_units"])  # type: ignore[call-arg]
        if taken_back_on is None or taken_back_on.replace(day=1) != one.month:
            yield one
    yield from _rebilled(user, between)


def _rebilled(user: Any, between: tuple[date, date]) -> Iterator[_Sold]:
    ways = [f"sale__{way}" for way in _WAYS]
    rows = (
        Reversal.objects.filter(movement__provider_id=user.provider_pk, movement__business_day__range=between)
        .order_by()
        .values_list("movement__business_day", *ways)
    )
    for day, installation_id, niu, month, number, _, units, energy_c in rows:
        here = day.replace(day=1)
        if here != month:
            yield _Sold(installation_id, niu, here, f"{number}-R", day, units, energy_c, rebilled=True)


def _billed(user: Any, values: Values) -> Iterator[BillingAct]:
    rows = (
        Bill.objects.of(user)
        .filter(movement__business_day__range=(values["since"], values["until"]), mode="postpaid")
        .order_by("installation__niu", "period_begin")
        .select_related("movement")
    )
    for bill in rows.iterator(chunk_size=500):
        act = BillingAct(
            bill.installation_id, str(bill.pk), bill.movement.business_day, bill.period_begin, bill.period_end
        )
        act.wh, act.paid_c = bill.consumption_wh, bill.total_c
        act.cost_mc = bill.cost_c * MILLI_PER_CENTAVO
        act.before_wh = json.loads(bill.inputs)["billed_wh"]
        yield act


LAYOUT = load("zni_residential", 1)
COLUMNS = tuple(column.column() for column in LAYOUT.columns)
PARAMETERS = (
    *LAST_MONTH,
    choice("rows", "Recargas", (("mes", "Una fila por mes"), ("recarga", "Una fila por recarga")), "mes"),
    choice("ids", "Identificadores", (("reales", "Reales"), ("seudonimos", "Seudónimos")), "reales"),
)
_SECTORS: Mapping[str, str] = {Sector.COMMERCIAL: "C", Sector.OFFICIAL: "O", Sector.INDUSTRIAL: "I"}
_PSEUDONYM_LETTERS = 16
_CENT_PPM = 10_000


@dataclass(frozen=True, slots=True)
class Blocks:
    """Energy and its cost by block."""

    wh: tuple[int, int, int]
    cost_c: tuple[int, int, int]


def blocks_of(act: BillingAct, *, home: bool, altitude_m: int) -> Blocks:
    """Part an act into blocks; the costs of the blocks sum to that of the whole.

    Args:
        act: of one month.
        home: whether blocks apply.
        altitude_m: of the locality.
    """
    ends = (subsistence_units(altitude_m) * WH_PER_UNIT, FULL_COST_ABOVE_KWH * 1000) if home else ()
    after_wh = act.before_wh + act.wh
    before, upto = (_parted(reached_wh, ends) for reached_wh in (act.before_wh, after_wh))
    wh = (upto[0] - before[0], upto[1] - before[1], upto[2] - before[2])
    whole_c = half_up(act.cost_mc, MILLI_PER_CENTAVO)
    reached, costs, spent_c = 0, [], 0
    for part in wh:
        reached += part
        upto_c = half_up(act.cost_mc * reached, act.wh * MILLI_PER_CENTAVO) if act.wh else whole_c
        costs.append(upto_c - spent_c)
        spent_c = upto_c
    return Blocks(wh, (costs[0], costs[1], costs[2]))


def _parted(wh: int, ends: tuple[int, ...]) -> tuple[int, int, int]:
    """Energy of a month by block."""
    if not ends:
        return wh, 0, 0
    basic, complementary = min(wh, ends[0]), max(0, min(wh, ends[1]) - ends[0])
    return basic, complementary, wh - basic - complementary


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that a column can be filled from."""

    act: BillingAct
    home: Installation
    provider: Any
    blocks: Blocks
    pseudonyms: bool

    @property
    def subsidy_c(self) -> int:
        """Payment less cost; below 0 where the Nation pays."""
        return self.act.paid_c - sum(self.blocks.cost_c)

    @property
    def subsidy_ppm(self) -> int:
        """Of the cost, rounded to whole hundredths as it is published; never to be computed with."""
        cost_c = sum(self.blocks.cost_c)
        return half_up(self.subsidy_c * PPM // _CENT_PPM, cost_c) * _CENT_PPM if cost_c else 0

    def named(self, text: str) -> str:
        """An identifying name, or its pseudonym: the same for the same name, within this provider."""
        if not self.pseudonyms:
            return text
        return salted_hmac(f"reports.zni.{self.provider.pk}", text).hexdigest()[:_PSEUDONYM_LETTERS].upper()


def _estrato_code(line: Line) -> str:
    home = line.home
    return str(home.estrato) if home.estrato else _SECTORS.get(home.sector, "E")


def _feeder(line: Line) -> str:
    return line.home.feeder.name if line.home.feeder else ""


@cache
def departments() -> Mapping[str, str]:
    """Name of each department by the first two digits of a DANE code."""
    text = files("system.reports.extracts").joinpath("departments.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))


def _department(line: Line) -> str:
    return departments().get(line.home.site.community.dane[:2], "")


SOURCES: Mapping[str, Callable[[Line], Any]] = {
    "locality": lambda line: line.home.site.community.dane,
    "company_id": lambda line: line.provider.id_empresa,
    "company": lambda line: line.provider.name,
    "niu": lambda line: line.named(line.home.niu),
    "bill_id": lambda line: line.named(line.act.bill_id),
    "issued_on": lambda line: line.act.issued_on,
    "begins_on": lambda line: line.act.begins_on,
    "days": lambda line: line.act.days,
    "year": lambda line: f"{line.act.ends_on:%Y}",
    "month": lambda line: f"{line.act.ends_on:%m}",
    "estrato": _estrato_code,
    "reading": lambda _line: "R",
    "basic_wh": lambda line: line.blocks.wh[0],
    "basic_c": lambda line: line.blocks.cost_c[0],
    "complementary_wh": lambda line: line.blocks.wh[1],
    "complementary_c": lambda line: line.blocks.cost_c[1],
    "beyond_wh": lambda line: line.blocks.wh[2],
    "beyond_c": lambda line: line.blocks.cost_c[2],
    "subsidy_c": lambda line: line.subsidy_c,
    "subsidy_ppm": lambda line: line.subsidy_ppm,
    "nothing_c": lambda _line: 0,
    "rebilled_c": lambda line: line.act.rebilled_c,
    "total_c": lambda line: line.act.paid_c + line.act.rebilled_c,
    "feeder": _feeder,
    "department": _department,
    "municipality": lambda line: line.home.site.community.municipality,
    "community": lambda line: line.home.site.community.name,
}
_FILLED = [(SOURCES[one.source] if one.source else None, one.value) for one in LAYOUT.columns]


def query(user: Any, values: Values) -> QueryResult:
    """A row for each bill and, of recharges, for each month of an installation; findings come first."""
    lines = _Lines(user, values)
    found, left = layout.findings_of(LAYOUT, ((_names(line), _cells(line)) for line in lines))
    extra = tuple(_extra(user, values))
    notes = [f"Plantilla {LAYOUT.name}, versión {LAYOUT.version} ({LAYOUT.dataset})."]
    if unconfirmed := LAYOUT.unconfirmed():
        notes.append(f"Códigos que el prestador debe confirmar con el SUI: {', '.join(unconfirmed)}.")
    return QueryResult(lambda: map(_cells, lines), tuple(notes), (*extra, *found), left)


class _Lines:
    """The lines of a period; each walk asks the database anew."""

    def __init__(self, user: Any, values: Values) -> None:
        self._user, self._values = user, values
        rows = Installation.objects.of(user).select_related("site__community", "feeder")
        self._homes: dict[int, Installation] = rows.in_bulk()

    def __iter__(self) -> Iterator[Line]:
        pseudonyms = self._values["ids"] == "seudonimos"
        for act in billing_acts(self._user, self._values, one_by_one=self._values["rows"] == "recarga"):
            home = self._homes[act.installation_id]
            blocks = blocks_of(act, home=home.estrato is not None, altitude_m=home.site.community.altitude_m)
            yield Line(act, home, self._user.provider, blocks, pseudonyms)


def _cells(line: Line) -> Row:
    return tuple(value if source is None else source(line) for source, value in _FILLED)


def _names(line: Line) -> Mapping[str, str]:
    return {
        "row": line.named(line.act.bill_id),
        "provider": "Prestador",
        "community": f"Comunidad {line.home.site.community.name}",
        "installation": f"Instalación {line.named(line.home.niu)}",
    }


def _extra(user: Any, values: Values) -> Iterator[Finding]:
    """Findings of the report as a whole."""
    since, until = values["since"], values["until"]
    if since.day != 1 or until != month_of(until)[1]:
        yield Finding("Período", "", "El reporte es de meses completos: los bloques se cuentan por mes.")
    fees = Bill.objects.of(user).filter(movement__business_day__range=(since, until), mode="availability")
    count = fees.count()
    if count:
        said = f"{count} facturas por disponibilidad no caben en esta plantilla: van en otro reporte."
        yield Finding("Facturas", "", said, blocks=False)
