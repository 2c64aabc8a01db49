"""Noise: background, hours, the mains' cycle, bursts, class A, availability."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.random import Generator, Philox

from sim.kernel.random import RandomStreams
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise import (
    CAP_DBM_HZ,
    FLAT,
    PHASES,
    VILLAGE_DAY,
    Bursts,
    NoiseProcess,
    NoiseTerms,
    carrier_noise_dbuv,
    floor_dbm_hz,
)
from sim.plc_channel.phy.modem import PrimePhy
from tools.fidelity.channel import NetworkNoise, drawn, expected, network_of_r11, published_field
from tools.fidelity.montecarlo import noise_rise_db, samples, uncoded_ber


def rng(seed: int = 1) -> Generator:
    return Generator(Philox(key=seed))


def process(**terms: object) -> NoiseProcess:
    return NoiseProcess(NoiseTerms(**terms), RandomStreams(1))


# ---------------------------------------------------------------- background


@pytest.mark.parametrize("law", ["best", "worst"])
@pytest.mark.parametrize("frequency_hz", [42e3, 65e3, 89e3])
def test_in_the_band_the_cap_is_the_background(law: str, frequency_hz: float) -> None:
    assert floor_dbm_hz(law, frequency_hz) == -90.0


def test_far_above_the_band_the_laws_differ() -> None:
    assert floor_dbm_hz("worst", 10e6) < floor_dbm_hz("best", 10e6) < CAP_DBM_HZ


def test_noise_voltage_of_a_carrier() -> None:
    """0 dBm in 50 ohm are 107 dBµV."""
    assert carrier_noise_dbuv(0.0, 1.0) == pytest.approx(106.99, abs=0.01)
    assert carrier_noise_dbuv(-90.0, 488.28125) == pytest.approx(16.99 + 26.89, abs=0.02)


# ---------------------------------------------------------------- bursts


def test_bursts_do_not_overlap_and_have_their_rate() -> None:
    bursts = Bursts(rng(), 60.0, 1.0)
    now_s, edges = 0.0, []
    while now_s < 50 * 3600.0:
        now_s = bursts.next_edge_s(now_s)
        edges.append(now_s)
    assert edges == sorted(set(edges))
    assert len(edges) / 2 == pytest.approx(50 * 60 * 60 / 60.5, rel=0.05)
    lengths = np.diff(edges)[::2]
    assert lengths.min() > 0
    assert lengths.max() <= 1.0
    assert lengths.mean() == pytest.approx(0.5, abs=0.03)


def test_inside_and_outside() -> None:
    bursts = Bursts(rng(), 600.0, 1.0)
    begin_s = bursts.next_edge_s(0.0)
    end_s = bursts.next_edge_s(begin_s)
    assert not bursts.active(begin_s - 1e-6)
    assert bursts.active(begin_s)
    assert bursts.active((begin_s + end_s) / 2)
    assert not bursts.active(end_s)
    assert bursts.overlap(begin_s - 1.0, end_s)
    assert not bursts.overlap(begin_s / 2, begin_s * 0.75)


def test_no_bursts() -> None:
    bursts = Bursts(rng(), 0.0, 1.0)
    assert bursts.next_edge_s(1e9) == math.inf
    assert not bursts.active(1e9)
    assert not bursts.overlap(0.0, 1e9)


@given(instants=some.lists(some.floats(0, 5e3), min_size=1, max_size=20))
def test_the_order_of_questions_does_not_matter(instants: list[float]) -> None:
    forth, back = Bursts(rng(), 100.0, 1.0), Bursts(rng(), 100.0, 1.0)
    one = [forth.active(at) for at in instants]
    two = [back.active(at) for at in reversed(instants)][::-1]
    assert one == two


# ---------------------------------------------------------------- time


def test_hours_of_the_village() -> None:
    noise = process(bursts_per_h=0.0)
    assert [noise.rise_db(hour * 3600.0 + 1) for hour in range(24)] == list(VILLAGE_DAY)
    assert noise.next_change_s(3599.0) == 3600.0
    assert noise.next_change_s(3600.0) == 7200.0
    assert max(range(24), key=VILLAGE_DAY.__getitem__) in range(18, 22)


def test_the_day_may_begin_in_between() -> None:
    noise = process(bursts_per_h=0.0, begin_hour=18.5)
    assert noise.rise_db(0.0) == VILLAGE_DAY[18]
    assert noise.next_change_s(0.0) == 1800.0
    assert noise.rise_db(1800.0) == VILLAGE_DAY[19]


def test_impulses_raise_the_noise() -> None:
    assert process(bursts_per_h=0.0, impulse_rise_db=noise_rise_db(0.01)).rise_db(0.0) == pytest.approx(
        20.04, abs=0.01
    )


def test_the_envelope_has_the_mean_of_its_two_states() -> None:
    envelope = process(envelope_rise_db=10.0, envelope_share=0.25).envelope
    assert len(envelope) == PHASES
    assert envelope.mean() == pytest.approx(0.75 + 0.25 * 10.0, rel=0.02)
    assert 1.0 <= envelope.min() < envelope.max() <= 10.0
    assert NoiseProcess(FLAT, RandomStreams(1)).envelope == pytest.approx(1.0)


def test_symbols_of_a_frame() -> None:
    noise = process(bursts_per_h=0.0)
    beacon, data = noise.symbols(0.0, 0.011008), noise.symbols(0.0, 0.105088)
    assert sum(beacon.values()) == 5
    assert sum(data.values()) == 47
    assert len(beacon) < len(data) == PHASES
    assert all(not burst for _, burst in data)


def test_symbols_in_a_burst() -> None:
    noise = process(bursts_per_h=600.0)
    begin_s = Bursts(RandomStreams(1).stream("noise/bursts"), 600.0, 1.0).next_edge_s(0.0)
    assert noise.bursts_in(begin_s - 0.01, begin_s + 0.01)
    found = noise.symbols(begin_s - 0.02, begin_s + 0.02)
    assert {burst for _, burst in found} == {True, False}


@pytest.mark.parametrize(
    "terms",
    [
        {"hourly_db": (0.0,) * 23},
        {"envelope_share": 1.1},
        {"envelope_share": -0.1},
        {"mains_hz": 0.0},
        {"bursts_per_h": -1.0},
        {"burst_s_max": -1.0},
        {"bursts_per_h": 7200.0, "burst_s_max": 1.0},
    ],
)
def test_terms_out_of_range(terms: dict[str, object]) -> None:
    with pytest.raises(ChannelTermsError):
        NoiseTerms(**terms)


# ---------------------------------------------------------------- class A


def test_plc_2_the_rise() -> None:
    assert 20.0 <= noise_rise_db(0.01) <= 20.4
    assert noise_rise_db(1e9) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(ValueError, match="above 0"):
        noise_rise_db(0.0)


def test_class_a_noise_has_the_power_that_its_parameters_say() -> None:
    noise = samples(0.1, 0.01, (200, 512), rng())
    power = np.abs(noise) ** 2
    assert power.mean() == pytest.approx(101.0, rel=0.05)
    assert np.median(power) < 2.0  # most samples are background


def test_without_impulses_the_formula_holds() -> None:
    assert uncoded_ber(5.0, 1500, rng()) == pytest.approx(0.5 * math.exp(-(10**0.5)), rel=0.08)


def test_with_impulses_the_curve_shifts_by_the_rise() -> None:
    ber = uncoded_ber(5.0 + noise_rise_db(0.01), 600, rng(), impulsive_index=0.1)
    assert ber == pytest.approx(uncoded_ber(5.0, 600, rng(2)), rel=0.15)


# ---------------------------------------------------------------- availability


def test_r11_is_met_by_calibration() -> None:
    given = published_field()["availability"]
    hours = 100 * expected(network_of_r11(), given["meters"], PrimePhy())
    assert hours.mean() == pytest.approx(given["mean_pct"], abs=0.1)
    assert hours[16:18].mean() == pytest.approx(given["dip_pct"], abs=0.5)
    assert hours.argmin() in (16, 17)
    assert hours.max() <= given["max_pct"] + 1.0


def test_two_drawn_days_stay_in_the_published_range() -> None:
    given = published_field()["availability"]
    hours = 100 * drawn(network_of_r11(), given["meters"], given["days"], PrimePhy(), rng(11))
    assert len(hours) == 48
    assert abs(hours.mean() - given["mean_pct"]) <= 2.0
    assert given["min_pct"] - 5 <= hours.min()
    assert hours.max() <= given["max_pct"] + 2


def test_it_gives_the_hours_of_a_wire() -> None:
    network = NetworkNoise(12.0, 8.0, tuple(published_field()["availability_shape"]["hourly"]))
    terms = NoiseTerms(hourly_db=network.hourly_db())
    assert max(terms.hourly_db) == 8.0
    assert min(terms.hourly_db) == 0.0
    better = NetworkNoise(20.0, 8.0, network.shape)
    assert (expected(better, 50, PrimePhy()) > expected(network, 50, PrimePhy())).all()
