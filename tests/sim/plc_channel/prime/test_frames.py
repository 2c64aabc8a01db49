"""The frame in time, and PLC-5: nothing that a node sends crosses the border of a contention period."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.plc_channel.prime.frames import FRAME_S, SLOT_S, FrameClock
from sim.plc_channel.prime.settings import FRAME_SYMBOLS, SYMBOL_S, PrimeSettings
from tools.fidelity.mac_setups import R5_EXCHANGES, Plant, TableChannel, ThresholdPhy

TIMES = st.floats(0, 1e7)


def test_the_frame_is_that_of_the_standard() -> None:
    assert FRAME_SYMBOLS == 276
    assert pytest.approx(0.61824) == FRAME_S
    assert PrimeSettings().scp_symbols == 245
    assert 5 * SLOT_S <= (FRAME_SYMBOLS - 245) * SYMBOL_S


@given(TIMES, st.floats(1e-3, 0.5), st.floats(0, 1e6))
def test_contention_leaves_room(at_s: float, needs_s: float, origin_s: float) -> None:
    clock = FrameClock(PrimeSettings())
    clock.begin(origin_s)
    begin_s = clock.contention(origin_s + at_s, needs_s)
    assert origin_s + at_s - 1e-6 <= begin_s <= origin_s + at_s + 2 * FRAME_S
    assert clock.in_contention(begin_s, begin_s + needs_s)


@given(TIMES)
def test_next_frame_does_not_begin_before(at_s: float) -> None:
    clock = FrameClock(PrimeSettings())
    frame = clock.next_frame(at_s)
    assert at_s - 1e-6 <= clock.frame_s(frame) < at_s + FRAME_S + 1e-6
    assert clock.next_frame(clock.frame_s(frame)) == frame
    assert clock.frame(clock.frame_s(frame)) == frame


def test_periods_of_a_frame_with_own_time() -> None:
    clock = FrameClock(PrimeSettings(cfp_symbols=100))
    last_s = (FRAME_SYMBOLS - 100) * SYMBOL_S
    assert clock.contention(last_s, 0.01) == pytest.approx(FRAME_S + 31 * SYMBOL_S)
    assert clock.contention_free(0.0, 0.01) == pytest.approx(last_s)
    assert clock.contention_free(FRAME_S - 0.005, 0.01) == pytest.approx(FRAME_S + last_s)


def test_slots_come_one_after_the_other() -> None:
    clock = FrameClock(PrimeSettings())
    ends = [clock.slot_end_s(3, slot) for slot in range(5)]
    assert ends == sorted(ends)
    assert clock.slot_begin_s(3, 1) == pytest.approx(clock.slot_end_s(3, 0))
    assert ends[-1] < clock.frame_s(3) + 31 * SYMBOL_S


@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_no_frame_crosses_the_border_of_a_contention_period(floor: float) -> None:
    phy = ThresholdPhy(floor=floor)
    plant = Plant(30, TableChannel(phy), phy, seed=3)
    crossing = []
    plant.network.medium.sniffers.append(
        lambda sent: (
            crossing.append(sent)
            if not plant.network.clock.in_contention(sent.begin_s, sent.end_s) and sent.to[0] != "near"
            else None
        )
    )
    plant.read(R5_EXCHANGES, begin_s=60.0)
    assert plant.network.medium.counts["frames"] > 400
    assert crossing == []


def test_frames_on_time_of_their_own_stay_within_it() -> None:
    plant = Plant(3, terms=PrimeSettings(cfp_symbols=120), seed=3)
    clock, outside = plant.network.clock, []
    own = []

    def look(sent: object) -> None:
        if clock.in_contention(sent.begin_s, sent.end_s):
            return
        own.append(sent)
        begin = math.floor((sent.begin_s - clock.frame_s(clock.frame(sent.begin_s))) / SYMBOL_S + 1e-6)
        if begin < FRAME_SYMBOLS - 120 or clock.frame(sent.end_s - 1e-6) != clock.frame(sent.begin_s):
            outside.append(sent)

    plant.network.medium.sniffers.append(look)
    plant.read(R5_EXCHANGES, begin_s=30.0)
    assert len(own) > 10
    assert outside == []
