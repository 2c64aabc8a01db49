"""The published points: complete, in order, and read the same way everywhere."""

import math
import re
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.random import Generator, Philox

from sim.plc_channel.phy.schemes import schemes
from tools.fidelity.phy import (
    CROSSING_BERS,
    ROBUST,
    SIMPRIME_RECEIVER,
    ber,
    ber_errors,
    crossing,
    published,
    snr_at_ber,
)

DATA = resources.files("sim.plc_channel").joinpath("data")
FILES = sorted(entry.name for entry in DATA.iterdir() if entry.name.endswith(".toml"))
AWGN = published()["ber_awgn"]


@pytest.mark.parametrize("name", [name for name in FILES if name != "not_modelled.toml"])
def test_every_data_file_says_how_sure_it_is(name: str) -> None:
    text = DATA.joinpath(name).read_text(encoding="utf-8")
    tags = re.findall(r"#.*\b(?:[ECIAM])\b", text)
    assert tags, name
    assert tomllib.loads(text)
    assert len(text) < 12_000, "compact"


@pytest.mark.parametrize("name", AWGN)
def test_curves_are_in_order(name: str) -> None:
    snrs, rates = zip(*AWGN[name], strict=True)
    assert list(snrs) == sorted(set(snrs))
    assert all(0 < rate < 0.51 for rate in rates)
    falling = [rate for rate in rates if rate < 0.45]
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize("name", AWGN)
def test_curves_pass_their_own_points(name: str) -> None:
    for snr_db, rate in AWGN[name]:
        assert ber(name, snr_db) == pytest.approx(rate)


@pytest.mark.parametrize("name", AWGN)
def test_crossings_are_those_of_the_study(name: str) -> None:
    row = published()["ber_crossings"][name]
    for rate, snr_db, rerun_db in zip(CROSSING_BERS, row["published"], row["rerun"], strict=True):
        assert snr_at_ber(AWGN[name], rate) == pytest.approx(snr_db, abs=0.01)
        assert rerun_db == pytest.approx(snr_db, abs=0.3)


@given(name=some.sampled_from(sorted(AWGN)), snr_db=some.floats(5.0, 25.0), more_db=some.floats(0.0, 5.0))
def test_bit_error_rates_fall(name: str, snr_db: float, more_db: float) -> None:
    # below 5 dB the coded curves of the source wander around one half
    assert 0.0 <= ber(name, snr_db + more_db) <= ber(name, snr_db) * 1.006 <= 0.51


def test_dbpsk_is_what_the_formula_says() -> None:
    for snr_db, rate in AWGN["DBPSK"]:
        assert rate == pytest.approx(0.5 * math.exp(-(10 ** (snr_db / 10))), rel=0.15)


def test_beyond_the_table() -> None:
    assert ber("DBPSK", -40.0) == AWGN["DBPSK"][0][1]
    assert 0 < ber("DBPSK", 11.0) < AWGN["DBPSK"][-1][1]
    with pytest.raises(KeyError):
        ber("R_DBPSK", 0.0)


@pytest.mark.parametrize("wanted", [0.6, 1e-9, 0.0])
def test_what_a_curve_does_not_pass(wanted: float) -> None:
    with pytest.raises(ValueError, match="does not pass"):
        snr_at_ber(AWGN["DBPSK"], wanted)


def test_every_modulation_has_a_threshold_or_says_why_not() -> None:
    known = set(published()["receiver_thresholds_db"])
    assert known | {"DBPSK"} == set(schemes())
    assert set(ROBUST) <= known


def test_class_a_points_are_twenty_decibels_further() -> None:
    document = published()["ber_middleton"]
    shifts = [
        snr_db - snr_at_ber(AWGN[name], rate)
        for name, points in document["points"].items()
        for snr_db, rate in points
        if rate > 1e-3
    ]
    assert len(shifts) == 10
    assert all(20.0 < shift < 20.8 for shift in shifts)


def test_a_crossing_is_found_beside_a_poor_guess() -> None:
    found = crossing("DBPSK", SIMPRIME_RECEIVER, 5.5, 0.01, 200, Generator(Philox(key=3)))
    assert found == pytest.approx(5.87, abs=0.3)
    assert len(ber_errors("DQPSK", 20)) == len(CROSSING_BERS)
