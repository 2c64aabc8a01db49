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
from collections.abc import Mapping
from typing import Any

from sim.meter.nvm import Memory

JOURNAL = "journal"
_NOTHING = "{}"


class Storage:
    """Keeps records of plain data.

    Args:
        memory: where; `load` shows what is in it already.
    """

    __slots__ = ("_kept", "_memory")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._kept: dict[str, str] = self._texts()

    def keep(self, records: Mapping[str, Any]) -> None:
        """Keep all of these records or none; those that hold what they held are left alone.

        Args:
            records: name -> plain data, in the order of writing.

        Raises:
            PowerLostError: the power ended; `load` tells whether the set counts.
        """
        texts = {name: json.dumps(value, separators=(",", ":")) for name, value in records.items()}
        changed = {name: text for name, text in texts.items() if self._kept.get(name) != text}
        self._write(changed)
        self._kept.update(changed)

    def erase(self) -> None:
        """Forget everything, as the factory does before it programs a meter."""
        self._memory.erase()
        self._kept = {}

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
        self._kept = self._texts()

    def load(self) -> dict[str, Any]:
        """Every record as it counts now, whether or not `recover` was called already."""
        return {name: json.loads(text) for name, text in self._texts().items()}

    def _write(self, texts: dict[str, str]) -> None:
        """The steps. A storage that is wrong on purpose overrides this one."""
        journaled = len(texts) > 1
        if journaled:
            self._memory.write(JOURNAL, json.dumps(texts, separators=(",", ":")))
        for name, text in texts.items():
            self._memory.write(name, text)
        if journaled:
            self._memory.write(JOURNAL, _NOTHING)

    def _journal(self) -> dict[str, str]:
        journal: dict[str, str] = json.loads(self._memory.read(JOURNAL) or _NOTHING)
        return journal

    def _texts(self) -> dict[str, str]:
        texts = {name: self._memory.read(name) for name in self._memory.names if name != JOURNAL}
        return {name: text for name, text in texts.items() if text is not None} | self._journal()
