"""Two collectors on one PostgreSQL beside one alone: sessions a second, and who spent which processor time.

    python -m system.config.embedded_postgres -- python benchmarks/head_end/measure_two_collectors.py [METERS]
    [ROUNDS]

Real processes of ``amibench system collect`` read a day of 96 x 5 values of each meter. Goal: 1.6 times as
many sessions with two as with one. The meters answer as slowly as behind a power line, so that a collector is
bound by how many sessions it holds at once: what is measured is whether two get into each other's way at the
leases and the books. Where nobody waits for a wire, the processor is what is short: collectors, database and
meters share the cores of this machine, and the last lines say what a second collector is worth there.
Each run has meters of its own, and ends with a look that each gap was read once.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
PROFILE, PERIOD_S, ROWS = "1.0.99.1.0", 900, 96
#: Sessions that one collector holds at once, and how long a slow meter takes for each answer.
SLOW, QUICK = (16, 0.5), (40, 0.0)
IDLE_S, LOOK_S, PATIENCE_S = 1.0, 0.1, 600.0
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor time that a process spent, s; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Spent:
    """Processor time of some processes from now on."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._before = {pid: cpu_s(pid) for pid in pids}

    def s(self, pids: Sequence[int]) -> float:
        """Of these processes; those that came later count whole."""
        return sum(cpu_s(pid) - self._before.get(pid, 0.0) for pid in pids)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took."""

    sessions: int
    wall_s: float
    collectors_s: float
    database_s: float
    meters_s: float

    @property
    def rate(self) -> float:
        return self.sessions / self.wall_s

    def told(self, name: str) -> str:
        times = (
            f"{self.collectors_s:5.1f} collectors {self.database_s:5.1f} database {self.meters_s:5.1f} meters"
        )
        return f"{name:28} {self.rate:7.1f} sessions/s in {self.wall_s:5.1f} s; processor s: {times}"


@contextmanager
def served(count: int, delay_s: float) -> Iterator[tuple[int, int]]:
    """Meters at one port; the port and their process."""
    command = [sys.executable, str(Path(__file__).parent / "serve_meters.py"), str(count), str(delay_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline().split()[0]), process.pid
        process.stdin.close()


@contextmanager
def collector(name: str, keys: Path, sessions: int) -> Iterator[int]:
    """The command, once it says that it runs; its process."""
    command = [sys.executable, "-m", "amibench", "system", "collect", "--keys", str(keys), "--name", name]
    command += ["--sessions", str(sessions), "--idle", str(IDLE_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["collector"] == name
        yield process.pid
        process.send_signal(signal.SIGTERM)
        process.communicate()


def register(provider: Any, port: int, first: int, count: int) -> list[int]:
    """Meters from `first` on, each with a channel of its own that is not worked behind yet; their devices."""
    from system.config.clock import business_now
    from system.head_end.models import Channel, MeterAccess
    from system.registry.models import Device

    now, hour = business_now(), whole_hour()
    numbers = range(first, first + count)
    devices = Device.objects.bulk_create(
        Device(provider=provider, kind="meter", maker=f"AMB {port}", serial=f"{number:08d}")
        for number in numbers
    )
    url = f"tcp://127.0.0.1:{port}?connect_timeout_s=60"
    channels = Channel.objects.bulk_create(
        Channel(
            provider=provider, kind="direct", name=f"{port} {number}", url=url, due_at=hour, enabled=False
        )
        for number in numbers
    )
    MeterAccess.objects.bulk_create(
        MeterAccess(
            provider=provider,
            device=device,
            channel=channel,
            sap=number,
            event_logs="-",
            state_since=hour,
            wanted_since=hour - timedelta(seconds=ROWS * PERIOD_S),
            clock_seen_at=now,
            events_seen_at=now,
        )
        for number, device, channel in zip(numbers, devices, channels, strict=True)
    )
    return [device.pk for device in devices]


def whole_hour() -> datetime:
    from system.config.clock import business_now

    return business_now().replace(minute=0, second=0, microsecond=0)


def database_processes() -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        return [row[0] for row in cursor.fetchall()]


def measure(devices: list[int], collectors: int, sessions: int, meters_pid: int, keys: Path) -> Run:
    """Let collectors wait for work, give it to them, and look until all of it is kept."""
    from system.head_end.models import Channel, ReadingBatch

    kept = ReadingBatch.objects.filter(device_id__in=devices)
    with ExitStack() as stack:
        pids = [
            stack.enter_context(collector(f"{devices[0]} {number}", keys, sessions))
            for number in range(collectors)
        ]
        spent = Spent([*pids, *database_processes(), meters_pid])
        begun_s = time.perf_counter()
        Channel.objects.filter(meters__device_id__in=devices).update(enabled=True)
        while kept.count() < len(devices):
            assert time.perf_counter() - begun_s < PATIENCE_S, "the meters were not read"
            time.sleep(LOOK_S)  # noqa: TID251 - a benchmark runs on the wall
        run = Run(
            len(devices),
            time.perf_counter() - begun_s,
            spent.s(pids),
            spent.s(database_processes()),
            spent.s([meters_pid]),
        )
    check(devices)
    return run


def check(devices: list[int]) -> None:
    """Each gap was read once, whole, and nothing is left over."""
    from django.db.models import Count, Sum

    from system.head_end.models import Channel, MeterAccess, ReadingBatch

    told = ReadingBatch.objects.filter(device_id__in=devices).aggregate(
        batches=Count("pk"), devices=Count("device_id", distinct=True), new=Sum("new"), known=Sum("known")
    )
    many = len(devices)
    assert told == {"batches": many, "devices": many, "new": many * ROWS, "known": 0}, told
    leases = Channel.objects.filter(meters__device_id__in=devices).values_list("lease_number", flat=True)
    assert set(leases) == {1}, "a channel was leased twice for one gap"
    assert not MeterAccess.objects.filter(device_id__in=devices).exclude(last_reason="").exists()


def compare(provider: Any, what: str, way: tuple[int, float], meters: int, rounds: int, keys: Path) -> None:
    """One and two collectors in turn, the medians, and their ratio."""
    sessions, delay_s = way
    runs: dict[int, list[Run]] = {1: [], 2: []}
    with served(2 * rounds * meters, delay_s) as (port, meters_pid):
        for number in range(2 * rounds):
            devices = register(provider, port, 1 + number * meters, meters)
            collectors = 1 + number % 2
            run = measure(devices, collectors, sessions, meters_pid, keys)
            runs[collectors].append(run)
            print(run.told(f"{what}, {collectors} of {sessions} sessions"), flush=True)
    one, two = (statistics.median(run.rate for run in runs[many]) for many in (1, 2))
    print(f"{what}: {one:.1f} and {two:.1f} sessions/s, two are {two / one:.2f} times one", flush=True)


def main(meters: int, rounds: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.test"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from vending_world import make_village

    from protocols.intervals import DAY_OFFSET_S, DAY_S, seconds
    from system.head_end.models import CollectionPlan

    if connection.vendor != "postgresql":
        raise SystemExit(
            "DATABASE_URL must name an empty PostgreSQL: run it by system.config.embedded_postgres"
        )
    call_command("migrate", verbosity=0, skip_checks=True)
    provider = make_village("Medidas").provider
    CollectionPlan.objects.create(
        provider=provider,
        name="curva",
        profile=PROFILE,
        period_s=PERIOD_S,
        at_s=(seconds(whole_hour()) - DAY_OFFSET_S) % DAY_S,
    )
    with tempfile.TemporaryDirectory() as made:
        keys = Path(made) / "keys.toml"
        keys.touch(0o600)
        keys.write_text(
            f'[keys.hls-gmac]\nencryption_key = "{bytes(range(16)).hex()}"\n'
            f'authentication_key = "{bytes(range(16, 32)).hex()}"\n',
            encoding="utf-8",
        )
        compare(provider, "slow wire", SLOW, meters, rounds, keys)
        compare(provider, "no wire", QUICK, meters, max(1, rounds // 3), keys)
    connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 192, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
