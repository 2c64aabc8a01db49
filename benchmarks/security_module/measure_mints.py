"""Mints per second of the module over its socket, eight clients, beside the syncs that the disk does.

    python benchmarks/security_module/measure_mints.py [SECONDS] [SYNC_MS …]

Per disk five rounds and the median; both figures in one run on one disk, because only their ratio means
anything. A disk that answers syncs from its cache (a virtual machine's often does) measures the processor and
not the group commit: for each SYNC_MS, every sync of module and yardstick is therefore also stretched to take
that much longer, as on an SD card or a plain hard disk. Without arguments: the disk as it is, and 2 and 5 ms.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from protocols.sts.luhn import luhn_digit
from system.security_module.client import SecurityModuleClient

CLIENTS, ROUNDS = 8, 5
BLOCK_BYTES = 8192
KEY = """format = "amibench-vending-key/1"
register = 1
sgc = "201457"
krn = 1
base_date = 2014
ken = 255
dkga = "04"
test_key = "VUDK_160"
"""
MODULE = [sys.executable, "-m", "amibench", "security-module"]
STRETCHED = """
import os, time
sync = os.fdatasync
os.fdatasync = lambda descriptor: (sync(descriptor), time.sleep({stretch_s}))
from amibench.__main__ import main
main()
"""
ENVIRONMENT = {**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": "benchmark"}


def drn(number: int) -> str:
    payload = f"01{number:08d}"
    return payload + luhn_digit(payload)


def syncs_per_s(folder: Path, seconds: float, stretch_s: float) -> float:
    descriptor = os.open(folder / "yardstick", os.O_RDWR | os.O_CREAT, 0o600)
    os.write(descriptor, bytes(64 * BLOCK_BYTES))
    os.fsync(descriptor)
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        os.pwrite(descriptor, b"x" * BLOCK_BYTES, count % 64 * BLOCK_BYTES)
        os.fsync(descriptor)
        if stretch_s:
            time.sleep(stretch_s)  # noqa: TID251 - plays a slower disk
        count += 1
    os.close(descriptor)
    return count / seconds


def mints_per_s(url: str, seconds: float, offset: int) -> float:
    def sell(client: int) -> int:
        count, end = 0, time.perf_counter() + seconds
        with SecurityModuleClient(url) as module:
            while time.perf_counter() < end:
                number = offset + client * 1_000_000 + count
                meter = {"drn": drn(number), "sgc": "201457", "krn": 1, "ti": 1}
                module.mint(f"b{number}", meter, subclass=0, amount=100)
                count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(sell, range(CLIENTS))) / seconds


@contextmanager
def served(folder: Path, stretch_s: float) -> Iterator[str]:
    (folder / "key.toml").write_text(KEY, encoding="utf-8")
    for arguments in (
        ["init", str(folder / "m"), "--test-keys", "--kdf-cost", "10"],
        ["load-key", str(folder / "m"), str(folder / "key.toml")],
        ["add-client", str(folder / "m"), "bench", "--identity", f"uid:{os.geteuid()}"],
    ):
        subprocess.run([*MODULE, *arguments], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    program = MODULE
    if stretch_s:
        program = [sys.executable, "-c", STRETCHED.format(stretch_s=stretch_s), "security-module"]
    with subprocess.Popen(
        [*program, "serve", str(folder / "m"), "--test-keys"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["urls"][0]
        finally:
            process.terminate()


def measure(seconds: float, stretch_ms: float) -> float:
    """Print the rounds on one disk; the median of mints per sync."""
    stretch_s = stretch_ms / 1000
    with tempfile.TemporaryDirectory() as name, served(Path(name), stretch_s) as url:
        rounds = [
            (
                syncs_per_s(Path(name), seconds, stretch_s),
                mints_per_s(url, seconds, 10_000_000 * number),
            )
            for number in range(ROUNDS)
        ]
    print(f"disk as it is, syncs stretched by {stretch_ms:g} ms" if stretch_ms else "disk as it is")
    for syncs, mints in rounds:
        print(f"{syncs:8.0f} syncs/s  {mints:8.0f} mints/s  ratio {mints / syncs:5.2f}")
    return statistics.median(mints / syncs for syncs, mints in rounds)


def main(seconds: float, stretches_ms: list[float]) -> None:
    for stretch_ms in stretches_ms:
        print(f"median {measure(seconds, stretch_ms):.2f} mints per sync\n")


if __name__ == "__main__":
    given = list(map(float, sys.argv[1:]))
    main(given[0] if given else 2.0, given[1:] or [0.0, 2.0, 5.0])
