"""The six protections of Figure 7, five effects each: raise, clear, log, push, and the relay's policy."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.session.errors import AccessRefused
from protocols.field.events import EventCode, LogKind
from protocols.sts.token import ClearTamperCondition
from sim.meter import load_profile
from sim.meter.events.tamper_protections import (
    PROTECTION_EVENTS,
    Protection,
    Protections,
    ProtectionTerms,
    RelayPolicy,
    TamperKind,
    protection_terms,
)
from sim.meter.hardware import ModuleKind
from sim.meter.units import US_PER_S

LOAD_A, LIMIT_A = 10.0, 100.0
SRE_WH, WINDOW_S = 500, 7200


def protected(bench_of, policy=RelayPolicy.LOG, **terms):
    """A meter with one policy for everything, credit, and a load."""
    relay = dict.fromkeys(Protection, policy)
    wanted = ProtectionTerms(relay, **{"sre_wh": SRE_WH, "sre_window_s": WINDOW_S, **terms})
    bench = bench_of(dataclasses.replace(load_profile("ppkw-field"), protections=wanted))
    bench.supply.set_load(LOAD_A)
    bench.recharge(10_000)
    return bench


def cover(bench, *, on):
    bench.meter.sense(TamperKind.TERMINAL_COVER, present=on)


def overload(bench, *, on):
    bench.supply.set_load(LIMIT_A if on else LOAD_A)
    bench.run(11)


def power_off(bench, *, on):
    (bench.meter.power_cut if on else bench.meter.power_up)()
    bench.run(1)


def magnet(bench, *, on):
    bench.meter.sense(TamperKind.MAGNET, present=on)


def reverse(bench, *, on):
    (bench.meter.faults.begin if on else bench.meter.faults.end)("reverse")


def reverse_energy(bench, *, on):
    """From outside, as a customer's own generator: half a kWh and more within the window."""
    bench.supply.set_load(LOAD_A, 180.0 if on else 0.0)
    bench.run(1600 if on else 2 * WINDOW_S)


STIMULI = {
    Protection.TERMINAL_COVER: cover,
    Protection.OVERLOAD: overload,
    Protection.POWER_OFF: power_off,
    Protection.MAGNET: magnet,
    Protection.REVERSE_CONNECTION: reverse,
    Protection.SIGNIFICANT_REVERSE_ENERGY: reverse_energy,
}
LOGS = {
    Protection.TERMINAL_COVER: LogKind.FRAUD,
    Protection.OVERLOAD: LogKind.DISCONNECTOR,
    Protection.POWER_OFF: LogKind.STANDARD,
    Protection.MAGNET: LogKind.FRAUD,
    Protection.REVERSE_CONNECTION: LogKind.FRAUD,
    Protection.SIGNIFICANT_REVERSE_ENERGY: LogKind.FRAUD,
}
EVERY = pytest.mark.parametrize("kind", list(Protection), ids=lambda kind: kind.value)


@EVERY
def test_it_is_raised_and_cleared(bench_of, kind):
    bench = protected(bench_of)
    STIMULI[kind](bench, on=True)
    if kind is not Protection.POWER_OFF:  # of which nobody can ask the meter
        assert kind in bench.parts.protections.active
    STIMULI[kind](bench, on=False)
    assert kind not in bench.parts.protections.active


@EVERY
def test_it_is_logged_at_both_ends(bench_of, kind):
    bench = protected(bench_of)
    begins, ends = PROTECTION_EVENTS[kind]
    before = bench.parts.events.count(begins), bench.parts.events.count(ends)
    STIMULI[kind](bench, on=True)
    STIMULI[kind](bench, on=False)
    after = bench.parts.events.count(begins), bench.parts.events.count(ends)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    codes = [entry.code for entry in bench.parts.events.entries_of(LOGS[kind])]
    assert codes.index(begins) < len(codes) - 1 - codes[::-1].index(ends)


@EVERY
def test_it_is_pushed(bench_of, kind):
    bench, pushed = protected(bench_of), []
    bench.meter.ports["plc"].attach(pushed.append)
    STIMULI[kind](bench, on=True)
    if kind is not Protection.POWER_OFF:  # whose push has left already
        bench.run(1)
    assert len(pushed) >= 1
    assert pushed[0][3] == 15  # a data-notification behind the three octets of the LLC
    at_begin = len(pushed)
    STIMULI[kind](bench, on=False)
    bench.run(1)
    assert len(pushed) > at_begin


