"""The bench of the simulated field, small: every figure beside its yardstick."""

from amibench.commands.benchmark import BENCHES, load
from amibench.commands.benchmark.simulation import measure_community, measure_growth, measure_lateness


def test_it_is_one_of_the_benches():
    assert load("simulation").TITLE.spoken("es").startswith("Campo simulado")
    assert "simulation" in BENCHES


def test_a_village_stands_beside_plain_clocks():
    stick, village = measure_community(0.5, 3)
    assert village.yardstick == stick.name
    assert village.per_s > 0
    assert village.ratio == village.per_s / stick.per_s
    assert village.goal_per_s == 17.5


def test_growth_is_a_ratio():
    small, large = measure_growth(0.002, 2)
    assert large.ratio == large.per_s / small.per_s


def test_lateness_is_measured_in_a_served_world():
    (row,) = measure_lateness(2, served_s=0.2)
    assert row.per_s > 0
    assert row.met is not None
