"""How fast tokens are made and read: the rows, and a table of them with yardsticks from the same run."""

from amibench.commands.sts.speed.table import Measured, lines, measure
from amibench.commands.sts.speed.workloads import Workload, workloads

__all__ = ["Measured", "Workload", "lines", "measure", "workloads"]
