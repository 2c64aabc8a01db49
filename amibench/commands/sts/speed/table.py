"""A small table of every workload: operations a second, median of five, and how it stands to its goal.

``python -m amibench.commands.sts.speed`` prints it; `measure` and `lines` are for a command to call.
"""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from timeit import repeat

from amibench.commands.sts.speed.workloads import Workload, workloads

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One row as it came out.

    Attributes:
        workload: what was timed.
        per_s: operations a second, the median of the repeats.
    """

    workload: Workload
    per_s: float

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None for a row without one."""
        goal = self.workload.goal_per_s
        return None if goal is None else self.per_s >= goal


def measure(rows: Iterable[Workload] | None = None) -> list[Measured]:
    """Time every row: once to warm up, then the median of five."""
    measured = []
    for workload in workloads() if rows is None else rows:
        workload.call()
        seconds = statistics.median(repeat(workload.call, number=1, repeat=REPEATS))
        measured.append(Measured(workload, workload.operations / seconds))
    return measured


def lines(measured: Iterable[Measured]) -> list[str]:
    """The table as text, one line a row."""
    said = {True: "met", False: "MISSED", None: ""}
    table = [f"{'':56} {'per second':>12} {'goal':>12}"]
    for row in measured:
        goal = "" if row.workload.goal_per_s is None else f"{row.workload.goal_per_s:,}"
        table.append(f"{row.workload.name:56} {row.per_s:12,.0f} {goal:>12} {said[row.met]}".rstrip())
    return table
