"""What pages and sales cost in a book of a million sales, beside those in a book of ten thousand.

    python benchmarks/vending/measure_book.py [SALES] [ROUNDS]

Both books lie beside each other on one disk and are measured in turn, sales with one seller and a security
module of its own process; pages through Django's test client, without a network. It needs 3 kB of disk
(``TMPDIR``) for each sale.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers"), str(Path(__file__).parent)]
os.environ.setdefault("CAMPAIGN_METERS", "400")
os.environ.pop("DATABASE_URL", None)

import long_book  # noqa: E402
from nursery import configure  # noqa: E402
from vending_processes import VendingNursery as Nursery  # noqa: E402

FEW = 10_000
_SALES_A_ROUND, _VIEWS = 60, 5
#: Page, who looks at it, address, and what is posted.
PAGES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("cashier's page", "caja-0", "/venta/", {}),
    ("trial price", "caja-0", "/venta/oferta/", {"number": "{drn}", "amount": "2000"}),
    ("day report, one day", "jefe", "/reportes/ventas-por-dia/?since={day}&until={day}", {}),
    ("day report, this month", "jefe", "/reportes/ventas-por-dia/", {}),
    ("report by counter, one day", "jefe", "/reportes/ventas-por-punto/?since={day}&until={day}", {}),
    ("list of a day's sales", "jefe", "/ventas/?day={day}", {}),
    ("list of a cashier's sales", "caja-0", "/ventas/?day={day}", {}),
    ("last page of that list", "jefe", "/ventas/?day={day}&page=last", {}),
    ("front page", "jefe", "/", {}),
)


def in_book(file: Path, work: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """`work`, in the book of a file."""

    def done() -> dict[str, Any]:
        from django.db import connections

        connections["default"].settings_dict["NAME"] = str(file)
        return work()

    return done


def filled(sales: int) -> dict[str, Any]:
    from system.vending import ledger

    begin = time.perf_counter()
    long_book.fill(sales)
    made = time.perf_counter()
    faults = ledger.ledger_faults()
    return {"fill_s": made - begin, "check_s": time.perf_counter() - made, "faults": faults[:3]}


def sold(drns: list[str], seed: int) -> dict[str, Any]:
    import random

    from system.accounts.models import User
    from system.vending.selectors.shifts import open_shift_of
    from system.vending.services.sell_energy import SaleRequest, sell_energy

    user, dice = User.objects.get(username="caja-0"), random.Random(seed)
    shift = open_shift_of(user)
    assert shift is not None
    took = []
    for count in range(_SALES_A_ROUND + 5):
        request = SaleRequest(uuid.uuid4(), dice.choice(drns), 200_000)
        start = time.perf_counter()
        sell_energy(user, shift, request)
        if count >= 5:  # the first ones compile and connect
            took.append(time.perf_counter() - start)
    return {"took": took}


def viewed(drn: str) -> dict[str, Any]:
    from datetime import timedelta

    from django.test import Client

    from system.accounts.models import User
    from system.config.clock import business_day

    provider = User.objects.get(username="caja-0").provider
    if not User.objects.filter(username="jefe").exists():
        User.objects.create_user("jefe", provider=provider, role="supervisor")
    said = {"drn": drn, "day": business_day() - timedelta(days=1)}
    took = {}
    for name, who, address, form in PAGES:
        client = Client()
        client.force_login(
            User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend"
        )
        path, posted = address.format(**said), {key: value.format(**said) for key, value in form.items()}
        took[name] = [_view(client, path, posted) for _ in range(_VIEWS)]
    return took


def _view(client: Any, path: str, form: dict[str, str]) -> float:
    start = time.perf_counter()
    answer = client.post(path, form) if form else client.get(path)
    took = time.perf_counter() - start
    assert answer.status_code == 200, (path, answer.status_code)
    return took


def main(many: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        configure(directory)
        nursery = Nursery(directory)
        prepared = nursery.prepare()
        nursery.module()
        books = {sales: directory / f"{sales}.db" for sales in (FEW, many)}
        for sales, file in books.items():
            shutil.copyfile(directory / "books.db", file)
            said = nursery.run(in_book(file, lambda sales=sales: filled(sales)))
            size = file.stat().st_size / 1e6
            print(
                f"{sales} sales: {size:.0f} MB, filled in {said['fill_s']:.0f} s, checked in "
                f"{said['check_s']:.0f} s, faults: {said['faults'] or 'none'}",
                flush=True,
            )
        _sales(nursery, books, prepared["drns"], rounds)
        for sales, file in books.items():
            took = nursery.run(in_book(file, lambda: viewed(prepared["drns"][7])))
            for name, views in took.items():
                first, median = views[0] * 1e3, statistics.median(views) * 1e3
                print(f"{sales:>8} sales  {name:28} median {median:7.1f} ms   first {first:7.1f} ms")
        nursery.end()


def _sales(nursery: Nursery, books: dict[int, Path], drns: list[str], rounds: int) -> None:
    """Cost of a sale in both books, in turn: only what was timed together compares."""
    medians: dict[int, list[float]] = {sales: [] for sales in books}
    for number in range(rounds):
        for sales, file in books.items():
            said = nursery.run(in_book(file, lambda number=number: sold(drns, number)))
            medians[sales].append(statistics.median(said["took"]))
    few, many = medians.values()
    ratio = statistics.median(b / a for a, b in zip(few, many, strict=True))
    for sales, took in medians.items():
        print(f"{sales:>8} sales  a sale: median {statistics.median(took) * 1e3:.1f} ms")
    print(f"a sale in the long book costs {ratio:.2f} times one in the short book (asked: at most 1.30)")


if __name__ == "__main__":
    given = list(map(int, sys.argv[1:]))
    main(given[0] if given else 1_000_000, given[1] if len(given) > 1 else 5)
