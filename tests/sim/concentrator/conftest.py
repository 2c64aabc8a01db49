"""A street: one concentrator, a generic wire and real meters behind it, all in virtual time."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.gateway import GatewayClient
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient
from protocols.field.uplink import Answer, Message
from protocols.field.uplink_peer import Answered, Asked, Closed, UplinkHeadEnd
from protocols.sts.identity import luhn_digit
from protocols.sts.token import TransferCredit, encode_token
from sim.concentrator import Concentrator, ConcentratorTerms, MeterKeys, concentrator_terms
from sim.grid import ServicePoint
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import SimLink, advance
from sim.meter import Meter, build, load_profile
from sim.meter.credentials import TEST_KEYS, TEST_READER_PASSWORD
from sim.plc_channel.generic import GenericMedium, GenericNode, GenericTerms

READER, PUBLIC = 2, 16
LLS = MeterKeys(password=TEST_READER_PASSWORD)
GMAC = MeterKeys(keys=TEST_KEYS)
SECRET = "the shared secret"
QUIET = GenericTerms(registration_s=10.0, delay_s_min=0.05, delay_s_max=0.2)


class AnyKeys:
    """The same keys for every serial that is not said to be without."""

    def __init__(self, keys: MeterKeys) -> None:
        self.keys = keys
        self.by_serial: dict[str, MeterKeys | None] = {}

    def get(self, serial: str, /) -> MeterKeys | None:
        return self.by_serial.get(serial, self.keys)


@dataclass
class House:
    """One meter with its supply and its modem."""

    meter: Meter
    supply: ServicePoint
    node: GenericNode
    eui48: bytes

    @property
    def serial(self) -> str:
        return self.meter.profile.serial


@dataclass
class Street:
    """The bench: what a test may touch."""

    env: FieldEnvironment
    clock: SimClock
    streams: RandomStreams
    medium: GenericMedium
    keys: AnyKeys
    concentrator: Concentrator
    total: ServicePoint  # what the totaliser sees
    houses: list[House] = field(default_factory=list)
    tid: int = 6_000_000  # of June 2025, in minutes since the base date 2014

    def run(self, seconds: float) -> None:
        advance(self.env, self.env.now + seconds)

    def add(self, number: int, *, eui: int | None = None, profile: str = "ppkw", **identity: Any) -> House:
        """Build a meter and put its modem on the wire."""
        model = load_profile(profile)
        body = f"{number:010d}"
        model = replace(
            model,
            drn=body + luhn_digit(body),
            serial=f"{number:08d}",
            logical_device_name=f"AMB{number:013d}",
        )
        model = replace(model, **identity)
        supply = ServicePoint()
        meter = build(model, env=self.env, clock=self.clock, supply=supply, streams=self.streams)
        eui48 = bytes.fromhex("0200") + (number if eui is None else eui).to_bytes(4, "big")
        attachment = []
        node = self.medium.node(eui48, lambda lpdu: attachment[0].hand_over(lpdu), place=number)
        attachment.append(meter.ports["plc"].attach(node.send))
        supply.watch(lambda: node.power(supply.energised))
        house = House(meter, supply, node, eui48)
        self.houses.append(house)
        return house

    def link(self, port: str = "dlms") -> SimLink:
        return SimLink(self.env, self.concentrator.ports[port], port)

    def session(self, sap: int, client_sap: int = READER, *, gateway: bytes | None = None) -> DlmsSession:
        """A head-end's session: with the meter at `sap`, or at SAP 1 behind the gateway header."""
        lls = Lls(TEST_READER_PASSWORD) if client_sap == READER else None
        client = ClientConnection(client_sap=client_sap, server_sap=sap, authentication=lls, max_pdu=1021)
        framing = WrapperClient(client_sap, sap)
        if gateway is not None:
            framing = GatewayClient(framing, gateway)
        return DlmsSession(self.link(), framing, client, response_timeout_s=90.0)

    def mint(self, house: House, units_kwh: float) -> str:
        """Twenty digits that give the meter of a house so much credit."""
        self.tid += 1
        token = TransferCredit(0, 5, self.tid, round(10 * units_kwh))
        return encode_token(token, house.meter.parts.tokens.register.decoder_key)

    def head_end(self, *, answers_pushes: bool = True) -> "HeadEnd":
        """A head-end that was let in."""
        head_end = HeadEnd(self)
        head_end.answers_pushes = answers_pushes
        head_end.greet()
        self.run(1.0)
        assert head_end.end.is_open
        return head_end

    def told(self, name: str) -> list[str]:
        """Serials of the events of that name."""
        return [event.serial for event in self.concentrator.events if event.name == name]


