"""CSMA, collisions and capture, on modems that do nothing else."""

from collections.abc import Callable

import pytest
from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.modem import CSMA_TRANSITIONS, CsmaEvent, CsmaState, Modem
from sim.plc_channel.prime.network import Network
from sim.plc_channel.prime.settings import PrimeSettings
from tools.fidelity.mac_setups import TableChannel, ThresholdPhy

EAR = ("ear",)


class Ear(Modem):
    """Takes every frame that reaches it."""

    def __init__(self, network: Network, place: int) -> None:
        super().__init__(network, bytes((2, 0, 0, 0, 0, place + 1)), place, f"ear{place}")
        self.powered = True
        self.heard: list[bytes] = []

    def hear(self, transmission: object) -> None:
        self.heard.append(transmission.octets)


def ears(
    count: int, links: dict[tuple[int, int], float] | None = None, **terms: object
) -> tuple[Environment, list[Ear]]:
    phy = ThresholdPhy()
    env = Environment()
    channel = TableChannel(phy, 30.0, links)
    network = Network(env, RandomStreams(1), channel, phy, PrimeSettings(**terms))
    modems = [Ear(network, place) for place in range(count)]
    network.directory.join(EAR, modems[0])
    return env, modems


def put(modem: Ear, octets: bytes = bytes(14), on_end: Callable[[bool], None] | None = None) -> None:
    modem.transmit_octets(octets, EAR, 1, takes_s=0.0, on_end=on_end)


def test_one_frame_goes_through() -> None:
    env, (ear, mouth) = ears(2)
    ended: list[bool] = []
    put(mouth, b"x" * 14, ended.append)
    env.run(2.0)
    assert ear.heard == [b"x" * 14]
    assert ended == [True]
    assert mouth.queue.state is CsmaState.IDLE


def test_those_that_hear_each_other_do_not_collide() -> None:
    env, (ear, *mouths) = ears(12)
    for mouth in mouths:
        put(mouth)
    env.run(10.0)
    air = ear.network.medium
    assert air.counts["collision"] == 0
    assert len(ear.heard) + air.counts["given up"] == len(mouths)


def test_hidden_nodes_collide() -> None:
    env, (ear, one, other) = ears(3, {(1, 2): -20.0, (2, 1): -20.0})
    for _ in range(20):
        put(one, bytes(250))
        put(other, bytes(250))
    env.run(60.0)
    assert ear.network.medium.counts["collision"] > 5


def test_a_late_carrier_sense_makes_collisions() -> None:
    env, (ear, *mouths) = ears(12, sense_latency_s=2.048e-3)
    for mouth in mouths:
        put(mouth)
    env.run(10.0)
    assert ear.network.medium.counts["collision"] > 0


@pytest.mark.parametrize(("capture_db", "survives"), [(None, False), (10.0, True), (25.0, False)])
def test_capture(capture_db: float | None, survives: bool) -> None:
    links = {(1, 2): -20.0, (2, 1): -20.0, (2, 0): 10.0}
    env, (ear, strong, weak) = ears(3, links, capture_db=capture_db)
    for number in range(20):
        put(strong, b"s" + bytes(250) + bytes((number,)))
        put(weak, b"w" * 250)
    env.run(60.0)
    strong_heard = sum(octets[:1] == b"s" for octets in ear.heard)
    assert (strong_heard == 20) is survives
    assert ear.network.medium.counts["collision"] > 0


def test_a_modem_that_sends_hears_nothing() -> None:
    env, (ear, mouth) = ears(2, {(0, 1): -20.0, (1, 0): 30.0})
    # the mouth does not hear the ear, and talks into its long frames
    for _ in range(10):
        put(ear, bytes(300))
        put(mouth, bytes(100))
    env.run(60.0)
    assert ear.network.medium.counts["collision"] > 0


def test_a_frame_that_finds_no_way_is_given_up() -> None:
    env, (ear, mouth, rival) = ears(3)
    ended: list[bool] = []

    def again(_sent: bool) -> None:
        rival.network.medium.transmit(rival, EAR, bytes(370), lambda: again(True))

    again(True)
    put(mouth, bytes(14), ended.append)
    env.run(20.0)
    assert ended == [False]
    assert ear.network.medium.counts["given up"] == 1


def test_clearing_forgets_what_waits() -> None:
    env, (ear, mouth) = ears(2)
    for _ in range(3):
        put(mouth)
    assert len(mouth.queue) == 3
    mouth.silence()
    env.run(5.0)
    assert ear.heard == []
    put(mouth)
    env.run(10.0)
    assert len(ear.heard) == 1


def test_a_modem_without_power_hears_nothing() -> None:
    env, (ear, mouth) = ears(2)
    ear.powered = False
    put(mouth)
    env.run(5.0)
    assert ear.heard == []


def test_frames_leave_in_the_order_in_which_they_were_put() -> None:
    env, (ear, mouth) = ears(2)
    frames = [bytes((number,)) * 20 for number in range(8)]
    for frame in frames:
        put(mouth, frame)
    env.run(20.0)
    assert ear.heard == frames


def test_the_machine_is_closed() -> None:
    """Every state can be left, and each step leads from somewhere."""
    assert {old for old, _ in CSMA_TRANSITIONS} == set(CsmaState)
    assert {step for _, step in CSMA_TRANSITIONS} == set(CsmaEvent)
    assert set(CSMA_TRANSITIONS.values()) == set(CsmaState)


def test_places() -> None:
    assert BASE_PLACE == -1
