"""Error tables: what is interpolated passes through what was computed, and is monotone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.plc_channel.errors import UnknownSchemeError
from sim.plc_channel.phy.error_tables import PROFILES, ErrorTable, error_table
from sim.plc_channel.phy.schemes import schemes

NAMES = list(schemes())
#: SNR at PER 50, 10 and 1 %. Source: plc.md 1.4 [C]
THRESHOLDS = {
    ("simprime", "DBPSK", 64): (7.59, 8.82, 10.0),
    ("simprime", "DQPSK", 256): (13.1, 14.2, 15.2),
    ("simprime", "D8PSK", 64): (17.2, 18.9, 20.3),
    ("simprime", "DBPSK_C", 64): (3.28, 4.25, 5.12),
    ("simprime", "DQPSK_C", 256): (8.57, 9.36, 10.31),
    ("simprime", "D8PSK_C", 64): (12.7, 14.0, 15.2),
    ("simprime", "R_DBPSK", 64): (-0.85, -0.23, 0.49),
    ("modem", "DBPSK_C", 18): (1.44, 2.23, 3.08),
    ("modem", "DBPSK_C", 64): (1.95, 2.75, 3.56),
    ("modem", "DBPSK_C", 256): (2.55, 3.20, 3.89),
    ("modem", "DQPSK_C", 64): (4.72, 5.63, 6.52),
    ("modem", "D8PSK_C", 256): (8.52, 9.38, 10.62),
    ("modem", "R_DQPSK", 64): (0.02, 0.73, 1.51),
    ("modem", "R_DBPSK", 256): (-1.68, -1.10, -0.61),
}

keys = some.tuples(some.sampled_from(PROFILES), some.sampled_from(NAMES))
ratios = some.floats(-30.0, 50.0)
sizes = some.integers(1, 2268)


@pytest.mark.parametrize(("key", "wanted"), THRESHOLDS.items())
def test_thresholds_of_the_study(key: tuple[str, str, int], wanted: tuple[float, ...]) -> None:
    profile, name, octets = key
    table = error_table(profile, name)
    for per, snr_db in zip((0.5, 0.1, 0.01), wanted, strict=True):
        assert table.threshold_db(octets, per) == pytest.approx(snr_db, abs=0.2)


@given(key=keys, octets=sizes, snr_db=ratios, more_db=some.floats(0.0, 10.0))
def test_more_signal_never_hurts(key: tuple[str, str], octets: int, snr_db: float, more_db: float) -> None:
    table = error_table(*key)
    assert 0.0 <= table.per(octets, snr_db + more_db) <= table.per(octets, snr_db) <= 1.0


@given(key=keys, octets=sizes, more=some.integers(0, 500), snr_db=ratios)
def test_more_octets_never_help(key: tuple[str, str], octets: int, more: int, snr_db: float) -> None:
    table = error_table(*key)
    assert table.per(octets, snr_db) <= table.per(octets + more, snr_db) + 1e-12


@given(key=keys, octets=some.integers(256, 1024), snr_db=some.floats(-5.0, 25.0))
def test_beyond_the_largest_size_errors_are_proportional(
    key: tuple[str, str], octets: int, snr_db: float
) -> None:
    table = error_table(*key)
    assert table.hazard(2 * octets, snr_db) == pytest.approx(2 * table.hazard(octets, snr_db))


@given(key=keys, octets=sizes, snr_db=some.floats(-15.0, 35.0))
def test_nothing_jumps(key: tuple[str, str], octets: int, snr_db: float) -> None:
    table = error_table(*key)
    assert abs(table.per(octets, snr_db) - table.per(octets, snr_db + 1e-6)) < 1e-4


def test_extremes() -> None:
    table = error_table("modem", "DBPSK_C")
    assert table.per(64, -math.inf) == 1.0
    assert table.per(64, -100.0) == 1.0
    assert table.per(64, 100.0) == 0.0
    assert table.per(64, math.nan) == 1.0


@pytest.mark.parametrize("name", ["DBPSK", "DQPSK", "D8PSK"])
def test_labels_do_not_matter_to_frames_without_code(name: str) -> None:
    assert error_table("modem", name).per(64, 10.0) == error_table("simprime", name).per(64, 10.0)


@pytest.mark.parametrize(("name", "least_db"), [("DBPSK_C", 1.0), ("DQPSK_C", 2.5), ("D8PSK_C", 4.5)])
def test_soft_decisions_win_what_the_study_says(name: str, least_db: float) -> None:
    gap_db = error_table("simprime", name).threshold_db(256, 0.1) - error_table("modem", name).threshold_db(
        256, 0.1
    )
    assert least_db < gap_db < least_db + 1.5


def test_rare_failures_do_not_bend_the_tail() -> None:
    """Two failures in 3000 frames are chance: the tail goes on as the reliable points say."""
    rates = ((0.0, 1.0), (0.5, 0.5), (1.0, 0.1), (1.5, 0.01), (2.0, 0.001), (2.5, 0.0006))
    straight = ErrorTable((64,), (rates[:5],), (3000,))
    bent = ErrorTable((64,), (rates,), (3000,))
    assert bent.per(64, 3.0) == straight.per(64, 3.0) < 1e-4


@pytest.mark.parametrize(("profile", "name"), [("ideal", "DBPSK"), ("modem", "DBPSK_F"), ("", "")])
def test_unknown_tables(profile: str, name: str) -> None:
    with pytest.raises(UnknownSchemeError):
        error_table(profile, name)
