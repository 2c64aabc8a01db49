"""Timings: repetitions in a given time, and how long each took."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Timing:
    """A measurement.

    Args:
        per_s: how often a second.
        p99_s: what 99 of 100 took at most, seconds.
    """

    per_s: float
    p99_s: float

    @classmethod
    def of(cls, took_s: list[float], wall_s: float) -> "Timing":
        """From what each took, and all of them together."""
        ordered = sorted(took_s) or [0.0]
        return cls(len(took_s) / wall_s, ordered[int(len(ordered) * 0.99)])


def timed(seconds: float, work: Callable[[], object]) -> Timing:
    """Do `work` again and again for so long."""
    took: list[float] = []
    begin = now = time.perf_counter()
    while now - begin < seconds:
        work()
        before, now = now, time.perf_counter()
        took.append(now - before)
    return Timing.of(took, now - begin)


def syncs(folder: Path, seconds: float) -> Timing:
    """Write a block into a file of `folder`, and sync it."""
    with (folder / "sync").open("wb") as file:

        def one() -> None:
            file.write(bytes(BLOCK_BYTES))
            file.flush()
            os.fsync(file.fileno())

        return timed(seconds, one)
