"""Settings, addresses and clocks of the Django project.

Map of the room::

    settings/        base, and what development, test, demo, bench and production change
    environment.py   reads the environment: one sentence for each value that makes no sense
    backup/          the whole database in one file, and back
    migrating.py     operations that make a full migrate cheap
    sqlite/          Django's SQLite, whose transactions begin in turn (turns.py)
    postgresql/      Django's PostgreSQL, with statements that the server keeps prepared (prepared.py)
    writer.py        transactions that write, and rows that are held in them
    compiled.py      queries that are compiled once; compiled_writes.py: insertions, changes, deletions
    among.py         "one of these keys" as a condition that such a query can have
    postgres.py      a PostgreSQL server of our own, for tests and one machine
    clock.py         business time and security time
    urls.py          which page and which API lies where
    wsgi.py          what waitress serves
"""
