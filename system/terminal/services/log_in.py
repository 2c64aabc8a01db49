"""Who is at the terminal: a PIN, and ever longer waits after wrong ones."""

from datetime import datetime, timedelta

from protocols.offline.messages import Operator
from protocols.offline.pin import fits
from system.terminal.book import Tries
from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused

#: Wrong PINs in a row -> pause before the next try; more of them: the last one.
WAITS_S = (0, 0, 0, 30, 60, 120, 300, 600, 900)


def log_in(desk: Desk, username: str, pin: str) -> Operator:
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
        desk.book.note_try(username, Tries(1 if before is None else before.tries + 1, now))
        if not fits(pin, operator.salt, operator.verifier, operator.cost):
            raise TerminalRefused("wrong-pin")
        desk.book.note_try(username, None)
        return operator


def seconds_to_wait(before: Tries | None, now: datetime) -> int:
    """How long somebody must still wait; a clock that was set back shortens nothing."""
    if before is None:
        return 0
    wait_s = WAITS_S[min(before.tries, len(WAITS_S) - 1)]
    over = before.last_at + timedelta(seconds=wait_s)
    if now >= over:
        return 0
    return min(wait_s, int((over - now).total_seconds()))
