"""Review of a file, and its import: all of its rows or none."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now, security_now
from system.registry.errors import CellError, UnableToRegister
from system.registry.hooks import tariff_codes
from system.registry.importing.parsing import ParsedRow, check_headings, conflicts_of, known_customers, parse
from system.registry.importing.spreadsheets import read_table
from system.registry.models import (
    Agreement,
    Customer,
    Device,
    DeviceIdentifier,
    DeviceInstallation,
    IdentifierKind,
    ImportDraft,
    Installation,
    MeterKeying,
)

#: Time for which a reviewed file waits; it holds personal data.
DRAFT_WAITS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Review:
    """Review of a file.

    Args:
        rows: those that are well formed.
        errors: by row and column.
        row_count: of all rows.
    """

    rows: tuple[ParsedRow, ...]
    errors: tuple[CellError, ...]
    row_count: int

    @property
    def is_clean(self) -> bool:
        """True where it can be imported."""
        return not self.errors


def review_file(user: User, content: bytes, since: datetime | None = None) -> Review:
    """Review a file; nothing is written.

    Raises:
        UnableToReadFile: it cannot be read at all.
    """
    provider_id = user.provider_pk
    table = read_table(content)
    check_headings(table)
    tariffs = frozenset(tariff_codes(provider_id))
    parsed, errors = parse(table, provider_id, tariffs, since or business_now())
    found = [*errors, *conflicts_of(provider_id, parsed)]
    found.sort(key=lambda error: (error.row, error.column))
    return Review(tuple(parsed), tuple(found), len(table.rows))


def keep_draft(user: User, name: str, content: bytes) -> ImportDraft:
    """Keep a file until it is imported; those that waited too long are deleted."""
    now = security_now()
    ImportDraft.objects.filter(made_at__lt=now - DRAFT_WAITS).delete()
    draft: ImportDraft = ImportDraft.objects.create(
        provider_id=user.provider_pk,
        name=name[:100],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_by=user,
        made_at=now,
    )
    return draft


def import_file(user: User, draft: ImportDraft) -> int:
    """Write every row of a reviewed file, and forget the file; the number of new installations.

    Raises:
        UnableToRegister: it has errors (also since its review); nothing was written.
        UnableToReadFile: it cannot be read.
    """
    if draft.provider_id != user.provider_id:
        raise UnableToRegister("Ese archivo no existe.")
    try:
        with transaction.atomic():
            seen = review_file(user, bytes(draft.content))
            if not seen.is_clean:
                raise UnableToRegister("El archivo tiene errores: no se importó nada.")
            _write(user.provider_pk, list(seen.rows))
            audit.record(
                Operation.IMPORT_REGISTRY.value,
                user=user,
                subject=f"file:{draft.sha256[:16]}",
                detail={"rows": len(seen.rows), "sha256": draft.sha256},
            )
            draft.delete()
    except IntegrityError:
        raise UnableToRegister(
            "Alguien registró algo de este archivo mientras tanto: revíselo de nuevo. No se importó nada."
        ) from None
    return len(seen.rows)


def _write(provider_id: int, rows: list[ParsedRow]) -> None:
    """In a handful of statements: the database is not held while people want to sell."""
    people = _customers(provider_id, rows)
    places = Installation.objects.bulk_create(
        Installation(
            provider_id=provider_id,
            **{name: getattr(row.home.place, name) for name in type(row.home.place).__slots__},
        )
        for row in rows
    )
    Agreement.objects.bulk_create(
        Agreement(
            provider_id=provider_id,
            installation=place,
            customer=people[row.home.person.document],
            valid_from=row.home.since,
            **asdict(row.home.terms),
        )
        for row, place in zip(rows, places, strict=True)
    )
    _install_meters(
        provider_id, [(row, place) for row, place in zip(rows, places, strict=True) if row.home.meter]
    )


def _customers(provider_id: int, rows: list[ParsedRow]) -> dict[str, Customer]:
    people = known_customers(provider_id, rows)
    named = {row.home.person.document: row.home.person for row in rows}
    new = {document: person for document, person in named.items() if document not in people}
    made = Customer.objects.bulk_create(
        Customer(provider_id=provider_id, **asdict(person)) for person in new.values()
    )
    return people | {customer.document: customer for customer in made}


def _install_meters(provider_id: int, rows: list[tuple[ParsedRow, Installation]]) -> None:
    meters: list[Any] = [row.home.meter for row, _ in rows]
    devices = Device.objects.bulk_create(
        Device(
            provider_id=provider_id,
            kind=meter.kind,
            maker=meter.maker,
            model=meter.model,
            serial=meter.serial,
        )
        for meter in meters
    )
    hung = [
        (device, meter, place, {"provider_id": provider_id, "valid_from": row.home.since})
        for device, meter, (row, place) in zip(devices, meters, rows, strict=True)
    ]
    facts: tuple[tuple[Any, Callable[..., Any]], ...] = (
        (
            DeviceIdentifier,
            lambda device, meter, _: {"device": device, "kind": IdentifierKind.DRN, "value": meter.drn},
        ),
        (MeterKeying, lambda device, meter, _: {"device": device, **asdict(meter.keying)}),
        (
            DeviceInstallation,
            lambda device, _, place: {"device": device, "installation": place, "role": device.kind},
        ),
    )
    for model, values in facts:
        model.objects.bulk_create(
            model(**since, **values(device, meter, place)) for device, meter, place, since in hung
        )
