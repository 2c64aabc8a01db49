"""Non-volatile memory: named records, writes that a power cut can interrupt, and the journal over them.

Each record has two slots. A write goes to the older one, with a growing number and a checksum, so a write
that is torn half-way leaves the record as it was: one write is old or new, never a mix.

A record called ``area/place`` is a cell of a ring: a few numbers, packed, in one slot. A torn write leaves
that cell empty; the row that it held was the oldest of a full ring, and the journal still has the new one.

The power may end in two ways. Either the mains fail and the processor is warned: its capacitor then carries
it through as many writes as `MemoryTerms` says. Or it ends without warning at one write, as a bench asks
with `Memory.cut_at`, the worst that can happen.

`Storage` makes several writes one set, kept whole or not at all. Each step is one write of the memory::

    1       the journal takes the new content of every record of the set   <- from here on the set counts
    2 … n   each record takes its new content
    n + 1   the journal is empty again

A cut before or in step 1 leaves everything as it was. After it, `Storage.recover` writes the records once
more from the journal; contents are absolute values, so doing that twice changes nothing. A set of one
record needs no journal: one write is whole by itself.
"""

import json
import marshal
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# ------------------------------------------------------------ memory

_HEADER_BYTES = 8  # number and checksum, four octets each
#: Between the area and the place in the name of a cell.
CELL = "/"


class PowerLostError(Exception):
    """Loss of the memory's supply: the processor stops here, whatever it was doing."""


class CutMoment(StrEnum):
    """Moment of a write at which the supply ends."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class MemoryTerms:
    """Hold-up of the processor without the mains.

    Args:
        hold_up_ms: for so long the capacitor feeds it after the warning, 0 or more.
        write_ms: for so long one write takes, 1 or more.
    """

    hold_up_ms: int = 200
    write_ms: int = 5

    def __post_init__(self) -> None:
        if self.hold_up_ms < 0 or self.write_ms < 1:
            raise ValueError(
                f"hold_up_ms must be 0 or more and write_ms 1 or more, "
                f"not {self.hold_up_ms} and {self.write_ms}"
            )

    @property
    def hold_up_writes(self) -> int:
        """Number of writes that can still be made after the warning."""
        return self.hold_up_ms // self.write_ms


class Memory:
    """Records by name. It is made with its supply on.

    Args:
        terms: how long writes are possible after the mains failed.
    """

    __slots__ = ("_areas", "_cut", "_records", "_supplied", "_terms", "_writes", "faults", "weak_every")

    def __init__(self, terms: MemoryTerms | None = None) -> None:
        self._terms = terms or MemoryTerms()
        self._records: dict[str, _Record] = {}
        self._areas: dict[str, _Area] = {}
        self._supplied = True
        self._writes = 0
        self._cut: tuple[int, CutMoment] | None = None
        #: A worn memory: each so many-th write must be made twice; 0 for a sound one.
        self.weak_every = 0
        #: How many writes were read back wrong, and made again.
        self.faults = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Every record that was ever written, in the order of their first write; cells are not among them."""
        return tuple(self._records)

    @property
    def areas(self) -> tuple[str, ...]:
        """Every ring of which a cell was ever written."""
        return tuple(self._areas)

    def cells(self, area: str) -> dict[int, list[int]]:
        """Place -> numbers of every cell of `area` that is not torn."""
        found = self._areas.get(area)
        return found.cells() if found else {}

    @property
    def writes(self) -> int:
        """Number of writes begun since the meter was made."""
        return self._writes

    @property
    def supplied(self) -> bool:
        """False once the supply is gone: every write then raises."""
        return self._supplied

    def read(self, name: str) -> str | None:
        """The record as it was last written whole, or None where it never was; a cell as JSON."""
        area, is_cell, place = name.partition(CELL)
        if is_cell:
            cell = self.cells(area).get(int(place))
            return None if cell is None else cell_text(cell)
        record = self._records.get(name)
        return None if record is None else record.text

    def write(self, name: str, text: str) -> None:
        """Write one record.

        Raises:
            PowerLostError: the supply is gone, or went at this write.
        """
        if not self._supplied:
            raise PowerLostError
        self._writes += 1
        moment = self._cut[1] if self._cut is not None and self._writes >= self._cut[0] else None
        if self.weak_every and moment is None and self._writes % self.weak_every == 0:
            self._program(name, text, torn=True)
            self.faults += 1
        if moment is not CutMoment.BEFORE:
            self._program(name, text, torn=moment is CutMoment.DURING)
        if moment is not None:
            self.supply(False)
            raise PowerLostError

    def erase(self) -> None:
        """Empty the whole memory, as the factory does; not a write that a cut could interrupt."""
        self._records.clear()
        self._areas.clear()

    def cut_at(self, write: int, moment: CutMoment = CutMoment.DURING) -> None:
        """Let the supply end at the `write`-th write from now, without warning; 0 takes that back.

        While there is no supply, this counts from the moment at which it comes back.
        """
        self._cut = (self._writes + write, moment) if write else None

    def mains_failed(self) -> None:
        """The warning: only the capacitor's writes are left now, or fewer where a cut was asked for."""
        last = self._writes + self._terms.hold_up_writes + 1
        if self._cut is None or self._cut[0] >= last:
            self._cut = (last, CutMoment.BEFORE)

    def supply(self, supplied: bool) -> None:
        """Give or take the supply; when it goes, a cut that was asked for is over."""
        self._supplied = supplied
        if not supplied:
            self._cut = None

    def _program(self, name: str, text: str, *, torn: bool) -> None:
        area, is_cell, place = name.partition(CELL)
        if is_cell:
            self._areas.setdefault(area, _Area()).store(int(place), [] if torn else cell_of(text))
            return
        record = self._records.get(name)
        if record is None:
            record = self._records[name] = _Record()
        record.program(text, torn=torn)


