"""Sums for people: of a day, of a shift, of a life (R5.4-07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from system.terminal.book import BookedSale
from system.terminal.open_terminal import OpenTerminal


@dataclass(frozen=True, slots=True)
class SalesTotals:
    """Totals of some sales.

    Args:
        sales: how many.
        amount_c: cash taken, centavos.
        energy_c, deducted_c: of it, for energy and for obligations; what is missing is residue of customers.
        units: sold, of 0.1 kWh.
        first, last: numbers of the tickets; empty without sales.
        copies: tickets printed, copies and all.
    """

    sales: int
    amount_c: int
    energy_c: int
    deducted_c: int
    units: int
    first: str
    last: str
    copies: int


@dataclass(frozen=True, slots=True)
class OfficePosition:
    """Position of the terminal with the office.

    Args:
        sold_c: taken in its life, by the counter.
        deposited_c: handed in, as the packs say.
        left_c: what it may still sell.
        limit_c: what it may hold.
        unsettled: entries that the office has not said it has.
    """

    sold_c: int
    deposited_c: int
    left_c: int
    limit_c: int
    unsettled: int

    @property
    def due_c(self) -> int:
        """Cash to hand in; below 0: handed in too much."""
        return self.sold_c - self.deposited_c


def totals_of(desk: OpenTerminal, *, day: date | None = None, shift_id: UUID | None = None) -> SalesTotals:
    """Totals of a business day, of a shift, or of all sales."""
    rows = desk.book.sales_where(day=None if day is None else day.isoformat(), shift_id=shift_id)
    return totals_of_sales(rows)


def totals_of_sales(rows: Sequence[BookedSale]) -> SalesTotals:
    """Totals of these sales, in their order."""
    said = [row.content for row in rows]
    return SalesTotals(
        sales=len(rows),
        amount_c=sum(one["amount_c"] for one in said),
        energy_c=sum(one["energy_c"] for one in said),
        deducted_c=sum(one["deducted_c"] for one in said),
        units=sum(one["units"] for one in said),
        first=said[0]["number"] if said else "",
        last=said[-1]["number"] if said else "",
        copies=sum(row.copies for row in rows),
    )


def office_position(desk: OpenTerminal) -> OfficePosition:
    """Position with the office now."""
    status, loaded = desk.counter.status(), desk.loaded
    settled = 0 if loaded is None else loaded.pack.settled.number
    return OfficePosition(
        status.spent_c,
        desk.book.deposited_c(),
        status.left_c,
        0 if loaded is None else loaded.pack.limits.limit_c,
        desk.book.last[0] - settled,
    )
