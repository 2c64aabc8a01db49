"""Book of the terminal: one SQLite file, durable before anything is shown, and its chain of entries."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from protocols.offline import Entry, follow, genesis
from protocols.offline.canonical import canonical
from system.config.clock import BOGOTA
from system.terminal.errors import TerminalRefused

# ------------ rows


@dataclass(frozen=True, slots=True)
class PendingSale:
    """A sale for which the counter was asked, or was about to be.

    Args:
        sale_id: that the counter knows it by.
        at: when, by the terminal's clock.
        content: of the entry that it becomes, but for what the counter adds.
        said: what the ticket says of the customer.
    """

    sale_id: UUID
    at: datetime
    content: dict[str, Any]
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BookedSale:
    """A sale that has its token.

    Args:
        entry: its number in the chain.
        at: when.
        content: of the entry.
        copies: how often it was printed.
        said: what the ticket says of the customer.
    """

    entry: int
    at: datetime
    content: dict[str, Any]
    copies: int
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of work of one operator; `closed_at` and `counted_c` are None while it is open."""

    shift_id: UUID
    operator: str
    opened_at: datetime
    closed_at: datetime | None
    counted_c: int | None


@dataclass(frozen=True, slots=True)
class PinTries:
    """Wrong PINs in a row, and when the last one was typed."""

    tries: int
    last_at: datetime


