"""A ring of captured rows on the clock's own period: the load profile.

Rows hold integers only; how a row looks on the wire is the business of `sim.meter.cosem`.
"""

from dataclasses import dataclass
from typing import Any

from sim.meter.ring import Cell, Ring


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """The shape of the ring.

    Args:
        period_s: a row on every multiple of it.
        entries: most rows that are held.
        channels: names of the readings that a row holds beside its instant.
    """

    period_s: int
    entries: int
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One capture; the instant is the *end* of its interval."""

    epoch_us: int
    values: tuple[int, ...]


class LoadProfile:
    """The rows that are still held, oldest first.

    Args:
        terms: period and size.
    """

    __slots__ = ("_ring", "_terms")

    def __init__(self, terms: ProfileTerms) -> None:
        self._terms = terms
        self._ring = Ring(terms.entries)

    @property
    def terms(self) -> ProfileTerms:
        """Period and size."""
        return self._terms

    @property
    def rows(self) -> tuple[ProfileRow, ...]:
        """Every row still held, oldest first."""
        return tuple(ProfileRow(row[0], tuple(row[1:])) for row in self._ring.rows)

    @property
    def entries_in_use(self) -> int:
        """How many rows are held."""
        return len(self._ring)

    def capture(self, epoch_us: int, values: tuple[int, ...]) -> None:
        """Add a row; the oldest falls out of a full ring."""
        self._ring.append(epoch_us, *values)

    def reset(self) -> None:
        """Forget every row."""
        self._ring.clear()

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each row that is new since this was last called."""
        return self._ring.take_unsaved()

    def snapshot(self) -> dict[str, Any]:
        """The rows as plain data."""
        return {"rows": self._ring.snapshot()}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the rows that were kept."""
        self._ring.restore(kept["rows"])
