"""Channels: what a place hears, what is lost, what changes when."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.feeder import FeederChannel, FeederChannelTerms
from sim.plc_channel.channel.interface import BASE_PLACE, Channel, IdealChannel
from sim.plc_channel.channel.noisy import MatrixChannel, ReceiverTerms, effective_db, frame_db
from sim.plc_channel.channel.transmission_lines import ChannelLine
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise import FLAT, NoiseTerms
from sim.plc_channel.phy.modem import phy_of
from tools.fidelity.channel import published_field, simprime_losses

LINES = [ChannelLine(node, node + 1, 20.0, "triplex-al-2x33") for node in range(6)]
NODES = (1, 2, 3, 4, 5, 6)


def feeder(
    *, noise: NoiseTerms = FLAT, phases: tuple[int, ...] | None = None, **terms: object
) -> FeederChannel:
    return FeederChannel(
        LINES, NODES, phases, streams=RandomStreams(1), terms=FeederChannelTerms(**terms), noise=noise
    )


def matrix(loss_db: float, noise: NoiseTerms = FLAT, receiver: ReceiverTerms | None = None) -> MatrixChannel:
    losses = np.full((3, 3), loss_db)
    return MatrixChannel(losses, streams=RandomStreams(1), noise=noise, receiver=receiver)


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize(
    "channel", [IdealChannel(), matrix(30.0), feeder()], ids=["ideal", "matrix", "feeder"]
)
def test_they_answer_what_the_mac_asks(channel: Channel) -> None:
    assert channel.snr_db(BASE_PLACE, 0, 0.0) > 10.0
    assert channel.audible(1, BASE_PLACE, 5.0) is True
    assert channel.next_change_s(100.0) > 100.0
    assert channel.frame_error("DBPSK_C", 64, BASE_PLACE, 0, 0.0, 0.033, 0.5) is False


def test_the_ideal_wire_never_changes() -> None:
    assert IdealChannel().next_change_s(0.0) == math.inf


# ---------------------------------------------------------------- ratios


@given(ratio=some.floats(-20, 60), count=some.integers(1, 20), beta=some.sampled_from([1.0, 2.8, 9.6]))
def test_equal_carriers_are_their_own_mean(ratio: float, count: int, beta: float) -> None:
    assert float(effective_db(np.full(count, ratio), beta)) == pytest.approx(ratio, abs=1e-6)


@given(ratios=some.lists(some.floats(-20, 60), min_size=2, max_size=12))
def test_the_mean_lies_between_worst_and_best(ratios: list[float]) -> None:
    found = float(effective_db(np.array(ratios), 1.0))
    assert min(ratios) - 1e-6 <= found <= max(ratios) + 1e-6


def test_the_mean_is_exact_for_bit_errors_of_dbpsk() -> None:
    ratios = np.array([2.0, 5.0, 9.0])
    errors = (0.5 * np.exp(-(10 ** (ratios / 10)))).mean()
    assert 0.5 * math.exp(-(10 ** (float(effective_db(ratios, 1.0)) / 10))) == pytest.approx(errors)


def test_a_notch_counts_for_what_it_destroys() -> None:
    assert float(effective_db(np.array([30.0] * 12 + [3.0]), 1.0)) < 8.0


@given(ratios=some.lists(some.floats(-20, 60), min_size=2, max_size=12))
def test_of_symbols_the_worst_counts_most(ratios: list[float]) -> None:
    found = float(frame_db(np.array(ratios)))
    assert min(ratios) - 1e-9 <= found <= min(ratios) + math.log(len(ratios)) / 2.6 + 1e-9
    assert float(frame_db(np.array(ratios) + 3.0)) == pytest.approx(found + 3.0)


@pytest.mark.parametrize("rise_db", [0.0, 6.0, 12.0])
@pytest.mark.parametrize(("octets", "length_s"), [(64, 0.033408), (256, 0.105088)])
def test_the_ratio_tells_what_frames_will_suffer(octets: int, length_s: float, rise_db: float) -> None:
    """The rate by `snr_db` is that by `frame_error`, within one decibel, at one frame in ten."""
    noise = replace(FLAT, envelope_rise_db=rise_db)
    begins, draws = np.random.Generator(np.random.Philox(key=4)).random((2, 300))
    phy = phy_of("DBPSK_C", "modem", 1.0)

    def lost(loss_db: float) -> float:
        channel = matrix(loss_db, noise)
        fates = [
            channel.frame_error("DBPSK_C", octets, 0, 1, begin, begin + length_s, draw)
            for begin, draw in zip(begins, draws, strict=True)
        ]
        return sum(fates) / len(fates)

    threshold_db = next(
        loss
        for loss in np.arange(35.0, 65.0, 0.25)
        if phy.error_rate(octets, matrix(loss, noise).snr_db(0, 1, 0.0)) > 0.1
    )
    assert lost(threshold_db - 1.0) < 0.2
    assert lost(threshold_db + 1.0) > 0.1


# ---------------------------------------------------------------- matrix


def test_losses_come_off_decibel_by_decibel() -> None:
    ratios = [matrix(loss_db).snr_db(0, 1, 0.0) for loss_db in (0.0, 10.0, 50.0)]
    assert ratios[0] == pytest.approx(matrix(0.0).lossless_snr_db)
    assert ratios[0] - ratios[1] == pytest.approx(10.0)
    assert ratios[0] - ratios[2] == pytest.approx(50.0)


def test_rows_of_a_feeder() -> None:
    rows = published_field()["loss_rows"]
    down, up = rows["down_100_m"], rows["up_100_m"]
    channel = MatrixChannel.of_rows(down, up, streams=RandomStreams(1), noise=FLAT)
    lossless = channel.lossless_snr_db
    assert [lossless - channel.snr_db(-1, place, 0.0) for place in range(5)] == pytest.approx(down)
    assert [lossless - channel.snr_db(place, -1, 0.0) for place in range(5)] == pytest.approx(up)
    assert lossless - channel.snr_db(1, 3, 0.0) == pytest.approx(down[3] - down[1])
    assert lossless - channel.snr_db(3, 1, 0.0) == pytest.approx(up[3] - up[1])


@pytest.mark.parametrize("losses", [[[0.0, 1.0]], [1.0, 2.0], [[]]])
def test_a_matrix_is_square(losses: list[object]) -> None:
    with pytest.raises(ChannelTermsError, match="as many rows as columns"):
        MatrixChannel(losses, streams=RandomStreams(1))


def test_rows_are_as_long_as_each_other() -> None:
    with pytest.raises(ChannelTermsError):
        MatrixChannel.of_rows((1.0,), (1.0, 2.0), streams=RandomStreams(1))


# ---------------------------------------------------------------- errors of frames


@given(loss_db=some.floats(40.0, 60.0), draw=some.floats(0.0, 0.999))
def test_without_an_envelope_frames_are_lost_by_the_table(loss_db: float, draw: float) -> None:
    channel = matrix(loss_db)
    rate = phy_of("DBPSK_C", "modem", 1.0).error_rate(64, channel.snr_db(0, 1, 0.0))
    if abs(rate - draw) > 1e-6 and rate > 1e-6:
        assert channel.frame_error("DBPSK_C", 64, 0, 1, 0.0, 0.033, draw) is (draw < rate)


def test_short_frames_see_the_cycle_of_the_mains() -> None:
    noise = NoiseTerms(hourly_db=(0,) * 24, envelope_rise_db=15.0, envelope_share=0.3, bursts_per_h=0.0)
    channel = matrix(48.0, noise)
    length_s = 0.0024
    fates = {
        channel.frame_error("DBPSK_C", 18, 0, 1, begin, begin + length_s, 0.5)
        for begin in np.arange(0, 1 / 120, 5e-4)
    }
    assert fates == {True, False}


def test_a_long_burst_takes_frames_that_would_arrive() -> None:
    noise = NoiseTerms(
        hourly_db=(0,) * 24, envelope_rise_db=0.0, bursts_per_h=600.0, burst_s_max=1.0, burst_rise_db=40.0
    )
    channel = matrix(30.0, noise)
    fates = [
        channel.frame_error("DBPSK_C", 64, 0, 1, at, at + 0.033, 0.5) for at in np.arange(0.0, 120.0, 0.25)
    ]
    assert 0.02 < sum(fates) / len(fates) < 0.25
    assert any(channel.snr_db(0, 1, at) < 0 for at in np.arange(0.0, 120.0, 0.25))


def test_answers_stay_between_two_changes() -> None:
    channel = matrix(40.0, NoiseTerms(bursts_per_h=300.0))
    now_s = 0.0
    for _ in range(200):
        until_s = channel.next_change_s(now_s)
        inside = [channel.snr_db(0, 1, now_s + part * (until_s - now_s)) for part in (0.0, 0.3, 0.6, 0.999)]
        assert len(set(inside)) == 1
        now_s = until_s


def test_the_evening_is_worse_than_the_night() -> None:
    channel = matrix(40.0, NoiseTerms(envelope_rise_db=0.0, bursts_per_h=0.0))
    assert channel.snr_db(0, 1, 3 * 3600.0) - channel.snr_db(0, 1, 20 * 3600.0) == pytest.approx(12.0)


def test_the_base_may_stand_in_a_noisier_place() -> None:
    channel = matrix(40.0, replace(FLAT, base_rise_db=7.0))
    assert channel.snr_db(0, 1, 0.0) - channel.snr_db(0, BASE_PLACE, 0.0) == pytest.approx(7.0)


def test_carrier_sense_has_its_threshold() -> None:
    deaf, keen = ReceiverTerms(audible_snr_db=20.0), ReceiverTerms(audible_snr_db=-5.0)
    assert matrix(45.0, receiver=deaf).audible(0, 1, 0.0) is False
    assert matrix(45.0, receiver=keen).audible(0, 1, 0.0) is True


def test_who_asks_first_does_not_matter() -> None:
    noise = NoiseTerms(bursts_per_h=300.0)
    instants = [float(at) for at in np.arange(0.0, 7200.0, 61.7)]
    forth, back = matrix(45.0, noise), matrix(45.0, noise)
    one = {at: forth.snr_db(0, 1, at) for at in instants}
    two = {at: back.snr_db(0, 1, at) for at in reversed(instants)}
    assert one == two


def test_memory_is_bounded() -> None:
    channel = matrix(45.0, NoiseTerms(bursts_per_h=0.0))
    for hour in range(24 * 30):
        for place in range(3):
            channel.snr_db(place, 0, hour * 3600.0)
    assert len(channel._levels) <= 1024


# ---------------------------------------------------------------- feeders


def test_the_way_up_is_easier_than_the_way_down() -> None:
    """SimPRIME's rows: 7 to 11 dB, for the concentrator's coupler has the higher inner resistance."""
    down, up = simprime_losses(5)
    assert ((down - up > 5.0) & (down - up < 12.0)).all()


def test_r9_a_section_costs_3_9_db() -> None:
    down = simprime_losses(20)[0]
    assert down[0] == pytest.approx(13.0, abs=1.0)
    assert np.diff(down)[:-2] == pytest.approx(3.9, abs=0.5)  # but at the open end
    assert down[-1] == pytest.approx(87.5, abs=4.0)


def test_heavier_loads_cost_more() -> None:
    far = [feeder(state=state).snr_db(-1, 5, 0.0) for state in ("open", "idle", "evening", "heavy")]
    assert far == sorted(far, reverse=True)
    assert far[0] - far[-1] > 10.0


def test_a_load_counts_from_the_next_refresh_on() -> None:
    channel = feeder(refresh_s=900.0)
    before = channel.snr_db(-1, 5, 10.0)
    for place in range(6):
        channel.set_load(place, "heavy")
    assert channel.next_change_s(20.0) == 900.0
    assert channel.snr_db(-1, 5, 899.0) == before
    assert channel.snr_db(-1, 5, 900.0) < before - 5.0
    channel.set_load(0, "heavy")
    assert channel.snr_db(-1, 5, 1800.0) == channel.snr_db(-1, 5, 900.0)
    with pytest.raises(ChannelTermsError, match="no state of loads 'on fire'"):
        channel.set_load(0, "on fire")


def test_another_phase_costs_the_cross_phase_loss() -> None:
    channel = feeder(phases=(1, 2, 1, 2, 1, 2), cross_phase_db=12.0)
    same, crossed = np.mean(channel.gains_db(0, 2)), np.mean(channel.gains_db(0, 1))
    assert same - crossed > 8.0


def test_the_concentrator_feeds_all_phases_or_one() -> None:
    phases = (1, 2, 3, 1, 2, 3)
    all_of_them = feeder(phases=phases)
    one = feeder(phases=phases, phase_mode="single", base_phase=1, cross_phase_db=12.0)
    share_db = 10 * math.log10(3)
    assert np.mean(one.gains_db(-1, 0)) - np.mean(all_of_them.gains_db(-1, 0)) == pytest.approx(share_db)
    assert np.mean(all_of_them.gains_db(-1, 1)) - np.mean(one.gains_db(-1, 1)) > 12.0 - share_db - 3.0
    assert one.gains_db(0, -1) == all_of_them.gains_db(0, -1)


def test_one_phase_has_no_shares() -> None:
    assert feeder(phases=(2,) * 6).gains_db(-1, 3) == feeder().gains_db(-1, 3)


def test_the_inverter_is_worse_beside_the_coupler() -> None:
    near = feeder(filter_cap_uf=20.0, injection_distance_m=0.0).snr_db(-1, 3, 0.0)
    far = feeder(filter_cap_uf=20.0, injection_distance_m=20.0).snr_db(-1, 3, 0.0)
    none = feeder().snr_db(-1, 3, 0.0)
    assert near < far < none


def test_a_weak_grid_leaves_the_nearest_pole_only() -> None:
    """plc.md 1.7: much noise and heavy loads, and only neighbours hear each other."""
    noise = NoiseTerms(floor_dbm_hz=-62.0, bursts_per_h=0.0)
    channel = feeder(state="heavy", noise=noise)
    evening_s = 19 * 3600.0
    heard = [channel.snr_db(place, place + 1, evening_s) > 3.0 for place in range(5)]
    across = [channel.snr_db(place, place + 3, evening_s) > 3.0 for place in range(3)]
    assert all(heard)
    assert not any(across)


@pytest.mark.parametrize(
    ("nodes", "phases", "what"),
    [
        ((1, 2, 99), None, "no line reaches"),
        ((1, 2), (1,), "a node and a phase"),
        ((-1,), None, "no line reaches"),
    ],
)
def test_places_must_fit(nodes: tuple[int, ...], phases: tuple[int, ...] | None, what: str) -> None:
    with pytest.raises(ChannelTermsError, match=what):
        FeederChannel(LINES, nodes, phases, streams=RandomStreams(1))


@pytest.mark.parametrize(
    "terms",
    [
        {"state": "unknown"},
        {"loads": {"idle": 0j}},
        {"loads": {"idle": -5 + 1j}},
        {"phase_mode": "round_robin"},
        {"base_source_ohm": 0.0},
        {"node_source_ohm": -1.0},
        {"refresh_s": 0.0},
        {"filter_cap_uf": -1.0},
        {"injection_distance_m": -1.0},
        {"carriers": 1},
        {"carriers": 98},
    ],
)
def test_terms_out_of_range(terms: dict[str, object]) -> None:
    with pytest.raises(ChannelTermsError):
        FeederChannelTerms(**terms)


@pytest.mark.parametrize(
    ("terms", "what"),
    [
        (lambda: FeederChannelTerms(state="none"), "no state of loads"),
        (lambda: ReceiverTerms(profile="perfect"), "the profile must be"),
        (lambda: NoiseTerms(hourly_db=(1.0,)), "24 hours"),
        (lambda: ReceiverTerms(beta=0.0), "beta"),
    ],
)
def test_terms_that_make_no_sense(terms: Callable[[], object], what: str) -> None:
    with pytest.raises(ChannelTermsError, match=what):
        terms()


def test_a_matrix_of_losses_has_two_directions() -> None:
    quiet = NoiseTerms(envelope_rise_db=0.0)
    channel = MatrixChannel([[0, 30], [20, 0]], streams=RandomStreams(1), noise=quiet)
    assert channel.snr_db(1, 0, 0.0) - channel.snr_db(0, 1, 0.0) == pytest.approx(10.0)
