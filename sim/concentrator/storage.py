"""Storage of readings: a ring of numbered rows that survives the power and says what it had to give up.

R6.2-02. A batch is appended by one write of the memory, and says itself which times it covers: a cut leaves
it whole or absent, and what is known to be fetched always agrees with what is held.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from protocols import intervals
from protocols.intervals import Span
from sim.concentrator.nvm import Nvm
from sim.concentrator.terms import Eviction, StorageTerms

# ---- batches of rows

#: A value of a row: whole numbers as they stand on the wire, texts, or nothing.
StoredValue = int | str | None
#: The instant of a row, s since 1970, and its values.
StoredRow = tuple[int, tuple[StoredValue, ...]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that were fetched together.

    Args:
        first: number of the first row; the others count up by one.
        serial: of the meter.
        profile: OBIS code, or ``registers``.
        columns: OBIS code and attribute of each value, as ``1.0.1.8.0/2``.
        period_s: capture period, 0 where there is none.
        covers: times that are fetched with it: behind the first second, up to the second.
        rows: oldest first.
    """

    first: int
    serial: str
    profile: str
    columns: tuple[str, ...]
    period_s: int
    covers: tuple[int, int]
    rows: tuple[StoredRow, ...]

    @property
    def last(self) -> int:
        """Number of the last row."""
        return self.first + len(self.rows) - 1

    def to_bytes(self) -> bytes:
        """As it is kept."""
        rows = [[at_s, *values] for at_s, values in self.rows]
        whole = [self.first, self.serial, self.profile, self.columns, self.period_s, self.covers, rows]
        return json.dumps(whole, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Batch":
        """As it was kept."""
        first, serial, profile, columns, period_s, covers, rows = json.loads(data)
        return cls(
            first,
            serial,
            profile,
            tuple(columns),
            period_s,
            (covers[0], covers[1]),
            tuple((row[0], tuple(row[1:])) for row in rows),
        )


@dataclass(frozen=True, slots=True)
class Evicted:
    """Rows that went before the head-end had them.

    Args:
        first: number of the first one.
        last: number of the last one.
        utc_s: when they went, s since 1970.
        reason: ``storage-full``.
    """

    first: int
    last: int
    utc_s: int
    reason: str = "storage-full"


# ---- covered ranges of a profile


class Coverage:
    """Of one profile of one meter.

    Attributes:
        lost: ranges that were fetched, and evicted before the head-end had them.
        at_end: rows fetched that bear the last covered second; of logs, where more may follow in it.
    """

    __slots__ = ("_ranges", "at_end", "lost")

    def __init__(self) -> None:
        self._ranges: list[Span] = []
        self.lost: list[Span] = []
        self.at_end = 0

    @property
    def ranges(self) -> tuple[Span, ...]:
        """Covered ranges, in order."""
        return tuple(self._ranges)

    @property
    def end_s(self) -> int | None:
        """The last covered second; None where nothing is."""
        return self._ranges[-1][1] if self._ranges else None

    def add(self, after_s: int, through_s: int) -> None:
        """Cover what lies behind `after_s`, up to and with `through_s`."""
        self._ranges = intervals.add(self._ranges, (after_s, through_s))

    def remove(self, after_s: int, through_s: int) -> None:
        """Cover it no longer."""
        self._ranges = intervals.subtract(self._ranges, [(after_s, through_s)])

    def lose(self, after_s: int, through_s: int) -> None:
        """Fetched, and evicted unread: to be fetched again once there is room."""
        self.lost.append((after_s, through_s))

    def reopen(self) -> bool:
        """Make gaps of what was lost; whether there was any."""
        lost, self.lost = self.lost, []
        self._ranges = intervals.subtract(self._ranges, lost)
        return bool(lost)

    def gaps(self, after_s: int, through_s: int) -> list[Span]:
        """Gaps of a range, in order."""
        return intervals.missing(self._ranges, (after_s, through_s))

    def covers(self, instant_s: int) -> bool:
        """True if an instant is covered."""
        return intervals.holds(self._ranges, instant_s)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"ranges": self._ranges, "lost": self.lost, "at_end": self.at_end}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Coverage":
        """As it was kept."""
        coverage = cls()
        coverage._ranges = [(begin_s, end_s) for begin_s, end_s in kept["ranges"]]
        coverage.lost = [(begin_s, end_s) for begin_s, end_s in kept["lost"]]
        coverage.at_end = kept["at_end"]
        return coverage


