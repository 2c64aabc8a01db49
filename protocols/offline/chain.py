"""The journal of a terminal: entries that each name the one before by its hash.

None can be changed, left out or put between afterwards without all that follow being made anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from protocols.offline.canonical import canonical
from protocols.offline.errors import ChainBroken, OfflineError
from protocols.offline.kinds import Choice, Instant, Integer, Kind, Opaque, Record
from protocols.offline.schema import ENTRIES, HASH


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened at a terminal.

    Attributes:
        number: counts up from 1 in the terminal's life.
        at: when, by the terminal's clock; UTC.
        kind: a key of `schema.ENTRIES`.
        content: JSON of that kind's fields.
        previous: hash of the entry before, or `genesis`.
    """

    number: int
    at: datetime
    kind: str
    content: dict[str, Any]
    previous: str

    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "number": Integer(1),
        "at": Instant(),
        "kind": Choice(tuple(ENTRIES)),
        "content": Opaque(),
        "previous": HASH,
    }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical spelling of the five fields, 64 hexadecimal digits."""
        return hashlib.sha256(canonical(self.to_body())).hexdigest()

    @property
    def facts(self) -> dict[str, Any]:
        """The content with UUIDs as `UUID`.

        Raises:
            OfflineError: it does not fit the entry's kind.
        """
        facts: dict[str, Any] = ENTRIES[self.kind].read(self.content, self.kind)
        return facts

    def to_body(self) -> dict[str, Any]:
        """The entry as JSON."""
        body: dict[str, Any] = Record(self.FIELDS).write(self)
        return body

    @classmethod
    def from_body(cls, body: Any, where: str = "entry") -> "Entry":
        """Read what `to_body` wrote, and check the content.

        Raises:
            OfflineError: it does not fit.
        """
        entry: Entry = Record(cls.FIELDS, cls).read(body, where)
        ENTRIES[entry.kind].read(entry.content, f"{where}.content")
        return entry


def genesis(terminal_id: UUID) -> str:
    """Hash that the first entry of a terminal follows, 64 hexadecimal digits."""
    return hashlib.sha256(b"amibench-offline/1 genesis " + str(terminal_id).encode("ascii")).hexdigest()


def follow(last_number: int, last_hash: str, kind: str, at: datetime, content: Mapping[str, Any]) -> Entry:
    """The next entry of a chain.

    Args:
        last_number: of the entry before; 0 for none.
        last_hash: of the entry before, or `genesis`.
        kind: a key of `schema.ENTRIES`.
        at: when it happened.
        content: its fields; UUIDs may stand as `UUID`.

    Raises:
        OfflineError: an unknown kind, or a content that does not fit it.
    """
    if kind not in ENTRIES:
        raise OfflineError(f"no hay asientos de clase {kind}", f"there are no entries of kind {kind}")
    fields = ENTRIES[kind]
    if missing := fields.fields.keys() - content.keys():
        raise OfflineError(f"a {kind} le falta {min(missing)}", f"{kind} needs {min(missing)}")
    plain = {**content, **fields.write(dict(content))}
    fields.read(plain, kind)
    return Entry(last_number + 1, at, kind, plain, last_hash)


def check_chain(entries: Iterable[Entry], last_number: int, last_hash: str) -> None:
    """Check that entries follow what is known, and each other.

    Args:
        entries: in their order.
        last_number: of the last entry that is known; 0 for none.
        last_hash: its hash, or `genesis`.

    Raises:
        ChainBroken: at the first that does not follow.
    """
    for entry in entries:
        if entry.number != last_number + 1:
            raise ChainBroken(entry.number, "overlap" if entry.number <= last_number else "gap")
        if entry.previous != last_hash:
            raise ChainBroken(entry.number, "fork")
        last_number, last_hash = entry.number, entry.hash
