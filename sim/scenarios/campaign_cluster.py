"""Replicas on a Dask cluster; `distributed` is the extra ``distribuido`` and is imported only here."""

from collections.abc import Iterator, Sequence
from typing import Any

from sim.scenarios.campaign import Replica, Row, Work, run_replica

#: So often the cluster may give a replica to another worker after one died with it.
_RETRIES = 3


class ClusterError(Exception):
    """The cluster cannot be used; one sentence."""


def run_on_cluster(
    todo: Sequence[Replica], address: str, work: Work = run_replica, *, connect_s: float = 10.0
) -> Iterator[Row]:
    """The rows of `todo` in the order in which they come.

    The workers need this program and the same versions of what it is made of.

    Args:
        todo: what to run.
        address: of the scheduler, such as ``tcp://10.0.0.5:8786``.
        work: what a worker does.
        connect_s: how long the scheduler may take to answer.

    Raises:
        ClusterError: Dask is not installed, or the scheduler does not answer.
        Exception: whatever `work` raised.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ClusterError("Dask is not installed: pip install amibench[distribuido]") from error
    try:
        client: Any = Client(address, timeout=connect_s, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}") from error
    try:
        # never twice the same key: a second campaign must not be given the first one's rows
        futures = client.map(work, list(todo), pure=False, retries=_RETRIES)
        with client.as_current():
            finished: Any = as_completed(futures)  # type: ignore[no-untyped-call]
        for future in finished:
            yield future.result()
    finally:
        client.close()
