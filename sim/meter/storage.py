"""Sets of records that are kept whole or not at all, whenever the power ends: a journal over the memory.

Writing a set takes these steps, each of them one write of `sim.meter.nvm`::

    1       the journal takes the new content of every record of the set   <- from here on the set counts
    2 … n   each record takes its new content
    n + 1   the journal is empty again

A cut before or in step 1 leaves everything as it was. After it, `Storage.recover` writes the records once
more from the journal; contents are absolute values, so doing that twice changes nothing. A set of one record
needs no journal: one write is whole by itself.
"""

import json
import marshal
from collections.abc import Mapping
from typing import Any

from sim.meter.nvm import Memory, cell_text

JOURNAL = "journal"
#: Between the area and the place in the name of a cell.
CELL = "/"
_NOTHING = "{}"
_TO_TEXT = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_PLAIN_MARSHAL = 2  # the format whose octets tell the content alone, not how it is shared in memory


class Storage:
    """Keeps records of plain data.

    Args:
        memory: where; `load` shows what is in it already.
    """

    __slots__ = ("_kept", "_memory", "_seen")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._kept: dict[str, int] = self._digests()
        self._seen: dict[str, int | None] = {}

    def keep(self, records: Mapping[str, Any]) -> None:
        """Keep all of these records or none; those that hold what they held are left alone.

        Args:
            records: name -> plain data, in the order of writing.

        Raises:
            PowerLostError: the power ended; `load` tells whether the set counts.
        """
        prints = {name: _fingerprint(value) for name, value in records.items() if CELL not in name}
        texts = {
            name: cell_text(value) if CELL in name else _TO_TEXT(value)
            for name, value in records.items()
            if prints.get(name) is None or self._seen.get(name) != prints[name]
        }
        changed = {name: text for name, text in texts.items() if self._kept.get(name) != hash(text)}
        self._write(changed)
        self._kept.update((name, hash(text)) for name, text in changed.items() if name in prints)
        self._seen.update((name, prints[name]) for name in texts if name in prints)

    def erase(self) -> None:
        """Forget everything, as the factory does before it programs a meter."""
        self._memory.erase()
        self._kept, self._seen = {}, {}

    def recover(self) -> None:
        """End what the power interrupted; to be called when it is back.

        Raises:
            PowerLostError: the power ended again; call it again when it is back.
        """
        unfinished = self._journal()
        for name, text in unfinished.items():
            self._memory.write(name, text)
        if unfinished:
            self._memory.write(JOURNAL, _NOTHING)
        self._kept, self._seen = self._digests(), {}

    def load(self) -> dict[str, Any]:
        """Every record as it counts now, whether or not `recover` was called already; cells are left out."""
        return {name: json.loads(text) for name, text in self._texts().items()}

    def load_cells(self, area: str) -> list[list[int]]:
        """Every cell of a ring as it counts now: the records called ``area/place``."""
        cells = self._memory.cells(area)
        for name, text in self._journal().items():
            found, _, place = name.partition(CELL)
            if place and found == area:
                cells[int(place)] = json.loads(text)
        return list(cells.values())

    def _write(self, texts: dict[str, str]) -> None:
        """The steps. A storage that is wrong on purpose overrides this one."""
        journaled = len(texts) > 1
        if journaled:
            entries = ",".join(f'"{name}":{text}' for name, text in texts.items())
            self._memory.write(JOURNAL, "{" + entries + "}")
        for name, text in texts.items():
            self._memory.write(name, text)
        if journaled:
            self._memory.write(JOURNAL, _NOTHING)

    def _journal(self) -> dict[str, str]:
        journal = json.loads(self._memory.read(JOURNAL) or _NOTHING)
        return {name: _TO_TEXT(value) for name, value in journal.items()}

    def _digests(self) -> dict[str, int]:
        """What tells whether a record changed, without a second copy of it."""
        return {name: hash(text) for name, text in self._texts().items()}

    def _texts(self) -> dict[str, str]:
        texts = {name: self._memory.read(name) for name in self._memory.names if name != JOURNAL}
        unfinished = {name: text for name, text in self._journal().items() if CELL not in name}
        return {name: text for name, text in texts.items() if text is not None} | unfinished


def _fingerprint(value: Any) -> int | None:
    """What tells at a fraction of the cost of its text that a record is as it was; None where it cannot."""
    try:
        return hash(marshal.dumps(value, _PLAIN_MARSHAL))
    except ValueError:
        return None
