"""Rows of text as `ServicePointData`, and what is wrong with them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.registry.errors import CellError, UnableToReadFile, UnableToRegister
from system.registry.importing.columns import BY_HEADING, COLUMNS, HEADING_OF, METER
from system.registry.importing.spreadsheets import SheetRows, fold_heading
from system.registry.models import (
    BASE_DATES,
    Customer,
    Device,
    DeviceIdentifier,
    Feeder,
    IdentifierKind,
    Installation,
    Site,
)
from system.registry.services.inputs import (
    KeyingData,
    MeterData,
    PersonData,
    PlaceData,
    ServicePointData,
    TermsData,
)
from system.registry.services.installations import check_place, check_terms


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row that is well formed by itself."""

    row: int
    home: ServicePointData


class Places:
    """Sites and feeders of a provider by their names.

    Args:
        provider_id: whose.
    """

    def __init__(self, provider_id: int) -> None:
        self._sites: dict[str, list[Site]] = defaultdict(list)
        for site in Site.objects.filter(provider_id=provider_id).select_related("community"):
            self._sites[fold_heading(site.name)].append(site)
        feeders = Feeder.objects.filter(provider_id=provider_id)
        self._feeders = {(feeder.site_id, fold_heading(feeder.name)): feeder for feeder in feeders}

    def site(self, name: str, community: str) -> Site:
        """The site of a name.

        Raises:
            UnableToRegister: there is none, or several.
        """
        found = self._sites.get(fold_heading(name), [])
        if community:
            found = [site for site in found if fold_heading(site.community.name) == fold_heading(community)]
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
        found: Feeder | None = self._feeders.get((site.pk, fold_heading(name)))
        if found is None:
            raise UnableToRegister(f"Ese sitio no tiene un circuito «{name[:40]}».", "feeder")
        return found


def check_headings(table: SheetRows) -> None:
    """Refuse a file that lacks a needed column, or has an unknown one.

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
    table: SheetRows, provider_id: int, tariffs: frozenset[str], since: datetime
) -> tuple[list[ParsedRow], list[CellError]]:
    """Read every row; those that are well formed, and what is wrong with the others."""
    places = Places(provider_id)
    parsed: list[ParsedRow] = []
    errors: list[CellError] = []
    for row, cells in table.rows:
        values, wrong = _values_of(row, cells)
        if not wrong:
            try:
                parsed.append(ParsedRow(row, _service_point(values, places, provider_id, tariffs, since)))
            except UnableToRegister as error:
                wrong = [CellError(row, HEADING_OF.get(error.field, ""), error.sentence)]
        errors += wrong
    return parsed, errors


def _values_of(row: int, cells: dict[str, str]) -> tuple[dict[str, Any], list[CellError]]:
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


def _service_point(
    values: dict[str, Any], places: Places, provider_id: int, tariffs: frozenset[str], since: datetime
) -> ServicePointData:
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
    return ServicePointData(person, place, terms, since, _meter(values))


def _meter(values: dict[str, Any]) -> MeterData | None:
    if not values["serial"]:
        return None
    if values["base_date"] not in set(BASE_DATES):
        raise UnableToRegister("La fecha base es 1993, 2014 o 2035.", "base_date")
    keying = KeyingData(**{name: values[name] for name in KeyingData.__slots__})
    return MeterData(values["maker"], values["serial"], values["model"], drn=values["drn"], keying=keying)


# --- Conflicts: within the file, and with rows of the registry

#: So many values go into one question: SQL Server takes 2,100.
_AT_ONCE = 500


def known_customers(provider_id: int, rows: Iterable[ParsedRow]) -> dict[str, Customer]:
    """Document -> customer, of those that the file names and that are there already."""
    documents = {row.home.person.document for row in rows}
    mine = Customer.objects.filter(provider_id=provider_id)
    return {customer.document: customer for customer in _any_of(mine, "document", documents)}


def conflicts_of(provider_id: int, rows: list[ParsedRow]) -> list[CellError]:
    """Errors of rows that are registered already, or twice in the file."""
    return sorted(
        [
            *_duplicates(rows, "niu", "niu", lambda row: row.home.place.niu),
            *_duplicates(rows, "drn", "drn", lambda row: row.home.meter and row.home.meter.drn),
            *_duplicates(
                rows,
                "serie",
                "serial",
                lambda row: row.home.meter and (row.home.meter.maker, row.home.meter.serial),
            ),
            *_already_registered(provider_id, rows),
            *_renamed_customers(provider_id, rows),
        ],
        key=lambda error: (error.row, error.column),
    )


def _duplicates(
    rows: list[ParsedRow], heading: str, _field: str, key: Callable[[ParsedRow], Any]
) -> Iterator[CellError]:
    first: dict[Any, int] = {}
    for row in rows:
        value = key(row)
        if not value:
            continue
        if value in first:
            yield CellError(row.row, heading, f"Repetido: también está en la fila {first[value]}.")
        first.setdefault(value, row.row)


def _already_registered(provider_id: int, rows: list[ParsedRow]) -> Iterator[CellError]:
    places = {row.home.place.niu: row for row in rows}
    mine = Installation.objects.filter(provider_id=provider_id)
    for installation in _any_of(mine, "niu", places):
        yield CellError(places[installation.niu].row, "niu", "Ya está registrado.")
    # type plates and DRN exist once in the world: over all providers, and nothing but "in use" is revealed
    meters = [(row, row.home.meter) for row in rows if row.home.meter is not None]
    plates = {(meter.maker, meter.serial): row for row, meter in meters}
    for device in _any_of(Device.objects.all(), "serial", {serial for _, serial in plates}):
        if (row := plates.get((device.maker, device.serial))) is not None:
            yield CellError(row.row, "serie", "Ya está registrada.")
    numbers = {meter.drn: row for row, meter in meters}
    open_names = DeviceIdentifier.objects.filter(kind=IdentifierKind.DRN, valid_to__isnull=True)
    for name in _any_of(open_names, "value", numbers):
        yield CellError(numbers[name.value].row, "drn", "Ya lo lleva otro medidor.")


def _renamed_customers(provider_id: int, rows: list[ParsedRow]) -> Iterator[CellError]:
    names = {document: customer.name for document, customer in known_customers(provider_id, rows).items()}
    for row in rows:
        person = row.home.person
        if names.setdefault(person.document, person.name).casefold() != person.name.casefold():
            yield CellError(row.row, "nombre", "Ese documento ya está con otro nombre.")


def _any_of(rows: Any, field: str, values: Iterable[Any]) -> Iterator[Any]:
    wanted = sorted(values)
    for begin in range(0, len(wanted), _AT_ONCE):
        yield from rows.filter(**{f"{field}__in": wanted[begin : begin + _AT_ONCE]})
