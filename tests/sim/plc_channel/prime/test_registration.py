"""Registration: in time, after every single loss, again after whatever happened, and twins."""

import pytest

from sim.kernel.medium import LpduReceived, NodeLost, NodeRegistered, NodeState, SendFailed
from sim.plc_channel.prime.interfaces import Transmission
from sim.plc_channel.prime.modem import Modem
from sim.plc_channel.prime.network import LogEvent
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.switching import MEMBERS, TRANSITIONS, ServiceNodeEvent, ServiceNodeState, diagram
from tools.fidelity.mac_setups import Plant, chain


class Loss:
    """Takes the n-th frame on the wire from everybody."""

    def __init__(self, plant: Plant, number: int) -> None:
        self.number = number
        self.seen: list[Transmission] = []
        self.taken = False
        plant.network.medium.vetoes.append(self.veto)

    def veto(self, sent: Transmission, _listener: Modem) -> bool:
        if not any(sent is other for other in self.seen):
            self.seen.append(sent)
        take = self.seen[-1] is sent and len(self.seen) - 1 == self.number
        self.taken |= take
        return take


def connected(plant: Plant) -> int:
    return len({event.eui48 for _, event in plant.events if isinstance(event, NodeRegistered)})


def frames_until_connected(hops: int) -> int:
    plant = chain(hops)
    while connected(plant) < hops + 1:
        plant.env.run(float(plant.env.now) + 1.0)
    return plant.network.medium.counts["frames"]


@pytest.mark.parametrize("hops", [0, 1])
def test_registration_survives_the_loss_of_any_one_frame(hops: int) -> None:
    """PLC-4: every frame up to the last connection is lost once, in a run of its own."""
    for number in range(frames_until_connected(hops)):
        plant = chain(hops)
        loss = Loss(plant, number)
        plant.env.run(240.0)
        assert loss.taken, number
        assert connected(plant) == hops + 1, number
        assert all(row.state is not NodeState.DISCONNECTED for row in plant.rows()), number


@pytest.mark.parametrize("floor_seed", range(3))
def test_registration_of_many_under_losses(floor_seed: int) -> None:
    from tools.fidelity.mac_setups import TableChannel, ThresholdPhy

    phy = ThresholdPhy(floor=0.15)
    plant = Plant(15, TableChannel(phy), phy, seed=floor_seed)
    plant.env.run(120.0)
    assert connected(plant) == 15


def test_a_node_that_loses_its_power_is_lost_and_comes_back() -> None:
    plant = Plant(3)
    plant.env.run(60.0)
    plant.nodes[1].power(False)
    plant.env.run(3600.0)
    assert [event for _, event in plant.events if isinstance(event, NodeLost)] == [
        NodeLost(plant.euis[1], "silent")
    ]
    assert plant.rows()[1].state is NodeState.DISCONNECTED
    plant.nodes[1].power(True)
    plant.env.run(3700.0)
    assert plant.rows()[1].state is NodeState.TERMINAL
    assert plant.base.statistics(plant.euis[1]).registrations == 2


def test_a_short_cut_registers_again_at_once() -> None:
    plant = Plant(2)
    plant.env.run(60.0)
    plant.nodes[0].power(False)
    plant.env.run(62.0)
    plant.nodes[0].power(True)
    plant.env.run(70.0)
    assert plant.rows()[0].state is NodeState.TERMINAL
    assert plant.network.log.counts[LogEvent.UNREGISTER] == 1
    assert plant.network.log.counts[LogEvent.REGISTER] == 3


def test_what_waited_for_a_node_that_registers_again_fails() -> None:
    plant = Plant(1)
    plant.env.run(60.0)
    plant.nodes[0].power(False)
    plant.base.send(plant.euis[0], b"waits")
    plant.env.run(61.0)
    plant.nodes[0].power(True)
    plant.env.run(80.0)
    failed = [event for _, event in plant.events if isinstance(event, SendFailed)]
    assert failed == [SendFailed(plant.euis[0], b"waits", "lost")]


def test_the_base_node_comes_back() -> None:
    plant = Plant(4)
    plant.env.run(60.0)
    plant.base.power(False)
    plant.env.run(120.0)
    assert {node.state for node in plant.nodes} == {ServiceNodeState.SEARCHING}
    assert all(row.state is NodeState.DISCONNECTED for row in plant.rows())
    plant.base.power(True)
    plant.env.run(200.0)
    assert all(row.state is NodeState.TERMINAL for row in plant.rows())
    assert {plant.base.statistics(eui48).registrations for eui48 in plant.euis} == {2}


def test_twins_take_turns_and_are_never_both_there() -> None:
    plant = Plant(2, terms=PrimeSettings(alive_time=3))
    plant.env.run(60.0)
    twin = plant.medium.node(plant.euis[0], lambda lpdu: None, place=7)
    plant.env.run(4000.0)
    rows = [row for row in plant.rows() if row.eui48 == plant.euis[0]]
    assert len(rows) == 1
    assert plant.base.statistics(plant.euis[0]).registrations > 2
    # the stranger between them is not disturbed
    assert plant.base.statistics(plant.euis[1]).registrations == 1
    assert {plant.nodes[0].state, twin.state} & MEMBERS


def test_twins_that_come_at_once_share_an_address() -> None:
    """Each takes the answer for its own: no base node can tell them apart."""
    plant = Plant(1)
    twin = plant.medium.node(plant.euis[0], lambda lpdu: None, place=7)
    plant.env.run(60.0)
    assert (twin.sid, twin.lnid) == (plant.nodes[0].sid, plant.nodes[0].lnid)
    assert plant.base.statistics(plant.euis[0]).registrations == 1


def test_a_module_that_was_pulled_out_stays_out() -> None:
    plant = Plant(1)
    plant.env.run(10.0)
    plant.nodes[0].detach()
    plant.nodes[0].power(True)
    plant.env.run(100.0)
    assert plant.nodes[0].state is ServiceNodeState.OFF


def test_an_unregistered_node_says_nothing() -> None:
    plant = Plant(1)
    plant.nodes[0].send(b"too early")
    plant.env.run(60.0)
    assert not [event for _, event in plant.events if isinstance(event, LpduReceived)]


def test_the_life_of_a_node_is_closed() -> None:
    assert {old for old, _ in TRANSITIONS} == set(ServiceNodeState) == set(TRANSITIONS.values())
    assert {event for _, event in TRANSITIONS} == set(ServiceNodeEvent)
    assert all(
        TRANSITIONS.get((state, ServiceNodeEvent.POWER_OFF)) is ServiceNodeState.OFF
        for state in set(ServiceNodeState) - {ServiceNodeState.OFF}
    )
    assert diagram().startswith("stateDiagram-v2\n")


def test_every_transition_has_its_action() -> None:
    from sim.plc_channel.prime.service_node import ServiceNode

    assert {(old, new) for (old, _), new in TRANSITIONS.items()} == set(ServiceNode._ENTERING)
