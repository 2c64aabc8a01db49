"""Time in which nothing happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernel.timing import FieldEnvironment

TIMES = st.floats(0, 1000)


def test_time_passes_up_to_what_is_due_and_no_further():
    env = FieldEnvironment()
    env.timeout(5.0)
    env.pass_to(4.0)
    assert (env.now, env.passed_to(4.5), env.now) == (4.0, True, 4.5)
    assert not env.passed_to(5.0), "an event is due at that very instant"
    with pytest.raises(ValueError, match="an event is due"):
        env.pass_to(5.5)
    assert env.now == 4.5


@given(st.lists(TIMES, max_size=5), st.lists(TIMES, max_size=8))
def test_it_never_goes_back_nor_past_an_event(events, wanted):
    env = FieldEnvironment()
    for at_s in events:
        env.timeout(at_s)
    now_s = env.now
    for until_s in wanted:
        nothing_due = not events or until_s < min(events)
        assert env.passed_to(until_s) is nothing_due
        now_s = max(now_s, until_s) if nothing_due else now_s
        assert env.now == now_s
