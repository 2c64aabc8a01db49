"""Interval arithmetic: spans are sets of seconds, the grid follows the local day."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from protocols import intervals

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def seconds_of(found: list[intervals.Span]) -> set[int]:
    return {second for after, to in found for second in range(after + 1, to + 1)}


@given(SPANS, SPANS)
def test_spans_are_sets(one: list[intervals.Span], other: list[intervals.Span]) -> None:
    first, second = seconds_of(one), seconds_of(other)
    assert seconds_of(intervals.union(one)) == first
    assert seconds_of(intervals.add(one, *other)) == first | second
    assert seconds_of(intervals.subtract(one, other)) == first - second
    assert seconds_of(intervals.missing(one, (5, 30))) == set(range(6, 31)) - first
    assert seconds_of(intervals.clip(one, (5, 30))) == first & set(range(6, 31))
    assert {second for second in range(42) if intervals.holds(one, second)} == first


@given(SPANS)
def test_spans_neither_overlap_nor_touch(given_spans: list[intervals.Span]) -> None:
    found = intervals.union(given_spans)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert all(after < to for after, to in found)


@given(st.integers(10**9, 2 * 10**9), st.sampled_from([60, 900, 1800, 3600, 7200, 86_400]))
def test_the_grid_follows_the_local_day(at_s: int, period_s: int) -> None:
    ends = intervals.floor(at_s, period_s)
    assert ends <= at_s < ends + period_s
    local = datetime.fromtimestamp(ends, UTC) - timedelta(hours=5)
    assert (local.hour * 3600 + local.minute * 60 + local.second) % period_s == 0
    assert list(intervals.grid(ends, ends + 2 * period_s, period_s)) == [ends + period_s, ends + 2 * period_s]


@given(st.integers(10**9, 2 * 10**9), st.integers(0, 86_399), st.sampled_from([900, 3600, 86_400]))
def test_a_plan_ran_last_within_its_step(now_s: int, at_s: int, every_s: int) -> None:
    ran = intervals.last_run(now_s, at_s, every_s)
    assert ran <= now_s < ran + every_s
    assert (ran - intervals.DAY_OFFSET_S - at_s) % every_s == 0


@given(st.integers(10**9, 2 * 10**9), st.integers(0, 86_399), st.integers(-720, 840))
def test_a_plan_of_another_place_follows_its_own_day(now_s: int, at_s: int, minutes: int) -> None:
    ran = intervals.last_run(now_s, at_s, 86_400, 60 * minutes)
    assert ran <= now_s < ran + 86_400
    local = datetime.fromtimestamp(ran, UTC) - timedelta(minutes=minutes)
    assert local.hour * 3600 + local.minute * 60 + local.second == at_s
    assert list(intervals.grid(ran, ran + 900, 900, 60 * minutes))[-1] - ran <= 900
