"""A service node alone with packets that a base node might send, and the small parts around it."""

import numpy as np
import pytest

from protocols.plc.prime.connections import Connection, Convergence
from protocols.plc.prime.control import KeepAlive, Promotion, Registration
from protocols.plc.prime.pdu import BROADCAST, NO_SID, Control, Packet, control_packet, decode_pdu
from sim.plc_channel.prime.beacons import BLOCK
from sim.plc_channel.prime.network import Directory, final_address
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.switching import ServiceNodeState
from tools.fidelity.mac_setups import Plant, chain


@pytest.fixture
def plant() -> Plant:
    made = Plant(1)
    made.env.run(30.0)
    assert made.nodes[0].state is ServiceNodeState.TERMINAL
    return made


def say(plant: Plant, body: Control | bytes) -> None:
    """The base node's word to the first node, past the wire."""
    node = plant.nodes[0]
    packet = (
        Packet(node.sid, node.lnid, body, 1)
        if isinstance(body, bytes)
        else control_packet(node.sid, node.lnid, body)
    )
    node._mine(packet)


def registration(plant: Plant, negative: int) -> Registration:
    return Registration(negative, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 7, plant.nodes[0].eui)


def test_a_node_that_is_put_out_searches_and_comes_back(plant: Plant) -> None:
    say(plant, registration(plant, 1))
    assert plant.nodes[0].state is ServiceNodeState.SEARCHING
    plant.env.run(60.0)
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL


def test_a_refused_connection_ends_the_membership() -> None:
    plant = Plant(1)
    while "CON" not in plant.nodes[0].requests:
        plant.env.step()
    say(plant, Connection(1, 0, 1, 1, Convergence.LLC_432))
    assert plant.nodes[0].state is ServiceNodeState.SEARCHING


def test_a_connection_that_nobody_asked_for_means_nothing(plant: Plant) -> None:
    say(plant, Connection(1, 0, 1, 1, Convergence.LLC_432))
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL


def test_an_answer_that_is_repeated_is_confirmed_again(plant: Plant) -> None:
    frames = plant.network.medium.counts["frames"]
    say(plant, registration(plant, 0))
    plant.env.run(35.0)
    assert plant.network.medium.counts["frames"] == frames + 1
    assert plant.base.statistics(plant.euis[0]).registrations == 1


def test_a_negative_promotion_means_nothing(plant: Plant) -> None:
    say(plant, Promotion(1, 0, 7, 4))
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL


def test_a_node_without_keep_alives_leaves() -> None:
    plant = Plant(1, terms=PrimeSettings(alive_time=2))
    plant.env.run(30.0)
    # the base node's words reach it no more, its beacons do
    plant.network.medium.vetoes.append(lambda sent, ear: ear is plant.nodes[0])
    plant.env.run(30.0 + 128.0 + 5.0)
    assert plant.nodes[0].state in (ServiceNodeState.SEARCHING, ServiceNodeState.REGISTERING)


def test_a_keep_alive_is_answered_with_counts(plant: Plant) -> None:
    heard: list[KeepAlive] = []
    plant.network.medium.sniffers.append(
        lambda sent: heard.extend(
            packet.body for packet in decode_pdu(sent.octets, plant.network.sna).packets
        )
    )
    for _ in range(9):
        say(plant, KeepAlive(0, 0, 7, NO_SID))
    plant.env.run(45.0)
    assert [body.received for body in heard] == [1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert {body.ssid for body in heard} == {NO_SID}


def test_octets_for_another_node_are_not_taken(plant: Plant) -> None:
    node = plant.nodes[0]
    assert not node._is_mine(Packet(node.sid, node.lnid + 1, b"x", 1))
    assert not node._is_mine(control_packet(0, 1, Registration(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 7, 5)))


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x00", b"\x00\x42x"])
def test_a_broken_broadcast_falls_on_the_floor(plant: Plant, octets: bytes) -> None:
    heard: list[bytes] = []
    plant.nodes[0]._on_lpdu = heard.append
    plant.nodes[0]._broadcast(Packet(0, BROADCAST, octets, 511))
    assert heard == []


def test_power_twice_is_power_once(plant: Plant) -> None:
    plant.nodes[0].power(True)
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL
    plant.nodes[0].power(False)
    plant.nodes[0].power(False)
    assert plant.nodes[0].state is ServiceNodeState.OFF


def test_whom_a_frame_is_for_on_its_last_hop() -> None:
    assert final_address(Packet(3, 9, b"x", 1)) == ("node", 3, 9)
    assert final_address(Packet(3, BROADCAST, b"x", 1)) == ("under", 3)
    body = Registration(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 7, 5)
    assert final_address(control_packet(3, 9, body)) == ("eui", b"\x00\x00\x00\x00\x00\x05")


def test_the_directory_keeps_the_order_of_joining() -> None:
    plant = Plant(3)
    directory = Directory()
    for node in (plant.nodes[2], plant.nodes[0], plant.nodes[1]):
        directory.join(("x",), node)
    directory.leave(("x",), plant.nodes[0])
    directory.leave(("x",), plant.nodes[0])
    assert list(directory.listeners(("x",))) == [plant.nodes[2], plant.nodes[1]]
    assert list(directory.listeners(("y",))) == []


def test_a_switch_passes_on_only_what_is_below_it() -> None:
    plant = chain(1)
    plant.env.run(120.0)
    switch = plant.nodes[0]
    frames = plant.network.medium.counts["frames"]
    switch.switching.pass_down(Packet(77, 1, b"x", 1))
    plant.env.run(122.0)
    assert plant.network.medium.counts["frames"] == frames
    plant.nodes[1].switching.pass_down(Packet(1, 1, b"x", 1))
    plant.nodes[1].switching.pass_up(Packet(1, 1, b"x", 1))
    plant.env.run(124.0)
    assert plant.network.medium.counts["frames"] == frames


def test_neighbours_are_those_that_might_hear() -> None:
    plant = chain(3)
    of = plant.network.neighbours.of
    assert [modem.place for modem in of(plant.nodes[1], 0.0)] == [0, 2]
    assert of(plant.nodes[1], 0.0) is of(plant.nodes[1], 0.0)


def test_a_beacon_has_its_number_however_it_is_asked_for() -> None:
    hearer = Plant(1).nodes[0].listener
    whole = hearer.draws(BLOCK - 5, BLOCK + 70, 1, 3)
    assert len(whole) == 75
    assert ((whole >= 0) & (whole < 1)).all()
    one_by_one = [hearer.draws(frame, frame + 1, 1, 3)[0] for frame in range(BLOCK - 5, BLOCK + 70)]
    assert np.array_equal(whole, one_by_one)
    assert np.array_equal(whole[3::32], hearer.draws(BLOCK - 2, BLOCK + 70, 32, 3))
    assert not np.array_equal(whole, hearer.draws(BLOCK - 5, BLOCK + 70, 1, 4))
