"""The workloads of ``amibench benchmark simulation`` under pytest-benchmark; a village of an hour."""

import pytest

from amibench.commands.benchmark.simulation import measure_community
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import load_scenario


@pytest.mark.parametrize("name", ["teorama_nano", "ssfvi"])
def test_a_day(benchmark, name: str):
    scenario = load_scenario(name).with_frame(days=1.0)
    benchmark.pedantic(lambda: FieldWorld(scenario).run(scenario.duration_s), rounds=5)


def test_an_hour_of_a_village(benchmark):
    benchmark.pedantic(lambda: measure_community(1.0, 350), rounds=3)
