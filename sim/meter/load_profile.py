"""A ring of captured rows on the clock's own period: the load profile.

Rows hold integers only; how a row looks on the wire is the business of `sim.meter.cosem`.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any


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

    __slots__ = ("_rows", "_terms")

    def __init__(self, terms: ProfileTerms) -> None:
        self._terms = terms
        self._rows: deque[ProfileRow] = deque(maxlen=terms.entries)

    @property
    def terms(self) -> ProfileTerms:
        """Period and size."""
        return self._terms

    @property
    def rows(self) -> tuple[ProfileRow, ...]:
        """Every row still held, oldest first."""
        return tuple(self._rows)

    @property
    def entries_in_use(self) -> int:
        """How many rows are held."""
        return len(self._rows)

    def capture(self, epoch_us: int, values: tuple[int, ...]) -> None:
        """Add a row; the oldest falls out of a full ring."""
        self._rows.append(ProfileRow(epoch_us, values))

    def reset(self) -> None:
        """Forget every row."""
        self._rows.clear()

    def snapshot(self) -> dict[str, Any]:
        """The rows as plain data."""
        return {"rows": [(row.epoch_us, row.values) for row in self._rows]}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the rows that were kept."""
        self._rows.clear()
        self._rows.extend(ProfileRow(epoch_us, tuple(values)) for epoch_us, values in kept["rows"])
