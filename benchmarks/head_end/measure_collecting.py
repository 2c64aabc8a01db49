"""Sessions a second of one collector, beside a bare exchange of the same octets; what slow sessions weigh.

    python benchmarks/head_end/measure_collecting.py [SESSIONS] [SLOW_SESSIONS]

A session: connect, HLS with GMAC, who are you, 96 x 5 ciphered rows, release. The meters are another process.
Goal: 300 a second on one core; 3,000 slow sessions open at once in less than 200 MB. Published numbers of
peers: GXF opens at most 30 new connections a second by default; an agent of Gurux.AMI reads with 10 threads,
which is 2 sessions a second where each takes 5 s.
"""

import asyncio
import gc
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from links.aio import open_async_link  # noqa: E402
from links.clock import WallClock  # noqa: E402
from system.head_end.acquisition import (  # noqa: E402
    Collector,
    CollectorParts,
    CollectorSettings,
    ThreadRunner,
    parse_key_file,
)
from system.head_end.store_port import Channel, Gap, Lease, MeterTarget, RowBatch, StoreResult, Visit  # noqa: E402
from system.head_end.vocabulary import ChannelKind  # noqa: E402

KEYS = {
    "keys": {
        "hls-gmac": {
            "encryption_key": bytes(range(16)).hex(),
            "authentication_key": bytes(range(16, 32)).hex(),
        }
    }
}
METERS, AT_ONCE = 200, 40
#: Octets of requests and answers of one session, as recorded; `_yardstick` exchanges as many.
_EXCHANGES = ((104, 101), (65, 65), (110, 200), (126, 2_900), (46, 43))


def utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a benchmark runs on the wall


class BenchStore:
    """Leases every meter again and again until so many sessions were made; keeps counts alone."""

    def __init__(self, port: int, meters: int, sessions: int) -> None:
        self.port, self.left = port, sessions
        self.free = list(range(1, meters + 1))
        self.counters = dict.fromkeys(self.free, 1)
        self.rows = self.failed = self.open = self.open_max = 0
        self.reasons: list[Any] = []

    def lease(self, collector: str, most: int, now: datetime) -> Sequence[Visit]:
        found = []
        while self.free and self.left and len(found) < most:
            found.append(self._visit(self.free.pop(0), now))
            self.left -= 1
        self.open += len(found)
        self.open_max = max(self.open_max, self.open)
        return found

    def _visit(self, sap: int, now: datetime) -> Visit:
        target = MeterTarget(sap, f"{sap:08d}", f"AMB{sap:013d}", sap, "hls-gmac")
        channel = Channel(
            sap, ChannelKind.DIRECT, str(sap), f"tcp://127.0.0.1:{self.port}?connect_timeout_s=60"
        )
        end = now.replace(minute=0, second=0, microsecond=0)
        gap = Gap(target, "1.0.99.1.0", end - timedelta(days=1), end)
        return Visit(Lease(sap, 1, now + timedelta(minutes=5)), channel, gaps=(gap,))

    def renew(self, lease: Lease, now: datetime) -> Lease:
        return lease

    def release(self, lease: Lease, now: datetime, reason: Any = None) -> None:
        self.free.append(lease.channel_id)
        self.open -= 1
        if reason is not None:
            self.failed += 1
            self.reasons.append(reason)

    def reserve_counters(self, lease: Lease, device_id: int, many: int, at_least: int = 0) -> int:
        first = self.counters[device_id]
        self.counters[device_id] = first + many
        return first

    def keep_rows(self, lease: Lease, batches: Sequence[RowBatch]) -> Sequence[StoreResult]:
        self.rows += sum(len(batch.rows) for batch in batches)
        return [StoreResult(len(batch.rows), 0) for batch in batches]

    def keep_contacts(self, lease: Lease, contacts: Sequence[Any]) -> None:
        self.reasons += [contact.detail for contact in contacts if contact.reason]


@contextmanager
def meters(count: int, delay_s: float = 0.0) -> Iterator[tuple[int, int]]:
    command = [sys.executable, str(Path(__file__).parent / "serve_meters.py"), str(count), str(delay_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        first, second = process.stdout.readline().split()
        yield int(first), int(second)
        process.stdin.close()


def collect(store: Any, at_once: int, **terms: Any) -> tuple[float, float]:
    """Wall and processor seconds that it took."""
    clock, runner = WallClock(), ThreadRunner()
    parts = CollectorParts(
        store=store,
        key_file=parse_key_file(KEYS),
        clock=clock,
        utc=utc,
        dialer=lambda url: open_async_link(url, clock),
        runner=runner,
        settings=CollectorSettings(sessions_max=at_once, idle_s=1.0, **terms),
        new_id=uuid.uuid4,
    )
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    asyncio.run(Collector("bench", parts).run(once=True))
    runner.close()
    return time.perf_counter() - wall_s, time.process_time() - cpu_s


def report(name: str, count: int, wall_s: float, cpu_s: float) -> None:
    print(f"{name:58} {count / wall_s:8.1f}/s   {count / cpu_s:8.1f} per s of one core")


async def _yardstick(port: int, sessions: int) -> None:
    async def one() -> None:
        link = await open_async_link(f"tcp://127.0.0.1:{port}", WallClock())
        for asked, answered in _EXCHANGES:
            await link.send(answered.to_bytes(2, "big") + bytes(asked - 2))
            while answered > 0:
                answered -= len(await link.receive(5.0))
        await link.close()

    async def many(count: int) -> None:
        for _ in range(count):
            await one()

    await asyncio.gather(*(many(sessions // AT_ONCE) for _ in range(AT_ONCE)))


def main(sessions: int, slow: int) -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as `amibench system collect` does
    with meters(METERS) as (port, echo_port):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        asyncio.run(_yardstick(echo_port, sessions))
        report(
            "yardstick: the same octets, no protocol",
            sessions,
            time.perf_counter() - wall_s,
            time.process_time() - cpu_s,
        )
        store = BenchStore(port, METERS, sessions)
        report("collector: HLS-GMAC, 96 x 5 ciphered", sessions, *collect(store, AT_ONCE))
        assert store.failed == 0, store.reasons[:3]
        assert store.rows == sessions * 96
    if not slow:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * slow + 200)), hard))
    with meters(slow, delay_s=4.0) as (port, _):
        store = BenchStore(port, slow, slow)
        wall_s, _ = collect(store, slow, response_timeout_s=120.0)
        assert store.failed == 0, store.reasons[:3]
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{store.open_max} slow sessions open at once: {peak_mb:.0f} MB at most, {wall_s:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3_000)
