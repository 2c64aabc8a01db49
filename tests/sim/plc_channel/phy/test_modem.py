"""The modem: the floor of preamble and header, capture, R3."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.plc_channel.errors import FrameTooLongError, UnknownSchemeError
from sim.plc_channel.phy.modem import PrimePhy, phy_of, survives_collision, sync_hazard
from tools.fidelity.phy import published

CODED = ("DBPSK_C", "DQPSK_C", "D8PSK_C")
ROBUST = ("R_DBPSK", "R_DQPSK")


@pytest.mark.parametrize("name", CODED + ROBUST)
def test_r3_thresholds_of_a_real_modem(name: str) -> None:
    low, high = published()["receiver_thresholds_db"][name]
    assert low - 1.0 <= PrimePhy(name).threshold_db(256) <= high + 1.0


@pytest.mark.parametrize("name", CODED)
def test_the_coded_modes_need_no_floor_for_r3(name: str) -> None:
    low, high = published()["receiver_thresholds_db"][name]
    assert low - 1.0 <= PrimePhy(name, sync_floor_db=None).threshold_db(256) <= high + 1.0


def test_robust_modes_without_the_floor_are_better_than_real_ones() -> None:
    assert (
        PrimePhy("R_DBPSK", sync_floor_db=None).threshold_db(256)
        < -1.0
        < 0.9
        < PrimePhy("R_DBPSK").threshold_db(256)
    )


def test_the_floor_loses_a_tenth_at_its_ratio() -> None:
    assert -math.expm1(-sync_hazard(1.0, 1.0)) == pytest.approx(0.1)
    assert -math.expm1(-sync_hazard(1.5, 1.0)) == pytest.approx(0.01, rel=0.1)
    assert sync_hazard(-20.0, None) == 0.0
    assert sync_hazard(-20.0, 1.0) == math.inf
    assert PrimePhy("R_DBPSK").error_rate(18, -30.0) == 1.0


@given(snr_db=some.floats(-20, 40), octets=some.integers(1, 300))
def test_error_rates_are_rates(snr_db: float, octets: int) -> None:
    ideal, real = PrimePhy("R_DQPSK", sync_floor_db=None), PrimePhy("R_DQPSK")
    assert 0.0 <= ideal.error_rate(octets, snr_db) <= real.error_rate(octets, snr_db) <= 1.0


def test_it_fits_the_mac() -> None:
    phy = phy_of("DBPSK_C", "modem", 1.0)
    assert phy.airtime_s(18) == pytest.approx(0.011008)
    assert phy is phy_of("DBPSK_C", "modem", 1.0)
    with pytest.raises(FrameTooLongError):
        phy.airtime_s(1000)
    assert PrimePhy("R_DBPSK", preamble="BC").airtime_s(18) == pytest.approx(0.05952)


def test_names_are_checked_when_it_is_made() -> None:
    with pytest.raises(UnknownSchemeError):
        PrimePhy("DBPSK_F")
    with pytest.raises(UnknownSchemeError):
        PrimePhy("DBPSK", "perfect")


@pytest.mark.parametrize(
    ("wanted_db", "others_db", "margin_db", "survives"),
    [
        (20.0, 5.0, None, False),
        (20.0, 10.0, 10.0, True),
        (20.0, 10.1, 10.0, False),
        (20.0, -math.inf, None, False),
        (0.0, 0.0, 0.0, True),
    ],
)
def test_capture(wanted_db: float, others_db: float, margin_db: float | None, survives: bool) -> None:
    assert survives_collision(wanted_db, others_db, margin_db) is survives
