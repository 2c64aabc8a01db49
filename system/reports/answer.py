"""What a report's question yields; and what is gathered while its rows pass, once, whatever writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing or wrong in the data that a report needs.

    Args:
        where: the row, as its reader knows it.
        column: which column; empty where it is the row as a whole.
        says: one Spanish sentence.
        blocks: whether the row is not fit to be handed in.
    """

    where: str
    column: str
    says: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, and what must be said about them.

    Args:
        rows: makes the rows anew each time it is called; they need not fit into memory.
        notes: sentences under the title.
        findings: before anything is handed in.
        findings_left: how many more there are than `findings` holds.
    """

    rows: Callable[[], Iterable[Row]]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    findings_left: int = 0

    @property
    def findings_count(self) -> int:
        """All of them."""
        return len(self.findings) + self.findings_left

    @property
    def blocked(self) -> bool:
        """Whether something must be put right before it can be handed in."""
        return any(finding.blocks for finding in self.findings)


def of_rows(rows: Sequence[Row], *notes: str) -> Answer:
    """An answer that is in memory already."""
    return Answer(lambda: rows, notes)


@dataclass(slots=True)
class Tally:
    """Counts rows and adds columns up while they pass.

    Args:
        added: places of the columns that have a sum.
    """

    added: tuple[int, ...]
    count: int = 0
    totals: dict[int, int] = field(default_factory=dict)

    def pass_on(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; the sums are complete when they have all passed."""
        self.totals = dict.fromkeys(self.added, 0)
        for row in rows:
            self.count += 1
            for place in self.added:
                self.totals[place] += row[place] or 0
            yield row
