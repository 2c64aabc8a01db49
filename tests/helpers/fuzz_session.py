"""What our own client says in a session that uses every service: its mutants get far into a server."""

from protocols.dlms import axdr
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, ActionRefused, ExceptionAnswered
from protocols.dlms.wrapper import WrapperClient
from sim.meter.credentials import TEST_READER_PASSWORD
from sim.scenarios.world import METER, World

READER_SAP = 2
CLOCK = Obis.from_string("0.0.1.0.0")
PROFILE = Obis.from_string("1.0.99.1.0")
GATEWAY = Obis.from_string("0.0.19.40.0")


def reader(*, max_pdu: int = 0xFFFF) -> ClientConnection:
    """The reader of the virtual meter."""
    return ClientConnection(client_sap=READER_SAP, authentication=Lls(TEST_READER_PASSWORD), max_pdu=max_pdu)


def requests() -> tuple[bytes, ...]:
    """Every APDU that the client sends in one session, in order, each once."""
    sent: list[bytes] = []
    world = World(seed=7)
    world.run(6 * 900.0)
    link = world.link(METER)
    client = reader(max_pdu=128)

    def note(direction: str, raw: bytes) -> None:
        if direction == "tx":
            sent.append(raw[8:])

    session = DlmsSession(link, WrapperClient(READER_SAP, 1), client, on_frame=note)
    clock = CaptureObject(8, CLOCK, 2)
    instants = (bytes.fromhex("07ea0101ff000000ff8000ff"), bytes.fromhex("07ea0102ff000000ff8000ff"))
    period = RangeSelection(clock, axdr.octet_string(instants[0]), axdr.octet_string(instants[1]))
    with session:
        session.get(8, CLOCK, 2)
        session.get(15, "0.0.40.0.0", 2)
        session.get(7, PROFILE, 2, EntrySelection(1, 3, 1, 2))
        session.get(7, PROFILE, 2, period)
        session.get_list([(8, CLOCK, 2), (3, "1.0.1.8.0", 2), (1, "0.0.42.0.0", 2)])
        session.set(8, CLOCK, 2, session.get(8, CLOCK, 2))
        for attempt in (
            lambda: session.set(8, CLOCK, 3, axdr.long(300)),
            lambda: session.action(115, GATEWAY, 1, axdr.octet_string(b"00000000000000000000")),
            lambda: session.action(8, CLOCK, 6, axdr.long(0)),
            lambda: session.get(3, "9.9.9.9.9", 2),
            lambda: session.action(115, GATEWAY, 1, axdr.octet_string(bytes(1500))),
        ):
            try:
                attempt()
            except (AccessRefused, ActionRefused, ExceptionAnswered):
                continue
    return tuple(dict.fromkeys(sent))
