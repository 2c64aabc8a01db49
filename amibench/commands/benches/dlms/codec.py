"""The codec by itself: HDLC frames parsed, load profiles decoded, ciphered requests through both sides."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from amibench.commands.benches.dlms import workloads
from amibench.commands.benches.dlms.peers import Peer, dlms_cosem
from amibench.commands.benches.row import ROUNDS, Row, beside

#: What is measured, its workload here, the peer's name for it, the goal in operations a second.
CODEC: tuple[tuple[str, Callable[[], Callable[[], object]], str, float], ...] = (
    ("HDLC frame of 128 octets, parsed", workloads.hdlc_frame, "hdlc-128", 50_000),
    ("load profile 96 × 5, decoded", workloads.profile, "profile-96x5", 5_000),
    ("ciphered GET, answered", workloads.ciphered_get_answered, "ciphered-get", 50_000),
    ("ciphered GET, there and back", workloads.ciphered_get, "ciphered-get", 50_000),
)


def measure(seconds: float, python: Path | None) -> Sequence[Row]:
    """A row for each workload, beside the peer's row where there is one."""
    rows: list[Row] = []
    with dlms_cosem(python) if python is not None else nullcontext() as peer:
        for name, make, peers_name, goal_per_s in CODEC:
            rows += _rows(name, make(), peers_name, goal_per_s, seconds, peer)
    return rows


def _rows(
    name: str,
    work: Callable[[], object],
    peers_name: str,
    goal_per_s: float,
    seconds: float,
    peer: Peer | None,
) -> Sequence[Row]:
    if peer is None:
        per_s = statistics.median(rate(work, seconds) for _ in range(ROUNDS))
        return [Row(name, per_s, goal_per_s=goal_per_s)]
    rounds = [(peer.per_s(peers_name), rate(work, seconds)) for _ in range(ROUNDS)]
    return beside(name, f"dlms-cosem: {name}", rounds, goal_per_s=goal_per_s)


def rate(work: Callable[[], object], seconds: float, batch: int = 10) -> float:
    """How often a second `work` is done."""
    work()
    count = 0
    began_s = time.perf_counter()
    end_s = began_s + seconds
    while time.perf_counter() < end_s:
        for _ in range(batch):
            work()
        count += batch
    return count / (time.perf_counter() - began_s)