class HeadEnd:
    """A head-end at the port "uplink": asks, takes pushes, pulls readings and keeps them by number."""

    def __init__(self, street: "Street", secret: str = SECRET) -> None:
        self.street = street
        self.end = UplinkHeadEnd(secret.encode(), "bench", bytes(range(16)))
        self.answers: dict[str, Answer] = {}
        self.pushed: list[Message] = []
        self.closed: list[str] = []
        self.rows: dict[int, tuple[Any, ...]] = {}
        self.cursor = 0
        self.lost: list[dict[str, Any]] = []
        self.answers_pushes = True
        self._count = 0
        self._attachment = street.concentrator.ports["uplink"].attach(self._take)

    def greet(self) -> "HeadEnd":
        self.end.greet()
        self._flush()
        return self

    def ask(self, type_name: str, body: dict[str, Any] | None = None, wait_s: float = 1.0) -> dict[str, Any]:
        self._count += 1
        message_id = f"h-{self._count}"
        self.end.ask(message_id, type_name, body)
        self._flush()
        self.street.run(wait_s)
        return self.answers[message_id].unwrap()

    def collect(self, limit: int = 400) -> None:
        """Pull and acknowledge until nothing is left."""
        more = True
        while more:
            found = self.ask("readings.pull", {"after": self.cursor, "limit": limit})
            for batch in found["batches"]:
                for number, at_s, *values in batch["rows"]:
                    self.rows[number] = (batch["serial"], batch["profile"], at_s, *values)
            self.lost = found["lost"]
            self.cursor, more = found["next"], found["more"]
            self.ask("readings.acknowledge", {"through": self.cursor})

    def times(self, serial: str, profile: str = "1.0.99.1.0") -> list[int]:
        """Instants of the rows of a meter, as often as they came."""
        return [row[2] for _, row in sorted(self.rows.items()) if row[:2] == (serial, profile)]

    def leave(self) -> None:
        self._attachment.detach()

    def _flush(self) -> None:
        self._attachment.send(self.end.data_to_send())

    def _take(self, data: bytes) -> None:
        for event in self.end.receive_data(data):
            if isinstance(event, Answered):
                self.answers[event.message.id] = event.answer
            elif isinstance(event, Asked):
                self.pushed.append(event.message)
                if self.answers_pushes:
                    self.end.answer(event.message.id)
            elif isinstance(event, Closed):
                self.closed.append(event.reason)
        self._flush()


def _make_street(
    meters: int = 2,
    *,
    keys: str = "lls",
    wire: GenericTerms = QUIET,
    seed: int = 1,
    profile: str = "ppkw",
    settle_s: float = 120.0,
    totaliser: bool = False,
    buses: int = 0,
    **terms: Any,
) -> Street:
    """A street whose meters have registered."""
    env = FieldEnvironment()
    clock, streams, book = SimClock(env), RandomStreams(seed), AnyKeys({"lls": LLS, "gmac": GMAC}[keys])
    medium = GenericMedium(env, streams, wire)
    terms.setdefault("uplink", {"secret": SECRET})
    made: ConcentratorTerms = concentrator_terms(terms)
    total = ServicePoint()

    def totaliser_port() -> Port:
        return build("totaliser", env=env, clock=clock, supply=total, streams=streams).ports["hdlc"]

    concentrator = Concentrator(
        env,
        clock,
        made,
        base=medium.base,
        streams=streams,
        keys=book,
        totaliser=totaliser_port() if totaliser else None,
        totaliser_keys=LLS,
        serial_buses=tuple(totaliser_port() for _ in range(buses)),
    )
    street = Street(env, clock, streams, medium, book, concentrator, total)
    for number in range(1, meters + 1):
        street.add(number, profile=profile)
    street.run(settle_s)
    return street


@pytest.fixture
def make_street():
    """`_make_street`: a street of so many meters, with these terms."""
    return _make_street


@pytest.fixture
def street() -> Street:
    """Two meters that have registered."""
    return _make_street()
