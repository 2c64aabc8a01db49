"""A meter's modem on a shared wire: a base node reads it, loses it with its module, and finds it again."""

import pytest

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import NoAnswer
from protocols.plc.cl432 import LlcClient, decode_lpdu
from sim.kernel.medium import LpduReceived, NodeLost, NodeRegistered
from sim.kernel.random import RandomStreams
from sim.kernel.virtual_time import advance
from sim.meter import TEST_READER_PASSWORD
from sim.meter.communication.modem import PlcModem, meter_eui48
from sim.meter.hardware import ModuleKind
from sim.plc_channel.generic import GenericMedium, GenericTerms

TERMS = GenericTerms(registration_s=10.0, lost_after_s=60.0)
ENERGY = (3, "1.0.1.8.0", 2)


class WireLink:
    """A blocking link from the base node to one meter."""

    def __init__(self, env, eui48):
        self.env, self.eui48 = env, eui48
        self.events, self.inbox = [], []
        self.base = None
        self.description = "the wire"

    def hear(self, event):
        self.events.append(event)
        if isinstance(event, LpduReceived):
            self.inbox.append(event.lpdu)

    def now_s(self):
        return float(self.env.now)

    def send(self, data):
        self.base.send(self.eui48, data)

    def receive(self, max_wait_s):
        end_s = self.env.now + max_wait_s
        while not self.inbox and self.env.peek() <= end_s:
            self.env.step()
        if not self.inbox:
            advance(self.env, end_s)
        return self.inbox.pop(0) if self.inbox else b""

    def close(self):
        """A wire stays."""


@pytest.fixture
def wired(bench_of):
    bench = bench_of("ppkw-field")
    medium = GenericMedium(bench.env, RandomStreams(1), TERMS)
    link = WireLink(bench.env, meter_eui48(bench.meter.profile))
    link.base = medium.base(link.hear)
    bench.modem, bench.wire = PlcModem(bench.meter, medium), link
    bench.supply.set_load(10.0)
    bench.recharge(1_000)
    bench.run(60)
    return bench


def reader(bench):
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(TEST_READER_PASSWORD))
    session = DlmsSession(bench.wire, LlcClient(2, 1), client)
    session.connect()
    session.associate()
    return session


def kinds(bench):
    return [type(event) for event in bench.wire.events if isinstance(event, NodeRegistered | NodeLost)]


def test_it_registers_and_is_read(wired):
    assert kinds(wired) == [NodeRegistered]
    value = reader(wired).get(*ENERGY).value
    assert value == wired.parts.metrology.energy_wh("active-import")


def test_a_long_answer_comes_whole(wired):
    rows = reader(wired).get(15, "0.0.40.0.0", 2).value
    assert len(rows) > 100


def test_pulled_out_it_is_lost_and_fitted_again_it_registers_anew(wired):
    session = reader(wired)
    before_wh = session.get(*ENERGY).value
    wired.meter.modules.pull()
    with pytest.raises(NoAnswer):
        session.get(*ENERGY)
    wired.run(300)
    assert kinds(wired) == [NodeRegistered, NodeLost]
    wired.meter.modules.fit(ModuleKind.PLC)
    wired.run(60)
    assert kinds(wired) == [NodeRegistered, NodeLost, NodeRegistered]
    wired.wire.inbox.clear()
    assert reader(wired).get(*ENERGY).value > before_wh


def test_the_last_gasp_arrives(wired):
    wired.wire.inbox.clear()
    wired.meter.power_cut()
    wired.run(5)
    pushes = [decode_lpdu(lpdu).apdu for lpdu in wired.wire.inbox]
    assert [apdu[0] for apdu in pushes] == [15]
