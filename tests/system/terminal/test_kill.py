"""The serving process is killed under load, again and again: nothing is lost, nothing is made twice."""

import itertools
import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from uuid import UUID

import pytest
from nursery import Nursery
from terminal_by_hand import Hand
from terminal_world import PASSPHRASE, PIN

from protocols.offline import check_chain, genesis
from protocols.offline.messages import Batch
from system.terminal import services
from system.terminal.open_terminal import OpenTerminal
from system.terminal.totals import office_position

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "3"))
SELLERS = 3
SALES_EACH = 4
CUSTOMERS = 400  # as terminal_processes has them


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    started = Nursery(tmp_path, script="terminal_processes.py")
    yield started
    started.close()


@pytest.mark.timeout(60 + 10 * ROUNDS)
@pytest.mark.requirement("R5.4-01", "R5.4-05")
def test_a_terminal_that_is_killed_while_it_sells(nursery: Nursery) -> None:
    dice = random.Random(7)
    folder, promised = Path(nursery.prepared["folder"]), []
    buyers = itertools.cycle(range(1, CUSTOMERS + 1))
    for _ in range(ROUNDS):
        sales = dice.randint(1, SELLERS * SALES_EACH - 1)
        promised += _round(nursery, buyers, sales, dice.random() * 0.02)
        with OpenTerminal.open(folder, PASSPHRASE) as desk:
            services.recover(desk)
            _see_that_nothing_is_lost(desk, promised)
    assert len(promised) >= ROUNDS


def _round(nursery: Nursery, buyers: Iterator[int], sales: int, more_s: float) -> list[UUID]:
    """Let three people sell, and pull the plug a moment after so many sales."""
    served = nursery.ask("serve")
    enough, count = threading.Event(), threading.Semaphore(0)
    hands = [Hand(served["url"]) for _ in range(SELLERS)]

    def work(place: int) -> None:
        with suppress(URLError, HTTPException, ConnectionError):
            hands[place].log_in("ana", PIN)
            for _ in range(SALES_EACH):
                hands[place].sell(f"NIU-{next(buyers):04d}", 5_000)
                count.release()

    def pull() -> None:
        for _ in range(sales):
            assert count.acquire(timeout=30), "nobody sells"
        enough.wait(more_s)
        nursery.ask("kill", pid=served["pid"])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(SELLERS)]
    for thread in threads:
        thread.start()
    pull()
    for thread in threads:
        thread.join()
    return [sale_id for hand in hands for sale_id in hand.promised]


def _see_that_nothing_is_lost(desk: OpenTerminal, promised: list[UUID]) -> None:
    entries = desk.book.entries_after(0, 100_000)
    check_chain(entries, 0, genesis(desk.book.terminal_id))
    sold = [entry.content for entry in entries if entry.kind == "sale"]
    minted = desk.counter.minted_after(0)
    assert [UUID(one["sale_id"]) for one in sold] == [one.sale_id for one in minted]
    assert [one["tokens"][0]["digits"] for one in sold] == [one.digits for one in minted]
    assert [one["spent_c"] for one in sold] == [one.spent_c for one in minted]
    assert len({one.digits for one in minted}) == len(minted)
    assert {str(one) for one in promised} <= {one["sale_id"] for one in sold}
    assert [one["number"] for one in sold] == [f"T1-{n:06d}" for n in range(1, len(sold) + 1)]
    assert office_position(desk).sold_c == sum(one["amount_c"] for one in sold)
    batch = Batch.open(services.make_batch(desk), desk.counter.signing_public)
    assert batch.entries == entries
