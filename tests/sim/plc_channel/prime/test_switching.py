"""Switches: made for who cries, ended when nobody needs them, missed when they go."""

from collections import Counter

import pytest

from sim.kernel.medium import LpduReceived, NodeLost, NodeState
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.network import LogEvent
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.switching import ServiceNodeState
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy, chain


def star(count: int, far: set[int], **terms: object) -> Plant:
    """`far` meters do not hear the base node; all meters hear each other."""
    phy = ThresholdPhy()
    deaf = {pair: -50.0 for place in far for pair in ((BASE_PLACE, place), (place, BASE_PLACE))}
    return Plant(count, TableChannel(phy, links=deaf), phy, PrimeSettings(**terms))


@pytest.mark.parametrize("hops", [1, 2, 4])
def test_a_chain_builds_itself(hops: int) -> None:
    plant = chain(hops)
    plant.env.run(600.0)
    rows = plant.rows()
    assert [row.level for row in rows] == list(range(hops + 1))
    assert [row.parent for row in rows] == [None, *plant.euis[:-1]]
    assert [row.state for row in rows] == [NodeState.SWITCH] * hops + [NodeState.TERMINAL]
    assert rows[0].snr_db == 40.0
    assert rows[-1].snr_db is None


def test_lpdus_go_along_the_chain() -> None:
    plant = chain(3)
    plant.reply = (700, 0.1)
    plant.env.run(300.0)
    reading = plant.read([(900, 700, 0.1)], meters=[3])
    assert reading.failed == 0
    assert len(reading.round_trips_s) == 1
    assert plant.base.statistics(plant.euis[3]).bytes_out == 900


def test_one_switch_serves_all_that_cry() -> None:
    plant = star(8, far={4, 5, 6, 7})
    plant.env.run(1200.0)
    states = Counter(row.state for row in plant.rows())
    assert states[NodeState.DISCONNECTED] == 0
    assert 1 <= states[NodeState.SWITCH] <= 2
    assert sorted(row.level for row in plant.rows()) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_the_offer_of_the_lower_level_wins() -> None:
    plant = star(4, far={2, 3})
    plant.env.run(1200.0)
    assert max(row.level for row in plant.rows()) == 1


def test_a_switch_without_children_is_a_terminal_again() -> None:
    plant = star(2, far={1}, demote_after_s=300.0)
    plant.env.run(300.0)
    assert plant.rows()[0].state is NodeState.SWITCH
    plant.nodes[1].power(False)
    plant.env.run(3600.0)
    assert plant.rows()[0].state is NodeState.TERMINAL
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL
    assert plant.network.log.counts[LogEvent.DEMOTE] == 1
    assert not [source for source in plant.medium.watch.sources if source.modem is plant.nodes[0]]


def test_a_switch_that_goes_takes_its_children_along_until_they_find_another() -> None:
    plant = star(4, far={3})
    plant.env.run(600.0)
    child = plant.rows()[3]
    switch = plant.euis.index(child.parent)
    plant.nodes[switch].power(False)
    plant.env.run(3000.0)
    lost = [event for _, event in plant.events if isinstance(event, NodeLost)]
    assert plant.euis[switch] in {event.eui48 for event in lost}
    row = plant.rows()[3]
    assert row.state is NodeState.TERMINAL
    assert row.parent not in (None, plant.euis[switch])


def test_the_children_of_a_silent_switch_are_reported_with_it() -> None:
    plant = chain(1)
    plant.env.run(300.0)
    plant.nodes[0].power(False)
    plant.env.run(4000.0)
    lost = {event.eui48: event.reason for _, event in plant.events if isinstance(event, NodeLost)}
    assert lost == {plant.euis[0]: "silent", plant.euis[1]: "switch-lost"}
    assert [row.state for row in plant.rows()] == [NodeState.DISCONNECTED] * 2


def test_nobody_is_promoted_without_slots() -> None:
    plant = star(2, far={1}, beacon_slots=1)
    plant.env.run(600.0)
    assert len(plant.rows()) == 1
    assert plant.rows()[0].state is NodeState.TERMINAL


def test_a_broadcast_is_passed_on() -> None:
    plant = chain(2)
    heard: list[int] = []
    for number, node in enumerate(plant.nodes):
        node._on_lpdu = lambda lpdu, number=number: heard.append(number)
    plant.env.run(300.0)
    plant.base.broadcast(bytes(600))
    plant.env.run(330.0)
    assert heard == [0, 1, 2]


def test_uplink_messages_of_several_levels_arrive_in_order() -> None:
    plant = chain(2)
    plant.env.run(300.0)
    for number in range(5):
        plant.nodes[2].send(bytes((number,)) * 300)
    plant.env.run(360.0)
    said = [event.lpdu[0] for _, event in plant.events if isinstance(event, LpduReceived)]
    assert said == [0, 1, 2, 3, 4]
