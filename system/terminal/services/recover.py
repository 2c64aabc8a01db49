"""End a sale that a power cut left open, and see that book and counter belong together."""

import sqlite3
from typing import Any

from system.security_module.secure_counter import Minted
from system.terminal.book import BookedSale, PendingSale
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal, local_instant


def recover(desk: OpenTerminal) -> BookedSale | None:
    """End the sale under way by what the counter says of it: minted, it becomes an entry; else it never was.

    Raises:
        TerminalRefused: ``disk``.
    """
    with desk.turn:
        open_sale = desk.book.under_way()
        if open_sale is None:
            return None
        with writing(desk):
            minted = desk.counter.fetch(open_sale.sale_id)
            if minted is None:
                desk.book.drop_sale(open_sale.sale_id)
                return None
            return finish_sale(desk, open_sale, minted)


def finish_sale(desk: OpenTerminal, sale: PendingSale, minted: Minted) -> BookedSale:
    """Write the entry of a sale that has its token."""
    content: dict[str, Any] = {
        **sale.content,
        "tokens": [{"digits": minted.digits, "tid": minted.tid, "role": "credit"}],
        "sequence": minted.sequence,
        "spent_c": minted.spent_c,
        "lease_id": str(minted.lease_id),
    }
    return desk.book.finish_sale(sale, content)


def require_agreement(desk: OpenTerminal) -> None:
    """Let go on while book and counter tell of the same sales; after `recover`.

    Raises:
        TerminalRefused: ``book-behind`` or ``counter-behind``: one of them was set back to a copy.
    """
    written, counted = desk.book.totals()[2], desk.counter.status().sequence
    if counted > written:
        raise TerminalRefused("book-behind")
    if counted < written:
        raise TerminalRefused("counter-behind")


def require_clock(desk: OpenTerminal) -> None:
    """Let go on while the clock is not behind what was written last (A-11).

    Raises:
        TerminalRefused: ``clock-behind``.
    """
    latest = desk.book.last_at
    if latest is not None and desk.now() < latest:
        raise TerminalRefused("clock-behind", latest=local_instant(latest))


class writing:  # noqa: N801 - used as a verb
    """A block that writes: where the disk fails, nothing more is sold until the terminal starts anew."""

    def __init__(self, desk: OpenTerminal) -> None:
        self._desk = desk

    def __enter__(self) -> None:
        if self._desk.broken:
            raise TerminalRefused("disk", why=self._desk.broken)

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if isinstance(error, sqlite3.Error | OSError):
            self._desk.broken = str(error)
            raise TerminalRefused("disk", why=error) from error
