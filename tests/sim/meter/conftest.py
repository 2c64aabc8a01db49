"""A meter on a service point in a world that the test moves; tokens for it; DLMS clients over its bytes."""

import dataclasses
from dataclasses import dataclass

import pytest

from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.security import ClientSecurity, SendCounter
from protocols.dlms.security.hls import Hls
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient
from protocols.sts.token import TransferCredit, encode_token
from sim.grid import ServicePoint
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import SimLink, advance
from sim.meter import (
    DEFAULT_PARTS,
    TEST_CREDENTIALS,
    TEST_READER_PASSWORD,
    Meter,
    MeterProfile,
    build,
    control_handlers,
    load_profile,
)
from sim.meter.units import NJ_PER_WH

PUBLIC, READER, MANAGEMENT = 16, 2, 1
FIRST_TID = 6_500_000


@dataclass
class Bench:
    """One meter, and everything that can be done to it from outside."""

    env: FieldEnvironment
    clock: SimClock
    supply: ServicePoint
    meter: Meter
    tid: int = FIRST_TID
    counter: int = 1

    @property
    def parts(self):
        return self.meter.parts

    def run(self, seconds):
        advance(self.env, self.env.now + seconds)
        self.meter.settle()

    def mint(self, token_class=TransferCredit, *fields):
        """Twenty digits for this meter, with the next free TID."""
        self.tid += 1
        subclass = (0,) if token_class is TransferCredit else ()
        token = token_class(*subclass, 5, self.tid, *fields)
        return encode_token(token, self.parts.tokens.register.decoder_key)

    def credit_token(self, units):
        return self.mint(TransferCredit, units)

    def enter(self, digits):
        """Press every key, then ok, and wait for the answer; what the unit shows."""
        for key in [*digits, "ok"]:
            self.meter.press(key)
        while self.meter.unit.waiting:
            self.run(0.05)
        return self.meter.display()

    def recharge(self, units):
        assert self.enter(self.credit_token(units)).result == "Accept"

    def credit_nj(self):
        self.meter.settle()
        return self.parts.prepayment.credit_nj

    def credit_wh(self):
        return self.credit_nj() / NJ_PER_WH

    def call(self, op, **args):
        return control_handlers(self.meter)[op](args)

    def events(self):
        return [entry.code.name for entry in self.parts.events.entries]

    def link(self, framing="wrapper"):
        return SimLink(self.env, self.meter.ports[framing], framing)

    def session(self, client_sap=READER, framing="wrapper"):
        """A DLMS session, associated."""
        lls = Lls(TEST_READER_PASSWORD) if client_sap == READER else None
        client = ClientConnection(client_sap=client_sap, server_sap=1, authentication=lls)
        framings = {"wrapper": WrapperClient, "hdlc": HdlcClient}
        session = DlmsSession(self.link(framing), framings[framing](client_sap, 1), client)
        session.connect()
        session.associate()
        return session

    def manager(self, framing="wrapper"):
        """A session of the management client, ciphered."""
        security = ClientSecurity(
            client_system_title=b"AMBTEST1", keys=TEST_CREDENTIALS.keys, counter=SendCounter(self.counter)
        )
        self.counter += 10_000
        hls = Hls(MechanismName.HLS_GMAC, None, b"0123456789abcdef")
        client = ClientConnection(client_sap=MANAGEMENT, authentication=hls, security=security)
        session = DlmsSession(self.link(framing), WrapperClient(MANAGEMENT, 1), client)
        session.connect()
        session.associate()
        return session


def make_bench(profile="ppkw", parts=DEFAULT_PARTS, **changes):
    env = FieldEnvironment()
    clock, supply = SimClock(env), ServicePoint()
    model = load_profile(profile) if isinstance(profile, str) else profile
    model = dataclasses.replace(model, **changes)
    assert isinstance(model, MeterProfile)
    meter = build(model, parts, env=env, clock=clock, supply=supply, objects_on_demand=True)
    return Bench(env, clock, supply, meter)


@pytest.fixture
def bench():
    return make_bench()


@pytest.fixture
def bench_of():
    """Benches that differ from the usual one: other profile values, other parts."""
    return make_bench
