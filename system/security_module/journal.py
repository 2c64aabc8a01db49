"""Journal of the module: its records in batches that are on the disk before a client is answered.

A batch is one line, ``CRC32 SEQUENCE [record, …]``: it is there whole or not at all. The file grows in chunks
of zeros written ahead, so that a batch overwrites space that the file system has already given: one
`fdatasync` then moves no metadata, which is what makes it quick.

Reading back, the first line that is not whole ends the journal. A batch is written only after the one before
it is durable, so a whole line *after* a broken one proves that a durable record was damaged: the journal is
then refused. A broken last line is a batch that no client was answered about, unless the disk lies or decays;
`RecoveredJournal.torn` says so, and the module then takes the same care as after a restore.
"""

import json
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from system.security_module.errors import JournalDamaged

CHUNK_BYTES = 256 * 1024
BATCH_RECORDS_MAX = 256

_BEGINNING = re.compile(rb"(?=[0-9a-f]{8} \d+ \[)")
"""Beginnings of lines; overlapping ones count too."""

_ENCODER = json.JSONEncoder(separators=(",", ":"))

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecoveredJournal:
    """Content of a journal file.

    Attributes:
        records: of every whole batch, in order.
        sequence: of the next batch.
        end: bytes of the whole batches.
        torn: whether something other than unused space follows, or the file has another end.
    """

    records: tuple[Record, ...]
    sequence: int
    end: int
    torn: bool


def frame(sequence: int, records: Sequence[Record]) -> bytes:
    """Return the line of a batch."""
    payload = _ENCODER.encode(records).encode("ascii")
    body = b"%d %s" % (sequence, payload)
    return b"%08x %s\n" % (zlib.crc32(body), body)


def recover(raw: bytes) -> RecoveredJournal:
    """Read a journal back.

    Raises:
        JournalDamaged: a durable batch is not what was written.
    """
    used = raw.rstrip(b"\0")
    records: list[Record] = []
    sequence = end = 0
    while (stop := used.find(b"\n", end)) >= 0:
        batch = _read_line(used[end:stop])
        if batch is None or batch[0] != sequence:
            break
        records += batch[1]
        sequence, end = sequence + 1, stop + 1
    _refuse_damage(used[end:], sequence)
    if sequence == 0:
        raise JournalDamaged("the journal has no beginning: restore a backup")
    return RecoveredJournal(tuple(records), sequence, end, len(used) > end or len(raw) % CHUNK_BYTES > 0)


def _refuse_damage(rest: bytes, sequence: int) -> None:
    # Looked for anywhere, not line by line: the damage may have joined two lines. What no newline ends was
    # still being written.
    for found in _BEGINNING.finditer(rest):
        stop = rest.find(b"\n", found.start())
        if stop >= 0 and (batch := _read_line(rest[found.start() : stop])) is not None:
            raise JournalDamaged(
                f"the journal is damaged at batch {sequence} (batch {batch[0]} follows it): restore a backup"
            )


def _read_line(line: bytes) -> tuple[int, list[Record]] | None:
    """Sequence and records of a whole line, or None."""
    checksum, _, body = line.partition(b" ")
    if len(checksum) != 8 or checksum != b"%08x" % zlib.crc32(body):
        return None
    number, _, payload = body.partition(b" ")
    try:
        return int(number), json.loads(payload)
    except ValueError:
        return None


class Journal:
    """An open journal, at its end.

    Args:
        path: the file, which exists; use `create` for a new one.

    Raises:
        JournalDamaged: a durable batch is not what was written.
        OSError: the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            raw = _read_all(self._descriptor)
            self.recovered = recover(raw)
            self._adopt(self.recovered)
            if self.recovered.torn:
                os.ftruncate(self._descriptor, self._end)
            self._reserve(0)
        except BaseException:
            os.close(self._descriptor)
            raise

    @classmethod
    def create(cls, path: Path, records: Iterable[Record]) -> "Journal":
        """Write a new journal with `records` beside `path`, put it there in one step, and open it."""
        write_new(path, records)
        return cls(path)

    @property
    def used_bytes(self) -> int:
        """Bytes of the batches, without the space written ahead."""
        return self._end

    def append(self, records: Sequence[Record]) -> None:
        """Write one batch; it is durable when this returns.

        Raises:
            OSError: it may or may not be on the disk: stop and recover.
        """
        line = frame(self._sequence, records)
        self._reserve(len(line))
        _write_all(self._descriptor, line, self._end)
        os.fdatasync(self._descriptor)
        self._end += len(line)
        self._sequence += 1

    def replace(self, records: Iterable[Record], keep_as: Path | None = None) -> None:
        """Put a journal of `records` alone in the place of this one, in one step (compaction).

        Args:
            records: what the journal shall say from now on.
            keep_as: where the present file stays readable, or None to let it go.
        """
        if keep_as is not None:
            os.link(self.path, keep_as)
        write_new(self.path, records)
        os.close(self._descriptor)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        self._adopt(recover(_read_all(self._descriptor)))

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _adopt(self, recovered: RecoveredJournal) -> None:
        self._end, self._sequence = recovered.end, recovered.sequence

    def _reserve(self, count: int) -> None:
        """Have `count` bytes of zeros after the end."""
        size = os.fstat(self._descriptor).st_size
        wanted = -(-(self._end + count) // CHUNK_BYTES) * CHUNK_BYTES
        if wanted > size:
            # The size first, in one step: a kill in between leaves whole chunks, and a hole reads as zeros.
            os.ftruncate(self._descriptor, wanted)
            _write_all(self._descriptor, bytes(wanted - size), size)
            os.fsync(self._descriptor)


def write_new(path: Path, records: Iterable[Record]) -> None:
    """Write a journal of `records` and put it at `path` in one step; durable when this returns."""
    beside = path.with_name(path.name + ".new")
    content = b"".join(_frames(records))
    content += bytes(-len(content) % CHUNK_BYTES)
    write_private(beside, content)
    os.replace(beside, path)
    sync_directory(path.parent)


def write_private(path: Path, content: bytes) -> None:
    """Write a whole file of mode 0600, through to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        _write_all(descriptor, content, 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Make names that were made or replaced in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _frames(records: Iterable[Record]) -> Iterable[bytes]:
    batch: list[Record] = []
    sequence = 0
    for record in records:
        batch.append(record)
        if len(batch) == BATCH_RECORDS_MAX:
            yield frame(sequence, batch)
            batch, sequence = [], sequence + 1
    if batch:
        yield frame(sequence, batch)


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    parts, offset = [], 0
    while offset < size and (part := os.pread(descriptor, size - offset, offset)):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
