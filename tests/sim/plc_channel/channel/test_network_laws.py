"""Laws that any network keeps: conservation of power, reciprocity, lines calculated by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.random import Generator, Philox

from sim.plc_channel.channel.feeder import FeederChannelTerms, FeederPaths
from sim.plc_channel.channel.transmission_lines import ChannelLine, Solution, band_hz, cable, line_tree, solve
from tools.fidelity.channel import capacitor_loss_db

TRIPLEX = "triplex-al-2x33"
BAND_HZ = band_hz((0, 24, 48, 72, 96))
_SPEED_M_S = 299_792_458.0

seeds = some.integers(0, 2**32 - 1)
counts = some.integers(2, 20)


def random_feeder(seed: int, count: int, name: str) -> tuple[np.ndarray, Solution]:
    rng = Generator(Philox(key=seed))
    lines = [
        ChannelLine(int(rng.integers(0, node)), node, float(rng.uniform(1, 200)), name)
        for node in range(1, count)
    ]
    loads = (
        1 / (rng.uniform(2, 200, (count, 1)) + 1j * rng.uniform(-30, 60, (count, 1))) * np.ones(len(BAND_HZ))
    )
    return loads, solve(line_tree(lines), loads, BAND_HZ)


# ---------------------------------------------------------------- laws


@settings(max_examples=30, deadline=None)
@given(seed=seeds, count=counts)
def test_lossless_lines_lose_nothing(seed: int, count: int) -> None:
    """What a sender feeds is what the loads take, wherever it stands."""
    loads, solution = random_feeder(seed, count, "ideal")
    for sender in range(count):
        taken = (loads.real * np.abs(solution.ratios[sender]) ** 2).sum(axis=0)
        assert taken == pytest.approx(solution.admittances[sender].real, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, count=counts)
def test_real_lines_lose_a_little(seed: int, count: int) -> None:
    loads, solution = random_feeder(seed, count, "concentric-cu-8")
    for sender in range(count):
        taken = (loads.real * np.abs(solution.ratios[sender]) ** 2).sum(axis=0)
        assert (taken <= solution.admittances[sender].real * (1 + 1e-9)).all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, count=counts)
def test_sender_and_listener_may_change_places(seed: int, count: int) -> None:
    """The transfer impedance is the same both ways: Y(sender) times ratio is not, Z = ratio / Y is."""
    _, solution = random_feeder(seed, count, TRIPLEX)
    impedances = solution.ratios / solution.admittances[:, None, :]
    assert np.allclose(impedances, impedances.transpose(1, 0, 2), rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, count=counts)
def test_a_sender_hears_itself_whole(seed: int, count: int) -> None:
    _, solution = random_feeder(seed, count, TRIPLEX)
    assert (solution.ratios[np.arange(count), np.arange(count)] == 1.0).all()
    stronger, weaker = solution.transfer(np.full(count, 1.0)), solution.transfer(np.full(count, 5.0))
    assert (
        np.abs(stronger)
        <= 1.0 / np.abs(1 + solution.admittances[:, None, :]) * np.abs(solution.ratios) + 1e-12
    ).all()
    assert np.isfinite(weaker).all()


# ---------------------------------------------------------------- by hand


def test_a_matched_line_only_attenuates() -> None:
    gamma, impedance = cable("nayy-150").propagation(BAND_HZ)
    solution = solve(
        line_tree([ChannelLine(0, 1, 500.0, "nayy-150")]), np.stack([0 * gamma, 1 / impedance]), BAND_HZ
    )
    assert np.abs(solution.ratios[0, 1]) == pytest.approx(np.exp(-gamma.real * 500.0))
    assert solution.admittances[0] == pytest.approx(1 / impedance)


def test_a_quarter_wave_stub_is_a_short_circuit() -> None:
    """An open stub of a quarter of a wave takes everything at its frequency."""
    frequency_hz = np.array([60e3])
    speed_m_s = _SPEED_M_S / math.sqrt(cable("ideal").permittivity)
    stub_m = speed_m_s / frequency_hz[0] / 4
    lines = [ChannelLine(0, 1, 10.0, "ideal"), ChannelLine(1, 2, stub_m, "ideal")]
    loads = np.array([[0j], [1 / 69 + 0j], [0j]])
    solution = solve(line_tree(lines), loads, frequency_hz)
    assert abs(solution.ratios[0, 1, 0]) < 1e-3
    half = [ChannelLine(0, 1, 10.0, "ideal"), ChannelLine(1, 2, 2 * stub_m, "ideal")]
    assert abs(solve(line_tree(half), loads, frequency_hz).ratios[0, 1, 0]) > 0.9


def test_a_line_without_length_is_not_there() -> None:
    loads = np.full((2, len(BAND_HZ)), 0.02 + 0j)
    solution = solve(line_tree([ChannelLine(0, 1, 0.0, TRIPLEX)]), loads, BAND_HZ)
    assert solution.ratios[0, 1] == pytest.approx(np.ones(len(BAND_HZ)))
    assert solution.admittances[0] == pytest.approx(np.full(len(BAND_HZ), 0.04))


def test_a_load_at_the_sender_divides() -> None:
    solution = solve(line_tree([]), np.full((1, 1), 1 / 5 + 0j), np.array([60e3]))
    assert abs(solution.transfer(np.array([15.0]))[0, 0, 0]) == pytest.approx(0.25)


@pytest.mark.parametrize("cap_uf", [1.0, 4.7, 10.0, 20.0, 47.0])
def test_the_capacitor_by_the_formula(cap_uf: float) -> None:
    """At the coupler: |1 + jωC·(1 ohm parallel to the line)|, within what the line's end adds."""
    omega = 2 * math.pi * band_hz()
    parallel = 1 / (1 + 1 / 69)
    wanted = 20 * np.log10(np.abs(1 + 1j * omega * cap_uf * 1e-6 * parallel)).mean()
    assert capacitor_loss_db(cap_uf, 0.0) == pytest.approx(wanted, abs=0.3)


