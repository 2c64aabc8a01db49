"""Transmission lines: the pass over the tree is nodal analysis; cables and feeders are those of plc.md."""

import cmath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.random import Generator, Philox

from sim.plc_channel.channel.transmission_lines import (
    ChannelLine,
    band_hz,
    cable,
    line_tree,
    published_cables,
    solve,
    span,
)
from sim.plc_channel.errors import ChannelTermsError
from tools.fidelity.channel import capacitor_loss_db, feeder_deviations

TRIPLEX = "triplex-al-2x33"
FREQUENCY_HZ = band_hz((0, 40, 96))


# ---------------------------------------------------------------- cables


@pytest.mark.parametrize(("name", "figures"), published_cables().items())
def test_cables_are_those_of_the_study(name: str, figures: dict[str, object]) -> None:
    line = cable(name)
    assert line.attenuation_db_km(band_hz((0, 96))) == pytest.approx(figures["db_km"], rel=0.03)
    assert np.abs(line.propagation(band_hz())[1]).mean() == pytest.approx(figures["zc_ohm"], rel=0.02)


@pytest.mark.parametrize("name", ["quadruplex-al-1/0", "quadruplex-al-4/0", "triplex-al-2x33", "duplex-al-6"])
def test_a_rural_drop_costs_less_than_half_a_decibel(name: str) -> None:
    assert 0.3 * cable(name).attenuation_db_km(band_hz()).max() < 0.5


def test_the_ideal_cable_loses_nothing() -> None:
    assert cable("ideal").attenuation_db_km(band_hz()) == pytest.approx(0.0, abs=1e-9)


def test_the_band() -> None:
    assert len(band_hz()) == 97
    assert band_hz((96,))[0] == pytest.approx(88_867, abs=1)


def test_an_unknown_cable_is_named() -> None:
    with pytest.raises(ChannelTermsError, match=r"there is no cable 'string'; the table has .*triplex"):
        cable("string")


def test_a_line_is_reciprocal_and_its_halves_make_it() -> None:
    whole = span(ChannelLine(0, 1, 100.0, TRIPLEX), FREQUENCY_HZ)
    half = span(ChannelLine(0, 1, 50.0, TRIPLEX), FREQUENCY_HZ)
    assert whole.a * whole.a - whole.b * whole.c == pytest.approx(np.ones(3))
    assert whole.a == pytest.approx(half.a * half.a + half.b * half.c)
    assert whole.b == pytest.approx(2 * half.a * half.b)


# ---------------------------------------------------------------- networks


def nodal(
    lines: list[ChannelLine], loads: np.ndarray, source_ohm: np.ndarray, frequency_hz: float
) -> np.ndarray:
    """[sender, listener] by the admittance matrix: another way to the same."""
    count = len(lines) + 1
    matrix = np.diag(loads).astype(complex)
    for line in lines:
        gamma, impedance = (value[0] for value in cable(line.cable).propagation(np.array([frequency_hz])))
        through = 1 / (impedance * cmath.sinh(gamma * line.length_m))
        own = cmath.cosh(gamma * line.length_m) * through
        a, b = line.from_node, line.to_node
        matrix[a, a] += own
        matrix[b, b] += own
        matrix[a, b] -= through
        matrix[b, a] -= through
    impedances = np.linalg.inv(matrix)
    transfers = impedances / (source_ohm + np.diag(impedances))[None, :]
    assert transfers.shape == (count, count)
    return transfers.T


@settings(max_examples=30, deadline=None)
@given(seed=some.integers(0, 2**32 - 1), count=some.integers(2, 25))
def test_the_pass_is_nodal_analysis(seed: int, count: int) -> None:
    rng = Generator(Philox(key=seed))
    names = ("triplex-al-2x33", "nayy-50", "concentric-cu-8", "quadruplex-al-4/0")
    lines = [
        ChannelLine(int(rng.integers(0, node)), node, float(rng.uniform(5, 300)), names[int(rng.integers(4))])
        for node in range(1, count)
    ]
    loads = 1 / (rng.uniform(2, 100, count) + 1j * rng.uniform(-20, 50, count))
    sources = rng.uniform(0.5, 20, count)
    solution = solve(line_tree(lines), np.repeat(loads[:, None], 3, axis=1), FREQUENCY_HZ)
    found = solution.transfer(sources)[:, :, 1]
    assert np.allclose(found, nodal(lines, loads, sources, float(FREQUENCY_HZ[1])), rtol=1e-9, atol=1e-12)


