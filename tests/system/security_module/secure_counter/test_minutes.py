"""The terminal's own minutes, as a function."""

from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.identity import TID_MAX, BaseDate, TokenIdentifier
from system.security_module.secure_counter.counter import next_tid
from system.security_module.state import SLOT_LEAD_MINUTES


def at(tid: int) -> TokenIdentifier:
    return TokenIdentifier(tid, BaseDate.Y2014)


@given(st.integers(0, TID_MAX), st.integers(-1, 300), st.integers(1, 15))
def test_it_is_of_the_slot_above_the_last_and_not_far_ahead(now: int, behind: int, slot: int) -> None:
    above = max(-1, now + 100 - behind)
    tid = next_tid(at(now), above, slot, 16)
    if tid is None:
        assert above + 16 > min(now + SLOT_LEAD_MINUTES, TID_MAX) - 16
        return
    assert tid % 16 == slot
    assert above < tid <= now + SLOT_LEAD_MINUTES
    assert not at(tid).is_reserved


@given(st.integers(2000, TID_MAX), st.integers(1, 15))
def test_a_rested_meter_gets_the_latest_minute(now: int, slot: int) -> None:
    tid = next_tid(at(now), now - 1000, slot, 16)
    assert tid is not None
    assert now - 32 < tid <= now


def test_the_reserved_minute_belongs_to_slot_1_and_is_passed_over() -> None:
    assert next_tid(at(1441), 1000, 1, 16) == 1425
    assert next_tid(at(1441), 1425, 1, 16) == 1457
    assert next_tid(at(1457), 1440, 1, 16) == 1457
    assert next_tid(at(0), -1, 1, 16) == 17  # 00:01 of the base date itself


def test_the_end_of_the_24_bits_is_an_end() -> None:
    assert next_tid(at(TID_MAX), TID_MAX - 1, 15, 16) == TID_MAX
    assert next_tid(at(TID_MAX), TID_MAX, 15, 16) is None
