"""Mints of a security module over its socket, eight clients, beside the syncs that the disk does.

Both figures come from one round on one disk, because only their ratio means anything. A disk that answers
syncs from its cache (a virtual machine's often does) measures the processor and not the group commit: the
second pair therefore stretches every sync of module and yardstick, as a plain hard disk or an SD card would.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from amibench.commands.benchmark import ROUNDS, Row, beside
from i18n import Message
from protocols.sts.identity import luhn_digit
from system.security_module.client import SecurityModuleClient

TITLE = Message("Security module over its socket, 8 clients, durable state")

CLIENTS = 8
SECONDS = 1.0
"""Of each measurement of a round."""

STRETCHES_MS = (0.0, 2.0)
GOAL_RATIO = 1.5
"""Mints per sync of the same disk, asked for."""

BLOCK_BYTES = 8192
_BLOCKS = 64
_KEY = """format = "amibench-vending-key/1"
register = 1
sgc = "201457"
krn = 1
base_date = 2014
ken = 255
dkga = "04"
test_key = "VUDK_160"
"""
_MODULE = [sys.executable, "-m", "amibench", "security-module"]
_STRETCHED = """
import os, time
sync = os.fdatasync
os.fdatasync = lambda descriptor: (sync(descriptor), time.sleep({stretch_s}))
from amibench.__main__ import main
main()
"""
_PASSPHRASE = {"AMIBENCH_SECURITY_MODULE_PASSPHRASE": "benchmark"}


def measure(seconds: float = SECONDS, stretches_ms: Sequence[float] = STRETCHES_MS) -> Sequence[Row]:
    """Two rows for each disk: its syncs, and the mints beside them.

    Args:
        seconds: of each measurement of a round.
        stretches_ms: what is added to every sync; 0 for the disk as it is.
    """
    rows: list[Row] = []
    for stretch_ms in stretches_ms:
        rows += _on_disk(seconds, stretch_ms / 1000, f", syncs + {stretch_ms:g} ms" if stretch_ms else "")
    return rows


def _on_disk(seconds: float, stretch_s: float, disk: str) -> tuple[Row, Row]:
    with tempfile.TemporaryDirectory() as name, _served(Path(name), stretch_s) as url:
        rounds = [
            (
                _syncs_per_s(Path(name), seconds, stretch_s),
                _mints_per_s(url, seconds, 10_000_000 * number),
            )
            for number in range(ROUNDS)
        ]
    sync = f"yardstick: write and sync of 8 kB{disk}"
    return beside(f"mint, {CLIENTS} clients{disk}", sync, rounds, goal_ratio=GOAL_RATIO)


def _drn(number: int) -> str:
    payload = f"01{number:08d}"
    return payload + luhn_digit(payload)


def _syncs_per_s(folder: Path, seconds: float, stretch_s: float) -> float:
    descriptor = os.open(folder / "yardstick", os.O_RDWR | os.O_CREAT, 0o600)
    os.write(descriptor, bytes(_BLOCKS * BLOCK_BYTES))
    os.fsync(descriptor)
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        os.pwrite(descriptor, b"x" * BLOCK_BYTES, count % _BLOCKS * BLOCK_BYTES)
        os.fsync(descriptor)
        if stretch_s:
            time.sleep(stretch_s)  # noqa: TID251 - plays a slower disk
        count += 1
    os.close(descriptor)
    return count / seconds


def _mints_per_s(url: str, seconds: float, offset: int) -> float:
    def sell(client: int) -> int:
        count, end = 0, time.perf_counter() + seconds
        with SecurityModuleClient(url) as module:
            while time.perf_counter() < end:
                number = offset + client * 1_000_000 + count
                meter = {"drn": _drn(number), "sgc": "201457", "krn": 1, "ti": 1}
                module.mint(f"b{number}", meter, subclass=0, amount=100)
                count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(sell, range(CLIENTS))) / seconds


@contextmanager
def _served(folder: Path, stretch_s: float) -> Iterator[str]:
    """A new module of test keys in a process of its own; its URL."""
    environment = {**os.environ, **_PASSPHRASE}
    (folder / "key.toml").write_text(_KEY, encoding="utf-8")
    for arguments in (
        ["init", str(folder / "m"), "--test-keys", "--kdf-cost", "10"],
        ["load-key", str(folder / "m"), str(folder / "key.toml")],
        ["add-client", str(folder / "m"), "bench", "--identity", f"uid:{os.geteuid()}"],
    ):
        subprocess.run([*_MODULE, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    program = _MODULE
    if stretch_s:
        program = [sys.executable, "-c", _STRETCHED.format(stretch_s=stretch_s), "security-module"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*program, "serve", str(folder / "m"), "--test-keys"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            yield json.loads(process.stdout.readline())["urls"][0]
        finally:
            process.terminate()