def test_the_root_and_the_order_of_lines_do_not_matter() -> None:
    lines = [ChannelLine(0, 1, 30, TRIPLEX), ChannelLine(1, 2, 40, TRIPLEX), ChannelLine(1, 3, 50, TRIPLEX)]
    turned = [ChannelLine(3, 1, 50, TRIPLEX), ChannelLine(2, 1, 40, TRIPLEX), ChannelLine(1, 0, 30, TRIPLEX)]
    loads = np.full((4, 3), 0.05 + 0.01j)
    a, b = solve(line_tree(lines), loads, FREQUENCY_HZ), solve(line_tree(turned, root=2), loads, FREQUENCY_HZ)
    assert np.allclose(a.ratios, b.ratios)
    assert np.allclose(a.admittances, b.admittances)


def test_only_what_is_wanted() -> None:
    lines = [ChannelLine(node, node + 1, 30, TRIPLEX) for node in range(4)]
    loads = np.full((5, 3), 0.05 + 0j)
    whole, part = (
        solve(line_tree(lines), loads, FREQUENCY_HZ),
        solve(line_tree(lines), loads, FREQUENCY_HZ, (4, 0)),
    )
    assert np.array_equal(part.ratios, whole.ratios[np.ix_([4, 0], [4, 0])])
    assert np.array_equal(part.admittances, whole.admittances[[4, 0]])


def test_a_node_without_lines() -> None:
    solution = solve(line_tree([]), np.full((1, 3), 0.1 + 0j), FREQUENCY_HZ)
    assert np.abs(solution.transfer(np.array([10.0]))[0, 0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([ChannelLine(0, 1, 1, TRIPLEX), ChannelLine(1, 0, 1, TRIPLEX)], "do not make a tree"),
        ([ChannelLine(0, 2, 1, TRIPLEX)], "without gaps"),
        ([ChannelLine(0, 1, -1, TRIPLEX)], "negative length"),
        (
            [ChannelLine(0, 1, 1, TRIPLEX), ChannelLine(2, 3, 1, TRIPLEX), ChannelLine(3, 2, 1, TRIPLEX)],
            "hang together",
        ),
        ([ChannelLine(-1, 0, 1, TRIPLEX)], "without gaps"),
    ],
)
def test_what_is_no_tree(lines: list[ChannelLine], what: str) -> None:
    with pytest.raises(ChannelTermsError, match=what):
        line_tree(lines)


# ---------------------------------------------------------------- plc.md 1.8


@pytest.mark.parametrize(("load", "gap_db"), feeder_deviations().items())
def test_loaded_feeders_are_those_of_the_study(load: str, gap_db: float) -> None:
    assert abs(gap_db) <= 0.15, load


@pytest.mark.parametrize(("cap_uf", "loss_db"), [(4.7, 6.7), (10.0, 12.4), (20.0, 18.2)])
def test_a_capacitor_at_the_coupler(cap_uf: float, loss_db: float) -> None:
    assert capacitor_loss_db(cap_uf, 0.0) == pytest.approx(loss_db, abs=0.3)


def test_the_worst_carrier_of_10_uf() -> None:
    assert capacitor_loss_db(10.0, 0.0, worst=True) == pytest.approx(15.0, abs=0.3)


@pytest.mark.parametrize("cap_uf", [10.0, 20.0])
def test_plc_12_moving_the_coupler_20_m(cap_uf: float) -> None:
    assert capacitor_loss_db(cap_uf, 0.0) - capacitor_loss_db(cap_uf, 20.0) >= 10.0
    assert capacitor_loss_db(cap_uf, 20.0) <= 1.3


def test_the_resonance_of_10_m_and_4_7_uf() -> None:
    """plc.md says −26 dB near 41 kHz, just below the band; here the lowest carrier loses 20 to 29 dB."""
    assert 20.0 < capacitor_loss_db(4.7, 10.0, worst=True) < 29.0
