"""Two cashiers on one meter, the same request twice at once, a full disk: over HTTP, with real processes."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nursery import Nursery
from vending_databases import ON_POSTGRES, campaign_database
from vending_tills import AMOUNT_C, Till


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    with campaign_database() as database:
        started = Nursery(tmp_path, database.server.url if database else "")
        started.ask("module")
        yield started
        started.close()


def tills_of(nursery: Nursery, drns: list[str], **more: Any) -> list[Till]:
    sessions = nursery.prepared["sessions"]
    return [Till(session, drns, random.Random(n), **more) for n, session in enumerate(sessions * 2)]


def sell_for(seconds: float, port: int, tills: list[Till], again: list[dict[str, str]]) -> None:
    """All tills at once; each begins with `again`, the same requests for all that share a cashier."""
    stop = threading.Event()
    threads = [threading.Thread(target=till.sell, args=(port, list(again), stop)) for till in tills]
    for thread in threads:
        thread.start()
    time.sleep(seconds)  # noqa: TID251 - they meet on the wall's time
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def the_books_are_right(books: dict[str, Any], tills: list[Till]) -> None:
    assert books["faults"] == books["not_one_token"] == books["other_in_module"] == books["same_tid"] == []
    assert books["open"] == books["pending_c"] == books["same_digits"] == 0
    assert books["issued_by_module"] == books["tokens"] == len(books["minted"])
    assert {sale for till in tills for sale in till.paid} <= set(books["minted"])
    assert books["owed_c"] == AMOUNT_C * len(books["minted"])
    assert books["audit_broken_at"] is None


@pytest.mark.requirement("R5.3-01")
def test_four_cashiers_on_one_meter(nursery: Nursery) -> None:
    port = nursery.ask("web")["port"]
    tills = tills_of(nursery, nursery.prepared["drns"][:1])
    sell_for(1.0, port, tills, [])
    books = nursery.ask("check")
    the_books_are_right(books, tills)
    answers = sum((till.answers for till in tills), Counter())
    # who comes while another sells is told so and charged nothing; there is no other answer
    assert set(answers) <= {"302", "409"}
    assert len(books["minted"]) == answers["302"] > 0


def test_the_same_request_at_the_same_moment(nursery: Nursery) -> None:
    """Two browsers of one cashier send one form at once, again and again: one sale, and both hear of it."""
    port = nursery.ask("web")["port"]
    tills = tills_of(nursery, nursery.prepared["drns"])
    both = [till for till in tills if till.session == tills[0].session]
    forms = [both[0]._new() for _ in range(8)]
    threads = [threading.Thread(target=_each_once, args=(till, port, forms)) for till in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    books = nursery.ask("check")
    the_books_are_right(books, both)
    assert [till.answers["409"] for till in both] == [0, 0]
    assert len(books["minted"]) == len(forms)


def _each_once(till: Till, port: int, forms: list[dict[str, str]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for form in forms:
        till._one(connection, form)
    connection.close()


@pytest.mark.skipif(ON_POSTGRES, reason="the disk is the server's there, and not this process's to fill")
def test_a_full_disk_charges_nothing_without_a_token(nursery: Nursery) -> None:
    web = nursery.ask("web", room_bytes=150_000)
    tills = tills_of(nursery, nursery.prepared["drns"])
    answers: Counter[str] = Counter()
    for _ in range(30):  # the log has that much room; how soon it is used up is the machine's affair
        sell_for(0.5, web["port"], tills, [])
        answers = sum((till.answers for till in tills), Counter())
        if answers["503"]:
            break
    assert answers["503"] > 0, "the disk never was full"
    nursery.ask("kill", pid=web["pid"])
    web = nursery.ask("web")
    for till in tills:
        again, till.unanswered = list(till.unanswered), []
        sell_for(0.0, web["port"], [till], again[:3])
    the_books_are_right(nursery.ask("check"), tills)
