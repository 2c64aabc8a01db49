"""Tokens made and read in this process, on one core: workloads, yardsticks, and their table.

``python -m amibench.commands.benchmark.sts`` prints the table of every workload.
"""

import hashlib
import hmac
import importlib.util
import itertools
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from timeit import repeat
from typing import Any

import numpy as np
import typer

from amibench.commands.benchmark import Row
from i18n import Message
from protocols.sts.bulk import key_changes_many, mint_many
from protocols.sts.cipher import Misty1
from protocols.sts.cipher.misty1 import KEYS_REMEMBERED
from protocols.sts.identity import KeyType, MeterPrimaryAccountNumber, luhn_digit
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import CreditMinter, TransferCredit, decode_token, encode_token

SINGLE, BATCH = 2_000, 50_000
"""Operations in one call of a row: of the single path, of the batch."""

_PAN = MeterPrimaryAccountNumber("600727000000000009")
_BOTAN_PLACE = Path("/usr/lib/python3/dist-packages")
_WIDTHS = {"07": 8, "11": 16}


@dataclass(frozen=True, slots=True)
class Workload:
    """One row of the table.

    Args:
        name: what is timed.
        operations: how many of them one call does.
        call: the call.
        goal_per_s: what the project asks for on one quiet core, or None for a yardstick.
    """

    name: str
    operations: int
    call: Callable[[], Any]
    goal_per_s: int | None = None


def workloads() -> list[Workload]:
    """Every row, ready to be called."""
    rows = [*_yardsticks(), *_botan()]
    for ea in _WIDTHS:
        rows += [*_single(ea), *_batch(ea)]
    return rows


def _yardsticks() -> Iterator[Workload]:
    def loop() -> int:
        total = 0
        for number in range(SINGLE):
            total ^= number * 3
        return total

    def hmacs() -> None:
        for _ in range(SINGLE):
            hmac.digest(b"k" * 20, b"m" * 49, "sha256")

    def hashes() -> None:
        for _ in range(SINGLE):
            hashlib.sha256(b"m" * 49).digest()

    yield Workload("yardstick: turn of a plain loop", SINGLE, loop)
    yield Workload("yardstick: HMAC-SHA-256 of 49 bytes", SINGLE, hmacs)
    yield Workload("yardstick: SHA-256 of 49 bytes", SINGLE, hashes)


def _botan() -> Iterator[Workload]:
    """MISTY1 block by block: ours and, where it is there, botan's through its Python binding."""
    key, blocks = bytes(range(16)), list(range(1 << 60, (1 << 60) + SINGLE))
    ours = Misty1().bound(key)
    yield Workload("MISTY1 block, ours", SINGLE, lambda: [ours.encrypt(block) for block in blocks])
    place = _BOTAN_PLACE / "botan2.py"
    specification = importlib.util.spec_from_file_location("botan2", place) if place.exists() else None
    if specification is None or specification.loader is None:
        return
    botan = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(botan)
    theirs = botan.BlockCipher("MISTY1")
    theirs.set_key(key)
    raw = [block.to_bytes(8) for block in blocks]
    yield Workload(
        "peer: MISTY1 block, python3-botan", SINGLE, lambda: [theirs.encrypt(block) for block in raw]
    )


def _single(ea: str) -> Iterator[Workload]:
    key = derive_decoder_key(ea=ea, vending_key=VUDK_160, pan=_PAN, sgc="201457")
    press, digits = CreditMinter(key).credit, encode_token(TransferCredit(0, 5, 1_000_000, 256), key)
    # More meters than the ciphers remember keys, round and round: every one comes as a stranger.
    fresh = itertools.cycle([_pan(serial) for serial in range(2 * KEYS_REMEMBERED)])

    def derive_and_mint() -> None:
        for pan in itertools.islice(fresh, SINGLE):
            meter_key = derive_decoder_key(ea=ea, vending_key=VUDK_160, pan=pan, sgc="201457")
            encode_token(TransferCredit(0, 5, 1_000_000, 256), meter_key)

    yield Workload(
        f"EA{ea} mint, cached key",
        SINGLE,
        lambda: [press(0, 5, tid, 256) for tid in range(SINGLE)],
        {"07": 35_000, "11": 150_000}[ea],
    )
    yield Workload(
        f"EA{ea} mint, cached key, by way of a token value",
        SINGLE,
        lambda: [encode_token(TransferCredit(0, 5, tid, 256), key) for tid in range(SINGLE)],
    )
    yield Workload(f"EA{ea} decode", SINGLE, lambda: [decode_token(digits, key) for _ in range(SINGLE)])
    yield Workload(f"EA{ea} derive (DKGA04) and mint, a fresh meter each", SINGLE, derive_and_mint, 20_000)


