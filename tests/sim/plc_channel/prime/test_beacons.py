"""Beacons worked out ahead give the same lives, frame by frame, as beacons looked at one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.plc.prime.pdu import BASE_SID
from sim.kernel.medium import NodeLost, NodeState
from sim.plc_channel.prime.beacons import BeaconListener, BeaconPlan, BeaconSource, BeaconWatch, first_loss
from sim.plc_channel.prime.network import Network
from sim.plc_channel.prime.settings import PrimeSettings
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy

HOUR_S = 3600.0


class SoftPhy(ThresholdPhy):
    """Error rates that are neither none nor all, over a wide range."""

    def error_rate(self, octets: int, snr_db: float) -> float:
        return 1.0 / (1.0 + math.exp(1.1 * (snr_db - 4.5)))


class ChangingLine(TableChannel):
    """Meters in a row; the noise goes up in three steps and comes down again."""

    def __init__(self, section_db: float, first_db: float, period_s: float) -> None:
        super().__init__(SoftPhy())
        self.section_db, self.first_db, self.period_s = section_db, first_db, period_s

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        step = int(now_s / self.period_s + 1e-9) % 4 if self.period_s < math.inf else 0
        return self.first_db - self.section_db * abs(tx - rx) - 2.0 * step

    def next_change_s(self, now_s: float) -> float:
        if self.period_s == math.inf:
            return math.inf
        return (math.floor(now_s / self.period_s + 1e-9) + 1) * self.period_s


class FrameByFrame(BeaconWatch):
    """The long way: every beacon of every node is looked at when its frame begins."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self._life = 0

    def begin(self, source: BeaconSource) -> None:
        """A modem begins to send beacons; the base node's are the frames."""
        if source.sid == BASE_SID:
            self._life += 1
            self._frame_later(self._next_frame())
        super().begin(source)

    def _frame_later(self, frame: int) -> None:
        network, life = self.network, self._life
        at_s = network.clock.frame_s(frame)
        network.later(at_s - network.now_s, lambda: self._frame() if life == self._life else None)

    def _frame(self) -> None:
        frame = self.network.clock.frame(self.network.now_s)
        for listener, plan in self._open_plans():
            if plan.frame <= frame:
                self._look(listener, plan, frame)
        self._frame_later(frame + 1)

    def _look(self, listener: BeaconListener, plan: BeaconPlan, frame: int) -> None:
        source = plan.source
        if source is None:
            super()._seek(listener, BeaconPlan(None, frame))
            due = listener.plan.due if listener.plan else None
            if due is not None and due != frame:
                listener.plan = BeaconPlan(None, frame + 1)
            return
        if source.first_from(frame) != frame:
            return
        missed = bool(listener.draws(frame, frame + 1, 1, source.sid)[0] < plan.rate)
        plan.missed = plan.missed + 1 if missed else 0
        if plan.missed == self._limit:
            self._due(listener, plan, frame, source.slot, listener.on_lost)

    def _follow(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        plan.rate = self._rate(plan.source, listener)
        listener.plan = plan

    def _seek(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        """Looked for in each frame."""

    def _settle(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        """Counted in each frame."""


def an_hour(channel: ChangingLine, seed: int, *, frame_by_frame: bool) -> list[object]:
    """Everything that happened and everything that was sent, with its time."""
    watch = FrameByFrame if frame_by_frame else BeaconWatch
    plant = Plant(20, channel, SoftPhy(), PrimeSettings(join_snr_db=4.0), seed, watch=watch)
    log: list[object] = []
    plant.network.log.listeners.append(lambda entry: log.append((round(entry.at_s, 6), entry)))
    plant.network.medium.sniffers.append(lambda sent: log.append((round(sent.end_s, 6), sent.octets)))
    plant.env.run(HOUR_S)
    return [*log, *plant.events]


@pytest.mark.parametrize(
    ("section_db", "first_db", "period_s", "seed"),
    [(1.0, 22.0, math.inf, 1), (1.5, 30.0, 700.0, 2), (2.0, 28.0, 311.0, 3), (1.0, 20.0, 60.0, 4)],
)
def test_an_hour_ahead_is_an_hour_frame_by_frame(
    section_db: float, first_db: float, period_s: float, seed: int
) -> None:
    channel = ChangingLine(section_db, first_db, period_s)
    ahead = an_hour(channel, seed, frame_by_frame=False)
    assert len(ahead) > 1000
    assert any("UNREGISTER" in repr(item) for item in ahead)
    assert ahead == an_hour(channel, seed, frame_by_frame=True)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    """PLC-6."""
    channel = ChangingLine(1.5, 30.0, 700.0)
    first = an_hour(channel, 7, frame_by_frame=False)
    assert first == an_hour(channel, 7, frame_by_frame=False)
    assert first != an_hour(channel, 8, frame_by_frame=False)


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 3), st.integers(4, 6))
def test_the_first_loss(misses: list[bool], missed: int, limit: int) -> None:
    run, lost = missed, None
    for place, miss in enumerate(misses):
        run = run + 1 if miss else 0
        if run >= limit and lost is None:
            lost = place
    assert first_loss(np.array(misses, dtype=bool), missed, limit) == (lost, run)


@given(st.integers(0, 10_000), st.integers(0, 5), st.integers(0, 31))
def test_a_source_sends_in_its_frames(frame: int, frequency: int, phase: int) -> None:
    source = BeaconSource(None, 1, 1, 1, frequency, phase % (1 << frequency))
    first = source.first_from(frame)
    assert frame <= first < frame + source.every
    assert first % source.every == source.phase


def test_a_node_gives_its_switch_up_after_five_missed_beacons() -> None:
    plant = Plant(2)
    plant.env.run(60.0)
    plant.base.power(False)
    # three seconds are five frames
    plant.env.run(60.0 + 4 * 0.61824)
    assert {row.value for row in (node.state for node in plant.nodes)} == {"terminal"}
    plant.env.run(60.0 + 7 * 0.61824)
    assert {row.value for row in (node.state for node in plant.nodes)} == {"searching"}


def test_an_idle_network_costs_no_events_for_beacons() -> None:
    plant = Plant(30, terms=PrimeSettings(alive_period_s_min=1200.0))
    plant.env.run(100.0)
    steps = 0
    while plant.env.peek() < 1000.0:
        plant.env.step()
        steps += 1
    # 1456 frames went by
    assert steps < 300
    assert all(row.state is NodeState.TERMINAL for row in plant.rows())


def test_a_hopeless_channel_is_noticed() -> None:
    channel = ChangingLine(0.0, 40.0, 600.0)
    channel.snr_db = lambda tx, rx, now_s: 40.0 if now_s < 600.0 else -30.0
    plant = Plant(3, channel, SoftPhy())
    plant.env.run(2 * HOUR_S)
    assert len([event for _, event in plant.events if isinstance(event, NodeLost)]) == 3
    assert {node.state.value for node in plant.nodes} == {"searching"}