@EVERY
def test_policy_log_lets_the_relay_alone(bench_of, kind):
    bench = protected(bench_of)
    STIMULI[kind](bench, on=True)
    STIMULI[kind](bench, on=False)
    assert bench.parts.switch.relay_closed
    assert bench.parts.events.count(EventCode.LOCAL_DISCONNECTION) == 1  # before its first credit


@EVERY
def test_policy_open_opens_it_while_it_lasts_and_for_its_rest(bench_of, kind):
    bench = protected(bench_of, RelayPolicy.OPEN, rest_s=60)
    STIMULI[kind](bench, on=True)
    if kind is not Protection.POWER_OFF:
        assert not bench.parts.switch.relay_closed
    STIMULI[kind](bench, on=False)
    bench.run(120)
    assert bench.parts.switch.relay_closed


@EVERY
def test_policy_until_cleared_waits_for_the_token(bench_of, kind):
    bench = protected(bench_of, RelayPolicy.OPEN_UNTIL_CLEARED)
    STIMULI[kind](bench, on=True)
    STIMULI[kind](bench, on=False)
    bench.run(3 * WINDOW_S)
    assert not bench.parts.switch.relay_closed
    bench.recharge(10)
    assert not bench.parts.switch.relay_closed  # credit alone does not do
    bench.meter.power_cut()
    bench.meter.power_up()
    assert not bench.parts.switch.relay_closed  # nor does a power cut
    if kind is Protection.POWER_OFF:
        assert bench.parts.protections.held == (kind,)
    assert bench.enter(bench.mint(ClearTamperCondition, 0)).result == "Accept"
    assert bench.parts.protections.held == ()
    assert bench.parts.switch.relay_closed


@pytest.mark.parametrize("kind", [Protection.TERMINAL_COVER, Protection.MAGNET])
def test_a_clear_while_it_goes_on_releases_nothing(bench_of, kind):
    bench = protected(bench_of, RelayPolicy.OPEN_UNTIL_CLEARED)
    STIMULI[kind](bench, on=True)
    bench.enter(bench.mint(ClearTamperCondition, 0))
    assert not bench.parts.switch.relay_closed
    STIMULI[kind](bench, on=False)
    bench.enter(bench.mint(ClearTamperCondition, 0))
    assert bench.parts.switch.relay_closed


def test_what_is_raised_and_held_can_be_read(bench_of):
    bench = protected(bench_of, RelayPolicy.OPEN_UNTIL_CLEARED)
    magnet(bench, on=True)
    reader = bench.session(framing="hdlc")
    assert reader.get(1, "0.0.96.20.30", 2).value == 1 << 3
    magnet(bench, on=False)
    assert reader.get(1, "0.0.96.20.30", 2).value == 0
    assert reader.get(1, "0.0.96.20.31", 2).value == 1 << 3


# ------------------------------------------------------------ significant reverse energy


def test_it_is_raised_at_the_watt_hour_not_before(bench_of):
    bench = protected(bench_of)
    bench.supply.set_load(LOAD_A, 180.0)  # 1200 W backwards: 500 Wh in 1500 s
    bench.run(1499)
    assert bench.parts.protections.active == (Protection.REVERSE_CONNECTION,)
    assert Protection.SIGNIFICANT_REVERSE_ENERGY not in bench.parts.protections.active
    bench.run(1)
    assert Protection.SIGNIFICANT_REVERSE_ENERGY in bench.parts.protections.active


def test_a_little_every_window_is_never_significant(bench_of):
    bench = protected(bench_of)
    for _ in range(10):
        bench.supply.set_load(LOAD_A, 180.0)
        bench.run(1000)
        bench.supply.set_load(LOAD_A, 0.0)
        bench.run(2 * WINDOW_S - 1000)
    assert bench.parts.events.count(EventCode.SIGNIFICANT_REVERSE_ENERGY) == 0


def test_it_lasts_while_every_window_is_significant_and_is_logged_once(bench_of):
    bench = protected(bench_of)
    bench.supply.set_load(LOAD_A, 180.0)
    bench.run(10 * WINDOW_S)
    bench.supply.set_load(LOAD_A, 0.0)
    bench.run(2 * WINDOW_S)
    counts = [bench.parts.events.count(code) for code in (214, 215)]
    assert counts == [1, 1]


def test_zero_watches_nothing(bench_of):
    bench = protected(bench_of, sre_wh=0)
    reverse_energy(bench, on=True)
    bench.run(10 * WINDOW_S)
    assert bench.parts.events.count(EventCode.SIGNIFICANT_REVERSE_ENERGY) == 0


# ------------------------------------------------------------ the part alone


