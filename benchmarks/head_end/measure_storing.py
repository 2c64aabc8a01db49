"""Values stored per second, through the store and by the storing alone, beside disk and bare executemany.

    python benchmarks/head_end/measure_storing.py [SECONDS]
    python -m system.config.embedded_postgres -- python benchmarks/head_end/measure_storing.py

The values lie in a file of the temporary directory (``TMPDIR`` names another disk), or in what
``DATABASE_URL`` names, which must be empty. A batch is a day of one meter, 96 rows of 5 columns, as the
collector hands it in; the store checks the lease, validates the registers, keeps coverage, batch and values.
What is handed in is made beforehand; beside each line stands the processor time of this process, which a
server of the database does not count in. Goals: 50,000 a second on PostgreSQL, 20,000 on SQLite.
"""

import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
BEGAN = datetime(2026, 1, 1, 5, tzinfo=UTC)
ROWS, COLUMNS, METERS = 96, 5, 200


def timed(name: str, seconds: float, make: Callable[[], Any], work: Callable[[Any], int]) -> None:
    """Work on what is made, until so much time went by in the work; how much it did a second."""
    count, took_s, cpu_s = 0, 0.0, 0.0
    while took_s < seconds:
        made = make()
        wall_s, process_s = time.perf_counter(), time.process_time()
        count += work(made)
        took_s += time.perf_counter() - wall_s
        cpu_s += time.process_time() - process_s
    print(f"{name:50} {count / took_s:10,.0f}/s   {count / cpu_s:10,.0f} per s of this process")


def syncs(directory: Path, seconds: float) -> None:
    with (directory / "sync").open("wb") as file:

        def one(octets: bytes) -> int:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
            return 1

        timed("4 KiB and fsync", seconds, lambda: bytes(4096), one)


def days(first_series: int) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Makes values of one day of one meter after another."""
    number = iter(range(10**9))

    def make() -> list[tuple[int, int, int, int]]:
        day = next(number)
        return [
            (first_series + day % METERS * COLUMNS + column, day // METERS * 86_400 + row * 900, row, 0)
            for column in range(COLUMNS)
            for row in range(ROWS)
        ]

    return make


def bare(seconds: float) -> None:
    """The same rows into a plain table of four columns, one commit a batch, nothing looked at."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_value (series_id bigint, ends_at_s bigint, value bigint, quality integer,"
            " PRIMARY KEY (series_id, ends_at_s))"
        )

    def one(values: Any) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_value VALUES (%s, %s, %s, %s)", values)
        return len(values)

    timed("bare executemany, 1 batch a commit", seconds, days(0), one)


def alone(seconds: float, at_once: int) -> None:
    from django.db import transaction

    from system.head_end.value_storage.values import store_values

    make = days(10**6 * at_once)

    def one(values: Any) -> int:
        with transaction.atomic():
            store_values(values)
        return len(values)

    name = f"storing alone, {at_once} batches a commit"
    timed(name, seconds, lambda: [value for _ in range(at_once) for value in make()], one)


def through_the_desk(seconds: float, at_once: int) -> None:
    """What the collector does: everything that keeping a batch means."""
    from field_store import ENERGY, Field, batch, rows
    from vending_world import make_village

    from system.head_end.django_store import DjangoStore
    from system.head_end.store_port import Column

    field = Field(make_village(f"Medidas {at_once}"), DjangoStore())
    channel = field.channel(concentrator=True, due_at=BEGAN)
    devices = [
        field.meter(number, channel).device_id for number in range(at_once * METERS, (at_once + 1) * METERS)
    ]
    visit = field.lease(BEGAN)
    others = [Column(3, f"1.0.{32 + number}.7.0", 2, -1, 35) for number in range(COLUMNS - 1)]
    number = iter(range(10**9))

    def made() -> Any:
        day = next(number)
        begin = BEGAN + timedelta(days=day // METERS)
        lines = [[day // METERS * 9600 + row * 100, 2300, 12, 600, 980] for row in range(1, ROWS + 1)]
        return batch(
            devices[day % METERS],
            rows(begin + timedelta(minutes=15), lines),
            columns=(ENERGY, *others),
            number=uuid.uuid4(),
            covered=(begin, begin + timedelta(days=1)),
            received_at=begin + timedelta(days=2),
            clock_off_s=0.4,
            raw=bytes(range(256)) * 8,
        )

    def one(batches: Any) -> int:
        kept = field.store.keep_rows(visit.lease, batches)
        return sum(item.new for item in kept) * COLUMNS

    name = f"through the store, {at_once} batches a commit"
    timed(name, seconds, lambda: [made() for _ in range(at_once)], one)


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.test"
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{directory / 'values.db'}")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0, skip_checks=True)
        print(connection.vendor)
        syncs(directory, seconds)
        bare(seconds)
        for work in (alone, through_the_desk):
            for at_once in (1, 10):
                work(seconds, at_once)
        connection.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
