"""What the database knows already, and what the file says twice. Nothing is written to find out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from system.registry.importing.errors import CellError
from system.registry.importing.parsing import ParsedRow
from system.registry.models import Customer, Device, DeviceIdentifier, IdentifierKind, Installation

#: So many values go into one question: SQL Server takes 2,100.
_AT_ONCE = 500


def known_customers(provider_id: int, rows: Iterable[ParsedRow]) -> dict[str, Customer]:
    """Document -> customer, of those that the file names and that are there already."""
    documents = {row.home.person.document for row in rows}
    mine = Customer.objects.filter(provider_id=provider_id)
    return {customer.document: customer for customer in _among(mine, "document", documents)}


def conflicts(provider_id: int, rows: list[ParsedRow]) -> list[CellError]:
    """What cannot be written because it is there already, or twice in the file."""
    return sorted(
        [
            *_twice(rows, "niu", "niu", lambda row: row.home.place.niu),
            *_twice(rows, "drn", "drn", lambda row: row.home.meter and row.home.meter.drn),
            *_twice(
                rows,
                "serie",
                "serial",
                lambda row: row.home.meter and (row.home.meter.maker, row.home.meter.serial),
            ),
            *_there_already(provider_id, rows),
            *_other_names(provider_id, rows),
        ],
        key=lambda error: (error.row, error.column),
    )


def _twice(
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


def _there_already(provider_id: int, rows: list[ParsedRow]) -> Iterator[CellError]:
    places = {row.home.place.niu: row for row in rows}
    mine = Installation.objects.filter(provider_id=provider_id)
    for installation in _among(mine, "niu", places):
        yield CellError(places[installation.niu].row, "niu", "Ya está registrado.")
    # type plates and DRN exist once in the world: over all providers, and nothing but "in use" is told
    meters = [(row, row.home.meter) for row in rows if row.home.meter is not None]
    plates = {(meter.maker, meter.serial): row for row, meter in meters}
    for device in _among(Device.objects.all(), "serial", {serial for _, serial in plates}):
        if (row := plates.get((device.maker, device.serial))) is not None:
            yield CellError(row.row, "serie", "Ya está registrada.")
    numbers = {meter.drn: row for row, meter in meters}
    open_names = DeviceIdentifier.objects.filter(kind=IdentifierKind.DRN, valid_to__isnull=True)
    for name in _among(open_names, "value", numbers):
        yield CellError(numbers[name.value].row, "drn", "Ya lo lleva otro medidor.")


def _other_names(provider_id: int, rows: list[ParsedRow]) -> Iterator[CellError]:
    names = {document: customer.name for document, customer in known_customers(provider_id, rows).items()}
    for row in rows:
        person = row.home.person
        if names.setdefault(person.document, person.name).casefold() != person.name.casefold():
            yield CellError(row.row, "nombre", "Ese documento ya está con otro nombre.")


def _among(rows: Any, field: str, values: Iterable[Any]) -> Iterator[Any]:
    wanted = sorted(values)
    for begin in range(0, len(wanted), _AT_ONCE):
        yield from rows.filter(**{f"{field}__in": wanted[begin : begin + _AT_ONCE]})
