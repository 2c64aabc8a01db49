"""What the storage holds: batches of rows, each of one profile of one meter, and what had to go."""

import json
from dataclasses import dataclass

#: A value of a row: whole numbers as they stand on the wire, texts, or nothing.
Value = int | str | None
#: The instant of a row, s since 1970, and its values.
Row = tuple[int, tuple[Value, ...]]


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
    rows: tuple[Row, ...]

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
