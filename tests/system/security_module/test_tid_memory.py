"""No TID twice, the reserved minute never, and never more than an hour ahead."""

from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.identity import BaseDate, TokenIdentifier
from system.security_module.state import LEAD_MINUTES, REMEMBERED, TidMemory


def now(tid: int) -> TokenIdentifier:
    return TokenIdentifier(tid, BaseDate.Y2014)


def test_the_next_free_minute() -> None:
    memory = TidMemory([100, 101, 103])
    assert memory.next_free(now(100), floor=-1) == 102
    memory.add(102)
    assert memory.next_free(now(100), floor=-1) == 104


def test_the_reserved_minute_is_passed_over() -> None:
    assert TidMemory([1440]).next_free(now(1440), floor=-1) == 1442


def test_nothing_at_or_below_the_floor() -> None:
    assert TidMemory().next_free(now(100), floor=120) == 121
    assert TidMemory().next_free(now(100), floor=100 + LEAD_MINUTES) is None
    assert TidMemory().next_free(now(101), floor=100 + LEAD_MINUTES) == 101 + LEAD_MINUTES


def test_the_lead_is_bounded() -> None:
    memory = TidMemory()
    given_tids = []
    while (tid := memory.next_free(now(5000), floor=-1)) is not None:
        given_tids.append(tid)
        memory.add(tid)
    assert given_tids == list(range(5000, 5000 + LEAD_MINUTES + 1))


def test_a_full_memory_looks_forward_only() -> None:
    memory = TidMemory(range(2000, 2000 + REMEMBERED))
    assert memory.next_free(now(1000), floor=-1) is None
    assert memory.next_free(now(1990), floor=-1) == 2000 + REMEMBERED


@given(st.lists(st.tuples(st.integers(-30, 90), st.integers(-1, 100)), max_size=200))
def test_no_tid_twice_whatever_the_clock_does(steps: list[tuple[int, int]]) -> None:
    """The clock may jump back and forth, and the floor may rise: what was given is never given again."""
    memory, moment, floor, seen = TidMemory(), 10_000, -1, set()
    for change, rise in steps:
        moment = max(0, moment + change)
        floor = max(floor, rise)
        tid = memory.next_free(now(moment), floor)
        if tid is None:
            continue
        assert tid not in seen
        assert floor < tid <= moment + LEAD_MINUTES
        assert tid % 1440 != 1
        seen.add(tid)
        memory.add(tid)
        assert len(memory.recent) <= REMEMBERED


def test_while_terminals_have_the_other_minutes_only_multiples_are_taken() -> None:
    memory = TidMemory()
    taken = []
    while (tid := memory.next_free(now(5000), floor=-1, step=16)) is not None:
        memory.add(tid)
        taken.append(tid)
    assert taken == [5008, 5024, 5040, 5056]
    assert memory.next_free(now(5000), floor=-1) == 5000
    assert TidMemory().next_free(now(5000), floor=5008, step=16) == 5024
