"""Durable sales per second, through the service and over HTTP, beside the disk and a bare ORM insert.

    python benchmarks/vending/measure_sales.py [SECONDS] [CLIENTS]
    python -m system.config.embedded_postgres -- python benchmarks/vending/measure_sales.py

The books lie in a file of the temporary directory (``TMPDIR`` names another disk), or in what
``DATABASE_URL`` names, which must be empty. Each sale has a token of the security module, its own process.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
os.environ.setdefault("CAMPAIGN_METERS", "300")
if "DATABASE_URL" in os.environ:
    os.environ["CAMPAIGN_DATABASE"] = os.environ["DATABASE_URL"]

from nursery import configure  # noqa: E402
from vending_processes import VendingNursery as Nursery  # noqa: E402
from vending_tills import Till  # noqa: E402


def report(name: str, took_s: list[float], wall_s: float) -> None:
    ordered = sorted(took_s)
    p99 = ordered[int(len(ordered) * 0.99)] if ordered else 0.0
    median = statistics.median(ordered) if ordered else 0.0
    worst = ordered[-1] if ordered else 0.0
    print(
        f"{name:44} {len(took_s) / wall_s:8.1f}/s   median {median * 1e3:7.1f} ms   p99 {p99 * 1e3:7.1f} ms"
        f"   worst {worst * 1e3:7.1f} ms"
    )


def timed(seconds: float, work: Callable[[], Any]) -> dict[str, Any]:
    took: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return {"took": took, "wall": time.perf_counter() - begin}


def syncs(directory: Path, seconds: float) -> dict[str, Any]:
    with (directory / "sync").open("wb") as file:

        def one() -> None:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())

        return timed(seconds, one)


def inserts(seconds: float) -> dict[str, Any]:
    from system.config.clock import business_day, business_now
    from system.registry.models import Provider
    from system.vending.models import Movement

    provider, now = Provider.objects.get(), business_now()

    def one() -> None:
        Movement(
            id=uuid.uuid4(),
            provider=provider,
            kind="other",
            business_at=now,
            business_day=business_day(now),
            wall_at=now,
        ).save()

    return timed(seconds, one)


def service(seconds: float, drns: list[str], number: int = 0) -> dict[str, Any]:
    from system.accounts.models import User
    from system.vending.selectors.shifts import open_shift_of
    from system.vending.services.sell_energy import SaleRequest, sell_energy

    user = User.objects.get(username=f"caja-{number}")
    shift, dice = open_shift_of(user), random.Random(number)
    assert shift is not None
    return timed(
        seconds, lambda: sell_energy(user, shift, SaleRequest(uuid.uuid4(), dice.choice(drns), 200_000))
    )


class TimedTill(Till):
    took: list[float]

    def _one(self, connection: Any, form: dict[str, str]) -> None:
        start = time.perf_counter()
        super()._one(connection, form)
        if form["sale_id"] in self.paid[-1:]:
            self.took.append(time.perf_counter() - start)


def over_http(port: int, seconds: float, clients: int, prepared: dict[str, Any]) -> None:
    sessions, drns = prepared["sessions"], prepared["drns"]
    tills = [TimedTill(sessions[n % len(sessions)], drns, random.Random(n)) for n in range(clients)]
    stop = threading.Event()
    for till in tills:
        till.took = []
    threads = [threading.Thread(target=till.sell, args=(port, [], stop)) for till in tills]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)  # noqa: TID251 - a measurement
    stop.set()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begin
    report(f"sales over HTTP, {clients} clients", [took for till in tills for took in till.took], wall)


def main(seconds: float, clients: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        configure(directory)
        nursery = Nursery(directory)
        prepared = nursery.prepare()
        nursery.module()
        for name, work in (
            ("4 KiB and fsync", lambda: syncs(directory, seconds)),
            ("bare ORM insert", lambda: inserts(seconds)),
            ("sales through the service, 1 seller", lambda: service(seconds, prepared["drns"])),
        ):
            said = nursery.run(work)
            report(name, said["took"], said["wall"])
        over_http(nursery.web()["port"], seconds, clients, prepared)
        books = nursery.check()
        print(f"{len(books['minted'])} sales, {books['tokens']} tokens, faults: {books['faults'] or 'none'}")
        nursery.end()


if __name__ == "__main__":
    given = list(map(float, sys.argv[1:]))
    main(given[0] if given else 5.0, int(given[1]) if len(given) > 1 else 8)