def test_more_distance_from_the_inverter_is_better() -> None:
    losses = [capacitor_loss_db(20.0, distance_m) for distance_m in (0.0, 5.0, 10.0, 20.0, 40.0)]
    assert losses == sorted(losses, reverse=True)


# ---------------------------------------------------------------- places


@pytest.mark.parametrize("carriers", [2, 13, 97])
def test_few_carriers_tell_what_all_do(carriers: int) -> None:
    lines = [ChannelLine(node, node + 1, 20.0, TRIPLEX) for node in range(8)]

    def mean_db(count: int) -> float:
        paths = FeederPaths(lines, range(1, 9), [1] * 8, FeederChannelTerms(carriers=count))
        return float(paths.gains_db(-1)[7].mean())

    assert mean_db(carriers) == pytest.approx(mean_db(97), abs=0.3)


def test_two_homes_on_one_node_share_it() -> None:
    lines = [ChannelLine(0, 1, 20.0, TRIPLEX)]
    paths = FeederPaths(lines, (1, 1), (1, 1), FeederChannelTerms())
    assert paths.gains_db(0)[1] == pytest.approx(paths.gains_db(0)[0])
    assert paths.gains_db(-1)[0] == pytest.approx(paths.gains_db(-1)[1])


def test_a_home_at_the_coupler() -> None:
    paths = FeederPaths([], (0,), (1,), FeederChannelTerms())
    assert paths.gains_db(-1)[0] == pytest.approx(paths.gains_db(-1)[-1])


def test_gains_are_copies() -> None:
    paths = FeederPaths([ChannelLine(0, 1, 20.0, TRIPLEX)], (1,), (1,), FeederChannelTerms())
    paths.gains_db(-1)[0] = 99.0
    assert (paths.gains_db(-1)[0] < 0).all()


def test_a_changed_load_is_noticed_once() -> None:
    paths = FeederPaths([ChannelLine(0, 1, 20.0, TRIPLEX)], (1,), (1,), FeederChannelTerms())
    before = paths.gains_db(-1)[0].mean()
    assert paths.set_load(0, 5 + 10j) is True
    assert paths.set_load(0, 5 + 10j) is False
    assert paths.gains_db(-1)[0].mean() < before
    assert paths.set_load(0, None) is True
    assert paths.gains_db(-1)[0].mean() > before
