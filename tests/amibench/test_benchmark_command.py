"""``amibench benchmark``: names, tables, JSON, ratios; nothing here judges a speed."""

import json

import pytest

from amibench.__main__ import run
from amibench.commands import benchmark
from amibench.commands import benchmark as rows_module
from amibench.commands.benchmark import Row, beside, security_module, sts
from amibench.commands.benchmark.sts import MeasuredWorkload, Workload
from i18n import Message


class Quick:
    """A bench that answers at once."""

    TITLE = Message("quick")

    def measure(self) -> list[Row]:
        return [
            Row("yardstick", 1000.0),
            Row("thing", 500.0, "yardstick", 0.5, goal_per_s=400.0),
            Row("slow thing", 100.0, "yardstick", 0.1, goal_ratio=1.5),
        ]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amibench.commands.benchmark.load", lambda _name: Quick())


def test_a_table_with_ratios_and_goals(capsys: pytest.CaptureFixture[str]):
    assert run(["benchmark", "sts", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "quick" in out
    assert "0.5" in out
    assert "400/s" in out
    assert "× 1.5" in out
    assert out.count("met") == 1
    assert "MISSED" in out  # and yet the exit code is 0


def test_in_spanish(capsys: pytest.CaptureFixture[str]):
    assert run(["benchmark", "sts", "--lang", "es"]) == 0
    out = capsys.readouterr().out
    assert "NO CUMPLE" in out
    assert "Mediana de 5 rondas" in out


def test_json_and_nothing_else(capsys: pytest.CaptureFixture[str]):
    assert run(["benchmark", "--json"]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert list(told) == list(benchmark.BENCHES)
    assert told["sts"][2] == {
        "name": "slow thing",
        "per_s": 100.0,
        "yardstick": "yardstick",
        "ratio": 0.1,
        "goal_per_s": None,
        "goal_ratio": 1.5,
        "p99_s": None,
        "goal_p99_s": None,
        "met": False,
    }


def test_a_name_twice_is_measured_once_and_a_stranger_is_refused(capsys: pytest.CaptureFixture[str]):
    assert run(["benchmark", "sts", "sts", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["sts"]
    assert run(["benchmark", "x", "--lang", "en"]) == 3
    assert "no bench called x; known: sts, security-module" in capsys.readouterr().err


def test_every_registered_bench_is_a_bench():
    for name in benchmark.BENCHES:
        bench = benchmark.load(name)
        assert all(bench.TITLE.in_languages("es", "en").values())
        assert callable(bench.measure)


def test_the_ratio_is_the_median_of_the_rounds():
    rounds = [(100.0, 50.0), (10.0, 20.0), (100.0, 100.0)]
    stick, thing = beside("thing", "stick", rounds, goal_ratio=1.0)
    assert (stick.per_s, thing.per_s, thing.ratio, thing.met) == (100.0, 50.0, 1.0, True)
    assert stick.met is None


def test_both_goals_must_be_met():
    assert Row("a", 10.0, "b", 2.0, goal_per_s=10.0, goal_ratio=2.0).met
    assert not Row("a", 10.0, "b", 2.0, goal_per_s=10.0, goal_ratio=2.1).met
    assert not Row("a", 10.0, goal_per_s=11.0).met
    assert Row("a", 10.0, goal_per_s=10.0, p99_s=0.3, goal_p99_s=0.3).met
    assert not Row("a", 10.0, goal_per_s=10.0, p99_s=0.31, goal_p99_s=0.3).met


@pytest.mark.parametrize("peer", [True, False])
def test_misty1_stands_beside_its_peer_where_there_is_one(peer: bool):
    named = [
        ("yardstick: HMAC-SHA-256 of 49 bytes", 100.0),
        ("MISTY1 block, ours", 30.0),
        ("EA11 decode", 50.0),
    ]
    if peer:
        named.append(("peer: MISTY1 block, python3-botan", 60.0))
    measured = [MeasuredWorkload(Workload(name, 1, lambda: None), per_s) for name, per_s in named]
    told = {row.name: row for row in sts.rows(measured)}
    assert told["MISTY1 block, ours"].ratio == (0.5 if peer else 0.3)
    assert told["EA11 decode"].ratio == 0.5
    assert told["yardstick: HMAC-SHA-256 of 49 bytes"].ratio is None


def test_the_module_is_measured_on_each_disk(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(security_module, "ROUNDS", 1)
    measured = security_module.measure(0.05, (0.0, 1.0))
    assert [row.ratio is None for row in measured] == [True, False] * 2
    assert all(row.per_s > 0 for row in measured)
    assert "syncs + 1 ms" in measured[3].name
    assert rows_module.ROUNDS == 5
