"""The generator of the tables, in small; ``AMIBENCH_SLOW=1`` runs all modulations with higher counts."""

import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.random import Generator, Philox

from sim.plc_channel.phy.error_tables import error_table
from sim.plc_channel.phy.schemes import scheme, schemes
from tools.fidelity import error_tables
from tools.fidelity.error_tables import curve, section
from tools.fidelity.montecarlo import (
    CARRIERS,
    INTERLEAVERS,
    MEMORY,
    RECEIVERS,
    Receiver,
    convolutional_encode,
    differences,
    hard_bits,
    labels,
    modulate,
    order,
    scrambled,
    simulate_frames,
    soft_bits,
    viterbi_decode,
)
from tools.fidelity.phy import ber_errors

SLOW = os.environ.get("AMIBENCH_SLOW") == "1"
UNCODED = ("DBPSK", "DQPSK", "D8PSK")
CODED = ("DBPSK_C", "DQPSK_C", "D8PSK_C")
seeds = some.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> Generator:
    return Generator(Philox(key=seed))


# ---------------------------------------------------------------- code


def test_the_code_is_the_one_of_171_and_133() -> None:
    impulse = np.zeros((1, 7), dtype=np.int8)
    impulse[0, 0] = 1
    answers = convolutional_encode(impulse).reshape(-1, 2)
    assert "".join(map(str, answers[:, 0])) == f"{0o171:07b}"
    assert "".join(map(str, answers[:, 1])) == f"{0o133:07b}"


def test_the_code_corrects_what_its_free_distance_allows() -> None:
    """The free distance is 10: any four wrong code bits far apart or not are corrected."""
    bits = np.pad(rng().integers(0, 2, (1, 40), dtype=np.int8), ((0, 0), (0, MEMORY)))
    clean = 1.0 - 2.0 * convolutional_encode(bits)
    for seed in range(30):
        wrong = clean.copy()
        wrong[0, rng(seed).choice(clean.shape[1], 4, replace=False)] *= -1
        assert (viterbi_decode(wrong) == bits).all()


@settings(max_examples=25)
@given(seed=seeds, length=some.integers(1, 60), frames=some.integers(1, 4))
def test_what_is_encoded_is_decoded(seed: int, length: int, frames: int) -> None:
    bits = np.pad(rng(seed).integers(0, 2, (frames, length), dtype=np.int8), ((0, 0), (0, MEMORY)))
    assert (viterbi_decode(1.0 - 2.0 * convolutional_encode(bits)) == bits).all()


def test_the_code_is_linear() -> None:
    a, b = rng().integers(0, 2, (2, 1, 50), dtype=np.int8)
    assert (convolutional_encode(a ^ b) == convolutional_encode(a) ^ convolutional_encode(b)).all()


# ---------------------------------------------------------------- modulation


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("gray", [True, False])
def test_bits_survive_a_clean_wire(bits: int, gray: bool) -> None:
    sent = rng().integers(0, 2, (5, 3 * CARRIERS * bits), dtype=np.int8)
    symbols = modulate(sent, bits, gray=gray)
    assert symbols.shape == (5, 3, CARRIERS + 1)
    assert np.allclose(np.abs(symbols), 1.0)
    steps = differences(symbols * np.exp(0.7j))  # the phase of the whole symbol does not matter
    assert (hard_bits(steps, bits, gray=gray) == sent).all()
    assert ((soft_bits(steps, bits, gray=gray) < 0) == (sent == 1)).all()


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_neighbours_differ_in_one_bit_with_gray_labels(bits: int) -> None:
    words = labels(bits, gray=True)
    assert sorted(words) == list(range(1 << bits))
    assert all(int(a ^ b).bit_count() == 1 for a, b in zip(words, np.roll(words, 1), strict=True))
    assert list(labels(bits, gray=False)) == list(range(1 << bits))


