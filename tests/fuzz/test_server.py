"""The virtual meter under mutated traffic: it never falls over, and the next good request is answered."""

import pytest
from fuzz_session import READER_SAP, reader
from fuzz_traffic import captured, kept, mutants, session_apdus

from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import ExceptionAnswered, LinkLost, NoAnswer
from protocols.dlms.wrapper import WrapperClient
from sim.scenarios.world import METER, World

COUNT = 700
# So many mutants before the meter must show that it still serves; a wrapper stream once out of step stays so.
BETWEEN_CHECKS = 50
WAIT_S = 0.2
ENERGY = (3, "1.0.1.8.0", 2)

FRAMINGS = {
    "wrapper": lambda: WrapperClient(READER_SAP, 1),
    "hdlc": lambda: HdlcClient(READER_SAP, 1, address_bytes=4),
}


def session_on(world: World, framing: str) -> DlmsSession:
    return DlmsSession(world.link(METER, framing), FRAMINGS[framing](), reader())


def read_well(world: World, framing: str) -> None:
    with session_on(world, framing) as session:
        assert session.get(*ENERGY).value == 0
    session.pipe.close()


@pytest.fixture(scope="module")
def apdus() -> list[bytes]:
    """Mutants of requests, to be sent inside an association."""
    seeds = [("apdu", apdu) for apdu in session_apdus()]
    kept_apdus = [raw for kind, raw in kept() if kind == "apdu"]
    return [*kept_apdus, *(raw for _, raw in mutants(seeds, 21, COUNT) if raw)]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_mutated_requests_in_an_association(framing: str, apdus: list[bytes]):
    world = World(seed=3)
    for start in range(0, len(apdus), BETWEEN_CHECKS):
        session = session_on(world, framing)
        session.connect()
        session.associate()
        session.response_timeout_s = WAIT_S
        for apdu in apdus[start : start + BETWEEN_CHECKS]:
            try:
                session.exchange_apdu(apdu)
            except LinkLost:
                session.connect()
        session.pipe.close()
        read_well(world, framing)


def test_the_association_survives_what_does_not_end_it(apdus: list[bytes]):
    """Nothing but an AARQ, a release or silence ends an association: not even nonsense."""
    world = World(seed=3)
    session = session_on(world, "wrapper")
    session.connect()
    session.associate()
    for apdu in (apdu for apdu in apdus if apdu[:1] not in (b"\x60", b"\x62")):
        session.exchange_apdu(apdu)
        try:
            value = session.get(*ENERGY)
        except (NoAnswer, ExceptionAnswered) as error:
            raise AssertionError(f"after {apdu.hex()}") from error
        assert value.value == 0


@pytest.mark.parametrize("framing", FRAMINGS)
def test_mutated_frames(framing: str):
    world = World(seed=3)
    header = bytes.fromhex("00010002 0001".replace(" ", ""))
    framed = [header + len(apdu).to_bytes(2, "big") + apdu for apdu in session_apdus()]
    wrapped = [("wrapper", raw) for raw in framed]
    seeds = wrapped if framing == "wrapper" else [line for line in captured() if line[0] == "hdlc"]
    lines = [*(line for line in kept() if line[0] == framing), *mutants(seeds, 31, COUNT)]
    for start in range(0, len(lines), BETWEEN_CHECKS):
        link = world.link(METER, framing)
        for _, raw in lines[start : start + BETWEEN_CHECKS]:
            link.send(raw)
            link.receive(WAIT_S)
        link.close()
        read_well(world, framing)
