from datetime import timedelta
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_world import NOW, PIN, World

from system.terminal.book import PinTries
from system.terminal.errors import TerminalRefused
from system.terminal.services import log_in
from system.terminal.services.shifts import WAITS_S, seconds_to_wait


def refused(world: World, pin: str, username: str = "ana") -> str:
    with pytest.raises(TerminalRefused) as error:
        log_in(world.desk, username, pin)
    return error.value.code


@pytest.mark.requirement("R5.4-03", "F12-16")
def test_the_right_pin_and_wrong_ones(world: World) -> None:
    assert log_in(world.desk, "ana", PIN).name == "Ana Ñáñez"
    assert refused(world, "0000") == "wrong-pin"
    assert refused(world, "1234") == "wrong-pin"  # Beto's
    assert refused(world, "4711", "carla") == "unknown-operator"
    assert log_in(world.desk, "ana", PIN).username == "ana"


def test_waits_grow_and_a_right_pin_ends_them(world: World) -> None:
    for _ in range(3):
        assert refused(world, "0000") == "wrong-pin"
    assert refused(world, PIN) == "wait"
    world.reopen()  # nothing is won by a new start
    assert refused(world, PIN) == "wait"
    assert log_in(world.desk, "beto", "1234").username == "beto"  # others may go on
    world.pass_time(seconds=30)
    assert refused(world, "0000") == "wrong-pin"
    world.pass_time(seconds=59)
    assert refused(world, PIN) == "wait"
    world.pass_time(seconds=1)
    log_in(world.desk, "ana", PIN)
    assert world.desk.book.tries("ana") is None


def test_a_try_that_was_killed_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("system.terminal.services.shifts"), "fits", power_cut)
    with pytest.raises(KeyboardInterrupt):
        log_in(world.desk, "ana", "0000")
    tries = world.desk.book.tries("ana")
    assert tries is not None
    assert tries.tries == 1


@given(tries=st.integers(1, 40), passed_s=st.integers(-(10**7), 10**7))
def test_the_wait_is_never_longer_than_the_table_and_a_clock_set_back_wins_nothing(
    tries: int, passed_s: int
) -> None:
    most_s = WAITS_S[min(tries, len(WAITS_S) - 1)]
    wait_s = seconds_to_wait(PinTries(tries, NOW), NOW + timedelta(seconds=passed_s))
    assert wait_s == max(0, min(most_s, most_s - passed_s))
