"""Load profiles: rings of captured rows, and the status of the interval that runs.

Load profile, daily values and billing periods are one of these each. Rows hold integers only; what a column
captures and how it travels is the business of `sim.meter.cosem`. The bits of the status are those of the
AMR profile status of DSMR and IDIS [M].

Source: IEC 62056-6-2, Profile generic
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any, overload

from sim.meter.storage.ring import Cell, Ring

#: A captured attribute: class-id, logical name (six octets), attribute, element (0 = all of it).
ColumnKey = tuple[int, bytes, int, int]
#: What a column holds where there was no value.
NO_VALUE = -(2**63)


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """The shape of the ring.

    Args:
        name: what the meter calls it.
        period_s: a row on every multiple of it in local time; 0 where rows come by event.
        entries: most rows that are held.
        columns: what a row captures.
    """

    name: str
    period_s: int
    entries: int
    columns: tuple[ColumnKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One capture; the instant is the *end* of its interval."""

    epoch_us: int
    values: tuple[int, ...]


class ProfileRows(Sequence[ProfileRow]):
    """The rows of a ring, made when they are looked at."""

    __slots__ = ("_ring",)

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def __len__(self) -> int:
        return len(self._ring)

    @overload
    def __getitem__(self, index: int) -> ProfileRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[ProfileRow]: ...
    def __getitem__(self, index: int | slice) -> ProfileRow | list[ProfileRow]:
        if isinstance(index, slice):
            return [_row(row) for row in self._ring.rows[index]]
        return _row(self._ring.rows[index])

    def __iter__(self) -> Iterator[ProfileRow]:
        return map(_row, self._ring.rows)


def _row(row: tuple[int, ...]) -> ProfileRow:
    return ProfileRow(row[0], row[1:])


class LoadProfile:
    """The rows that are still held, oldest first.

    Args:
        terms: period, size and columns at the factory.
    """

    __slots__ = ("_ring", "columns", "kinds", "period_s", "terms")

    def __init__(self, terms: ProfileTerms) -> None:
        self.terms = terms
        self.columns = terms.columns
        self.period_s = terms.period_s
        #: Kind of each column's numbers (`sim.meter.cosem.load_profiles`); 0 where no row said it yet.
        self.kinds: tuple[int, ...] = (0,) * len(terms.columns)
        self._ring = Ring(terms.entries)

    @property
    def rows(self) -> ProfileRows:
        """Every row still held, oldest first: a view that follows the ring."""
        return ProfileRows(self._ring)

    @property
    def entries_in_use(self) -> int:
        """Number of rows held."""
        return len(self._ring)

    @property
    def ring(self) -> Ring:
        """The ring, to be kept cell by cell."""
        return self._ring

    def capture(self, epoch_us: int, values: Sequence[int], kinds: Sequence[int] = ()) -> None:
        """Add a row; the oldest falls out of a full ring.

        Args:
            epoch_us: the end of the interval.
            values: one for each column.
            kinds: how each is to be read; 0 for what has no value now. A column that changes its kind
                empties the profile: its older numbers could not be read any more.
        """
        kinds = tuple(kinds) or (0,) * len(values)
        if kinds == self.kinds:
            self._ring.append(epoch_us, *values)
            return
        known = self.kinds if len(self.kinds) == len(kinds) else (0,) * len(kinds)
        if any(new and old and new != old for new, old in zip(kinds, known, strict=True)):
            self.reset()
        self.kinds = tuple(new or old for new, old in zip(kinds, known, strict=True))
        self._ring.append(epoch_us, *values)

    def reset(self) -> None:
        """Forget every row."""
        self._ring.clear()

    def change(self, *, columns: tuple[ColumnKey, ...] | None = None, period_s: int | None = None) -> None:
        """Capture something else, or at another period, from now on. The rows are forgotten."""
        self.reset()
        if columns is not None:
            self.columns, self.kinds = columns, (0,) * len(columns)
        if period_s is not None:
            self.period_s = period_s

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each row that is new since this was last called."""
        return self._ring.take_unsaved()

    @property
    def shape(self) -> list[Any]:
        """Columns, kinds and period, as plain data."""
        if self.columns == self.terms.columns:
            return [None, list(self.kinds), self.period_s]
        columns = [[class_id, name.hex(), *rest] for class_id, name, *rest in self.columns]
        return [columns, list(self.kinds), self.period_s]

    def reshape(self, shape: Sequence[Any]) -> None:
        """Take up a shape that was kept; None stands for the columns of the factory."""
        columns, kinds, self.period_s = shape
        self.kinds = tuple(kinds)
        self.columns = (
            self.terms.columns
            if columns is None
            else tuple((class_id, bytes.fromhex(name), *rest) for class_id, name, *rest in columns)
        )


# ------------------------------------------------------------ all profiles of a meter


class IntervalStatus(IntFlag):
    """Status of an interval, as its column shows it."""

    CRITICAL_ERROR = 0x01
    CLOCK_INVALID = 0x02
    DATA_NOT_VALID = 0x04
    DAYLIGHT_SAVING = 0x08
    CLOCK_ADJUSTED = 0x20
    POWER_DOWN = 0x80


_NOTHING = IntervalStatus(0)


class CapturedProfiles:
    """Every profile of a meter.

    Args:
        terms: one for each.
        make: makes one of them.
    """

    __slots__ = ("_flags", "profiles", "rings")

    def __init__(
        self, terms: Iterable[ProfileTerms], make: Callable[[ProfileTerms], LoadProfile] = LoadProfile
    ) -> None:
        self.profiles: dict[str, LoadProfile] = {item.name: make(item) for item in terms}
        #: Their rings, to be kept cell by cell.
        self.rings: dict[str, Ring] = {name: item.ring for name, item in self.profiles.items()}
        self._flags: dict[str, IntervalStatus] = dict.fromkeys(self.profiles, _NOTHING)

    def status(self, name: str) -> IntervalStatus:
        """Status of the interval that runs."""
        return self._flags[name]

    def mark(self, flag: IntervalStatus) -> None:
        """Something happened: it stands in the interval that runs of every profile."""
        for name in self._flags:
            self._flags[name] |= flag

    def unmark(self, name: str) -> None:
        """A new interval of this profile begins."""
        self._flags[name] = _NOTHING

    @property
    def shapes(self) -> dict[str, Any]:
        """Shape and status of each profile, which are kept beside its rows."""
        return {name: [*item.shape, int(self._flags[name])] for name, item in self.profiles.items()}

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain data."""
        rows = {name: ring.snapshot() for name, ring in self.rings.items()}
        return {"shapes": self.shapes, "rows": rows}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for name, item in self.profiles.items():
            *shape, flags = kept["shapes"][name]
            item.reshape(shape)
            item.ring.restore(kept["rows"].get(name, ()))
            self._flags[name] = IntervalStatus(flags)
