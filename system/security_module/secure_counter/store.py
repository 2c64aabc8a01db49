"""Store of a counter in SQLite: tokens minted, the money that they were, leases.

Every row of a token is authenticated together with the row before it, and the head with the last of them,
under a key of the sealed file: a row that was edited, taken out or put in by hand is seen when it is opened
next. A whole store that is put back from a copy is not: it is as true as it was that day.

Everything is on the disk before a call returns: rollback journal, ``synchronous=EXTRA``.
"""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from system.security_module.errors import UnableToOpenStore

BOOK = "counter.db"
_GENESIS = b""

_SCHEMA = """
CREATE TABLE token (
  sequence INTEGER PRIMARY KEY, sale_id TEXT NOT NULL UNIQUE, drn TEXT NOT NULL, pan TEXT NOT NULL,
  base_date INTEGER NOT NULL, tid INTEGER NOT NULL, digits TEXT NOT NULL, units INTEGER NOT NULL,
  amount_c INTEGER NOT NULL, spent_c INTEGER NOT NULL, lease_id TEXT NOT NULL, at TEXT NOT NULL,
  mac BLOB NOT NULL, UNIQUE (pan, base_date, tid)
) STRICT;
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1), module_public BLOB NOT NULL, allowed_c INTEGER NOT NULL,
  allowed_at TEXT NOT NULL, test INTEGER NOT NULL, sequence INTEGER NOT NULL, row_mac BLOB NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE TABLE lease (
  lease_id TEXT PRIMARY KEY, until TEXT NOT NULL, made_at TEXT NOT NULL, envelope BLOB NOT NULL
) STRICT;
"""
_BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC).isoformat()


@dataclass(frozen=True, slots=True)
class MintedRow:
    """A token that was minted.

    Attributes:
        sequence: counts up from 1 in the counter's life.
        sale_id: the terminal's.
        drn: as it was asked for; `pan` is its MeterPAN.
        base_date, tid: of the token.
        digits: 20.
        units: of 0.1 kWh, as the token carries them.
        amount_c: of the sale, centavos.
        spent_c: sum of the amounts with this one.
        lease_id: under which.
        at: by the terminal's clock, ISO 8601 in UTC.
    """

    sequence: int
    sale_id: str
    drn: str
    pan: str
    base_date: int
    tid: int
    digits: str
    units: int
    amount_c: int
    spent_c: int
    lease_id: str
    at: str


@dataclass(frozen=True, slots=True)
class StoreHead:
    """Head of the store.

    Attributes:
        module_public: whose leases it takes; empty before the first.
        allowed_c: how much money it may have sold in its life.
        allowed_at: when the module said so, ISO 8601 in UTC.
        test: minted under test keys.
        sequence: of the last token; 0 for none.
        row_mac: of that token's row.
    """

    module_public: bytes = b""
    allowed_c: int = 0
    allowed_at: str = _BEGINNING_OF_TIME
    test: bool = False
    sequence: int = 0
    row_mac: bytes = _GENESIS


_ROW = ", ".join(field.name for field in fields(MintedRow))
_ROW_MARKS = ", ".join("?" * len(fields(MintedRow)))