_LOG, _SLOT, _COVERAGE = "readings", "readings", "coverage/"
#: Evicted rows are fetched again once less than this share of the room is taken by undelivered ones.
_ROOM_SHARE = 0.5
#: So many notes of evictions are kept; older ones are joined.
_NOTES_MAX = 100


class StorageFullError(Exception):
    """There is no room, and nothing may go: what is new stays where it is for now."""


class Storage:
    """The readings of one concentrator.

    Args:
        memory: where they are kept.
        terms: how much room there is, and what happens at its end.
        utc_s: time of the concentrator's clock.

    Attributes:
        on_evicted: told of undelivered rows that went.
        on_full: told when there is no room.
        acknowledged: number of the newest row that the head-end has.
        stored: rows stored since the world began.
        evictions: undelivered rows that went, oldest first.
    """

    __slots__ = (
        "_batches",
        "_coverage",
        "_held",
        "_memory",
        "_next",
        "_terms",
        "_utc_s",
        "acknowledged",
        "blocked",
        "evictions",
        "on_evicted",
        "on_full",
        "stored",
    )

    def __init__(self, memory: Nvm, terms: StorageTerms, utc_s: Callable[[], int]) -> None:
        self._memory = memory
        self._terms = terms
        self._utc_s = utc_s
        self._batches: deque[Batch] = deque()
        self._coverage: dict[str, dict[str, Coverage]] = {}
        self._held = 0
        self._next = 1
        self.acknowledged = 0
        self.stored = 0
        self.evictions: list[Evicted] = []
        #: a fault: the memory takes nothing, as if it were full
        self.blocked = False
        self.on_evicted: Callable[[Evicted], object] = lambda evicted: None
        self.on_full: Callable[[], object] = lambda: None

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)

    # ------------------------------------------------------------ what is held

    @property
    def held(self) -> int:
        """Rows held, delivered ones included."""
        return self._held

    @property
    def undelivered(self) -> int:
        """Rows held that the head-end has not acknowledged."""
        return sum(min(len(batch.rows), batch.last - self.acknowledged) for batch in self._unread())

    @property
    def evicted_rows(self) -> int:
        """Undelivered rows that went."""
        return sum(item.last - item.first + 1 for item in self.evictions)

    @property
    def newest(self) -> int:
        """Number of the newest row; 0 before the first."""
        return self._next - 1

    def coverage(self, serial: str, profile: str) -> Coverage:
        """Coverage of a profile of a meter."""
        of_meter = self._coverage.get(serial)
        if of_meter is None:
            of_meter = self._coverage[serial] = self._kept_coverage(serial)
        return of_meter.setdefault(profile, Coverage())

    def after(self, number: int, limit: int) -> list[Batch]:
        """At most `limit` rows behind `number`, oldest first, as batches that may be cut."""
        found: list[Batch] = []
        for batch in self._batches:
            if limit <= 0:
                break
            if batch.last <= number:
                continue
            skip = max(0, number + 1 - batch.first)
            rows = batch.rows[skip : skip + limit]
            limit -= len(rows)
            found.append(_part(batch, skip, rows))
        return found

    # ------------------------------------------------------------ changes

    def load(self) -> None:
        """Take up what the memory holds, once it is mounted."""
        self._batches = deque(Batch.from_bytes(record) for record in self._memory.records(_LOG))
        self._held = sum(len(batch.rows) for batch in self._batches)
        kept = json.loads(self._memory.get(_SLOT) or '{"acknowledged": 0, "next": 1, "evicted": []}')
        self.acknowledged = kept["acknowledged"]
        self.evictions = [Evicted(*item) for item in kept["evicted"]]
        newest = self._batches[-1].last + 1 if self._batches else 1
        self._next = max(kept["next"], newest)
        self._coverage = {}
        for batch in self._batches:
            coverage = self.coverage(batch.serial, batch.profile)
            coverage.add(*batch.covers)
            coverage.lost = [piece for piece in coverage.lost if piece != batch.covers]
        self._take_back_notes()

    def store(
        self,
        serial: str,
        profile: str,
        columns: Sequence[str],
        period_s: int,
        covers: tuple[int, int],
        rows: Sequence[StoredRow],
    ) -> int:
        """Keep rows, and that these times are fetched; rows outside them are dropped. How many were kept.

        Raises:
            StorageFullError: there is no room; nothing is kept.
            PowerLostError: the supply failed; the batch is there whole or not at all.
        """
        coverage = self.coverage(serial, profile)
        fresh = tuple(row for row in rows if covers[0] < row[0] <= covers[1] and not coverage.covers(row[0]))
        if fresh:
            self._make_room(len(fresh))
            batch = Batch(self._next, serial, profile, tuple(columns), period_s, covers, fresh)
            self._memory.append(_LOG, batch.to_bytes())
            self._next = batch.last + 1
            self._batches.append(batch)
            self._held += len(fresh)
            self.stored += len(fresh)
        coverage.add(*covers)
        self.keep_coverage(serial)
        return len(fresh)

    def acknowledge(self, through: int) -> None:
        """The head-end has every row up to `through`; what was evicted is fetched again if there is room."""
        wanted = min(through, self.newest)
        if wanted > self.acknowledged:
            self.acknowledged = wanted
            self._keep()
        if self.undelivered <= _ROOM_SHARE * self._terms.rows:
            self._reopen()

    def keep_coverage(self, serial: str) -> None:
        """Write what has been fetched of a meter."""
        kept = {profile: item.to_json() for profile, item in self._coverage.get(serial, {}).items()}
        self._memory.put(_COVERAGE + serial, json.dumps(kept, separators=(",", ":")))

    # ------------------------------------------------------------ inside

    def _unread(self) -> Iterator[Batch]:
        return (batch for batch in self._batches if batch.last > self.acknowledged)

    def _kept_coverage(self, serial: str) -> dict[str, Coverage]:
        kept = json.loads(self._memory.get(_COVERAGE + serial) or "{}")
        return {profile: Coverage.from_json(item) for profile, item in kept.items()}

    def _make_room(self, count: int) -> None:
        room = self._terms.rows
        if self.blocked or count > room:
            self.on_full()
            raise StorageFullError
        if self._held + count <= room:
            return
        leaving, freed = 0, 0
        for batch in self._batches:
            if self._held - freed + count <= room:
                break
            if batch.last > self.acknowledged and self._terms.eviction is Eviction.REFUSE_NEW:
                self.on_full()
                raise StorageFullError
            leaving, freed = leaving + 1, freed + len(batch.rows)
        self._evict([self._batches[place] for place in range(leaving)], freed)

    def _evict(self, leaving: list[Batch], freed: int) -> None:
        unread = [batch for batch in leaving if batch.last > self.acknowledged]
        notes = [
            Evicted(max(batch.first, self.acknowledged + 1), batch.last, self._utc_s()) for batch in unread
        ]
        for batch in unread:
            self.coverage(batch.serial, batch.profile).lose(*batch.covers)
        # First what is said of them, then they go: a cut in between says too much, never too little.
        self.evictions = _joined([*self.evictions, *notes])
        if notes:
            self._keep()
            for serial in dict.fromkeys(batch.serial for batch in unread):
                self.keep_coverage(serial)
        self._memory.drop(_LOG, len(leaving))
        for _ in leaving:
            self._batches.popleft()
        self._held -= freed
        if notes:
            self.on_evicted(Evicted(notes[0].first, notes[-1].last, notes[0].utc_s))

    def _take_back_notes(self) -> None:
        """An eviction that the power cut off before anything went did not happen."""
        if self._batches:
            first = self._batches[0].first
            self.evictions = [
                Evicted(note.first, min(note.last, first - 1), note.utc_s, note.reason)
                for note in self.evictions
                if note.first < first
            ]

    def _reopen(self) -> None:
        for serial, profiles in self._coverage.items():
            reopened = [coverage.reopen() for coverage in profiles.values()]
            if any(reopened):
                self.keep_coverage(serial)

    def _keep(self) -> None:
        evicted = [[item.first, item.last, item.utc_s, item.reason] for item in self.evictions]
        kept = {"acknowledged": self.acknowledged, "next": self._next, "evicted": evicted}
        self._memory.put(_SLOT, json.dumps(kept, separators=(",", ":")))


def _part(batch: Batch, skip: int, rows: tuple[StoredRow, ...]) -> Batch:
    if len(rows) == len(batch.rows):
        return batch
    return Batch(
        batch.first + skip, batch.serial, batch.profile, batch.columns, batch.period_s, batch.covers, rows
    )


def _joined(notes: list[Evicted]) -> list[Evicted]:
    """The notes, neighbours made one, and not more than are kept."""
    joined: list[Evicted] = []
    for note in notes:
        if joined and (joined[-1].last + 1 == note.first):
            note = Evicted(joined.pop().first, note.last, note.utc_s, note.reason)
        joined.append(note)
    while len(joined) > _NOTES_MAX:
        older, newer = joined[0], joined[1]
        joined[:2] = [Evicted(older.first, newer.last, newer.utc_s, newer.reason)]
    return joined
