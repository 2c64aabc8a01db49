"""Where a terminal stands, read from its book alone: no passphrase, and another process may be selling."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from protocols.offline import peek
from system.terminal.book import Book
from system.terminal.errors import TerminalRefused
from system.terminal.folder import BOOK
from system.vending.pricing.explain import pesos


@dataclass(frozen=True, slots=True)
class Status:
    """What a book says.

    Args:
        terminal_id: of the terminal.
        pack, until: number of the pack and until when its prices hold; None: none is loaded.
        sales, sold_c: of its life, centavos.
        deposited_c: handed in, as the packs say.
        entries, settled: of its chain, and how many the office has.
        under_way: a sale has no end yet: the next start ends it.
    """

    terminal_id: str
    pack: int | None
    until: str | None
    sales: int
    sold_c: int
    deposited_c: int
    entries: int
    settled: int
    under_way: bool

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "due_c": self.sold_c - self.deposited_c}

    def lines(self) -> Iterator[tuple[str, Any]]:
        """Names of texts, and what stands beside them."""
        yield "terminal", self.terminal_id
        yield "pack", self.pack
        yield "until", self.until
        yield "sales", self.sales
        yield "sold", pesos(self.sold_c)
        yield "deposited", pesos(self.deposited_c)
        yield "due", pesos(self.sold_c - self.deposited_c)
        yield "unsettled", self.entries - self.settled
        if self.under_way:
            yield "under-way", "!"


def status_of(folder: Path) -> Status:
    """Where the terminal of a folder stands.

    Raises:
        TerminalRefused: ``not-a-terminal`` or ``book-damaged``.
    """
    if not (folder / BOOK).is_file():
        raise TerminalRefused("not-a-terminal", folder=folder)
    book = Book.open(folder / BOOK)
    try:
        data = book.pack()
        body = None if data is None else peek(data).body
        sales, sold_c, _ = book.totals()
        return Status(
            terminal_id=str(book.terminal_id),
            pack=None if body is None else body["number"],
            until=None if body is None else body["valid_until"],
            sales=sales,
            sold_c=sold_c,
            deposited_c=book.deposited_c(),
            entries=book.last[0],
            settled=0 if body is None else body["settled"]["number"],
            under_way=book.under_way() is not None,
        )
    finally:
        book.close()
