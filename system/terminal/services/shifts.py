"""Log-in with a PIN, ever longer waits after wrong ones, and shifts."""

from datetime import datetime, timedelta
from uuid import UUID

from protocols.offline.messages import Operator
from protocols.offline.pin import fits
from system.terminal.book import PinTries, Shift
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services.recover import recover, require_clock
from system.terminal.totals import SalesTotals, totals_of

# ------------ log-in

#: Wrong PINs in a row -> pause before the next try; more of them: the last one.
WAITS_S = (0, 0, 0, 30, 60, 120, 300, 600, 900)


def log_in(desk: OpenTerminal, username: str, pin: str) -> Operator:
    """Check somebody's PIN. A try is written down before it is looked at: killing the terminal wins none.

    Raises:
        TerminalRefused: ``no-pack``, ``unknown-operator``, ``wait`` or ``wrong-pin``.
    """
    with desk.turn:
        operator = desk.selling().operator(username)
        now, before = desk.now(), desk.book.tries(username)
        wait_s = seconds_to_wait(before, now)
        if wait_s > 0:
            raise TerminalRefused("wait", seconds=wait_s)
        desk.book.note_try(username, PinTries(1 if before is None else before.tries + 1, now))
        if not fits(pin, operator.salt, operator.verifier, operator.cost):
            raise TerminalRefused("wrong-pin")
        desk.book.note_try(username, None)
        return operator


def seconds_to_wait(before: PinTries | None, now: datetime) -> int:
    """Seconds to wait before the next try; a clock that was set back shortens nothing."""
    if before is None:
        return 0
    wait_s = WAITS_S[min(before.tries, len(WAITS_S) - 1)]
    over = before.last_at + timedelta(seconds=wait_s)
    if now >= over:
        return 0
    return min(wait_s, int((over - now).total_seconds()))


# ------------ shifts


def open_shift(desk: OpenTerminal, shift_id: UUID, operator: str) -> Shift:
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
        require_clock(desk)
        shift = Shift(shift_id, name, desk.now(), None, None)
        desk.book.open_shift(shift)
        return shift


def close_shift(desk: OpenTerminal, shift_id: UUID, counted_c: int) -> SalesTotals:
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
        sums = totals_of(desk, shift_id=shift_id)
        if shift.closed_at is None:
            content = {
                "shift_id": shift_id,
                "counted_c": counted_c,
                "sold_c": sums.amount_c,
                "sales": sums.sales,
            }
            desk.book.close_shift(desk.later(), content)
        return sums