def _pan(serial: int) -> str:
    """A MeterPAN as a registry hands it over: text that key derivation has yet to check."""
    payload = f"00{serial:08d}"
    return MeterPrimaryAccountNumber.from_drn(payload + luhn_digit(payload)).pan


def _batch(ea: str) -> Iterator[Workload]:
    random = np.random.default_rng(1)
    keys, new_keys = (random.integers(0, 256, (BATCH, _WIDTHS[ea]), dtype=np.uint8) for _ in range(2))
    tids, amounts = random.integers(0, 1 << 24, BATCH), random.integers(0, 18_201_625, BATCH)
    yield Workload(
        f"EA{ea} mint_many, a key for each",
        BATCH,
        lambda: mint_many(keys, rnd=5, tid=tids, amount_units=amounts, ea=ea),
        {"07": 300_000, "11": 1_000_000}[ea],
    )
    attributes = {"ken": 255, "krn": 2, "ti": 1, "key_type": KeyType.DUTK, "sgc": "201460"}
    sections = {"07": 3, "11": 4}[ea]
    yield Workload(
        f"EA{ea} key_changes_many, tokens of {sections} sections",
        BATCH * sections,
        lambda: key_changes_many(keys, new_keys, ea=ea, **attributes),  # type: ignore[arg-type]
    )


# ---------------- Table of every workload

REPEATS = 5


@dataclass(frozen=True, slots=True)
class MeasuredWorkload:
    """One row as it came out.

    Attributes:
        workload: what was timed.
        per_s: operations a second, the median of the repeats.
    """

    workload: Workload
    per_s: float

    @property
    def met(self) -> bool | None:
        """True where the goal is met; None for a row without one."""
        goal = self.workload.goal_per_s
        return None if goal is None else self.per_s >= goal


def time_workloads(rows: Iterable[Workload] | None = None) -> list[MeasuredWorkload]:
    """Time every row: once to warm up, then the median of five."""
    measured = []
    for workload in workloads() if rows is None else rows:
        workload.call()
        seconds = statistics.median(repeat(workload.call, number=1, repeat=REPEATS))
        measured.append(MeasuredWorkload(workload, workload.operations / seconds))
    return measured


def table_lines(measured: Iterable[MeasuredWorkload]) -> list[str]:
    """The table as text, one line a row."""
    said = {True: "met", False: "MISSED", None: ""}
    table = [f"{'':56} {'per second':>12} {'goal':>12}"]
    for row in measured:
        goal = "" if row.workload.goal_per_s is None else f"{row.workload.goal_per_s:,}"
        table.append(f"{row.workload.name:56} {row.per_s:12,.0f} {goal:>12} {said[row.met]}".rstrip())
    return table


# ---------------- The bench

TITLE = Message("STS tokens in this process, one core")

YARDSTICKS = ("yardstick:", "peer:")
"""Beginnings of the names of rows that others are compared with."""

MISTY1 = "MISTY1 block"


def measure() -> Sequence[Row]:
    """Every workload of `amibench.commands.benchmark.sts`."""
    return rows(time_workloads())


def rows(measured: Sequence[MeasuredWorkload]) -> list[Row]:
    """Each row beside HMAC-SHA-256, the dearest step of a derivation; MISTY1 beside its peer, if there."""
    names = [row.workload.name for row in measured]
    per_s = {row.workload.name: row.per_s for row in measured}
    usual = next(name for name in names if "HMAC" in name)
    peer = next((name for name in names if name.startswith("peer:")), usual)
    made = []
    for row in measured:
        name = row.workload.name
        if name.startswith(YARDSTICKS):
            made.append(Row(name, row.per_s))
            continue
        stick = peer if name.startswith(MISTY1) else usual
        made.append(Row(name, row.per_s, stick, row.per_s / per_s[stick], row.workload.goal_per_s))
    return made


if __name__ == "__main__":
    typer.echo("\n".join(table_lines(time_workloads())))
