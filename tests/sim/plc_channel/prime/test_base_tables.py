"""The base node's tables and policies, and the small parts below them."""

import math
from collections import Counter
from types import SimpleNamespace

import pytest
from simpy import Environment

from protocols.plc.prime.control import BeaconSlot, Promotion, PromotionRequest
from protocols.plc.prime.pdu import NO_SID, describe_pdu
from sim.kernel.medium import NodeState, NodeStatistics
from sim.plc_channel.prime.modem import PendingRequests
from sim.plc_channel.prime.network import LogEntry, LogEvent, NetworkLog
from sim.plc_channel.prime.node_table import NodeTable
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.shared_medium import Links
from sim.plc_channel.prime.switching import ServiceNodeState
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy, chain

A, B, C = (bytes((2, 0, 0, 0, 0, number)) for number in (1, 2, 3))


# ---------------------------------------------------------------- records


def test_addresses_are_not_used_again_soon() -> None:
    records = NodeTable(PrimeSettings())
    first = records.admit(A, 0)
    assert (first.sid, first.lnid) == (0, 1)
    again = records.admit(A, 0)
    assert again is first
    assert again.lnid == 2
    assert records.at(0, 1) is None
    assert records.at(0, 2) is first
    assert len(records) == 1


def test_a_number_that_is_taken_is_skipped() -> None:
    records = NodeTable(PrimeSettings())
    records.admit(A, 0)
    records._next_lnid = 1
    assert records.admit(B, 0).lnid == 2


def test_paths_lead_over_switches() -> None:
    records = NodeTable(PrimeSettings())
    near = records.admit(A, 0)
    lsid = records.make_switch(near, 0.0)
    middle = records.admit(B, lsid)
    further = records.make_switch(middle, 0.0)
    far = records.admit(C, further)
    assert records.path(near) == []
    assert records.path(far) == [near, middle]
    assert records.under(lsid) == [middle]
    records.end_switch(near)
    assert near.lsid is None
    assert records.path(far) == [middle]


def test_switches_get_slots_of_their_own_until_none_is_left() -> None:
    records = NodeTable(PrimeSettings(beacon_frequency=1))
    made = [records.make_switch(records.admit(bytes((2, 0, 0, 0, 1, n)), 0), 0.0) for n in range(9)]
    slots = [records.slot(lsid) for lsid in made if lsid is not None]
    assert len(slots) == len(set(slots)) == 4 * 2
    assert made[-1] is None
    assert all(1 <= slot <= 4 for slot, _ in slots)


def test_nobody_knows_a_stranger() -> None:
    records = NodeTable(PrimeSettings())
    assert records.find(A) is None
    assert records.statistics(A) == NodeStatistics()
    entry = records.entry(records.admit(A, 0))
    assert entry.state is NodeState.DISCONNECTED


# ---------------------------------------------------------------- promotion


def test_a_switch_that_the_base_node_does_not_know_is_ended() -> None:
    plant = Plant(2)
    plant.env.run(60.0)
    plant.nodes[0]._on_promotion(Promotion(0, 0, 7, 9), None)
    assert plant.nodes[0].state is ServiceNodeState.SWITCH
    plant.env.run(900.0)
    assert plant.nodes[0].state is ServiceNodeState.TERMINAL
    assert plant.nodes[0].switching.lsid is None


def test_an_offer_for_a_registered_node_is_not_taken() -> None:
    plant = Plant(2)
    plant.env.run(60.0)
    plant.nodes[0].send_control(Promotion(0, 5, 7, NO_SID, PromotionRequest(plant.nodes[1].eui)))
    plant.env.run(120.0)
    assert {node.state for node in plant.nodes} == {ServiceNodeState.TERMINAL}


def test_a_beacon_slot_for_a_terminal_means_nothing() -> None:
    plant = Plant(1)
    plant.env.run(60.0)
    plant.nodes[0].switching.send_beacons(BeaconSlot(5, 1, 3))
    assert len(plant.medium.watch.sources) == 1


def test_an_order_that_is_never_answered_ends_the_switch_on_paper() -> None:
    plant = chain(1)

    def veto(sent: object, _ear: object) -> bool:
        """Takes the terminal's confirmation, not its offer."""
        line = describe_pdu(sent.octets, plant.network.sna)
        return line.startswith("up") and " PRO " in line and f"NSID={NO_SID}" not in line

    plant.network.medium.vetoes.append(veto)
    plant.env.run(60.0)
    assert plant.network.medium.counts["vetoed"] >= 3
    assert plant.base.nodes.switches == {}
    assert plant.network.log.counts[LogEvent.PROMOTE] == 0


