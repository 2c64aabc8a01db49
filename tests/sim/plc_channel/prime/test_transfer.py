"""Messages over a connection: whole, once, in order, whatever single frame is lost; given up when all are."""

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.plc.prime.connections import Arq
from sim.kernel.medium import LpduReceived, SendFailed
from sim.plc_channel.prime.arq import ArqConnection, ArqReceiver, ArqSender
from sim.plc_channel.prime.settings import PrimeSettings
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy


class Pipe:
    """Two ends without a wire: payloads wait until they are handed over or lost."""

    def __init__(self, **terms: object) -> None:
        self.now_s = 0.0
        self.terms = PrimeSettings(**terms)
        self.timers: list[tuple[float, object]] = []
        self.queues: tuple[deque[bytes], deque[bytes]] = (deque(), deque())
        self.heard: list[bytes] = []
        self.done: list[tuple[bytes, bool, int]] = []
        self.ends = [self._end(0), self._end(1)]

    def later(self, delay_s: float, act: object) -> None:
        self.timers.append((self.now_s + delay_s, act))

    def _end(self, side: int) -> ArqConnection:
        def transmit(payload: bytes, on_end: object) -> None:
            self.queues[side].append(payload)
            on_end(True)

        sender = ArqSender(self, transmit, lambda: 1.0, lambda *done: self.done.append(done))
        return ArqConnection(sender, ArqReceiver(transmit, self.heard.append))

    def hand_over(self, side: int, *, lose: bool = False) -> None:
        payload = self.queues[side].popleft()
        if not lose:
            self.ends[1 - side].take(payload)

    def pass_time(self, by_s: float) -> None:
        self.now_s += by_s
        due = [act for at_s, act in self.timers if at_s <= self.now_s]
        self.timers = [timer for timer in self.timers if timer[0] > self.now_s]
        for act in due:
            act()

    def settle(self, losses: deque[bool]) -> None:
        for _ in range(2000):
            if not any(self.queues) and not self.timers:
                return
            for side in (0, 1):
                while self.queues[side]:
                    self.hand_over(side, lose=bool(losses) and losses.popleft())
            self.pass_time(1.0)


@settings(deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=200), max_size=4),
    st.lists(st.booleans(), max_size=12).filter(lambda losses: sum(losses) <= 4),
)
def test_messages_arrive_whole_once_and_in_order(messages: list[bytes], losses: list[bool]) -> None:
    """Five transmissions survive four losses wherever they fall."""
    pipe = Pipe(sar_size=4)
    for message in messages:
        pipe.ends[0].sender.put(message)
    pipe.settle(deque(losses))
    assert pipe.heard == messages
    assert [(message, done) for message, done, _ in pipe.done] == [(message, True) for message in messages]


def test_a_message_is_given_up_after_all_transmissions() -> None:
    pipe = Pipe()
    pipe.ends[0].sender.put(b"lost")
    pipe.ends[0].sender.put(b"next")
    pipe.settle(deque([True] * 5))
    assert pipe.done == [(b"lost", False, 4), (b"next", True, 0)]
    assert pipe.heard == [b"next"]


def test_a_lost_acknowledgement_makes_no_second_message() -> None:
    pipe = Pipe()
    pipe.ends[0].sender.put(b"once")
    pipe.settle(deque([False, True]))
    assert pipe.heard == [b"once"]
    assert pipe.done == [(b"once", True, 1)]


def test_a_message_that_was_given_up_in_the_middle_spoils_no_other() -> None:
    pipe = Pipe(sar_size=1)
    pipe.ends[0].sender.put(bytes(40))
    pipe.ends[0].sender.put(b"whole")
    # the first segment and its acknowledgement arrive, the second never does
    pipe.settle(deque([False, False] + [True] * 5))
    assert pipe.heard == [b"whole"]


def test_abandoning_gives_back_what_waited() -> None:
    pipe = Pipe()
    pipe.ends[0].sender.put(b"a")
    pipe.ends[0].sender.put(b"b")
    assert pipe.ends[0].sender.abandon() == [b"a", b"b"]
    pipe.settle(deque([True]))
    assert pipe.done == []


@pytest.mark.parametrize("payload", [b"", b"\x80", b"\x00\xff", Arq(0, 0, 9).encode()])
def test_nonsense_falls_on_the_floor(payload: bytes) -> None:
    pipe = Pipe()
    pipe.ends[0].take(payload)
    pipe.settle(deque())
    assert pipe.heard == []
    assert pipe.done == []


@pytest.mark.parametrize("floor", [0.05, 0.1])
def test_over_a_lossy_wire_nothing_is_lost_or_doubled(floor: float) -> None:
    phy = ThresholdPhy(floor=floor)
    plant = Plant(4, TableChannel(phy), phy, seed=5)
    plant.env.run(120.0)
    for number in range(10):
        for node in plant.nodes:
            node.send(bytes((number,)) * 300)
    plant.env.run(900.0)
    for eui48 in plant.euis:
        said = [
            event.lpdu[0]
            for _, event in plant.events
            if isinstance(event, LpduReceived) and event.eui48 == eui48
        ]
        # a message may be given up, but none comes twice or out of turn
        assert said == sorted(set(said))
        assert len(said) >= 9
    assert plant.network.medium.counts["noise"] > 0


def test_a_wire_that_breaks_ends_in_a_failure() -> None:
    plant = Plant(1)
    plant.env.run(60.0)
    plant.network.medium.vetoes.append(lambda sent, listener: True)
    plant.base.send(plant.euis[0], b"x" * 40)
    plant.env.run(120.0)
    failed = [event for _, event in plant.events if isinstance(event, SendFailed)]
    assert failed == [SendFailed(plant.euis[0], b"x" * 40, "retries")]
    assert plant.base.statistics(plant.euis[0]).failed == 1
    assert plant.base.statistics(plant.euis[0]).retries == 4
