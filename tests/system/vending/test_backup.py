"""A village loses its database: backed up while it sold, restored, and laid beside the security module."""

import random
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nursery import Nursery
from vending_databases import ON_POSTGRES, campaign_database
from vending_tills import Till

from system.security_module.client import SecurityModuleClient

BEGIN = datetime(2040, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    with campaign_database() as database:
        started = Nursery(tmp_path, database.server.url if database else "")
        yield started
        started.close()


def selling(nursery: Nursery, port: int) -> tuple[list[Till], list[threading.Thread], threading.Event]:
    """All tills at once, until they are told to stop."""
    stop, served = threading.Event(), threading.Event()
    tills = [
        Till(session, nursery.prepared["drns"], random.Random(count), served=served)
        for count, session in enumerate(nursery.prepared["sessions"])
    ]
    threads = [threading.Thread(target=till.sell, args=(port, [], stop)) for till in tills]
    for thread in threads:
        thread.start()
    assert served.wait(30)
    return tills, threads, stop


def paid_by(tills: list[Till]) -> set[str]:
    return {sale for till in tills for sale in till.paid}


def test_after_a_restore_every_token_belongs_to_one_sale(nursery: Nursery, tmp_path: Path) -> None:
    file = tmp_path / "village.backup"
    module = nursery.ask("module")
    move_on(module, BEGIN)
    web = nursery.ask("web")
    tills, threads, stop = selling(nursery, web["port"])
    counts = nursery.ask("back_up", file=str(file))["counts"]  # while they sell
    time.sleep(0.3)  # noqa: TID251 - sales of after the backup
    nursery.ask("kill", pid=web["pid"])
    stop.set()
    for thread in threads:
        thread.join(60)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "holds rows" in nursery.ask("restore", file=str(file), replace=False)["refused"]
    kept = nursery.ask("restore", file=str(file), replace=True)["kept"]
    assert (kept is None) == ON_POSTGRES
    found = nursery.ask("reconcile")
    assert len(found["unknown"]) == found["written_back"] > 0
    assert found["unknown_after"] == found["only_in_book"] == 0
    books = nursery.ask("check")
    conserved(books)
    assert paid_by(tills) <= set(books["minted"]), "a customer paid, and the restored book has no token"
    assert counts["vending_sale"] < books["sales"]
    # and it sells on, to whoever logs in anew: no TID comes twice
    move_on(module, BEGIN + timedelta(hours=2))
    nursery.prepared["sessions"] = nursery.ask("log_in")["sessions"]
    again, threads, stop = selling(nursery, nursery.ask("web")["port"])
    stop.set()
    for thread in threads:
        thread.join(60)
    after = nursery.ask("check")
    conserved(after)
    assert after["tokens"] > books["tokens"]
    assert paid_by(again) <= set(after["minted"])


def move_on(module: dict[str, Any], instant: datetime) -> None:
    with SecurityModuleClient(module["url"]) as client:
        client.call("set_clock", {"time": instant.isoformat()})


def conserved(books: dict[str, Any]) -> None:
    assert books["faults"] == books["not_one_token"] == books["other_in_module"] == books["same_tid"] == []
    assert books["open"] == books["pending_c"] == books["same_digits"] == 0
    assert books["issued_by_module"] == books["tokens"] == len(books["minted"])
    assert books["audit_broken_at"] is None
