"""Position of an off-line terminal: limit, deposits, what it took and owes; its leases and shifts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from protocols.offline.chain import genesis
from system.vending.models import Shift
from system.vending.offline.models import SettledEntry, SettledSale, Terminal, TerminalDeposit
from system.vending.selectors.shifts import shift_sums


@dataclass(frozen=True, slots=True)
class TerminalPosition:
    """Position of a terminal, by what has arrived.

    Args:
        limit_c: what it may hold.
        deposited_c: handed over in its whole life.
        sold_c: taken in its whole life.
        reversed_c: of it, given back.
        sales: how many.
        units: sold, of 0.1 kWh.
    """

    limit_c: int
    deposited_c: int
    sold_c: int
    reversed_c: int
    sales: int
    units: int

    @property
    def allowed_c(self) -> int:
        """Allowance of a terminal for its whole life: limit, and each deposit by exactly itself (R5.4-05)."""
        return self.limit_c + self.deposited_c

    @property
    def due_c(self) -> int:
        """Cash still to be handed over; below 0: handed over too much."""
        return self.sold_c - self.reversed_c - self.deposited_c

    @property
    def left_c(self) -> int:
        """Allowance that is left."""
        return max(0, self.allowed_c - self.sold_c)


def terminal_position(terminal: Terminal) -> TerminalPosition:
    """Position of a terminal."""
    sales = SettledSale.objects.filter(terminal=terminal)
    sums = sales.aggregate(money=Sum("sale__amount_c"), units=Sum("sale__units"))
    back = sales.filter(sale__reversal__isnull=False).aggregate(money=Sum("sale__amount_c"))
    return TerminalPosition(
        terminal.limit_c,
        deposited_c(terminal),
        int(sums["money"] or 0),
        int(back["money"] or 0),
        sales.count(),
        int(sums["units"] or 0),
    )


def deposited_c(terminal: Terminal) -> int:
    """Deposits of a terminal's money in its whole life."""
    rows = TerminalDeposit.objects.filter(terminal=terminal)
    return int(rows.aggregate(total=Sum("deposit__amount_c"))["total"] or 0)


def allowed_c(terminal: Terminal) -> int:
    """Allowance of a terminal for its whole life: limit, and each deposit by exactly itself (R5.4-05)."""
    return terminal.limit_c + deposited_c(terminal)


def settled_up_to(terminal: Terminal) -> tuple[int, str]:
    """Number and hash of the last entry that is in the books; 0 and the genesis where none is."""
    last = SettledEntry.objects.filter(terminal=terminal).order_by("-number").first()
    return (0, genesis(terminal.pk)) if last is None else (last.number, last.hash)


def leased_until(terminal: Terminal) -> datetime | None:
    """End of the last lease of a terminal; None: it never had one."""
    last: datetime | None = terminal.packs.aggregate(last=Max("leased_until"))["last"]
    return last


# ------------ shifts: what its Z reports said, by the books (R5.4-07)


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift and what it came to."""

    shift: Shift
    sums: Any


def shifts_of(terminal: Terminal, most: int) -> list[ShiftRow]:
    """The last shifts of a terminal, the newest first."""
    rows = terminal.shifts.select_related("shift__closure", "shift__cashier").order_by("-shift__opened_at")
    return [ShiftRow(row.shift, shift_sums(row.shift)) for row in rows[:most]]
