"""The tables of the book. What happened stands in `entry`; `sale` and `shift` find it again."""

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
