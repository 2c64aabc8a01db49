"""The open terminal: what every verb takes, and nothing that decides."""

import threading
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from system.config.clock import BOGOTA, BusinessClock, WallBusinessClock
from system.security_module.errors import SecurityModuleError
from system.security_module.secure_counter import SecureCounter
from system.terminal.book import Book
from system.terminal.errors import TerminalRefused
from system.terminal.folder import BOOK, COUNTER, ENROLMENT
from system.terminal.packs import Loaded, read_pack


class Desk:
    """A terminal that is open. One process at a time has it; its threads take turns with `turn`.

    Attributes:
        folder: where it lies.
        book: what happened.
        counter: what mints, counts and signs.
        clock: tells business time.
        loaded: the pack that it sells by, or None.
        turn: held by whatever sells, loads or hands over.
        broken: why nothing can be sold until the terminal is started anew; empty: it can.
    """

    def __init__(self, folder: Path, book: Book, counter: SecureCounter, clock: BusinessClock) -> None:
        self.folder = folder
        self.book = book
        self.counter = counter
        self.clock = clock
        self.turn = threading.RLock()
        self.broken = ""
        self.loaded = self._loaded()

    @classmethod
    def open(cls, folder: Path, passphrase: str, clock: BusinessClock | None = None) -> Self:
        """Open a terminal; a sale that was under way is ended by the first verb (`services.recover`).

        Raises:
            TerminalRefused: ``not-a-terminal``, ``cannot-open`` or ``book-damaged``.
        """
        if not (folder / BOOK).is_file():
            raise TerminalRefused("not-a-terminal", folder=folder)
        book = Book.open(folder / BOOK)
        try:
            counter = SecureCounter.open(folder / COUNTER, passphrase)
        except SecurityModuleError as error:
            book.close()
            raise TerminalRefused("cannot-open", why=error) from error
        if counter.terminal_id != book.terminal_id:
            counter.close()
            book.close()
            raise TerminalRefused("book-damaged", why="id")
        return cls(folder, book, counter, clock or WallBusinessClock())

    def close(self) -> None:
        """Let another process have it."""
        with self.turn:
            self.counter.close()
            self.book.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """The terminal's instant, UTC, in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def later(self) -> datetime:
        """Now, but never before the last entry: for what must be written down whatever the clock says."""
        return max(self.now(), self.book.last_at or self.now())

    def enrolment(self) -> bytes:
        """What the office needs to take this terminal in."""
        return (self.folder / ENROLMENT).read_bytes()

    def selling(self) -> Loaded:
        """The pack.

        Raises:
            TerminalRefused: ``no-pack``.
        """
        if self.loaded is None:
            raise TerminalRefused("no-pack")
        return self.loaded

    def pinned(self) -> tuple[bytes, bytes] | None:
        """Public keys of office and module; None: not admitted yet."""
        office, module = self.book.fact("office_public"), self.book.fact("module_public")
        if isinstance(office, bytes) and isinstance(module, bytes):
            return office, module
        return None

    def _loaded(self) -> Loaded | None:
        data, keys = self.book.pack(), self.pinned()
        if data is None or keys is None:
            return None
        return read_pack(data, *keys, self.book.terminal_id)


def said_instant(instant: datetime) -> str:
    """An instant as people at the terminal read it, America/Bogota."""
    return f"{instant.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
