"""Sales a second, each with its token and durable: through the service, and over HTTP with eight clients.

The portal is the one that ``amibench system serve`` serves, the security module a process of its own, and the
books lie in the temporary directory (``TMPDIR`` names another disk), or in the database that
``AMIBENCH_BENCHMARK_DATABASE`` names, which must be empty. The portal warms up when it starts, as it always
does; one round more than those that count lets clients connect.

::

    books.py     a process of its own: makes the books, and sells through the service
    timing.py    timings of sales and of syncs, for both
"""

import http.client
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from amibench.commands.benchmark import ROUNDS, Row
from amibench.commands.benchmark.vending.timing import Timing, syncs
from amibench.errors import CommandError
from amibench.office.processes import ChildDiedError, ProcessGroup, process_environment
from amibench.office.security_module import start_module
from i18n import Message

AMOUNT_PESOS = 2_000
_CSRF = "c" * 32
_ANSWER_TIMEOUT_S = 30.0


def sell(url: str, prepared: Mapping[str, Any], many: int, seconds: float) -> Timing:
    """Sell for so long.

    Args:
        url: of the portal.
        prepared: ``sessions`` of the cashiers, which clients share where they are more, and ``drns``.
        many: clients at once.
        seconds: after which none begins another sale.

    Raises:
        CommandError: a sale was refused, or the portal is gone.
    """
    begin = time.perf_counter()
    till = begin + seconds
    sessions = prepared["sessions"]
    sellers = [
        _Seller(url, sessions[number % len(sessions)], prepared["drns"], number) for number in range(many)
    ]
    threads = [threading.Thread(target=seller.sell, args=(till,)) for seller in sellers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seller in sellers:
        if seller.refused:
            raise CommandError(seller.refused)
    return Timing.of([took for seller in sellers for took in seller.took_s], time.perf_counter() - begin)


class _Seller:
    """One of them."""

    def __init__(self, url: str, session: str, drns: Sequence[str], number: int) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_ANSWER_TIMEOUT_S
        )
        self._headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={_CSRF}",
            "X-CSRFToken": _CSRF,
        }
        self._drns, self._dice = drns, random.Random(number)  # noqa: S311 - which meter is no secret
        self.took_s: list[float] = []
        self.refused = ""

    def sell(self, till: float) -> None:
        """Until then, or until something is refused; not everybody sells to the same meter at once."""
        try:
            while not self.refused and time.perf_counter() < till:
                self._one()
        except (OSError, http.client.HTTPException) as error:
            self.refused = f"the portal does not answer: {type(error).__name__}"
        finally:
            self._connection.close()

    def _one(self) -> None:
        form = {
            "sale_id": str(uuid.uuid4()),
            "number": self._dice.choice(self._drns),
            "amount": str(AMOUNT_PESOS),
        }
        begin = time.perf_counter()
        self._connection.request("POST", "/venta/cobrar/", urlencode(form), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status == http.client.FOUND:
            self.took_s.append(time.perf_counter() - begin)
        elif answer.status != http.client.CONFLICT:  # two at one meter: the second asks again later
            self.refused = f"the portal refused a sale: {answer.status}"


TITLE = Message("Durable sales with their token: through the service and over HTTP")
SECONDS = 1.5
"""Of each measurement of a round."""

CLIENTS = 8
DATABASE_VARIABLE = "AMIBENCH_BENCHMARK_DATABASE"
SYNC, INSERT = "yardstick: write and sync of 4 KiB", "yardstick: one row by Django, its own transaction"


@dataclass(frozen=True, slots=True)
class Goals:
    """Goals over one kind of database.

    Args:
        service_per_s, http_per_s: sales a second; None: nothing.
        http_p99_s: what 99 of 100 sales over HTTP take at most, seconds.
    """

    service_per_s: float | None
    http_per_s: float
    http_p99_s: float


#: By the scheme of the database's URL.
GOALS = {"sqlite": Goals(80.0, 50.0, 0.3), "postgresql": Goals(None, 80.0, 1.0)}


def measure(seconds: float = SECONDS, clients_many: int = CLIENTS, rounds: int = ROUNDS) -> Sequence[Row]:
    """Four rows: two yardsticks, the service beside the bare insert, HTTP beside the syncs.

    Args:
        seconds: of each measurement of a round.
        clients_many: how many sell over HTTP at once.
        rounds: that count.

    Raises:
        CommandError: the database is not empty, or a process does not start.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes = ProcessGroup(folder, _environment(folder))
        try:
            start_module(processes, folder).read_line()
            books = processes.start(
                "books", ["amibench.commands.benchmark.vending.books", str(seconds), str(rounds)]
            )
            prepared, measured = books.read_line(), books.read_line()
            processes.finish(books)
            url = processes.start("portal", ["amibench", "system", "serve", "--port", "0"]).read_line()["url"]
            over_http = _over_http(url, prepared, folder, (seconds, clients_many, rounds))
        except ChildDiedError as error:
            raise CommandError(str(error)) from error
        finally:
            processes.end()
    return _rows(measured, over_http, clients_many)


def _environment(folder: Path) -> dict[str, str]:
    database = os.environ.get(DATABASE_VARIABLE, "sqlite:///books.db")
    return {
        **process_environment(folder),
        "DJANGO_SETTINGS_MODULE": "system.config.settings.production",
        "DATABASE_URL": database,
        "AMIBENCH_HOSTS": "127.0.0.1",
        "AMIBENCH_TLS": "false",
        "AMIBENCH_SALE_MIN_C": "1",
    }


def _over_http(
    url: str, prepared: dict[str, Any], folder: Path, terms: tuple[float, int, int]
) -> list[tuple[float, Timing]]:
    """Of each round that counts: syncs a second, and the sales."""
    seconds, many, rounds = terms
    sell(url, prepared, many, seconds)
    return [(syncs(folder, seconds / 3).per_s, sell(url, prepared, many, seconds)) for _ in range(rounds)]


def _rows(measured: dict[str, Any], over_http: list[tuple[float, Timing]], many: int) -> list[Row]:
    goals = GOALS["postgresql" if measured["vendor"] == "postgresql" else "sqlite"]
    rounds = [{name: Timing(**laps) for name, laps in one.items()} for one in measured["rounds"]]
    middle = statistics.median
    return [
        Row(SYNC, middle(one["syncs"].per_s for one in rounds)),
        Row(INSERT, middle(one["inserts"].per_s for one in rounds)),
        Row(
            "sale through the service, 1 seller",
            middle(one["sales"].per_s for one in rounds),
            INSERT,
            middle(one["sales"].per_s / one["inserts"].per_s for one in rounds),
            goals.service_per_s,
            p99_s=middle(one["sales"].p99_s for one in rounds),
        ),
        Row(
            f"sale over HTTP, {many} clients",
            middle(sales.per_s for _, sales in over_http),
            SYNC,
            middle(sales.per_s / per_s for per_s, sales in over_http),
            goals.http_per_s,
            p99_s=middle(sales.p99_s for _, sales in over_http),
            goal_p99_s=goals.http_p99_s,
        ),
    ]
