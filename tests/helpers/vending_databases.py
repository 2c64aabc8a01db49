"""The database of a campaign: SQLite's file, or a PostgreSQL server of its own that can be killed."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from system.config.embedded_postgres import Server, UnableToStartPostgres

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
_TRIES, _PAUSE_S = 100, 0.1


@dataclass
class Database:
    """A PostgreSQL server of this campaign alone."""

    server: Server

    def kill_postmaster(self) -> None:
        """SIGKILL to the postmaster; its backends see that it is gone, and go."""
        os.kill(self.server.pid, signal.SIGKILL)

    def kill_backend(self, choose: float) -> bool:
        """SIGKILL to one process that serves a client; the postmaster then recovers the whole database."""
        import psycopg

        with psycopg.connect(self.server.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() ORDER BY pid"
            ).fetchall()
        if rows:
            os.kill(rows[int(choose * len(rows))][0], signal.SIGKILL)
        return bool(rows)

    def revive(self) -> None:
        """Start it again where it is dead, and wait until it answers."""
        import psycopg

        for left in reversed(range(_TRIES)):
            try:
                psycopg.connect(self.server.url).close()
            except psycopg.OperationalError:
                if not left:
                    raise
                self._start_if_dead()
                time.sleep(_PAUSE_S)  # noqa: TID251 - recovery takes its time on the wall
            else:
                return

    def _start_if_dead(self) -> None:
        try:
            os.kill(self.server.pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            try:
                self.server.start()
            except UnableToStartPostgres:  # its orphans still hold the shared memory: they are going
                return


@contextmanager
def campaign_database() -> Iterator[Database | None]:
    """A server of its own where the tests run on PostgreSQL; None: the campaign's SQLite file."""
    if not ON_POSTGRES:
        yield None
        return
    # not below pytest's folder: the server does not run as root, and must reach its data
    directory = Path(tempfile.mkdtemp(prefix="amibench-campaign-"))
    try:
        database = Database(Server.make(directory))
        database.server.start()
        try:
            yield database
        finally:
            database.revive()
            database.server.stop()
    finally:
        shutil.rmtree(directory)
