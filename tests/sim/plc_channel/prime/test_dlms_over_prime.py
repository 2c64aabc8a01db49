"""Real APDUs of a real meter over the wire: directly, over switches, and with losses."""

from collections import deque

import pytest

from links.base import Link
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import DlmsSession
from protocols.plc.cl432 import LlcClient
from sim.kernel.medium import LpduReceived, WireEvent
from sim.kernel.random import RandomStreams
from sim.meter import TEST_READER_PASSWORD
from sim.meter.communication.modem import PlcModem, meter_eui48
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.medium import PrimeMedium
from sim.scenarios.world import World
from tools.fidelity.mac_setups import TableChannel, ThresholdPhy

VOLTAGE = (3, "1.0.12.7.0", 2)
OBJECT_LIST = (15, "0.0.40.0.0", 2)


class Head(Link):
    """What the concentrator has: one meter behind the base node; `receive` moves the world."""

    def __init__(self, world: World, medium: PrimeMedium, eui48: bytes) -> None:
        super().__init__("plc")
        self.env, self.eui48 = world.env, eui48
        self.inbox: deque[bytes] = deque()
        self.base = medium.base(self.event)

    def now_s(self) -> float:
        return float(self.env.now)

    def event(self, event: WireEvent) -> None:
        if isinstance(event, LpduReceived) and event.eui48 == self.eui48:
            self.inbox.append(event.lpdu)

    def _send(self, data: bytes) -> None:
        self.base.send(self.eui48, data)

    def _receive(self, max_wait_s: float) -> bytes:
        until_s = self.env.now + max_wait_s
        while not self.inbox and self.env.peek() <= until_s:
            self.env.step()
        if not self.inbox:
            self.env.run(until_s + 1e-9)
        return self.inbox.popleft() if self.inbox else b""

    def _close(self) -> None:
        pass


def session_over(hops: int, floor: float) -> tuple[DlmsSession, Head]:
    """A reader's association with a meter that hangs behind so many other modems."""
    world = World(seed=1)
    phy = ThresholdPhy(floor=floor)
    places = range(BASE_PLACE, hops + 1)
    deaf = {(one, other): -50.0 for one in places for other in places if abs(one - other) > 1}
    medium = PrimeMedium(world.env, RandomStreams(1), TableChannel(phy, links=deaf), phy=phy)
    for place in range(hops):
        medium.node(bytes((2, 0, 0, 0, 9, place)), lambda lpdu: None, place=place)
    PlcModem(world.meter, medium, place=hops)
    head = Head(world, medium, meter_eui48(world.meter.profile))
    world.env.run(300.0 + 60.0 * hops)
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(TEST_READER_PASSWORD))
    session = DlmsSession(head, LlcClient(2, 1), client, response_timeout_s=30.0)
    session.connect()
    session.associate()
    return session, head


@pytest.mark.parametrize(("hops", "floor"), [(0, 0.0), (2, 0.0), (1, 0.05)])
def test_a_meter_is_read(hops: int, floor: float) -> None:
    session, head = session_over(hops, floor)
    assert session.get(*VOLTAGE).value > 0
    assert len(session.get(*OBJECT_LIST).value) > 50
    counts = head.base.statistics(head.eui48)
    assert counts.bytes_in > 1000
    assert counts.failed == 0
    rows = {row.eui48: row for row in head.base.topology()}
    assert rows[head.eui48].level == hops
