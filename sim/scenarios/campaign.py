"""Campaign.

Many seeds of one scenario on processes of this machine, kept row by row; see `campaign_cluster` for Dask.
What a worker gets and gives is plain data, so a replica may run anywhere with the same results.
"""

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.scenarios.scenario import Scenario

# ---- replicas

_SEEDS = 2**64


@dataclass(frozen=True, slots=True)
class Replica:
    """Task of one worker.

    Args:
        number: from 0.
        scenario: seed and days included.
    """

    number: int
    scenario: Scenario

    @property
    def seed(self) -> int:
        """The seed of this replica."""
        return self.scenario.frame.seed


def replicas(scenario: Scenario, count: int) -> tuple[Replica, ...]:
    """So many replicas: the first has the scenario's seed, each further one the next.

    >>> from sim.scenarios.scenario import Frame
    >>> [replica.seed for replica in replicas(Scenario(Frame("world", seed=7)), 3)]
    [7, 8, 9]
    """
    first = scenario.frame.seed
    return tuple(
        Replica(number, scenario.with_frame(seed=(first + number) % _SEEDS)) for number in range(count)
    )


def fingerprint(scenario: Scenario) -> str:
    """Hash of a scenario apart from its seed, in 16 hexadecimal digits: rows of another do not mix in."""
    said = asdict(scenario.with_frame(seed=0))
    text = json.dumps(said, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run_replica(replica: Replica) -> dict[str, Any]:
    """Run one replica to its end; its row: number, seed, digest and summary."""
    from sim.scenarios.field import FieldWorld  # here: a client of a cluster never builds a world

    world = FieldWorld(replica.scenario)
    world.run(replica.scenario.duration_s)
    return {
        "replica": replica.number,
        "seed": replica.seed,
        "digest": world.digest(),
        "summary": world.summary(),
    }


# ---- results

Row = dict[str, Any]


class ResultsError(Exception):
    """The file of a campaign cannot be used; one sentence."""


class Results:
    """The rows that there are, and the file that they go to.

    A line that a crash cut off is dropped when the file is opened, so that its replica runs again.

    Args:
        file: where rows are appended; None keeps them in memory alone.
        campaign: fingerprint of the scenario; rows of another are refused.

    Raises:
        ResultsError: the file cannot be read or written, or holds another campaign.
    """

    __slots__ = ("_campaign", "_file", "rows")

    def __init__(self, file: Path | None, campaign: str) -> None:
        self._campaign = campaign
        self._file = file
        #: replica -> its row.
        self.rows: dict[int, Row] = {}
        if file is not None:
            self._open(file)

    def add(self, row: Row) -> None:
        """Keep a row; it is on the disk when this returns.

        Raises:
            ResultsError: the file cannot be written.
        """
        kept = {"campaign": self._campaign, **row}
        if self._file is not None:
            try:
                with self._file.open("ab") as stream:
                    stream.write(json.dumps(kept, separators=(",", ":")).encode() + b"\n")
                    stream.flush()
                    os.fsync(stream.fileno())
            except OSError as error:
                raise ResultsError(f"cannot write {self._file}: {error.strerror or error}") from error
        self.rows[row["replica"]] = kept

    def _open(self, file: Path) -> None:
        try:
            file.touch()
            data = file.read_bytes()
            whole, newline, torn = data.rpartition(b"\n")
            if torn:
                os.truncate(file, len(whole) + len(newline))
        except OSError as error:
            raise ResultsError(f"cannot write {file}: {error.strerror or error}") from error
        for number, line in enumerate(whole.splitlines(), 1):
            self._take(line, f"{file}, line {number}")

    def _take(self, line: bytes, where: str) -> None:
        try:
            row = json.loads(line)
            replica, campaign = int(row["replica"]), row["campaign"]
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"{where} is no row of a campaign: give another --out") from error
        if campaign != self._campaign:
            raise ResultsError(f"{where} is of another scenario or of other days: give another --out")
        self.rows[replica] = row


# ---- campaign

#: What runs replicas: on processes, on a cluster, or in a test in this thread.
Runner = Callable[[Sequence[Replica]], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of one figure over the replicas."""

    low: float
    mean: float
    high: float


def run_campaign(
    asked: Sequence[Replica],
    runner: Runner,
    results: Results,
    on_row: Callable[[Row], None] = lambda _: None,
) -> None:
    """Run what `results` does not hold yet; every row is kept before the next is looked at.

    Raises:
        ResultsError: a row cannot be kept.
        Exception: whatever the runner raises; what came before it is kept.
    """
    todo = [replica for replica in asked if replica.number not in results.rows]
    for row in runner(todo):
        results.add(row)
        on_row(row)


def spread(rows: Iterable[Row]) -> dict[str, Spread]:
    """Every number of the summaries, by its path, over the replicas that have it.

    >>> spread([{"summary": {"a": {"b": 1}}}, {"summary": {"a": {"b": 3}}}])
    {'a.b': Spread(low=1.0, mean=2.0, high=3.0)}
    """
    values: dict[str, list[float]] = {}
    for row in rows:
        for path, value in _figures_of(row["summary"], ""):
            values.setdefault(path, []).append(value)
    return {path: Spread(min(seen), sum(seen) / len(seen), max(seen)) for path, seen in values.items()}


def _figures_of(value: Any, path: str) -> Iterable[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _figures_of(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


# ---- processes

Work = Callable[[Replica], Row]


class WorkersDieError(Exception):
    """Workers die again and again without finishing a single replica; one sentence."""


def run_on_processes(todo: Sequence[Replica], workers: int, work: Work = run_replica) -> Iterator[Row]:
    """The rows of `todo` in the order in which they come.

    A worker that is killed takes its pool with it; what was under way runs again in a new pool.

    Args:
        todo: what to run.
        workers: how many at once, 1 or more.
        work: what a worker does; importable by its name.

    Raises:
        WorkersDieError: a pool died without finishing anything.
        Exception: whatever `work` raised.
    """
    left = list(todo)
    while left:
        done: set[int] = set()
        try:
            for row in _one_pool(left, workers, work):
                done.add(row["replica"])
                yield row
        except BrokenProcessPool as error:
            if not done:
                raise WorkersDieError(
                    "the workers were killed before any replica was done; is there memory enough? "
                    "give fewer --workers"
                ) from error
        left = [replica for replica in left if replica.number not in done]


def _one_pool(todo: Sequence[Replica], workers: int, work: Work) -> Iterator[Row]:
    # spawned, not forked: the same on every system, and nothing of the caller's state comes along
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    futures: list[Future[Row]] = []
    try:
        futures = [pool.submit(work, replica) for replica in todo]
        for future in as_completed(futures):
            yield future.result()
    finally:
        # on Ctrl-C too: what has not begun never will, what has is not waited for
        for future in futures:
            future.cancel()
        pool.shutdown(wait=False, cancel_futures=True)