def stored_inputs(row: BookedSale) -> str:
    """The pricing inputs of a sale as `system.vending.pricing.serialization` writes them."""
    return json.dumps(row.content["inputs"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# ------------ tables: what happened stands in `entry`; `sale` and `shift` find it again

VERSION = 1

TABLES = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- the chain: written once, never changed
CREATE TABLE entry (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE
);
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are kept'); END;

-- of each entry "sale": what is asked for, and what the ticket said of the customer then (JSON)
CREATE TABLE sale (
    sale_id TEXT PRIMARY KEY, entry INTEGER NOT NULL UNIQUE REFERENCES entry, number TEXT NOT NULL UNIQUE,
    installation TEXT NOT NULL, at TEXT NOT NULL, day TEXT NOT NULL, shift_id TEXT NOT NULL,
    operator TEXT NOT NULL, amount_c INTEGER NOT NULL, units INTEGER NOT NULL, energy_c INTEGER NOT NULL,
    deducted_c INTEGER NOT NULL, sequence INTEGER NOT NULL UNIQUE, copies INTEGER NOT NULL DEFAULT 0,
    said TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sale_installation ON sale (installation, entry);
CREATE INDEX sale_day ON sale (day);
CREATE INDEX sale_shift ON sale (shift_id);

-- the one sale for which the counter is being asked
CREATE TABLE under_way (
    one INTEGER PRIMARY KEY CHECK (one = 1), sale_id TEXT NOT NULL, at TEXT NOT NULL, content TEXT NOT NULL,
    said TEXT NOT NULL
);

CREATE TABLE shift (
    shift_id TEXT PRIMARY KEY, operator TEXT NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT,
    counted_c INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX shift_open ON shift (closed_at IS NULL) WHERE closed_at IS NULL;

-- the pack that is loaded, as it came
CREATE TABLE pack (
    one INTEGER PRIMARY KEY CHECK (one = 1), pack_id TEXT NOT NULL, number INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE deposit (deposit_id TEXT PRIMARY KEY, amount_c INTEGER NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE wrong_pin (
    username TEXT PRIMARY KEY, tries INTEGER NOT NULL, last_at TEXT NOT NULL
) WITHOUT ROWID;
"""


# ------------ book

_BUSY_S = 10
_SALES = "SELECT s.entry, s.at, e.content, s.copies, s.said FROM sale s JOIN entry e ON e.number = s.entry"


class Book:
    """A terminal's book, open. Threads take turns; one process sells, others may look.

    Attributes:
        terminal_id: whose chain it is.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._rows = connection
        self._lock = threading.RLock()
        version = self._one("PRAGMA user_version")[0]
        if version != VERSION:
            raise TerminalRefused("book-damaged", why=f"{path.name}: {version}")
        self.terminal_id = UUID(str(self.fact("terminal_id")))

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, str | bytes]) -> "Book":
        """Write an empty book; `facts` holds at least ``terminal_id``."""
        path.touch(mode=0o600, exist_ok=False)
        rows = _connected(path)
        with rows:
            rows.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            rows.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
        return cls(rows, path)

    @classmethod
    def open(cls, path: Path) -> "Book":
        """Open a book.

        Raises:
            TerminalRefused: ``book-damaged``.
        """
        try:
            if not path.is_file():
                raise TerminalRefused("book-damaged", why=f"{path.name}: ?")
            return cls(_connected(path), path)
        except sqlite3.Error as error:
            raise TerminalRefused("book-damaged", why=error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._rows.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One transaction: all of what is written inside is on the disk when this ends, or none of it."""
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._rows.execute("COMMIT")
            except BaseException:
                if self._rows.in_transaction:
                    self._rows.execute("ROLLBACK")
                raise

    # ------------------------------------------------------------ the chain

    @property
    def last(self) -> tuple[int, str]:
        """Number and hash of the last entry; 0 and the genesis where there is none."""
        found = self._one("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1")
        return (found[0], found[1]) if found else (0, genesis(self.terminal_id))

    @property
    def last_at(self) -> datetime | None:
        """Instant of the last entry; None: there is none."""
        found = self._one("SELECT at FROM entry ORDER BY number DESC LIMIT 1")
        return datetime.fromisoformat(found[0]) if found else None

    def append(self, kind: str, at: datetime, content: Mapping[str, Any]) -> Entry:
        """Write the next entry; inside a turn."""
        entry = follow(*self.last, kind, at, content)
        text = canonical(entry.content).decode("ascii")
        self._rows.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (entry.number, at.isoformat(), kind, text, entry.previous, entry.hash),
        )
        return entry

    def entries_after(self, number: int, most: int) -> tuple[Entry, ...]:
        """Entries above a number, in their order, at most so many."""
        rows = self._all(
            "SELECT number, at, kind, content, previous FROM entry WHERE number > ? ORDER BY number LIMIT ?",
            (number, most),
        )
        return tuple(
            Entry(row[0], datetime.fromisoformat(row[1]), row[2], json.loads(row[3]), row[4]) for row in rows
        )

    def hash_of(self, number: int) -> str | None:
        """Hash of an entry; of 0 the genesis; None where there is no such entry."""
        if number == 0:
            return genesis(self.terminal_id)
        found = self._one("SELECT hash FROM entry WHERE number = ?", (number,))
        return found[0] if found else None

    # ------------------------------------------------------------ sales

    def begin_sale(self, sale: PendingSale) -> None:
        """Keep a sale before the counter is asked."""
        with self.turn():
            self._rows.execute(
                "INSERT INTO under_way VALUES (1, ?, ?, ?, ?)",
                (str(sale.sale_id), sale.at.isoformat(), _text(sale.content), _text(sale.said)),
            )

    def under_way(self) -> PendingSale | None:
        """The sale that has no end yet."""
        row = self._one("SELECT sale_id, at, content, said FROM under_way")
        if row is None:
            return None
        return PendingSale(
            UUID(row[0]), datetime.fromisoformat(row[1]), json.loads(row[2]), json.loads(row[3])
        )

    def drop_sale(self, sale_id: UUID) -> None:
        """Forget a sale for which the counter has minted nothing."""
        with self.turn():
            self._rows.execute("DELETE FROM under_way WHERE sale_id = ?", (str(sale_id),))

    def finish_sale(self, sale: PendingSale, content: Mapping[str, Any]) -> BookedSale:
        """Write the entry of a sale that has its token; it is under way no more."""
        with self.turn():
            entry = self.append("sale", sale.at, content)
            said = entry.content
            day = sale.at.astimezone(BOGOTA).date().isoformat()
            told = ("operator", "amount_c", "units", "energy_c", "deducted_c", "sequence")
            self._rows.execute(
                "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    *(said["sale_id"], entry.number, said["number"], said["installation"]),
                    *(sale.at.isoformat(), day, said["shift_id"]),
                    *(said[name] for name in told),
                    _text(sale.said),
                ),
            )
            self._rows.execute("DELETE FROM under_way")
        return BookedSale(entry.number, sale.at, entry.content, 0, sale.said)

    def sale(self, sale_id: UUID) -> BookedSale | None:
        """A sale by its id."""
        return next(iter(self._sales("sale_id = ?", str(sale_id))), None)

    def sales_of(self, installation: str, after_entry: int, since_day: str) -> list[BookedSale]:
        """Sales to an installation: entries above a number, or of a business day (ISO) and later."""
        return self._sales(
            "installation = ? AND (entry > ? OR day >= ?)", installation, after_entry, since_day
        )

    def sales_where(self, *, day: str | None = None, shift_id: UUID | None = None) -> list[BookedSale]:
        """Sales of a business day (ISO), of a shift, or all of them."""
        if shift_id is not None:
            return self._sales("shift_id = ?", str(shift_id))
        return self._sales("day = ?", day) if day is not None else self._sales("1 = 1")

    def previous_at(self, installation: str, entry: int) -> datetime | None:
        """Instant of an installation's last purchase before an entry."""
        found = self._one(
            "SELECT at FROM sale WHERE installation = ? AND entry < ? ORDER BY entry DESC LIMIT 1",
            (installation, entry),
        )
        return datetime.fromisoformat(found[0]) if found else None

    def totals(self) -> tuple[int, int, int]:
        """Totals of the terminal's life: sales, centavos, and the counter's sequence of the last one."""
        found = self._one("SELECT count(*), coalesce(sum(amount_c), 0), coalesce(max(sequence), 0) FROM sale")
        return found[0], found[1], found[2]

    def count_copy(self, sale_id: UUID, at: datetime) -> int:
        """Write down that a ticket is printed; which copy it is."""
        with self.turn():
            self._rows.execute("UPDATE sale SET copies = copies + 1 WHERE sale_id = ?", (str(sale_id),))
            copy: int = self._one("SELECT copies FROM sale WHERE sale_id = ?", (str(sale_id),))[0]
            self.append("print", at, {"sale_id": sale_id, "copy": copy})
        return copy

    def _sales(self, where: str, *values: Any) -> list[BookedSale]:
        # `where` is one of the texts above, never what somebody typed
        rows = self._all(f"{_SALES} WHERE {where} ORDER BY s.entry", values)
        return [
            BookedSale(row[0], datetime.fromisoformat(row[1]), json.loads(row[2]), row[3], json.loads(row[4]))
            for row in rows
        ]

    # ------------------------------------------------------------ shifts, pack, PINs

    def open_shift(self, shift: Shift) -> None:
        """Write the beginning of a shift."""
        with self.turn():
            self.append(
                "shift-opened", shift.opened_at, {"shift_id": shift.shift_id, "operator": shift.operator}
            )
            self._rows.execute(
                "INSERT INTO shift (shift_id, operator, opened_at) VALUES (?, ?, ?)",
                (str(shift.shift_id), shift.operator, shift.opened_at.isoformat()),
            )

    def close_shift(self, at: datetime, content: Mapping[str, Any]) -> None:
        """Write the end of a shift."""
        with self.turn():
            self.append("shift-closed", at, content)
            self._rows.execute(
                "UPDATE shift SET closed_at = ?, counted_c = ? WHERE shift_id = ?",
                (at.isoformat(), content["counted_c"], str(content["shift_id"])),
            )

    def shift(self, shift_id: UUID | None = None) -> Shift | None:
        """A shift by its id; without one, the open one."""
        where = "closed_at IS NULL" if shift_id is None else "shift_id = ?"
        row = self._one(
            f"SELECT shift_id, operator, opened_at, closed_at, counted_c FROM shift WHERE {where}",  # noqa: S608
            () if shift_id is None else (str(shift_id),),
        )
        if row is None:
            return None
        closed = None if row[3] is None else datetime.fromisoformat(row[3])
        return Shift(UUID(row[0]), row[1], datetime.fromisoformat(row[2]), closed, row[4])

    def last_shift(self) -> Shift | None:
        """The shift that was opened last."""
        row = self._one("SELECT shift_id FROM shift ORDER BY opened_at DESC LIMIT 1")
        return None if row is None else self.shift(UUID(row[0]))

    def keep_pack(
        self,
        pack_id: UUID,
        number: int,
        data: bytes,
        deposits: Mapping[UUID, tuple[int, datetime]],
        at: datetime,
    ) -> None:
        """Put a pack in the place of the one before, with the deposits that it tells of."""
        with self.turn():
            self.append("pack-loaded", at, {"pack_id": pack_id, "number": number})
            self._rows.execute(
                "INSERT OR REPLACE INTO pack VALUES (1, ?, ?, ?)", (str(pack_id), number, data)
            )
            self._rows.executemany(
                "INSERT OR REPLACE INTO deposit VALUES (?, ?, ?)",
                [(str(key), amount_c, when.isoformat()) for key, (amount_c, when) in deposits.items()],
            )

    def pack(self) -> bytes | None:
        """The pack that is loaded."""
        found = self._one("SELECT data FROM pack")
        return found[0] if found else None

    def deposited_c(self) -> int:
        """All cash that the office says it received, centavos."""
        total: int = self._one("SELECT coalesce(sum(amount_c), 0) FROM deposit")[0]
        return total

    def fact(self, name: str) -> str | bytes | None:
        """Fact that stays: ids, names, pinned keys."""
        found = self._one("SELECT value FROM fact WHERE name = ?", (name,))
        return found[0] if found else None

    def keep_facts(self, facts: Mapping[str, str | bytes]) -> None:
        """Write such facts down."""
        with self.turn():
            self._rows.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", facts.items())

    def tries(self, username: str) -> PinTries | None:
        """Wrong PINs of somebody since his last right one."""
        found = self._one("SELECT tries, last_at FROM wrong_pin WHERE username = ?", (username,))
        return PinTries(found[0], datetime.fromisoformat(found[1])) if found else None

    def note_try(self, username: str, tries: PinTries | None) -> None:
        """Remember wrong PINs; None: the last one was right."""
        with self.turn():
            self._rows.execute("DELETE FROM wrong_pin WHERE username = ?", (username,))
            if tries is not None:
                self._rows.execute(
                    "INSERT INTO wrong_pin VALUES (?, ?, ?)",
                    (username, tries.tries, tries.last_at.isoformat()),
                )

    def _one(self, query: str, values: tuple[Any, ...] = ()) -> Any:
        with self._lock:
            return self._rows.execute(query, values).fetchone()

    def _all(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            return self._rows.execute(query, values).fetchall()


def _connected(path: Path) -> sqlite3.Connection:
    rows = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("PRAGMA foreign_keys = ON")
    return rows


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
