"""What settling one batch shares: whose it is, and what is to be told about the entry under way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from system.config.clock import security_now
from system.vending.models import Sale
from system.vending.offline.models import Batch, Finding, FindingKind, Terminal

SENTENCE_MAX = 240


@dataclass(slots=True)
class Settling:
    """One batch under way.

    Args:
        batch: kept already.
        terminal: whose it is.
        now: business time of its arrival.
        told: of the entry that is being settled; written with it, or not at all.
    """

    batch: Batch
    terminal: Terminal
    now: datetime
    told: dict[FindingKind, str] = field(default_factory=dict)

    def tell(self, kind: FindingKind, sentence: str) -> None:
        """Something that a person should look at; of each kind the first one of an entry."""
        self.told.setdefault(kind, sentence[:SENTENCE_MAX])

    def write_told(self, entry: Any, sale: Sale | None = None) -> list[Finding]:
        """Write it down, within the entry's transaction."""
        rows = [
            Finding(
                provider_id=self.terminal.provider_id,
                terminal=self.terminal,
                batch=self.batch,
                entry=entry,
                kind=kind,
                sale=sale,
                sentence=sentence,
                wall_at=security_now(),
            )
            for kind, sentence in self.told.items()
        ]
        for row in rows:
            row.save()
        self.told.clear()
        return rows
