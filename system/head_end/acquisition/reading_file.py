"""Import of a reading file: readings carried on a stick from a concentrator without a link.

The same rows as over the uplink, proved by the same secret, kept by the same rules. What cannot be kept yet
(a meter that is not confirmed, or was never read over a wire, so that its scalers are unknown) is left on the
concentrator: the acknowledgement that goes back on the stick ends before it.

Source: requirements R3-01, R3-02; F8-03
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocols.field.bundle import Readings, make_bundle, peek_serial, read_bundle, readings_of
from protocols.field.errors import BundleError
from system.head_end.acquisition.key_file import KeyFile, MissingKey
from system.head_end.acquisition.uplink import resolve_columns, row_batch
from system.head_end.store_port import ReadingFileStore, ReadingFileTarget, RowBatch, StoreResult

#: Rows that are kept in one transaction, about.
_ROWS_AT_ONCE = 10_000
#: Names the ids of batches of a file: the same file again gives the same ids.
_FILES = uuid.UUID("3e0b52f6-9f0c-4b0e-8d43-5a1f5a0c7d11")


class UnableToImport(ValueError):
    """A file that is not taken; the text says why."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """Result of an import.

    Args:
        serial: of the concentrator.
        channel: its name.
        new, known, contradicted: rows, see `StoreResult`.
        left: serial numbers of meters whose rows were left, each once, in order.
        through: the concentrator's rows up to this number are kept.
        acknowledgement: the file that goes back to the concentrator.
    """

    serial: str
    channel: str
    new: int
    known: int
    contradicted: int
    left: tuple[str, ...]
    through: int
    acknowledgement: bytes


def import_reading_file(
    store: ReadingFileStore, key_file: KeyFile, data: bytes, now: datetime, channel: str = ""
) -> ImportedFile:
    """Keep the readings of a file; the same file again is no news.

    Args:
        store: where they are kept.
        key_file: the secrets of the uplinks.
        data: the file.
        now: when it came, UTC.
        channel: name of the channel, where several concentrators bear the same serial number.

    Raises:
        UnableToImport: the file is damaged, of nobody known, or not proved; nothing is kept.
    """
    try:
        place = _target(store, peek_serial(data), channel)
        secret = key_file.secret(place.secret_name)
        bundle = read_bundle(data, "readings", secret)
        readings = readings_of(bundle)
    except (BundleError, MissingKey) as error:
        raise UnableToImport(str(error)) from error
    taken, left = _split(readings.batches, place, uuid.uuid5(_FILES, hashlib.sha256(data).hexdigest()), now)
    through = _through(readings, place.reading_cursor, {batch["serial"] for batch in left})
    kept = _keep(store, place, taken, through)
    answer = make_bundle("acknowledgement", bundle.serial, int(now.timestamp()), {"through": through}, secret)
    return ImportedFile(
        bundle.serial,
        place.name,
        sum(item.new for item in kept),
        sum(item.known for item in kept),
        sum(item.contradicted for item in kept),
        tuple(dict.fromkeys(batch["serial"] for batch in left)),
        through,
        answer,
    )


def _target(store: ReadingFileStore, serial: str, channel: str) -> ReadingFileTarget:
    found = [place for place in store.reading_file_targets(serial) if channel in ("", place.name)]
    if not found:
        raise UnableToImport(f"no channel is known of a concentrator {serial[:40]!r}")
    if len(found) > 1:
        names = ", ".join(place.name for place in found)
        raise UnableToImport(f"several concentrators are called {serial[:40]!r}: name the channel ({names})")
    return found[0]


def _split(
    batches: Sequence[Mapping[str, Any]], place: ReadingFileTarget, file_id: uuid.UUID, now: datetime
) -> tuple[list[RowBatch], list[Mapping[str, Any]]]:
    """Batches that can be kept, and those that cannot."""
    meters = {meter.serial: meter for meter in place.meters}
    taken: list[RowBatch] = []
    left: list[Mapping[str, Any]] = []
    for number, batch in enumerate(batches):
        found = resolve_columns(batch, meters, place.series)
        if found is None:
            left.append(batch)
        else:
            taken.append(row_batch(batch, *found, uuid.uuid5(file_id, str(number)), now))
    return taken, left


def _through(readings: Readings, cursor: int, left: set[str]) -> int:
    """Up to where the concentrator may let go: no hole but of what is lost, nothing that was left."""
    spans = [*readings.lost]
    for batch in readings.batches:
        if batch["serial"] not in left:
            spans += [(row[0], row[0]) for row in batch["rows"]]
    through = cursor
    for first, last in sorted(spans):
        if first > through + 1:
            break
        through = max(through, last)
    return through


def _keep(
    store: ReadingFileStore, place: ReadingFileTarget, batches: list[RowBatch], through: int
) -> list[StoreResult]:
    """In parts, the number of the last row with the last of them."""
    kept: list[StoreResult] = []
    part: list[RowBatch] = []
    for batch in batches:
        part.append(batch)
        if sum(len(item.rows) for item in part) >= _ROWS_AT_ONCE:
            kept += store.keep_file_readings(place.channel_id, part, 0)
            part = []
    return kept + list(store.keep_file_readings(place.channel_id, part, through))
