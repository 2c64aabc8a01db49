"""Alarms and random streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.kernel.timing import Timer

# `run` adds and subtracts: it may stop this much beside the time asked for.
ROUNDING_S = 1e-9


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 200) | st.none()), max_size=30))
def test_it_rings_when_it_was_set_to_last(settings: list[tuple[float, float | None]]):
    """A model: at each setting time, in order, the last setting before a ring is the one that counts."""
    env, rings = Environment(), []
    alarm = Timer(env, lambda: rings.append(env.now))
    expected, at_s = [], None
    for when_s, to_s in sorted(settings, key=lambda setting: setting[0]):
        if when_s > env.now + ROUNDING_S:
            env.run(until=when_s)
            if at_s is not None and at_s < when_s:
                expected.append(at_s)
                at_s = None
        alarm.set(to_s)
        at_s = None if to_s is None else max(to_s, when_s)
    env.run()
    if at_s is not None:
        expected.append(at_s)
    assert rings == pytest.approx(expected, abs=1e-6)
    assert alarm.at_s is None


def test_moving_it_later_leaves_no_litter():
    env = Environment()
    alarm = Timer(env, lambda: None)
    for second in range(1000):
        alarm.set(100.0 + second)
    steps = 0
    while env.peek() < float("inf"):
        env.step()
        steps += 1
    assert steps == 2


def test_a_cancelled_alarm_is_silent():
    env = Environment()
    alarm = Timer(env, lambda: pytest.fail("it rang"))
    alarm.set(5.0)
    assert alarm.at_s == 5.0
    alarm.cancel()
    env.run()


def test_it_can_be_set_again_from_its_own_ring():
    env, rings = Environment(), []

    def ring() -> None:
        rings.append(env.now)
        alarm.set(env.now + 0.1 if len(rings) < 50 else None)

    alarm = Timer(env, ring)
    alarm.set(0.0)
    env.run()
    assert len(rings) == 50
    assert rings[-1] == pytest.approx(4.9)


def test_streams_depend_on_seed_and_device_and_on_nothing_else():
    def numbers(seed: int, device: str) -> list[int]:
        return RandomStreams(seed).stream(device).integers(0, 2**32, size=8).tolist()

    assert numbers(1, "meter") == numbers(1, "meter")
    assert len({tuple(numbers(seed, device)) for seed in (0, 1, 2**64 - 1) for device in ("a", "b")}) == 6
    for seed in (-1, 2**64):
        with pytest.raises(ValueError, match="seed"):
            RandomStreams(seed)
