"""Begin and end a stretch of work."""

from uuid import UUID

from system.terminal.book import Shift
from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused
from system.terminal.figures import Sums, sums_of
from system.terminal.services.recover import recover, see_clock


def open_shift(desk: Desk, shift_id: UUID, operator: str) -> Shift:
    """Open a shift; the same again gives the same.

    Raises:
        TerminalRefused: ``no-pack``, ``unknown-operator``, ``shift-open`` or ``clock-behind``.
    """
    with desk.turn:
        known = desk.book.shift(shift_id)
        if known is not None:
            return known
        name = desk.selling().operator(operator).username
        present = desk.book.shift()
        if present is not None:
            raise TerminalRefused("shift-open", operator=present.operator)
        see_clock(desk)
        shift = Shift(shift_id, name, desk.now(), None, None)
        desk.book.open_shift(shift)
        return shift


def close_shift(desk: Desk, shift_id: UUID, counted_c: int) -> Sums:
    """Close a shift with the cash that was counted; the same again changes nothing.

    Returns:
        What the shift sold.

    Raises:
        TerminalRefused: ``no-shift``, or what `recover` refuses.
    """
    with desk.turn:
        recover(desk)
        shift = desk.book.shift(shift_id)
        if shift is None:
            raise TerminalRefused("no-shift")
        sums = sums_of(desk, shift_id=shift_id)
        if shift.closed_at is None:
            content = {
                "shift_id": shift_id,
                "counted_c": counted_c,
                "sold_c": sums.amount_c,
                "sales": sums.sales,
            }
            desk.book.close_shift(desk.later(), content)
        return sums