# ---------------------------------------------------------------- exchanges


class Clockwork:
    """As much of a network as `PendingRequests` needs."""

    def __init__(self) -> None:
        self.env = Environment()
        self.medium = SimpleNamespace(counts=Counter())

    @property
    def now_s(self) -> float:
        return float(self.env.now)

    def later(self, delay_s: float, act: object) -> None:
        self.env.timeout(delay_s).callbacks.append(lambda _: act())


def test_a_request_is_repeated_and_given_up() -> None:
    clockwork, sent, failed = Clockwork(), [], []
    exchanges = PendingRequests(clockwork)

    def send(on_end: object) -> None:
        sent.append(clockwork.now_s)
        on_end(True)

    exchanges.ask(
        "k", send, lambda: failed.append(clockwork.now_s), wait_s=lambda count: 2.0 * count, transmissions=3
    )
    clockwork.env.run(100.0)
    assert sent == [0.0, 2.0, 6.0]
    assert failed == [12.0]
    assert "k" not in exchanges


def test_a_request_lasts_as_long_as_it_is_told_to() -> None:
    clockwork, sent, failed = Clockwork(), [], []
    PendingRequests(clockwork).ask(
        "k",
        lambda on_end: (sent.append(clockwork.now_s), on_end(True)),
        lambda: failed.append(clockwork.now_s),
        wait_s=lambda count: 5.0,
        transmissions=1,
        lasts_s=20.0,
    )
    clockwork.env.run(100.0)
    assert sent == [0.0, 5.0, 10.0, 15.0]
    assert failed == [20.0]


def test_an_answer_ends_it_and_a_new_request_replaces_the_old() -> None:
    clockwork, sent, failed = Clockwork(), [], []
    exchanges = PendingRequests(clockwork)
    for name in ("old", "new"):
        exchanges.ask(
            "k",
            lambda on_end, name=name: (sent.append(name), on_end(True)),
            lambda: failed.append(1),
            wait_s=lambda count: 2.0,
            transmissions=3,
        )
    clockwork.env.run(3.0)
    assert sent == ["old", "new", "new"]
    assert exchanges.answered("k")
    assert not exchanges.answered("k")
    clockwork.env.run(100.0)
    assert failed == []


def test_what_found_no_way_to_the_wire_is_tried_again_at_once() -> None:
    clockwork, sent, failed = Clockwork(), [], []
    PendingRequests(clockwork).ask(
        "k",
        lambda on_end: (sent.append(clockwork.now_s), on_end(False)),
        lambda: failed.append(1),
        wait_s=lambda count: 2.0,
        transmissions=2,
    )
    clockwork.env.run(100.0)
    assert sent == [0.0] * 8
    assert failed == [1]


# ---------------------------------------------------------------- links and journal


class Steps(TableChannel):
    """Changes every ten seconds; counts how often it was asked."""

    asked = 0

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        self.asked += 1
        return 20.0 + now_s // 10.0

    def next_change_s(self, now_s: float) -> float:
        return (now_s // 10.0 + 1) * 10.0


def test_an_answer_is_kept_until_the_channel_changes() -> None:
    channel = Steps(ThresholdPhy())
    links = Links(channel, ThresholdPhy(), "DBPSK_C")
    assert [links.snr_db(0, 1, now_s) for now_s in (0.0, 3.0, 9.9, 10.0, 25.0)] == [20, 20, 20, 21, 22]
    assert channel.asked == 3


@pytest.mark.parametrize(("snr_db", "rate"), [(-30.0, 1.0), (3.0, 1.0), (4.0, 0.0), (60.0, 0.0)])
def test_negligible_errors_are_none(snr_db: float, rate: float) -> None:
    phy = ThresholdPhy()
    links = Links(TableChannel(phy, snr_db), phy, "DBPSK_C")
    assert links.error_rate(0, 1, 18, 0.0) == rate


def test_error_rates_between_the_extremes_are_the_modems() -> None:
    phy = ThresholdPhy(floor=0.25)
    links = Links(TableChannel(phy, 30.0), phy, "DBPSK_C")
    assert links.error_rate(0, 1, 18, 0.0) == 0.25
    assert links.next_change_s(0.0) == math.inf


def test_the_journal_tells_and_counts() -> None:
    journal, told = NetworkLog(Environment()), []
    journal.write(LogEvent.ALIVE, A)
    journal.listeners.append(told.append)
    journal.write(LogEvent.REGISTER, B, "0/1")
    assert told == [LogEntry(0.0, LogEvent.REGISTER, B, "0/1")]
    assert journal.counts == {"ALIVE": 1, "REGISTER": 1}
