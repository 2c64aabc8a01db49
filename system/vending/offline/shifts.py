"""The shifts of a terminal with their sums: what its Z reports said, by the books (R5.4-07)."""

from dataclasses import dataclass
from typing import Any

from system.vending.models import Shift
from system.vending.offline.models import Terminal
from system.vending.selectors.shifts import shift_sums


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift and what it came to."""

    shift: Shift
    sums: Any


def shifts_of(terminal: Terminal, most: int) -> list[ShiftRow]:
    """The last shifts of a terminal, the newest first."""
    rows = terminal.shifts.select_related("shift__closure", "shift__cashier").order_by("-shift__opened_at")
    return [ShiftRow(row.shift, shift_sums(row.shift)) for row in rows[:most]]