class CounterStore:
    """An open book.

    Args:
        path: the file.
        key: that authenticates its rows.

    Attributes:
        head: where it stands.
        last: the last row, or None.

    Raises:
        UnableToOpenStore: it is missing, or was edited by hand.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._key = key
        if not path.exists():
            raise UnableToOpenStore(f"{path} is missing: the counter cannot know what it has sold")
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._tids: dict[tuple[str, int], int] = {}
        self.last: MintedRow | None = None
        try:
            _make_durable(self._database)
            self.head = self._read_head()
            self._read_rows()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise UnableToOpenStore(f"{path} is no book of a counter, or is damaged") from error
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, path: Path, key: bytes) -> "CounterStore":
        """An empty book in a new file."""
        path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None)
        _make_durable(database)
        database.executescript(_SCHEMA)
        _write_head(database, StoreHead(), key)
        database.close()
        return cls(path, key)

    @property
    def spent_c(self) -> int:
        """Money sold in the counter's life, centavos."""
        return 0 if self.last is None else self.last.spent_c

    @property
    def latest(self) -> datetime | None:
        """Time of the last token, by the terminal's clock."""
        return None if self.last is None else datetime.fromisoformat(self.last.at)

    def last_tid(self, pan: str, base_date: int) -> int:
        """The highest TID that this counter gave to a meter; -1 for none."""
        return self._tids.get((pan, base_date), -1)

    def find(self, sale_id: UUID) -> MintedRow | None:
        """The token of a sale, or None."""
        found = self._database.execute(f"SELECT {_ROW} FROM token WHERE sale_id = ?", (str(sale_id),))  # noqa: S608
        row = found.fetchone()
        return None if row is None else MintedRow(*row)

    def after(self, sequence: int) -> list[MintedRow]:
        """The tokens after a sequence number, in their order."""
        found = self._database.execute(
            f"SELECT {_ROW} FROM token WHERE sequence > ? ORDER BY sequence",  # noqa: S608
            (sequence,),
        )
        return [MintedRow(*row) for row in found]

    def add(self, row: MintedRow) -> None:
        """Keep a token; it is durable when this returns.

        Raises:
            sqlite3.Error: it was not kept.
        """
        mac = self._row_mac(row, self.head.row_mac)
        head = replace(self.head, sequence=row.sequence, row_mac=mac)
        with self._transaction():
            self._database.execute(
                f"INSERT INTO token ({_ROW}, mac) VALUES ({_ROW_MARKS}, ?)",  # noqa: S608
                (*astuple(row), mac),
            )
            _write_head(self._database, head, self._key)
        self._adopt(row)
        self.head = head

    def leases(self) -> list[bytes]:
        """The envelopes of the leases that are kept, in the order in which the module made them."""
        found = self._database.execute("SELECT envelope FROM lease ORDER BY made_at, lease_id")
        return [envelope for (envelope,) in found]

    def has_lease(self, lease_id: UUID) -> bool:
        """True where a lease is kept."""
        found = self._database.execute("SELECT 1 FROM lease WHERE lease_id = ?", (str(lease_id),))
        return found.fetchone() is not None

    def keep_lease(
        self, lease_id: UUID, until: datetime, made_at: datetime, envelope: bytes, head: StoreHead
    ) -> None:
        """Keep a lease and the head that it leads to; leases that had ended when it was made are dropped."""
        row = (str(lease_id), until.isoformat(), made_at.isoformat(), envelope)
        with self._transaction():
            self._database.execute("INSERT INTO lease VALUES (?, ?, ?, ?)", row)
            self._database.execute("DELETE FROM lease WHERE until < ?", (made_at.isoformat(),))
            _write_head(self._database, head, self._key)
        self.head = head

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _read_head(self) -> StoreHead:
        found = self._database.execute(
            "SELECT module_public, allowed_c, allowed_at, test, sequence, row_mac, mac FROM head"
        ).fetchone()
        if found is None:
            raise _edited("head")
        public, allowed_c, allowed_at, test, sequence, row_mac, mac = found
        head = StoreHead(public, allowed_c, allowed_at, bool(test), sequence, row_mac)
        if not hmac.compare_digest(mac, _head_mac(head, self._key)):
            raise _edited("head")
        return head

    def _read_rows(self) -> None:
        mac = _GENESIS
        for *values, kept in self._database.execute(f"SELECT {_ROW}, mac FROM token ORDER BY sequence"):  # noqa: S608
            row = MintedRow(*values)
            mac = self._row_mac(row, mac)
            if not hmac.compare_digest(kept, mac):
                raise _edited(f"token {row.sequence}")
            self._adopt(row)
        last = 0 if self.last is None else self.last.sequence
        if (last, mac) != (self.head.sequence, self.head.row_mac):
            raise _edited("last token")

    def _adopt(self, row: MintedRow) -> None:
        self.last = row
        name = (row.pan, row.base_date)
        self._tids[name] = max(row.tid, self._tids.get(name, -1))

    def _row_mac(self, row: MintedRow, before: bytes) -> bytes:
        return hmac.digest(self._key, b"token" + before + json.dumps(astuple(row)).encode("ascii"), "sha256")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise


def _make_durable(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = EXTRA")


def _write_head(database: sqlite3.Connection, head: StoreHead, key: bytes) -> None:
    database.execute(
        "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?, ?, ?, ?)", (*astuple(head), _head_mac(head, key))
    )


def _head_mac(head: StoreHead, key: bytes) -> bytes:
    plain = (
        head.module_public.hex(),
        head.allowed_c,
        head.allowed_at,
        head.test,
        head.sequence,
        head.row_mac.hex(),
    )
    return hmac.digest(key, b"head" + json.dumps(plain).encode("ascii"), hashlib.sha256)


def _edited(what: str) -> UnableToOpenStore:
    return UnableToOpenStore(
        f"the counter's book was edited by hand ({what}): it mints no more; settle, then replace it"
    )
