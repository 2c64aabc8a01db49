"""Whatever happens to power, wire and octets: nothing crashes, the tables fit, and all comes back."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.plc.prime.pdu import describe_pdu
from sim.kernel.medium import LpduReceived, NodeLost, NodeRegistered, NodeState
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.interfaces import Transmission
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.switching import MEMBERS, ServiceNodeState
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy

COUNT = 5
MINUTES = st.floats(0.5, 400.0)
STEPS = st.one_of(
    st.tuples(st.just("wait"), MINUTES),
    st.tuples(st.just("toggle"), st.integers(0, COUNT - 1)),
    st.tuples(st.just("base"), st.booleans()),
    st.tuples(st.just("down"), st.integers(0, COUNT - 1)),
    st.tuples(st.just("up"), st.integers(0, COUNT - 1)),
    st.tuples(st.just("broadcast"), st.integers(1, 600)),
    st.tuples(st.just("noise"), st.floats(0.0, 0.6)),
    st.tuples(st.just("octets"), st.binary(min_size=1, max_size=60)),
)


class Chaos:
    """A small network of which two meters are far, and what is done to it."""

    def __init__(self, seed: int) -> None:
        phy = ThresholdPhy()
        deaf = {pair: -50.0 for far in (3, 4) for pair in ((BASE_PLACE, far), (far, BASE_PLACE))}
        terms = PrimeSettings(alive_time=3, demote_after_s=120.0)
        self.plant = Plant(COUNT, TableChannel(phy, links=deaf), phy, terms, seed)
        self.noise = 0.0
        self.plant.network.medium.vetoes.append(lambda sent, ear: ear.draw() < self.noise)

    def do(self, step: tuple[str, object]) -> None:
        getattr(self, f"_{step[0]}")(step[1])

    def _wait(self, seconds: float) -> None:
        self.plant.env.run(float(self.plant.env.now) + seconds)

    def _toggle(self, number: int) -> None:
        node = self.plant.nodes[number]
        node.power(not node.powered)

    def _base(self, on: bool) -> None:
        self.plant.base.power(on)

    def _down(self, number: int) -> None:
        self.plant.base.send(self.plant.euis[number], bytes(300))

    def _up(self, number: int) -> None:
        self.plant.nodes[number].send(bytes(300))

    def _broadcast(self, size: int) -> None:
        self.plant.base.broadcast(bytes(size))

    def _noise(self, share: float) -> None:
        self.noise = share

    def _octets(self, octets: bytes) -> None:
        plant = self.plant
        for to in (("switch", 0), ("node", 0, 1), ("near", 0), ("under", 0)):
            plant.network.medium.transmit(plant.nodes[0], to, octets, lambda: None)

    def heal(self) -> None:
        """Everything has its power and nothing is lost any more."""
        self.noise = 0.0
        self.plant.base.power(True)
        for node in self.plant.nodes:
            node.power(True)
        self._wait(1800.0)


def check_tables(plant: Plant) -> None:
    """Who believes what, on both sides."""
    records = plant.base.nodes
    for node in plant.nodes:
        if node.state in MEMBERS:
            assert node in plant.network.directory.listeners(("node", node.sid, node.lnid))
        if node.state is ServiceNodeState.OFF:
            assert not node.powered
            assert node.switching.lsid is None
            assert len(node.queue) == 0
    for lsid, record in records.switches.items():
        assert record.lsid == lsid
    switching = {node for node in plant.nodes if node.state is ServiceNodeState.SWITCH}
    assert {source.modem for source in plant.medium.watch.sources} <= switching | {plant.base}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=14), st.integers(0, 1000))
def test_all_comes_back(steps: list[tuple[str, object]], seed: int) -> None:
    chaos = Chaos(seed)
    plant = chaos.plant
    for step in steps:
        chaos.do(step)
        check_tables(plant)
    chaos.heal()
    check_tables(plant)
    rows = plant.rows()
    assert [row.state is NodeState.DISCONNECTED for row in rows] == [False] * COUNT
    assert [row.level for row in rows] == [0, 0, 0, 1, 1]
    before = len(plant.events)
    for node in plant.nodes:
        node.send(b"well")
    plant.env.run(float(plant.env.now) + 120.0)
    said = {event.eui48 for _, event in plant.events[before:] if isinstance(event, LpduReceived)}
    assert said == set(plant.euis)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS.filter(lambda step: step[0] != "base"), max_size=14), st.integers(0, 1000))
def test_a_node_is_told_of_once_and_lost_once(steps: list[tuple[str, object]], seed: int) -> None:
    """Between two registrations that are told there is a loss that is told."""
    chaos = Chaos(seed)
    for step in steps:
        chaos.do(step)
    chaos.heal()
    for eui48 in chaos.plant.euis:
        told = [
            isinstance(event, NodeRegistered)
            for _, event in chaos.plant.events
            if isinstance(event, (NodeRegistered, NodeLost)) and event.eui48 == eui48
        ]
        assert told[::2] == [True] * len(told[::2])
        assert told[1::2] == [False] * len(told[1::2])


def test_every_frame_that_is_sent_explains_itself() -> None:
    chaos = Chaos(3)
    bad: list[str] = []

    def look(sent: Transmission) -> None:
        line = describe_pdu(sent.octets, chaos.plant.network.sna)
        if line.startswith("BAD"):
            bad.append(line)

    chaos.plant.network.medium.sniffers.append(look)
    for step in (("wait", 60.0), ("down", 0), ("up", 3), ("noise", 0.3), ("wait", 300.0), ("toggle", 1)):
        chaos.do(step)
    chaos.heal()
    assert chaos.plant.network.medium.counts["frames"] > 100
    assert bad == []