def cell_text(cell: Sequence[int]) -> str:
    """A cell of a ring as its record: JSON, at a fraction of the cost.

    >>> cell_text([7, -1]), cell_text([])
    ('[7,-1]', '[]')
    """
    return f"[{','.join(map(str, cell))}]"


def cell_of(text: str) -> list[int]:
    """Cell from what `cell_text` wrote.

    >>> cell_of("[7,-1]"), cell_of("[]")
    ([7, -1], [])
    """
    numbers = text[1:-1]
    return [int(number) for number in numbers.split(",")] if numbers else []


class _Record:
    """Two slots, and the number that stands in each: 0 for an empty or a torn one."""

    __slots__ = ("_newer", "_newer_number", "_older", "_older_number")

    def __init__(self) -> None:
        self._older = self._newer = b""
        self._older_number = self._newer_number = 0

    @property
    def text(self) -> str | None:
        """Text that was last written whole, None where none was."""
        return self._newer[_HEADER_BYTES:].decode() if self._newer_number else None

    def program(self, text: str, *, torn: bool) -> None:
        """Write into the older slot, or only the first half of it."""
        new = _slot(self._newer_number + 1, text)
        if torn:
            half = len(new) // 2
            self._older = new[:half] + self._older[half:]
            self._older_number = _number(self._older)
        else:
            self._older, self._older_number = new, self._newer_number + 1
        if self._older_number > self._newer_number:
            self._older, self._newer = self._newer, self._older
            self._older_number, self._newer_number = self._newer_number, self._older_number


class _Area:
    """The cells of one ring: each a length and its numbers, all of the widest cell's size."""

    __slots__ = ("_packed", "_width")

    def __init__(self) -> None:
        self._packed = array("q")
        self._width = 0

    def cells(self) -> dict[int, list[int]]:
        size = self._width + 1
        found: dict[int, list[int]] = {}
        for begin in range(0, len(self._packed), size):
            used = self._packed[begin]
            if used:
                found[begin // size] = list(self._packed[begin + 1 : begin + 1 + used])
        return found

    def store(self, place: int, cell: Sequence[int]) -> None:
        if len(cell) > self._width:
            self._widen(len(cell))
        size = self._width + 1
        missing = (place + 1) * size - len(self._packed)
        row = [len(cell), *cell]
        if missing == size == len(row):
            self._packed.extend(row)
            return
        if missing > 0:
            self._packed.extend([0] * missing)
        self._packed[place * size : place * size + len(row)] = array("q", row)

    def _widen(self, width: int) -> None:
        kept, self._packed, self._width = self.cells(), array("q"), width
        for place, cell in kept.items():
            self.store(place, cell)


def _slot(number: int, text: str) -> bytes:
    content = number.to_bytes(4, "big") + text.encode()
    return zlib.crc32(content).to_bytes(4, "big") + content


def _number(slot: bytes) -> int:
    """The number of a whole slot; 0 for an empty or a torn one."""
    if len(slot) < _HEADER_BYTES or zlib.crc32(slot[4:]) != int.from_bytes(slot[:4], "big"):
        return 0
    return int.from_bytes(slot[4:_HEADER_BYTES], "big")


# ------------------------------------------------------------ sets of records

JOURNAL = "journal"
_NOTHING = "{}"
_TO_TEXT = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_PLAIN_MARSHAL = 2  # the format whose octets tell the content alone, not how it is shared in memory


class Storage:
    """Storage of records of plain data, over the journal.

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
        """Digest of each record, which shows a change without a second copy of it."""
        return {name: hash(text) for name, text in self._texts().items()}

    def _texts(self) -> dict[str, str]:
        texts = {name: self._memory.read(name) for name in self._memory.names if name != JOURNAL}
        unfinished = {name: text for name, text in self._journal().items() if CELL not in name}
        return {name: text for name, text in texts.items() if text is not None} | unfinished


def _fingerprint(value: Any) -> int | None:
    """Fingerprint of a record, at a fraction of the cost of its text; None where there is none."""
    try:
        return hash(marshal.dumps(value, _PLAIN_MARSHAL))
    except ValueError:
        return None