def test_terms_are_checked():
    terms = protection_terms({"relay": {"magnet": "open"}, "rest_s": 5, "sre_wh": 1, "sre_window_s": 9})
    assert terms.policy(Protection.MAGNET) is RelayPolicy.OPEN
    assert terms.policy(Protection.OVERLOAD) is RelayPolicy.LOG
    for bad in ({"rest_s": 0}, {"sre_wh": -1}, {"sre_window_s": 0}, {"relay": {"magnets": "open"}}):
        with pytest.raises(ValueError, match=r"."):
            protection_terms(bad)
    with pytest.raises(TypeError):
        protection_terms({"sre": 1})


@given(
    policies=st.dictionaries(st.sampled_from(list(Protection)), st.sampled_from(list(RelayPolicy))),
    steps=st.lists(
        st.one_of(
            st.sampled_from([code for codes in PROTECTION_EVENTS.values() for code in codes]),
            st.sampled_from(["clear", "wait", "cut"]),
        )
    ),
)
def test_what_forbids_supply_always_has_a_reason_and_survives_its_snapshot(policies, steps):
    terms = ProtectionTerms(policies)
    protections, now_us = Protections(terms), 0
    for step in steps:
        if step == "clear":
            protections.clear()
        elif step == "wait":
            now_us += terms.rest_s * US_PER_S
            protections.look(now_us)
        elif step == "cut":
            protections.power_came_back()
        else:
            protections.note(step, now_us)
        reasons = [kind for kind in protections.active if terms.policy(kind) is RelayPolicy.OPEN]
        resting = protections.next_look_us is not None
        assert protections.forbids_supply() is bool(reasons or protections.held or resting)
        assert all(terms.policy(kind) is RelayPolicy.OPEN_UNTIL_CLEARED for kind in protections.held)
        again = Protections(terms)
        again.restore(protections.snapshot())
        assert (again.active, again.held) == (protections.active, protections.held)


# ------------------------------------------------------------ what a head-end sets

POLICIES, SRE, WINDOW = (1, "0.0.96.20.32", 2), (3, "0.0.96.20.33", 2), (3, "0.0.96.20.34", 2)


@pytest.fixture
def managed(bench_of):
    bench = protected(bench_of)
    bench.meter.modules.fit(ModuleKind.CELLULAR)
    return bench


def test_policies_are_read_and_set_and_survive_the_power(managed):
    manager = managed.manager()
    assert manager.get(*POLICIES).value == bytes(6)
    manager.set(*POLICIES, axdr.octet_string(bytes((0, 1, 0, 2, 0, 2))))
    assert managed.parts.protections.terms.policy(Protection.MAGNET) is RelayPolicy.OPEN_UNTIL_CLEARED
    managed.meter.power_cut()
    managed.meter.power_up()
    assert managed.manager().get(*POLICIES).value == bytes((0, 1, 0, 2, 0, 2))
    magnet(managed, on=True)
    assert not managed.parts.switch.relay_closed


@pytest.mark.parametrize("octets", [b"", bytes(5), bytes(7), bytes((0, 0, 0, 0, 0, 3))])
def test_policies_that_are_none_are_refused(managed, octets):
    with pytest.raises(AccessRefused):
        managed.manager().set(*POLICIES, axdr.octet_string(octets))
    assert managed.manager().get(*POLICIES).value == bytes(6)


def test_only_the_management_client_may(managed):
    with pytest.raises(AccessRefused):
        managed.session().set(*POLICIES, axdr.octet_string(bytes(6)))


def test_taking_the_policy_away_releases_the_relay(managed):
    manager = managed.manager()
    manager.set(*POLICIES, axdr.octet_string(bytes((0, 0, 0, 2, 0, 0))))
    magnet(managed, on=True)
    magnet(managed, on=False)
    assert not managed.parts.switch.relay_closed
    manager.set(*POLICIES, axdr.octet_string(bytes(6)))
    assert managed.parts.switch.relay_closed


def test_what_is_significant_can_be_set(managed):
    manager = managed.manager()
    manager.set(*SRE, axdr.double_long_unsigned(100))
    manager.set(*WINDOW, axdr.double_long_unsigned(600))
    assert (manager.get(*SRE).value, manager.get(*WINDOW).value) == (100, 600)
    with pytest.raises(AccessRefused):
        manager.set(*WINDOW, axdr.double_long_unsigned(0))
    managed.supply.set_load(LOAD_A, 180.0)  # 1200 W: 100 Wh in 300 s
    managed.run(299)
    assert Protection.SIGNIFICANT_REVERSE_ENERGY not in managed.parts.protections.active
    managed.run(2)
    assert Protection.SIGNIFICANT_REVERSE_ENERGY in managed.parts.protections.active
