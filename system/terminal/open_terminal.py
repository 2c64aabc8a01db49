"""Folder of a terminal: made with secure counter, book and enrolment; opened by one process; its status."""

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from protocols.offline import peek
from protocols.offline.errors import OfflineError
from protocols.offline.messages import Enrolment
from system.config.clock import BOGOTA, BusinessClock, WallBusinessClock
from system.security_module.errors import JournalDamaged, SecurityModuleError, WrongPassphrase
from system.security_module.journal import sync_directory, write_private
from system.security_module.refusals import Words
from system.security_module.sealed_file import DEFAULT_COST
from system.security_module.secure_counter import SecureCounter
from system.terminal.book import Book
from system.terminal.errors import TerminalRefused
from system.terminal.packs import LoadedPack, read_pack
from system.vending.pricing.explain import pesos

# ------------ folder

COUNTER, BOOK, ENROLMENT = "counter", "book.db", "enrolment.json"
_MODE = 0o700


@dataclass(frozen=True, slots=True)
class TerminalName:
    """Names of a terminal: `serial` of the apparatus, `name` among people."""

    serial: str
    name: str


def make_terminal(
    folder: Path,
    passphrase: str,
    named: TerminalName,
    now: datetime,
    *,
    terminal_id: UUID | None = None,
    cost: int = DEFAULT_COST,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Enrolment:
    """Make a terminal in a folder that is not there yet, or is empty. Killed half-way there is none.

    Args:
        folder: the folder.
        passphrase: that seals the counter's keys.
        named: how it is called.
        now: when, aware.
        terminal_id: of the terminal; without it a new one.
        cost: log2 of scrypt's N; lower only in tests.
        random: where random octets come from.

    Raises:
        TerminalRefused: ``terminal-exists``, or ``bad-message`` where a name cannot be written.
        OSError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TerminalRefused("terminal-exists", folder=folder)
    beside = folder.with_name(folder.name + ".making")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=_MODE, parents=True)
    try:
        enrolment = _fill_folder(beside, passphrase, named, now, terminal_id or uuid4(), cost, random)
        os.replace(beside, folder)
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=Words(error.es, error.en)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    sync_directory(folder.parent)
    return enrolment


def _fill_folder(
    place: Path,
    passphrase: str,
    named: TerminalName,
    now: datetime,
    terminal_id: UUID,
    cost: int,
    random: Callable[[int], bytes],
) -> Enrolment:
    with SecureCounter.create(place / COUNTER, passphrase, terminal_id, random, cost) as counter:
        enrolment = Enrolment(
            terminal_id=terminal_id,
            serial=named.serial,
            name=named.name,
            signing_public=counter.signing_public,
            agreement_public=counter.agreement_public,
            made_at=now.replace(microsecond=0),
        )
        write_private(place / ENROLMENT, enrolment.seal(counter.signing_public, counter.sign))
    facts = {"terminal_id": str(terminal_id), "serial": named.serial, "name": named.name}
    Book.create(place / BOOK, facts).close()
    return enrolment


# ------------ terminal

#: Why the counter stays closed, for people at the terminal.
_CLOSED_WORDS: dict[type[SecurityModuleError], str] = {
    WrongPassphrase: "la contraseña es otra, o el archivo fue alterado",
    JournalDamaged: "su registro está dañado: lleve el terminal a la oficina",
}


class OpenTerminal:
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
            raise TerminalRefused(
                "cannot-open",
                why=Words(
                    _CLOSED_WORDS.get(type(error), "otro proceso lo tiene abierto, o falta su carpeta"),
                    str(error),
                ),
            ) from error
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
        """Enrolment of this terminal, for the office."""
        return (self.folder / ENROLMENT).read_bytes()

    def selling(self) -> LoadedPack:
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

    def _loaded(self) -> LoadedPack | None:
        data, keys = self.book.pack(), self.pinned()
        if data is None or keys is None:
            return None
        return read_pack(data, *keys, self.book.terminal_id)


def local_instant(instant: datetime) -> str:
    """An instant as people at the terminal read it, America/Bogota."""
    return f"{instant.astimezone(BOGOTA):%Y-%m-%d %H:%M}"


# ------------ status


@dataclass(frozen=True, slots=True)
class TerminalStatus:
    """Status of a terminal, from its book alone: another process may be selling.

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


def terminal_status(folder: Path) -> TerminalStatus:
    """Status of the terminal of a folder; no passphrase is needed.

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
        return TerminalStatus(
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
