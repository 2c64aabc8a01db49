"""The commercial report of the ZNI, laid out as it was published (R5.1-03; regulation.md 1.4 and 1.6).

Blocks: basic up to the subsistence consumption of the altitude, complementary up to 800 kWh, residential
above; who is no home has it all in the first. A block is billed at its cost; the subsidy is what lies between
that and what the customer pays: ``total = Σ blocks + subsidy + rebilled``, to the centavo.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.crypto import salted_hmac

from system.registry.models import Installation
from system.reports.answer import Answer, Finding, Row
from system.reports.declaring import Values
from system.reports.extracts import check
from system.reports.extracts.layout import load
from system.reports.parameters import LAST_MONTH, choice
from system.reports.periods import month_of
from system.reports.questions.zni_acts import Act, acts
from system.vending.models import Bill
from system.vending.pricing.money import MILLI_PER_CENTAVO, PPM, WH_PER_UNIT, half_up
from system.vending.pricing.zni import FULL_COST_ABOVE_KWH, subsistence_units

LAYOUT = load("zni_residential", 1)
COLUMNS = tuple(column.column() for column in LAYOUT.columns)
PARAMETERS = (
    *LAST_MONTH,
    choice("rows", "Recargas", (("mes", "Una fila por mes"), ("recarga", "Una fila por recarga")), "mes"),
    choice("ids", "Identificadores", (("reales", "Reales"), ("seudonimos", "Seudónimos")), "reales"),
)
_SECTORS: Mapping[str, str] = {"commercial": "C", "official": "O", "industrial": "I"}
_PSEUDONYM_LETTERS = 16
_CENT_PPM = 10_000


@dataclass(frozen=True, slots=True)
class Blocks:
    """Energy and its cost by block."""

    wh: tuple[int, int, int]
    cost_c: tuple[int, int, int]


def blocks_of(act: Act, *, home: bool, altitude_m: int) -> Blocks:
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
    """So much of a month's energy by block."""
    if not ends:
        return wh, 0, 0
    basic, complementary = min(wh, ends[0]), max(0, min(wh, ends[1]) - ends[0])
    return basic, complementary, wh - basic - complementary


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that a column can be filled from."""

    act: Act
    home: Installation
    provider: Any
    blocks: Blocks
    pseudonyms: bool

    @property
    def subsidy_c(self) -> int:
        """What lies between cost and payment; below 0 where the Nation pays."""
        return self.act.paid_c - sum(self.blocks.cost_c)

    @property
    def subsidy_ppm(self) -> int:
        """Of the cost, rounded to whole hundredths as it is published; never to be computed with."""
        cost_c = sum(self.blocks.cost_c)
        return half_up(self.subsidy_c * PPM // _CENT_PPM, cost_c) * _CENT_PPM if cost_c else 0

    def named(self, text: str) -> str:
        """A name that tells who somebody is, or its pseudonym: the same for the same, here alone."""
        if not self.pseudonyms:
            return text
        return salted_hmac(f"reports.zni.{self.provider.pk}", text).hexdigest()[:_PSEUDONYM_LETTERS].upper()


def _estrato(line: Line) -> str:
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
    "estrato": _estrato,
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


def ask(user: Any, values: Values) -> Answer:
    """A row for each bill and, of recharges, for each month of an installation; findings come first."""
    lines = _Lines(user, values)
    found, left = check.findings(LAYOUT, ((_names(line), _cells(line)) for line in lines))
    extra = tuple(_extra(user, values))
    notes = [f"Plantilla {LAYOUT.name}, versión {LAYOUT.version} ({LAYOUT.dataset})."]
    if unconfirmed := LAYOUT.unconfirmed():
        notes.append(f"Códigos que el prestador debe confirmar con el SUI: {', '.join(unconfirmed)}.")
    return Answer(lambda: map(_cells, lines), tuple(notes), (*extra, *found), left)


class _Lines:
    """The lines of a period; each walk asks the database anew."""

    def __init__(self, user: Any, values: Values) -> None:
        self._user, self._values = user, values
        rows = Installation.objects.of(user).select_related("site__community", "feeder")
        self._homes: dict[int, Installation] = rows.in_bulk()

    def __iter__(self) -> Iterator[Line]:
        pseudonyms = self._values["ids"] == "seudonimos"
        for act in acts(self._user, self._values, one_by_one=self._values["rows"] == "recarga"):
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
    """What is wrong with the report as a whole."""
    since, until = values["since"], values["until"]
    if since.day != 1 or until != month_of(until)[1]:
        yield Finding("Período", "", "El reporte es de meses completos: los bloques se cuentan por mes.")
    fees = Bill.objects.of(user).filter(movement__business_day__range=(since, until), mode="availability")
    count = fees.count()
    if count:
        said = f"{count} facturas por disponibilidad no caben en esta plantilla: van en otro reporte."
        yield Finding("Facturas", "", said, blocks=False)
