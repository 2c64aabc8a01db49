"""The port for the power line: LPDUs in and out, and the modem that comes and goes with its module."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import NoAnswer
from protocols.plc.cl432 import MAX_DATA_SIZE, LlcClient, decode_lpdu
from sim.meter import TEST_READER_PASSWORD
from sim.meter.communication.modem import HOLD_UP_S, PlcModem, meter_eui48
from sim.meter.hardware import ModuleKind

VOLTAGE = (3, "1.0.12.7.0", 2)


def plc_session(bench):
    """A reader's session over LPDUs, associated."""
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(TEST_READER_PASSWORD))
    session = DlmsSession(bench.link("plc"), LlcClient(2, 1), client)
    session.connect()
    session.associate()
    return session


def chunks_of(bench, port="plc"):
    """What the meter writes to a new peer, chunk by chunk, and the peer."""
    chunks = []
    return chunks, bench.meter.ports[port].attach(chunks.append)


class FakeNode:
    def __init__(self, eui48, on_lpdu):
        self.eui48, self.on_lpdu = eui48, on_lpdu
        self.sent, self.powers, self.detached = [], [], False

    def send(self, lpdu):
        self.sent.append(lpdu)

    def power(self, on):
        self.powers.append(on)

    def detach(self):
        self.detached = True


class FakeMedium:
    def __init__(self):
        self.nodes = []

    def node(self, eui48, on_lpdu, *, place=0):
        self.nodes.append(FakeNode(eui48, on_lpdu))
        return self.nodes[-1]


def test_a_reader_reads_over_the_power_line(bench):
    session = plc_session(bench)
    assert session.get(*VOLTAGE).value == 12_000


def test_what_is_long_comes_in_blocks_each_one_lpdu(bench):
    chunks, peer = chunks_of(bench)
    session = plc_session(bench)
    session.get(15, "0.0.40.0.0", 2)
    assert chunks == []  # a session of its own: nobody hears another's answers
    peer.detach()


def test_no_lpdu_is_longer_than_the_wire_carries(bench):
    seen = []
    link = bench.link("plc")
    deliver = link._arrive
    link._attachment._on_bytes = lambda data: (seen.append(data), deliver(data))
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(TEST_READER_PASSWORD))
    session = DlmsSession(link, LlcClient(2, 1), client)
    session.connect()
    session.associate()
    whole = session.get(15, "0.0.40.0.0", 2)
    assert len(whole.value) > 50
    assert len(seen) > 5
    assert all(len(decode_lpdu(chunk).apdu) <= MAX_DATA_SIZE for chunk in seen)


def test_a_dead_meter_is_deaf(bench):
    session = plc_session(bench)
    bench.meter.power_cut()
    with pytest.raises(NoAnswer):
        session.get(*VOLTAGE)
    bench.meter.power_up()
    assert plc_session(bench).get(*VOLTAGE).value == 12_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(st.binary(max_size=60), max_size=4))
def test_noise_on_the_wire_stops_nobody(bench_of, noise):
    bench = bench_of()
    _, peer = chunks_of(bench)
    for lpdu in noise:
        peer.send(lpdu)
    bench.run(5)
    assert plc_session(bench).get(*VOLTAGE).value == 12_000


def test_the_modem_carries_both_ways(bench_of):
    bench, medium = bench_of("ppkw-field"), FakeMedium()
    PlcModem(bench.meter, medium)
    (node,) = medium.nodes
    assert node.eui48 == meter_eui48(bench.meter.profile) == bytes.fromhex("020000000000")
    node.on_lpdu(bytes.fromhex("90 01 10 62 00"))  # a release request that nobody may make yet
    bench.run(1)
    node.on_lpdu(b"\x00")  # and noise
    bench.run(1)
    bench.meter.power_cut()
    assert node.powers == []  # its capacitor holds for a moment
    bench.run(HOLD_UP_S)
    assert node.powers == [False]
    bench.meter.power_up()
    assert node.powers == [False, True]


def test_a_module_that_is_fitted_again_is_a_new_node(bench_of):
    bench, medium = bench_of("ppkw-field"), FakeMedium()
    modem = PlcModem(bench.meter, medium)
    bench.meter.modules.pull()
    assert medium.nodes[0].detached
    assert modem.node is None
    assert bench.meter.ports["plc"].attached_count == 0
    bench.meter.modules.fit(ModuleKind.CELLULAR)
    assert len(medium.nodes) == 1
    bench.meter.modules.fit(ModuleKind.PLC)
    assert len(medium.nodes) == 2
    assert not medium.nodes[1].detached


def test_a_modem_fitted_to_a_dead_meter_is_dead(bench_of):
    bench, medium = bench_of("ppkw-field"), FakeMedium()
    PlcModem(bench.meter, medium)
    bench.meter.power_cut()
    bench.meter.modules.fit(ModuleKind.PLC)
    assert medium.nodes[1].powers == [False]


def test_a_last_gasp_leaves_before_the_modem_dies(bench_of):
    bench, medium = bench_of("ppkw-field"), FakeMedium()
    PlcModem(bench.meter, medium)
    bench.run(10)
    (node,) = medium.nodes
    node.sent.clear()
    bench.meter.power_cut()
    (gasp,) = node.sent
    lpdu = decode_lpdu(gasp)
    assert (lpdu.destination_lsap, lpdu.source_lsap) == (16, 1)
    assert lpdu.apdu[0] == 15  # data-notification
    bench.run(60)
    assert node.sent == [gasp]
