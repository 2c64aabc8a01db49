"""The batch: what happened at a terminal; signed by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from protocols.offline.chain import Entry
from protocols.offline.kinds import Identifier, Instant, Integer, Kind, Many, Record, Schema
from protocols.offline.messages.base import Inner, Message, Part
from protocols.offline.schema import ENTRIES, ENTRIES_MAX, MONEY_C


@dataclass(frozen=True, slots=True)
class CounterReading(Part):
    """Where the secure counter stands: tokens minted in its life, and centavos."""

    FIELDS: ClassVar[Mapping[str, Kind]] = {"sequence": Integer(0), "spent_c": MONEY_C}

    sequence: int
    spent_c: int


@dataclass(frozen=True, slots=True)
class _EntryKind:
    """The kind of an entry in a batch: its content fits its kind."""

    def read(self, value: object, where: str) -> Entry:
        """The entry."""
        return Entry.from_body(value, where)

    def write(self, value: Entry) -> object:
        """Its JSON."""
        return value.to_body()

    def schema(self) -> Schema:
        """One object for each kind of entry."""
        common = Record(Entry.FIELDS).schema()
        return {
            "oneOf": [
                {
                    **common,
                    "properties": {
                        **common["properties"],
                        "kind": {"const": name},
                        "content": content.schema(),
                    },
                }
                for name, content in ENTRIES.items()
            ]
        }


@dataclass(frozen=True, slots=True)
class Batch(Message):
    """A stretch of the terminal's chain.

    Attributes:
        batch_id: made by the terminal.
        terminal_id: whose chain it is.
        made_at: when, by the terminal's clock.
        pack_number: of the pack that it sells by; 0 for none yet.
        entries: one after the other.
        counter: where the secure counter stands.
    """

    KIND: ClassVar[str] = "batch"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "batch_id": Identifier(),
        "terminal_id": Identifier(),
        "made_at": Instant(),
        "pack_number": Integer(0),
        "entries": Many(_EntryKind(), most=ENTRIES_MAX),
        "counter": Inner(CounterReading),
    }

    batch_id: UUID
    terminal_id: UUID
    made_at: datetime
    pack_number: int
    entries: tuple[Entry, ...]
    counter: CounterReading
