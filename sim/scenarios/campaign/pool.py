"""Replicas on processes of this machine."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from sim.scenarios.campaign.replica import Replica, run_replica
from sim.scenarios.campaign.results import Row

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
