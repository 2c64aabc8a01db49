"""The relay as iron: wear, heat, weld; and the world hears when it moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernel.random import RandomStreams
from sim.meter.supply.supply_control import Contacts, ContactTerms, Sticking

SHORT_LIVED = ContactTerms(operations_at_max=20, mechanical_operations=10_000)


def contacts_of(seed=1, terms=SHORT_LIVED, current_a=80.0):
    contacts = Contacts(terms, lambda: RandomStreams(seed).stream("0/relay"))
    contacts.flowing_a = lambda: current_a
    return contacts


def operations_until_weld(contacts, limit=1_000):
    for count in range(1, limit):
        contacts.operate(closes=False)
        if contacts.welded:
            return count
        contacts.operate(closes=True)
    return None


def test_new_contacts_do_as_they_are_told():
    contacts = contacts_of()
    assert [contacts.conduct(wanted) for wanted in (True, False)] == [True, False]
    assert contacts.resistance_mohm == SHORT_LIVED.resistance_mohm


def test_opening_the_full_current_uses_one_nominal_operation():
    contacts = contacts_of()
    contacts.operate(closes=False)
    assert contacts.wear == pytest.approx(1 / 20 + 1 / 10_000)
    contacts.operate(closes=True)
    assert contacts.wear == pytest.approx(1 / 20 + 2 / 10_000)
    assert contacts.operations == 2


def test_a_life_is_about_the_nominal_one_and_differs_from_relay_to_relay():
    lives = [operations_until_weld(contacts_of(seed)) for seed in range(40)]
    assert len(set(lives)) > 5
    assert sum(lives) / len(lives) == pytest.approx(20, rel=0.15)
    assert lives == [operations_until_weld(contacts_of(seed)) for seed in range(40)]


def test_without_current_it_never_welds():
    assert operations_until_weld(contacts_of(current_a=0.0)) is None


def test_a_smaller_current_wears_less_than_in_proportion():
    full, half = contacts_of(current_a=80.0), contacts_of(current_a=40.0)
    full.operate(closes=False)
    half.operate(closes=False)
    assert half.wear < 0.5 * full.wear


def test_worn_contacts_heat_more():
    contacts = contacts_of()
    new_k = contacts.temperature_rise_k(80.0)
    contacts.wear = 1.0
    assert contacts.temperature_rise_k(80.0) == pytest.approx((1 + SHORT_LIVED.growth) * new_k)
    assert contacts.temperature_rise_k(0.0) == 0.0
    contacts.replace()
    assert contacts.temperature_rise_k(80.0) == new_k


def test_welded_contacts_conduct_until_they_are_replaced():
    contacts = contacts_of()
    assert operations_until_weld(contacts)
    assert contacts.conduct(False)
    contacts.replace()
    assert not contacts.conduct(False)
    assert (contacts.operations, contacts.wear) == (0, 0.0)


def test_a_hand_may_hold_them():
    contacts = contacts_of()
    contacts.stuck = Sticking.OPEN
    assert not contacts.conduct(True)
    contacts.stuck = Sticking.CLOSED
    assert contacts.conduct(False)


@given(currents_a=st.lists(st.floats(0, 200), max_size=60))
def test_wear_only_grows_and_a_weld_never_opens(currents_a):
    contacts, before, welded = contacts_of(), 0.0, False
    for current_a in currents_a:
        contacts.flowing_a = lambda current_a=current_a: current_a
        contacts.operate(closes=False)
        contacts.operate(closes=True)
        assert contacts.wear > before
        assert contacts.welded or not welded
        before, welded = contacts.wear, contacts.welded


# ------------------------------------------------------------ in the meter


def test_the_world_hears_of_each_movement_after_it(bench):
    bench.supply.set_load(5.0)
    heard = []
    bench.meter.on_relay.append(lambda closed: heard.append((closed, bench.parts.switch.relay_closed)))
    bench.recharge(1)
    bench.run(3600)
    bench.recharge(1)
    assert heard == [(True, True), (False, False), (True, True)]


def test_a_listener_may_change_the_circuit_at_once(bench):
    """As the grid does: without the load the voltage rises, and the meter looks again in the middle of it."""

    def solve(closed):
        bench.supply.set_source(118.0 if closed else 121.0)

    bench.meter.on_relay.append(solve)
    bench.supply.set_load(10.0)
    bench.recharge(1)
    assert bench.parts.metrology.sample.voltage_mv == 118_000
    bench.run(3600)
    assert bench.parts.metrology.sample.voltage_mv == 121_000
    assert bench.parts.prepayment.exhausted


def test_the_contacts_count_what_the_switch_does(bench):
    bench.supply.set_load(20.0)
    contacts = bench.meter.hardware.contacts
    before = contacts.operations
    bench.recharge(10)
    idle = contacts.wear
    bench.run(3600)
    assert contacts.operations == before + 2
    share = (20 / 80) ** contacts.terms.exponent / contacts.terms.operations_at_max
    assert contacts.wear - idle == pytest.approx(share + 1 / contacts.terms.mechanical_operations)


def test_a_power_cut_is_no_movement(bench):
    contacts = bench.meter.hardware.contacts
    before = contacts.operations
    bench.meter.power_cut()
    bench.run(60)
    bench.meter.power_up()
    assert contacts.operations == before
