"""Small pieces of iron alone: terminals, what spoils frames, memory that writes badly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grid import ServicePoint
from sim.meter.hardware import FrameCorrupter, Terminals
from sim.meter.storage.nvm import CutMoment, Memory, PowerLostError

LOADS = st.tuples(st.floats(0.0, 100.0), st.floats(-180.0, 180.0))


def terminals_of(current_a=10.0, phase_deg=30.0):
    point = ServicePoint()
    point.set_load(current_a, phase_deg)
    return point, Terminals(point, 60.0)


# ------------------------------------------------------------ terminals


def test_sound_terminals_hand_on_the_very_flow():
    point, terminals = terminals_of()
    assert terminals.sound
    assert terminals.flow(switch_closed=True) == point.flow(switch_closed=True)
    assert type(terminals.flow(switch_closed=True)) is type(point.flow(switch_closed=True))


@given(load=LOADS)
def test_reversed_terminals_turn_both_powers_and_nothing_else(load):
    point, terminals = terminals_of(*load)
    terminals.reverse(True)
    true, seen = point.flow(switch_closed=True), terminals.flow(switch_closed=True)
    assert seen.active_power_w == pytest.approx(-true.active_power_w, abs=1e-6)
    assert seen.reactive_power_var == pytest.approx(-true.reactive_power_var, abs=1e-6)
    assert seen.apparent_power_va == pytest.approx(true.apparent_power_va)
    assert (seen.voltage_v, seen.frequency_hz) == (true.voltage_v, true.frequency_hz)
    assert -180.0 <= seen.phase_deg <= 180.0


@given(load=LOADS, limit_v=st.floats(0.0, 200.0))
def test_a_brown_out_lets_no_more_through(load, limit_v):
    point, terminals = terminals_of(*load)
    terminals.brown_out(limit_v)
    seen = terminals.flow(switch_closed=True)
    if limit_v < 60.0:
        assert not terminals.energised
        assert seen.voltage_v == 0.0
    else:
        assert terminals.energised
        assert seen.voltage_v == min(limit_v, point.flow(switch_closed=True).voltage_v)
    terminals.brown_out(None)
    assert terminals.sound


def test_watchers_hear_of_the_line_and_of_the_faults():
    point, terminals = terminals_of()
    heard = []
    terminals.watch(lambda: heard.append(terminals.energised))
    point.set_load(5.0)
    terminals.cut(True)
    terminals.cut(False)
    point.set_energised(False)
    assert heard == [True, False, True, False]


def test_setters_go_through_to_the_service_point():
    point, terminals = terminals_of()
    terminals.set_source(110.0, 59.0)
    terminals.set_load(3.0, 10.0)
    terminals.set_energised(False)
    assert (point.source.voltage_v, point.source.frequency_hz) == (110.0, 59.0)
    assert point.load.current_a == 3.0
    assert not point.energised


# ------------------------------------------------------------ corrupted frames


@given(frames=st.lists(st.binary(min_size=1, max_size=40)), every=st.integers(1, 5))
def test_each_so_many_th_frame_differs_in_one_bit(frames, every):
    frame_corrupter = FrameCorrupter()
    frame_corrupter.begin(every)
    for number, frame in enumerate(frames, 1):
        sent = frame_corrupter.pass_on(frame)
        assert len(sent) == len(frame)
        changed = sum((one ^ other).bit_count() for one, other in zip(frame, sent, strict=True))
        assert changed == (1 if number % every == 0 else 0)
    assert frame_corrupter.corrupted == len(frames) // every
    frame_corrupter.end()
    assert all(frame_corrupter.pass_on(frame) == frame for frame in frames)


def test_spoiling_none_is_not_asked_for_by_zero():
    with pytest.raises(ValueError, match="1 or more"):
        FrameCorrupter().begin(0)


# ------------------------------------------------------------ memory


@given(
    writes=st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz", max_size=5)), max_size=30),
    every=st.integers(1, 4),
)
def test_a_weak_memory_holds_what_a_sound_one_holds(writes, every):
    sound, weak = Memory(), Memory()
    weak.weak_every = every
    for name, text in writes:
        sound.write(name, text)
        weak.write(name, text)
    assert [weak.read(name) for name in "abc"] == [sound.read(name) for name in "abc"]
    assert weak.faults == len(writes) // every
    assert weak.writes == sound.writes


def test_a_cut_in_a_weak_write_is_still_old_or_new():
    for moment, expected in ((CutMoment.BEFORE, "old"), (CutMoment.DURING, "old"), (CutMoment.AFTER, "new")):
        memory = Memory()
        memory.weak_every = 1
        memory.write("a", "old")
        memory.cut_at(1, moment)
        with pytest.raises(PowerLostError):
            memory.write("a", "new")
        assert memory.read("a") == expected
