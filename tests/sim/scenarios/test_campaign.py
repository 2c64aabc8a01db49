"""Campaigns: every row is kept, a killed worker or Ctrl-C loses nothing, Dask comes to the same digests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import campaign_work
import pytest
from small_fields import small

from sim.scenarios.campaign import (
    Replica,
    Results,
    ResultsError,
    Row,
    WorkersDieError,
    fingerprint,
    replicas,
    run_campaign,
    run_on_processes,
    run_replica,
    spread,
)
from sim.scenarios.campaign_cluster import ClusterError, run_on_cluster
from sim.scenarios.scenario import load_scenario

ROOT = Path(__file__).parents[3]
SCENARIO = small(homes=2, hours=0.5, seed=10)


def here(todo: Sequence[Replica]) -> Iterator[Row]:
    """Runs replicas in this thread, without a world."""
    return map(campaign_work.count, todo)


def test_each_replica_has_a_seed_of_its_own():
    assert [replica.seed for replica in replicas(SCENARIO, 3)] == [10, 11, 12]
    assert replicas(SCENARIO.with_frame(seed=2**64 - 1), 2)[1].seed == 0


def test_a_fingerprint_is_of_the_scenario_without_its_seed():
    assert fingerprint(SCENARIO) == fingerprint(SCENARIO.with_frame(seed=3))
    assert fingerprint(SCENARIO) != fingerprint(SCENARIO.with_frame(days=2))
    assert fingerprint(SCENARIO) != fingerprint(SCENARIO.with_grid("homes", count=3))
    assert len(fingerprint(load_scenario("rollover_2014"))) == 16  # dates, too


def test_a_row_is_what_the_world_says():
    (replica,) = replicas(SCENARIO, 1)
    row = run_replica(replica)
    assert (row["replica"], row["seed"]) == (0, 10)
    assert row["summary"]["energy"]["balance_nj"] == 0
    assert json.loads(json.dumps(row)) == row
    assert run_replica(replica) == row


def test_rows_are_kept_one_by_one_and_the_rest_is_done_later(tmp_path: Path):
    file, asked = tmp_path / "rows.jsonl", replicas(SCENARIO, 5)

    def stopped(todo: Sequence[Replica]) -> Iterator[Row]:
        for replica in todo:
            if replica.number == 3:
                raise KeyboardInterrupt
            yield campaign_work.count(replica)

    with pytest.raises(KeyboardInterrupt):
        run_campaign(asked, stopped, Results(file, "c"))
    assert [json.loads(line)["replica"] for line in file.read_text().splitlines()] == [0, 1, 2]
    ran = []
    results = Results(file, "c")
    run_campaign(asked, here, results, lambda row: ran.append(row["replica"]))
    assert ran == [3, 4]
    assert sorted(results.rows) == [0, 1, 2, 3, 4]


def test_a_torn_line_is_run_again(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    run_campaign(replicas(SCENARIO, 2), here, Results(file, "c"))
    file.write_bytes(file.read_bytes()[:-10])
    results = Results(file, "c")
    assert list(results.rows) == [0]
    run_campaign(replicas(SCENARIO, 2), here, results)
    assert [json.loads(line)["replica"] for line in file.read_text().splitlines()] == [0, 1]


def test_rows_of_another_campaign_do_not_mix_in(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    run_campaign(replicas(SCENARIO, 1), here, Results(file, "one"))
    with pytest.raises(ResultsError, match="another scenario or of other days"):
        Results(file, "other")
    file.write_text("{}\n")
    with pytest.raises(ResultsError, match="no row of a campaign"):
        Results(file, "one")
    with pytest.raises(ResultsError, match="cannot write"):
        Results(tmp_path, "one")


def test_a_killed_worker_loses_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("AMIBENCH_TEST_MARK", str(tmp_path / "mark"))
    asked = replicas(SCENARIO, 6)
    rows = list(run_on_processes(asked, 2, campaign_work.die_once))
    assert (tmp_path / "mark").exists()
    assert sorted(row["replica"] for row in rows) == [0, 1, 2, 3, 4, 5]


def test_workers_that_always_die_are_told():
    with pytest.raises(WorkersDieError, match="fewer --workers"):
        list(run_on_processes(replicas(SCENARIO, 2), 1, campaign_work.die))


#: A process of its own: Dask leaves sockets to the garbage collector, which the tests forbid.
ON_DASK = """
import json
from distributed import LocalCluster
from sim.scenarios.campaign_cluster import run_on_cluster
from sim.scenarios.campaign import replicas
from small_fields import small
asked = replicas(small(homes=2, hours=0.5, seed=10), 2)
with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
    rows = run_on_cluster(asked, cluster.scheduler_address)
    print(json.dumps({row["replica"]: row["digest"] for row in rows}))
"""


def test_processes_and_dask_come_to_the_same_digests():
    pytest.importorskip("distributed", reason="Dask is an extra")
    asked = replicas(SCENARIO, 2)
    own = {row["replica"]: row["digest"] for row in map(run_replica, asked)}
    pool = {row["replica"]: row["digest"] for row in run_on_processes(asked, 2)}
    found = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "helpers")))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ON_DASK],
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=True,
    )
    dask = {int(replica): digest for replica, digest in json.loads(done.stdout).items()}
    assert own == pool == dask


def test_a_scheduler_that_is_not_there_is_told():
    pytest.importorskip("distributed", reason="Dask is an extra")
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(run_on_cluster(replicas(SCENARIO, 1), "tcp://127.0.0.1:9", connect_s=0.2))


def test_the_spread_has_every_number():
    rows = [campaign_work.count(replica) for replica in replicas(SCENARIO, 3)]
    figure = spread(rows)["energy.delivered_wh"]
    assert (figure.low, figure.mean, figure.high) == (10, 11, 12)
    assert spread([]) == {}


def test_without_a_file_rows_are_in_memory_alone():
    results = Results(None, "c")
    run_campaign(replicas(SCENARIO, 2), partial(map, campaign_work.count), results)
    assert len(results.rows) == 2
