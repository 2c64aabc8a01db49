"""Each part alone: none of them needs a meter around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.cosem.disconnect import TRANSITIONS, ControlMode, ControlState, Trigger, next_state
from protocols.field.events import EventCode, LogKind
from protocols.sts.acceptance import TokenResult
from sim.meter.ciu.keypad_display import kwh
from sim.meter.cosem.binding import NEVER, scaled, time_octets
from sim.meter.cosem.payment import bits
from sim.meter.events.event_log import EventLog
from sim.meter.events.tamper_protections import TAMPER_EVENTS, TamperDetector, TamperKind
from sim.meter.supply.limiter import Limiter, LimiterTerms
from sim.meter.supply.supply_control import SupplyControl
from sim.meter.units import US_PER_S

TERMS = LimiterTerms(limit_w=1000, highest_limit_w=9600, over_s=10, rest_s=60)
OVER_MW, UNDER_MW = 1_000_001, 1_000_000
TRIGGERS = {trigger.value: trigger for trigger in Trigger}


# ------------------------------------------------------------ switch


@given(st.sampled_from(ControlMode), st.lists(st.sampled_from(sorted(TRIGGERS)), max_size=12))
def test_the_switch_does_what_the_table_says_and_nothing_else(mode, calls):
    switch, state = SupplyControl(mode), ControlState.CONNECTED
    for call in calls:
        target = next_state(mode, state, TRIGGERS[call])
        if (call, state) == ("local_reconnect", ControlState.DISCONNECTED):
            target = None  # letter i is for a recharge
        assert getattr(switch, call)() == (target is not None)
        state = state if target is None else target
        assert switch.control_state is state
        assert switch.output_state == switch.relay_closed == (state is ControlState.CONNECTED)


def test_only_modes_five_to_seven_can_close_by_themselves():
    closing = {mode for mode, _state, letter in TRANSITIONS if letter.value == "h"}
    assert closing == {ControlMode.MODE_5, ControlMode.MODE_6, ControlMode.MODE_7}


def test_in_mode_seven_a_recharge_closes_what_the_head_end_opened():
    switch = SupplyControl(ControlMode.MODE_7)
    switch.remote_disconnect()
    assert not switch.local_reconnect()
    assert switch.recharged()
    assert switch.relay_closed


def test_mode_nought_closes_and_never_opens():
    switch = SupplyControl(ControlMode.MODE_6)
    switch.local_disconnect()
    switch.set_mode(ControlMode.MODE_0)
    assert switch.relay_closed
    assert not any(getattr(switch, name)() for name in TRIGGERS if name.endswith("disconnect"))
    again = SupplyControl(ControlMode.MODE_6)
    again.restore(switch.snapshot())
    assert again.mode is ControlMode.MODE_0


# ------------------------------------------------------------ limiter


def seconds(value):
    return value * US_PER_S


def test_a_short_peak_is_forgiven():
    limiter = Limiter(TERMS)
    limiter.look(OVER_MW, 0)
    assert limiter.next_look_us == seconds(10)
    limiter.look(UNDER_MW, seconds(9))
    assert limiter.next_look_us is None
    limiter.look(OVER_MW, seconds(9))
    limiter.look(OVER_MW, seconds(18))
    assert not limiter.tripped


def test_a_long_one_trips_and_rests():
    limiter = Limiter(TERMS)
    limiter.look(OVER_MW, 0)
    limiter.look(OVER_MW, seconds(10))
    assert limiter.tripped
    assert limiter.next_look_us == seconds(70)
    limiter.look(0, seconds(69))
    assert limiter.tripped
    limiter.look(0, seconds(70))
    assert not limiter.tripped


def test_no_limit_is_no_limit_and_a_new_one_ends_a_rest():
    limiter = Limiter(TERMS)
    limiter.look(OVER_MW, 0)
    limiter.look(OVER_MW, seconds(10))
    assert limiter.set_limit(0) is TokenResult.ACCEPT
    assert not limiter.tripped
    limiter.look(10**9, 0)
    assert limiter.next_look_us is None
    assert limiter.set_limit(9601) is TokenResult.RANGE_ERROR
    assert limiter.limit_w == 0


def test_the_limit_survives_the_power_and_the_rest_does_not():
    limiter, other = Limiter(TERMS), Limiter(TERMS)
    limiter.set_limit(500)
    limiter.look(OVER_MW, 0)
    limiter.look(OVER_MW, seconds(10))
    other.restore(limiter.snapshot())
    assert (other.limit_w, other.tripped) == (500, False)


# ------------------------------------------------------------ events and tamper


@given(st.lists(st.sampled_from(EventCode), max_size=40))
def test_each_log_keeps_its_newest_and_all_are_counted(codes):
    log = EventLog(5)
    for instant, code in enumerate(codes):
        log.record(code, instant)
    for kind in LogKind:
        own = [code for code in codes if code.log is kind]
        assert [entry.code for entry in log.entries_of(kind)] == own[-5:]
        assert log.last_code(kind) is (own[-1] if own else EventCode.NONE)
        assert log.count_of(kind) == len(own)
    instants = [entry.epoch_us for entry in log.entries]
    assert instants == sorted(instants)
    assert log.total == len(codes)
    assert all(log.count(code) == codes.count(code) for code in EventCode)
    other = EventLog(5)
    other.restore(log.snapshot())
    assert other.snapshot() == log.snapshot()


def test_a_log_that_is_cleared_says_so_and_the_counters_stay():
    log = EventLog(5)
    log.record(EventCode.STRONG_FIELD, 1)
    log.record(EventCode.POWER_UP, 2)
    log.clear(LogKind.FRAUD, 3)
    assert [entry.code for entry in log.entries] == [EventCode.POWER_UP, EventCode.LOG_CLEARED]
    assert log.last_code(LogKind.FRAUD) is EventCode.LOG_CLEARED
    assert log.count(EventCode.STRONG_FIELD) == 1


@given(st.lists(st.tuples(st.sampled_from(TamperKind), st.booleans()), max_size=30))
def test_an_attack_counts_when_it_begins(senses):
    detector, state, begun = (
        TamperDetector(),
        dict.fromkeys(TamperKind, False),
        dict.fromkeys(TamperKind, 0),
    )
    for kind, present in senses:
        event = detector.sense(kind, present=present, epoch_us=7)
        changed = state[kind] != present
        assert event is (TAMPER_EVENTS[kind][0 if present else 1] if changed else None)
        begun[kind] += changed and present
        state[kind] = present
    assert {kind: detector.count(kind) for kind in TamperKind} == begun
    assert detector.alarm == any(begun.values())
    detector.clear()
    assert detector.alarm == any(state.values())
    other = TamperDetector()
    other.restore(detector.snapshot())
    assert other.snapshot() == detector.snapshot()


# ------------------------------------------------------------ captures


# ------------------------------------------------------------ small conversions


@given(st.integers(0, 10**12), st.integers(-3, 0), st.integers(-3, 2))
def test_scaling_is_to_the_nearest(value, exponent, scaler):
    assert (
        abs(scaled(value, exponent, scaler) * 10.0**scaler - value * 10.0**exponent)
        <= 0.51 * 10.0**scaler + 1e-3
    )


@pytest.mark.parametrize(
    ("energy_wh", "shown"), [(0, "0.0 kWh"), (99, "0.0 kWh"), (100, "0.1 kWh"), (999_999_900, "999999.9 kWh")]
)
def test_the_display_cuts_and_never_rounds_up(energy_wh, shown):
    assert kwh(energy_wh) == shown
    assert len(kwh(energy_wh, sign=True)) <= 16


def test_never_is_a_time_of_which_nothing_is_specified():
    assert time_octets(None, 300) == NEVER
    assert NEVER[:9] == b"\xff" * 9
    # 31 December 1969, a Wednesday, 19:00 in Bogota
    assert time_octets(0, 300).hex() == "07b10c1f" + "03" + "13000000" + "012c" + "00"


@given(st.sets(st.integers(0, 7)))
def test_bits_are_counted_from_the_first(positions):
    text = bits(positions, 8).value
    assert {index for index, bit in enumerate(text) if bit == "1"} == positions
