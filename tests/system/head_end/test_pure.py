"""Spans, periods, what is plausible, registration: without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import intervals
from system.head_end import quantities
from system.head_end.registration_rules import REGISTRATION_REASONS, Findings, decide_registration
from system.head_end.vocabulary import Registration

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


@given(st.lists(st.integers(0, 100)), st.integers(0, 100))
def test_what_is_believed_of_a_register_never_goes_back(values: list[int], before: int) -> None:
    away = quantities.decreasing_values(values, before)
    kept = [before, *(value for place, value in enumerate(values) if place not in away)]
    assert kept == sorted(kept)
    assert sorted(values) != values or min([*values, before]) != before or not away


@pytest.mark.parametrize(
    ("before", "value", "modulus"),
    [(99_990, 12, 100_000), (2**32 - 5, 3, 2**32), (50_000, 12, None), (99_990, 50_000, None)],
)
def test_a_register_that_wraps_is_told_from_one_that_was_set_back(
    before: int, value: int, modulus: int | None
) -> None:
    assert quantities.rollover_modulus(before, value) == modulus


@pytest.mark.parametrize(
    ("found", "state", "why"),
    [
        (Findings(known=True), Registration.CONFIRMED, ""),
        (Findings(known=False), Registration.QUARANTINED, "unknown-serial"),
        (Findings(known=True, twice=True), Registration.QUARANTINED, "duplicate-serial"),
        (Findings(known=True, same_eui48=False), Registration.QUARANTINED, "other-eui48"),
        (Findings(known=True, eui48_elsewhere=True), Registration.QUARANTINED, "duplicate-eui48"),
        (Findings(known=True, is_meter=False), Registration.QUARANTINED, "not-a-meter"),
        (
            Findings(known=True, concentrator_reason="wrong-keys"),
            Registration.QUARANTINED,
            "wrong-keys",
        ),
        (Findings(known=True, elsewhere=True), Registration.FOUND, "elsewhere"),
    ],
)
def test_only_what_is_known_and_unique_is_confirmed_by_the_rule(
    found: Findings, state: Registration, why: str
) -> None:
    assert decide_registration(found, confirm_known=True) == (state, why)
    assert why in REGISTRATION_REASONS
    careful = decide_registration(found, confirm_known=False)
    assert careful[0] is not Registration.CONFIRMED
    assert careful == ((state, why) if why else (Registration.FOUND, "waiting"))
