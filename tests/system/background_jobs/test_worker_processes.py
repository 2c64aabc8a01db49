"""The worker as a process: killed between sending and the mark, told to stop, run once.

Webhooks go to a real HTTP server, messages to the file of the channel that ships. Who receives counts by id:
nothing is missing, and what came twice bears the same id and the same bytes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from copied_books import asked, written_in
from network_world import make_network
from nursery import Nursery
from vending_world import make_village
from worker_processes import ARGUMENT, FILE, TOLD_URL

from system.background_jobs.jobs import JOBS

pytestmark = [pytest.mark.requirement("R4-04", "R5.3-08"), pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[3]
ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "5"))
#: Webhooks, and messages, of a round.
EACH = 4
#: Rounds without a kill in which everything is to end.
QUIET_MAX = 20
PATIENCE_S = 120


class Receiver(ThreadingHTTPServer):
    """The network's side, and whoever follows the file of messages.

    Attributes:
        got: webhook id -> the bytes that came under it, as often as they came.
        told: ids of messages that were written.
        before_answer: called with the number of the arrival; what it does is done before anybody is answered.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: defaultdict[str, list[bytes]] = defaultdict(list)
        self.told: list[str] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the name is http.server's
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            if self.path == "/told":
                self.server.told.append(body.decode())
            else:
                self.server.got[self.headers["webhook-id"]].append(body)
            self.server.before_answer()
        self.send_response(200)
        self.end_headers()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True  # the caller was killed: that is what this is for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join(PATIENCE_S)
    made.server_close()


@pytest.fixture
def village_books(books: Path, receiver: Receiver, business_time: Any, django_db_blocker: Any) -> Path:
    """Books with a network that is told at the receiver, and a customer who agreed to messages."""
    from system.config.clock import security_now
    from system.networks.webhooks.endpoints import add_endpoint
    from system.networks.webhooks.events import Event
    from system.registry.models import Customer

    with written_in(books, django_db_blocker):
        village = make_village()
        village.customer(1)
        Customer.objects.update(data_consent_at=security_now())
        network = make_network(village)
        add_endpoint(village.supervisor, network, f"{receiver.url}/hook", [Event.SALE_DONE.value])
    return books


@pytest.fixture
def nursery(village_books: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    monkeypatch.setenv(TOLD_URL, f"{receiver.url}/told")
    found = Nursery(village_books.parent, script="worker_processes.py")
    yield found
    found.close()


class Killer:
    """Kills a worker at its n-th arrival: before that is answered, or when it has been."""

    def __init__(self, nursery: Nursery, arrival: int) -> None:
        self._nursery, self._left = nursery, arrival
        self._ready, self.pid = threading.Event(), 0
        self.done = threading.Event()

    def aim(self, pid: int) -> None:
        self.pid = pid
        self._ready.set()

    def arrived(self) -> None:
        self._left -= 1
        if self._left == 0:
            assert self._ready.wait(PATIENCE_S)
            self._nursery.ask("kill", pid=self.pid)
            self.done.set()


def _one_round(nursery: Nursery, receiver: Receiver, dice: random.Random) -> None:
    """A worker that lives until a random arrival."""
    killer = Killer(nursery, dice.randint(1, 2 * EACH))
    receiver.before_answer = killer.arrived
    killer.aim(nursery.ask("work")["pid"])
    assert killer.done.wait(PATIENCE_S)
    receiver.before_answer = lambda: None


def _rest(nursery: Nursery) -> Any:
    """What the books say once nothing waits any more."""
    for _ in range(QUIET_MAX):
        nursery.ask("tomorrow")
        assert nursery.ask("work_once")["code"] == 0
        books = nursery.ask("books_say")
        if "waiting" not in {*books["webhooks"].values(), *books["messages"].values()}:
            break
    return books


@pytest.mark.timeout(90 + 10 * ROUNDS)
def test_killed_between_sending_and_the_mark(
    nursery: Nursery, receiver: Receiver, village_books: Path
) -> None:
    dice = random.Random(41)
    webhooks, messages = set(), set()
    for number in range(ROUNDS):
        queued = nursery.ask("queue", number=number, each=EACH)
        webhooks |= set(queued["webhooks"])
        messages |= set(queued["messages"])
        _one_round(nursery, receiver, dice)
        nursery.ask("tomorrow")
    books = _rest(nursery)
    assert len(webhooks) == len(messages) == ROUNDS * EACH
    assert books["webhooks"] == dict.fromkeys(webhooks, "sent")
    assert books["messages"] == dict.fromkeys(messages, "sent")
    # nothing is lost, and who counts ids counts each once
    assert set(receiver.got) == webhooks
    for key, bodies in receiver.got.items():
        assert {body.decode() for body in bodies} == {books["bodies"][key]}
    lines = [json.loads(line) for line in (village_books.parent / FILE).read_text("utf-8").splitlines()]
    assert {line["id"] for line in lines} == messages
    assert len({(line["id"], line["number"], line["text"]) for line in lines}) == len(messages)
    # some did come twice, or the kills hit nothing; and never more than a kill can leave unmarked
    again = sum(map(len, receiver.got.values())) - len(webhooks) + len(lines) - len(messages)
    assert 1 <= again <= ROUNDS * EACH
    assert max(Counter(line["id"] for line in lines).values()) <= ROUNDS + 1


def _worker(books: Path, *options: str) -> subprocess.Popen[str]:
    """``amibench system work`` on these books."""
    given = {
        "DJANGO_SETTINGS_MODULE": "system.config.settings.test",
        "DATABASE_URL": f"sqlite:///{books}",
        "AMIBENCH_DATA_DIR": str(books.parent),
        ARGUMENT: "",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "amibench", "system", "work", *options],
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_told_to_stop_it_ends_the_chore_that_it_does_and_no_other(
    village_books: Path, receiver: Receiver, django_db_blocker: Any
) -> None:
    from system.networks.models import Network
    from system.networks.webhooks.events import Event, queue_event

    with written_in(village_books, django_db_blocker):
        queue_event(Network.objects.get(), Event.SALE_DONE, "one", {"n": 1})
    with _worker(village_books) as running:
        receiver.before_answer = lambda: running.send_signal(signal.SIGTERM)
        said, errors = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0, errors
    assert json.loads(said)["worker"]
    # the job that was under way was ended, with its mark, and given back
    assert asked(village_books, "SELECT state FROM networks_webhook_message") == [("sent",)]
    assert asked(village_books, "SELECT count(*) FROM chores_chore WHERE leased_by <> ''") == [(0,)]
    assert asked(village_books, "SELECT count(*) FROM chores_chore WHERE name = 'scheduled-reports'") == [
        (0,)
    ]
    assert [len(bodies) for bodies in receiver.got.values()] == [1]


def test_once_does_every_chore_that_is_due_once_and_ends(village_books: Path) -> None:
    with _worker(village_books, "--once", "--json") as running:
        said, errors = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0, errors
    assert errors == ""
    assert set(json.loads(said)["chores"]) == {job.name for job in JOBS}
    rows = asked(village_books, "SELECT name, lease_number, failures, leased_by FROM chores_chore")
    assert sorted(rows) == sorted((job.name, 1, 0, "") for job in JOBS)
