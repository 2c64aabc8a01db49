"""The meter's non-volatile memory: named records, and writes that the end of the power can interrupt.

Each record has two slots. A write goes to the older one, with a growing number and a checksum, so a write
that is torn half-way leaves the record as it was: one write is old or new, never a mix. What makes *several*
writes one is the business of `sim.meter.storage`.

A record called ``area/place`` is a cell of a ring: a few numbers, packed, in one slot. A torn write leaves
that cell empty; the row that it held was the oldest of a full ring, and the journal still has the new one.

The power may end in two ways. Either the mains fail and the processor is warned: its capacitor then carries
it through as many writes as `MemoryTerms` says. Or it ends without warning at one write, as a bench asks with
`Memory.cut_at`, the worst that can happen.
"""

import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_HEADER_BYTES = 8  # number and checksum, four octets each
_CELL = "/"


class PowerLostError(Exception):
    """The memory lost its supply: the processor stops here, whatever it was doing."""


class CutMoment(StrEnum):
    """Where in a write the supply ends."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class MemoryTerms:
    """How long the processor lives on without the mains.

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
        """How many writes can still be made after the warning."""
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
        """How many writes were begun since the meter was made."""
        return self._writes

    @property
    def supplied(self) -> bool:
        """False once the supply is gone: every write then raises."""
        return self._supplied

    def read(self, name: str) -> str | None:
        """The record as it was last written whole, or None where it never was; a cell as JSON."""
        area, is_cell, place = name.partition(_CELL)
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
        area, is_cell, place = name.partition(_CELL)
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
    """What `cell_text` wrote.

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
        """What was last written whole, None where nothing was."""
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
