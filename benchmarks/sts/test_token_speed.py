"""Every workload under pytest-benchmark: ``tox -e bench``, or ``pytest benchmarks/sts``."""

import pytest

from amibench.commands.benchmark.sts import Workload, workloads


@pytest.mark.parametrize("workload", workloads(), ids=lambda workload: workload.name)
def test_speed(benchmark, workload: Workload) -> None:
    benchmark.extra_info["operations"] = workload.operations
    benchmark.extra_info["goal_per_s"] = workload.goal_per_s
    benchmark.pedantic(workload.call, rounds=5, warmup_rounds=1)
