"""Tokens made and read in this process, on one core."""

from collections.abc import Sequence

from amibench.commands.benches.row import Row
from amibench.commands.sts.speed import Measured
from amibench.commands.sts.speed import measure as measure_workloads
from conformance.text import Text

TITLE = Text("Tokens STS en este proceso, un núcleo", "STS tokens in this process, one core")

YARDSTICKS = ("yardstick:", "peer:")
"""How the names of rows begin that others are compared with."""

MISTY1 = "MISTY1 block"


def measure() -> Sequence[Row]:
    """Every workload of `amibench.commands.sts.speed`."""
    return rows(measure_workloads())


def rows(measured: Sequence[Measured]) -> list[Row]:
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
