"""The table of speeds: every row runs, the figures are right, goals are told; nothing here is timed."""

from amibench.commands.benchmark.sts import MeasuredWorkload, Workload, table_lines, time_workloads, workloads


def test_every_workload_runs_and_has_a_name_of_its_own() -> None:
    rows = workloads()
    for workload in rows:
        workload.call()
        assert workload.operations > 0
    assert len({workload.name for workload in rows}) == len(rows)
    assert sum(workload.name.startswith("yardstick") for workload in rows) >= 2


def test_a_row_is_called_once_to_warm_up_and_five_times_for_the_median() -> None:
    calls = []
    (row,) = time_workloads([Workload("a row", 10, lambda: calls.append(1))])
    assert len(calls) == 6
    assert row.per_s > 0


def test_goals_are_told() -> None:
    def row(goal_per_s: int | None) -> MeasuredWorkload:
        return MeasuredWorkload(Workload("a row", 10, lambda: None, goal_per_s), 1000.0)

    table = table_lines([row(None), row(1000), row(1001)])
    assert [line.split()[-1] for line in table[1:]] == ["1,000", "met", "MISSED"]
