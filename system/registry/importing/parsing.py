"""A row of text as `HomeData`, or what is wrong with it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.registry.errors import UnableToRegister
from system.registry.importing.columns import BY_HEADING, COLUMNS, HEADING_OF, METER
from system.registry.importing.errors import CellError, UnableToReadFile
from system.registry.importing.tables import Table, fold
from system.registry.models import Feeder, Site
from system.registry.services.data import (
    HomeData,
    KeyingData,
    MeterData,
    PersonData,
    PlaceData,
    TermsData,
)
from system.registry.services.homes import check_place, check_terms

_BASE_DATES = (1993, 2014, 2035)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row that is well formed by itself."""

    row: int
    home: HomeData


class Places:
    """Sites and feeders of a provider by their names.

    Args:
        provider_id: whose.
    """

    def __init__(self, provider_id: int) -> None:
        self._sites: dict[str, list[Site]] = defaultdict(list)
        for site in Site.objects.filter(provider_id=provider_id).select_related("community"):
            self._sites[fold(site.name)].append(site)
        feeders = Feeder.objects.filter(provider_id=provider_id)
        self._feeders = {(feeder.site_id, fold(feeder.name)): feeder for feeder in feeders}

    def site(self, name: str, community: str) -> Site:
        """The site of a name.

        Raises:
            UnableToRegister: there is none, or several.
        """
        found = self._sites.get(fold(name), [])
        if community:
            found = [site for site in found if fold(site.community.name) == fold(community)]
        if not found:
            raise UnableToRegister(f"No hay un sitio «{name[:40]}»: créelo en «Lugares».", "site")
        if len(found) > 1:
            raise UnableToRegister("Hay varios sitios con ese nombre: escriba la comunidad.", "community")
        return found[0]

    def feeder(self, site: Site, name: str) -> Feeder | None:
        """The feeder of a name at a site; None where none was named.

        Raises:
            UnableToRegister: there is none.
        """
        if not name:
            return None
        found: Feeder | None = self._feeders.get((site.pk, fold(name)))
        if found is None:
            raise UnableToRegister(f"Ese sitio no tiene un circuito «{name[:40]}».", "feeder")
        return found


def check_headings(table: Table) -> None:
    """See that the file has the columns that are needed, and none that nobody knows.

    Raises:
        UnableToReadFile: it has not.
    """
    missing = [c.heading for c in COLUMNS if c.needed is True and c.heading not in table.headings]
    if missing:
        raise UnableToReadFile(f"Falta la columna «{missing[0]}»: use la plantilla.")
    unknown = [heading for heading in table.headings if heading and heading not in BY_HEADING]
    if unknown:
        raise UnableToReadFile(f"No se conoce la columna «{unknown[0][:40]}»: use la plantilla.")


def parse(
    table: Table, provider_id: int, tariffs: frozenset[str], since: datetime
) -> tuple[list[ParsedRow], list[CellError]]:
    """Read every row; those that are well formed, and what is wrong with the others."""
    places = Places(provider_id)
    parsed: list[ParsedRow] = []
    errors: list[CellError] = []
    for row, cells in table.rows:
        values, wrong = _values(row, cells)
        if not wrong:
            try:
                parsed.append(ParsedRow(row, _home(values, places, provider_id, tariffs, since)))
            except UnableToRegister as error:
                wrong = [CellError(row, HEADING_OF.get(error.field, ""), error.sentence)]
        errors += wrong
    return parsed, errors


def _values(row: int, cells: dict[str, str]) -> tuple[dict[str, Any], list[CellError]]:
    values: dict[str, Any] = {}
    errors = []
    has_meter = any(cells.get(column.heading) for column in COLUMNS if column.needed == METER)
    for column in COLUMNS:
        typed = cells.get(column.heading, "")
        try:
            values[column.field] = column.read(typed) if typed else column.default
        except UnableToRegister as error:
            errors.append(CellError(row, column.heading, error.sentence))
            continue
        needed = column.needed is True or (column.needed == METER and has_meter)
        if needed and values[column.field] == "":
            errors.append(CellError(row, column.heading, "Falta."))
    return values, errors


def _home(
    values: dict[str, Any], places: Places, provider_id: int, tariffs: frozenset[str], since: datetime
) -> HomeData:
    site = places.site(values["site"], values["community"])
    place = PlaceData(
        values["niu"],
        site,
        places.feeder(site, values["feeder"]),
        values["address"],
        values["estrato"],
        values["sector"],
    )
    check_place(provider_id, place)
    terms = TermsData(values["mode"], values["tariff_code"], 100 * values["monthly_fee"])
    check_terms(terms, tariffs)
    person = PersonData(values["document"], values["name"], values["phone"], values["email"])
    return HomeData(person, place, terms, since, _meter(values))


def _meter(values: dict[str, Any]) -> MeterData | None:
    if not values["serial"]:
        return None
    if values["base_date"] not in _BASE_DATES:
        raise UnableToRegister("La fecha base es 1993, 2014 o 2035.", "base_date")
    keying = KeyingData(**{name: values[name] for name in KeyingData.__slots__})
    return MeterData(values["maker"], values["serial"], values["model"], drn=values["drn"], keying=keying)