@pytest.mark.parametrize("kind", sorted(INTERLEAVERS))
@pytest.mark.parametrize("bits", [1, 2, 3])
def test_interleavers_lose_nothing(kind: str, bits: int) -> None:
    places = order(kind, 4, bits, rng())
    assert sorted(places) == list(range(4 * CARRIERS * bits))
    if kind != "frame":
        symbol = CARRIERS * bits
        assert (places // symbol == np.repeat(np.arange(4), symbol)).all()


def test_the_block_interleaver_parts_neighbours() -> None:
    places = order("block", 1, 1, rng())
    where = np.argsort(places)
    assert abs(np.diff(where)).min() >= CARRIERS // 8


def test_the_scrambler_undoes_itself() -> None:
    bits = rng().integers(0, 2, (3, 300), dtype=np.int8)
    once = scrambled(bits, active=True)
    assert (once != bits).any()
    assert (scrambled(once, active=True) == bits).all()
    assert (scrambled(bits, active=False) == bits).all()
    zeros = scrambled(np.zeros((1, 254), dtype=np.int8), active=True)[0]
    assert (zeros[:127] == zeros[127:]).all()
    assert zeros[:127].sum() == 64  # a sequence of greatest length


# ---------------------------------------------------------------- frames


def test_uncoded_dbpsk_is_what_the_formula_says() -> None:
    """Differential BPSK in white noise: exp(−Es/N0)/2."""
    errors = simulate_frames(scheme("DBPSK"), RECEIVERS["simprime"], 64, 5.0, rng(), frames=400, enough=400)
    assert errors.ber == pytest.approx(0.5 * math.exp(-(10**0.5)), rel=0.06)


def test_a_scrambler_changes_nothing_in_white_noise() -> None:
    plain = simulate_frames(
        scheme("DQPSK_C"), Receiver(gray=True, soft=True), 18, 3.5, rng(), frames=300, enough=300
    )
    mixed = simulate_frames(
        scheme("DQPSK_C"),
        Receiver(gray=True, soft=True, scramble=True),
        18,
        3.5,
        rng(2),
        frames=300,
        enough=300,
    )
    assert abs(plain.per - mixed.per) < 0.12


def test_it_stops_when_enough_frames_are_lost() -> None:
    errors = simulate_frames(
        scheme("DBPSK_C"), RECEIVERS["modem"], 18, -5.0, rng(), frames=100_000, enough=10
    )
    assert errors.per == 1.0
    assert errors.frames < 5000
    assert errors.bits == errors.frames * 18 * 8


def test_same_seed_same_errors() -> None:
    once, again = (
        simulate_frames(scheme("R_DBPSK"), RECEIVERS["modem"], 18, -2.0, rng(5), frames=50) for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize("name", UNCODED + (CODED if SLOW else CODED[:1]))
def test_r1_own_curves_beside_simprime(name: str) -> None:
    for error_db in ber_errors(name, 1000 if SLOW else 150):
        assert abs(error_db) <= 0.3


SHIPPED = [
    (profile, name, 0.5)
    for profile, name in [
        ("modem", "DBPSK_C"),
        ("simprime", "DBPSK"),
        *([("modem", "DQPSK_C"), ("modem", "R_DBPSK"), ("modem", "R_DQPSK")] if SLOW else []),
        *([("simprime", "DBPSK_C"), ("simprime", "DQPSK_C"), ("simprime", "D8PSK_C")] if SLOW else []),
        *([("modem", "D8PSK_C"), ("simprime", "R_DBPSK"), ("simprime", "D8PSK")] if SLOW else []),
    ]
]


@pytest.mark.parametrize(("profile", "name", "tolerance_db"), SHIPPED)
def test_own_frames_beside_the_shipped_curves(profile: str, name: str, tolerance_db: float) -> None:
    table = error_table(profile, name)
    frames = 1500 if SLOW else 250
    for per in (0.5, 0.1):
        snr_db = table.threshold_db(64, per)
        errors = simulate_frames(
            scheme(name), RECEIVERS[profile], 64, snr_db, rng(7), frames=frames, enough=frames
        )
        assert table.threshold_db(64, errors.per) == pytest.approx(snr_db, abs=tolerance_db)


# ---------------------------------------------------------------- the tool


def test_a_curve_falls_and_ends() -> None:
    points = curve(
        scheme("DBPSK_C"), RECEIVERS["modem"], 18, [0.0, 2.0, 8.0, 9.0], rng(), frames=60, enough=60
    )
    assert [point.snr_db for point in points] == [0.0, 2.0, 8.0]
    assert points[0].per > points[1].per > points[2].per == 0.0
    assert section("modem", "DBPSK_C", {18: points}).splitlines()[:2] == [
        "[modem.DBPSK_C]",
        "first_snr_db = 0.0",
    ]


def test_the_tool_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert error_tables.main(["DBPSK", "--frames", "5", "--octets", "18", "--profile", "simprime"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("[simprime.DBPSK]\nfirst_snr_db = 4.0\nper_18 = [")


def test_the_tool_knows_where_every_modulation_begins() -> None:
    assert all(scheme.begins_db < 12.0 for scheme in schemes().values())
    with pytest.raises(SystemExit):
        error_tables.main(["DBPSK_F"])
