"""Settings, addresses, clocks and databases of the Django project.

Map::

    settings/                 base, and what development, test, demo, bench, terminal and production change
    environment.py            the environment as settings: one sentence for each value that makes no sense
    urls.py                   addresses of pages and APIs
    wsgi.py                   the application that waitress serves
    clock.py                  business time and security time
    transactions.py           transactions that write, and rows locked in them
    compiled_queries.py       queries and writes that are compiled once; the any-of lookup
    migration_operations.py   operations that make a full migrate cheap
    sqlite/                   Django's SQLite, whose transactions begin in turn (`fair_lock.py`)
    postgresql/               Django's PostgreSQL, with statements that the server keeps prepared
    embedded_postgres.py      a PostgreSQL server of our own, for tests and one machine
    backup/                   the whole database in one file, and back
    outgoing_http.py          requests to other systems, kept off private networks
"""
