"""The worker as a process: killed between sending and the mark, run once, told to stop."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from vending_world import Village

from system.networks.models import Network
from system.networks.webhooks import signing
from system.networks.webhooks.events import Event
from system.networks.webhooks.managing import add_endpoint
from system.networks.webhooks.outbox import tell

pytestmark = pytest.mark.requirement("R4-04")
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120


class Receiver(ThreadingHTTPServer):
    """The network's side: keeps the first answer back until the end, as its caller is killed meanwhile."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, bytes]] = []
        self.came, self.over = threading.Event(), threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the name is http.server's
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["webhook-id"], body))
        first = len(self.server.got) == 1
        self.server.came.set()
        if first:
            self.server.over.wait(PATIENCE_S)
            return
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    thread.join(PATIENCE_S)
    made.server_close()


@pytest.fixture
def books(tmp_path: Path, db: Any) -> Path:
    """Where `copy` puts what this test has written so far; other processes do not see its transaction."""
    if connection.vendor != "sqlite":
        pytest.skip("the books are copied as SQLite copies them")
    return tmp_path / "books.db"


def copy(books: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(books)) as file:
        connection.connection.backup(file)


def asked(books: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(books)) as file, file:
        return file.execute(question).fetchall()


def worker(books: Path, *options: str) -> subprocess.Popen[str]:
    """``amibench system work`` on these books."""
    given = {
        "DJANGO_SETTINGS_MODULE": "system.config.settings.test",
        "DATABASE_URL": f"sqlite:///{books}",
        "AMIBENCH_DATA_DIR": str(books.parent),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "amibench", "system", "work", *options],
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_after_sending_it_sends_the_same_again(
    village: Village, network: Network, receiver: Receiver, books: Path
) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/"
    endpoint = add_endpoint(village.supervisor, network, url, [Event.SALE_DONE.value])
    tell(network, Event.SALE_DONE, uuid.UUID(int=1), {"n": 1})
    assert signing.secret_of(endpoint).startswith("whsec_")
    copy(books)
    with worker(books) as first:
        try:
            assert receiver.came.wait(PATIENCE_S)
        finally:
            first.kill()
    assert first.returncode == -signal.SIGKILL
    assert asked(books, "SELECT state FROM networks_webhook_message") == [("waiting",)]
    # whoever died holds the chore until its lease ends
    asked(books, "UPDATE chores_chore SET leased_until = due_at")
    with worker(books, "--once", "--json") as second:
        said, errors = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, errors
    assert json.loads(said)["chores"]["send-webhooks"] != "done"
    assert len(receiver.got) == 2
    assert receiver.got[0] == receiver.got[1]
    assert asked(books, "SELECT state, attempts FROM networks_webhook_message") == [("sent", 1)]


def test_told_to_stop_it_ends(village: Village, books: Path) -> None:
    copy(books)
    with worker(books) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=PATIENCE_S)
    assert json.loads(line)["worker"]
    assert running.returncode == 0, errors
