"""The meter's non-volatile memory: named records, and writes that the end of the power can interrupt.

Each record has two slots. A write goes to the older one, with a growing number and a checksum, so a write
that is torn half-way leaves the record as it was: one write is old or new, never a mix. What makes *several*
writes one is the business of `sim.meter.storage`.

The power may end in two ways. Either the mains fail and the processor is warned: its capacitor then carries
it through as many writes as `MemoryTerms` says. Or it ends without warning at one write, as a bench asks with
`Memory.cut_at`, the worst that can happen.
"""

import zlib
from dataclasses import dataclass
from enum import StrEnum

_HEADER_BYTES = 8  # number and checksum, four octets each


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

    __slots__ = ("_cut", "_slots", "_supplied", "_terms", "_writes")

    def __init__(self, terms: MemoryTerms | None = None) -> None:
        self._terms = terms or MemoryTerms()
        self._slots: dict[str, list[bytes]] = {}
        self._supplied = True
        self._writes = 0
        self._cut: tuple[int, CutMoment] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every record that was ever written, in the order of their first write."""
        return tuple(self._slots)

    @property
    def writes(self) -> int:
        """How many writes were begun since the meter was made."""
        return self._writes

    @property
    def supplied(self) -> bool:
        """False once the supply is gone: every write then raises."""
        return self._supplied

    def read(self, name: str) -> str | None:
        """The record as it was last written whole, or None where it never was."""
        newest = max((_number(slot), _text(slot)) for slot in self._slots.get(name, [b""]))
        return newest[1] if newest[0] else None

    def write(self, name: str, text: str) -> None:
        """Write one record.

        Raises:
            PowerLostError: the supply is gone, or went at this write.
        """
        if not self._supplied:
            raise PowerLostError
        self._writes += 1
        moment = self._cut[1] if self._cut is not None and self._writes >= self._cut[0] else None
        if moment is not CutMoment.BEFORE:
            self._program(name, text, torn=moment is CutMoment.DURING)
        if moment is not None:
            self.supply(False)
            raise PowerLostError

    def erase(self) -> None:
        """Empty the whole memory, as the factory does; not a write that a cut could interrupt."""
        self._slots.clear()

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
        slots = self._slots.setdefault(name, [b"", b""])
        numbers = [_number(slot) for slot in slots]
        older = numbers.index(min(numbers))
        new = _slot(max(numbers) + 1, text)
        half = len(new) // 2
        slots[older] = new[:half] + slots[older][half:] if torn else new


def _slot(number: int, text: str) -> bytes:
    content = number.to_bytes(4, "big") + text.encode()
    return zlib.crc32(content).to_bytes(4, "big") + content


def _number(slot: bytes) -> int:
    """The number of a whole slot; 0 for an empty or a torn one."""
    if len(slot) < _HEADER_BYTES or zlib.crc32(slot[4:]) != int.from_bytes(slot[:4], "big"):
        return 0
    return int.from_bytes(slot[4:_HEADER_BYTES], "big")


def _text(slot: bytes) -> str:
    return slot[_HEADER_BYTES:].decode() if _number(slot) else ""
