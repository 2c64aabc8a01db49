"""The board of faults: what begins, lasts, ends by itself; and its three control operations."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from protocols.field.errors import StationControlError
from sim.kernel.control import ControlSurface
from sim.kernel.faults import FaultInjector, fault_handlers


class Lamp:
    """Something that can go wrong, and remembers how."""

    def __init__(self) -> None:
        self.seen: list[float | str | None] = []

    def begin(self, value: float | None) -> None:
        if value is not None and value < 0:
            raise ValueError("the value must be 0 or more")
        self.seen.append(value)

    def end(self) -> None:
        self.seen.append("ended")


@pytest.fixture
def env() -> Environment:
    return Environment()


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def board(env: Environment, lamp: Lamp) -> FaultInjector:
    board = FaultInjector(env)
    board.add("dark", lamp.begin, lamp.end, "It gives no light.")
    board.add("loud", lambda _: None, lambda: None, "It hums.")
    return board


def test_names_and_active_keep_the_order(board: FaultInjector) -> None:
    assert board.names() == ("dark", "loud")
    board.begin("loud")
    board.begin("dark", 2.0)
    assert board.active() == ("loud", "dark")
    board.end("loud")
    assert board.active() == ("dark",)


def test_a_fault_ends_by_itself(env: Environment, board: FaultInjector, lamp: Lamp) -> None:
    board.begin("dark", 2.0, for_s=30.0)
    env.run(until=29.0)
    assert board.active() == ("dark",)
    env.run(until=31.0)
    assert board.active() == ()
    assert lamp.seen == [2.0, "ended"]


def test_beginning_again_takes_the_new_value_and_end(
    env: Environment, board: FaultInjector, lamp: Lamp
) -> None:
    board.begin("dark", 1.0, for_s=10.0)
    board.begin("dark", 3.0)
    env.run(until=100.0)
    assert board.active() == ("dark",)
    assert lamp.seen == [1.0, 3.0]


def test_a_later_fault_is_not_ended_by_an_earlier_end(
    env: Environment, board: FaultInjector, lamp: Lamp
) -> None:
    board.begin("dark", 1.0, for_s=10.0)
    board.end("dark")
    board.begin("dark", 2.0, for_s=20.0)
    env.run(until=15.0)
    assert board.active() == ("dark",)
    env.run(until=21.0)
    assert lamp.seen == [1.0, "ended", 2.0, "ended"]


def test_ending_what_does_not_last_does_nothing(board: FaultInjector, lamp: Lamp) -> None:
    board.end("dark")
    assert lamp.seen == []


def test_refusals_are_one_sentence(board: FaultInjector) -> None:
    for call in (lambda: board.begin("bright"), lambda: board.end("bright"), lambda: board.does("bright")):
        with pytest.raises(StationControlError, match=r"no fault 'bright'; known: dark, loud"):
            call()
    with pytest.raises(StationControlError, match="dark: the value must be 0 or more"):
        board.begin("dark", -1.0)
    assert board.active() == ()
    for bad_s in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(StationControlError, match="for_s"):
            board.begin("dark", for_s=bad_s)


def test_two_faults_of_a_name_are_an_error(board: FaultInjector) -> None:
    with pytest.raises(ValueError, match="two faults"):
        board.add("dark", lambda _: None, lambda: None, "again")


def test_the_control_operations(env: Environment, board: FaultInjector) -> None:
    surface = ControlSurface(env)
    for op, handler in fault_handlers(board).items():
        surface.register(op, handler)
    assert surface.call("fault.begin", {"fault": "dark", "value": 1.5, "for_s": 5}) == {"active": ["dark"]}
    assert surface.call("fault.list") == {
        "faults": ["dark", "loud"],
        "active": ["dark"],
        "does": ["It gives no light.", "It hums."],
    }
    assert surface.call("fault.end", {"fault": "dark"}) == {"active": []}
    with pytest.raises(StationControlError) as refused:
        surface.call("fault.begin", {"fault": "bright"})
    assert refused.value.code == "bad-args"
    with pytest.raises(StationControlError, match="fault is missing"):
        surface.call("fault.begin", {})


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["begin", "end", "run"]), st.sampled_from(["dark", "loud"]), st.integers(1, 9)
        )
    )
)
def test_begins_and_ends_always_alternate(steps: list[tuple[str, str, int]]) -> None:
    """Whatever the order of calls, `end` of a fault is called once for each time that it lasted."""
    env, calls = Environment(), dict.fromkeys(("dark", "loud"), 0)
    board = FaultInjector(env)

    def began(name: str, _value: float | None) -> None:
        calls[name] = 1

    def ended(name: str) -> None:
        calls[name] -= 1

    for name in calls:
        board.add(name, partial(began, name), partial(ended, name), "It is wrong.")
    for what, name, number in steps:
        if what == "begin":
            board.begin(name, for_s=number if number % 2 else None)
        elif what == "end":
            board.end(name)
        else:
            env.run(until=env.now + number)
        assert {name for name, count in calls.items() if count} == set(board.active())
        assert set(calls.values()) <= {0, 1}
