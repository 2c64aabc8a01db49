"""Many meters in one world: their names, their addresses on a shared port, and a port for each."""

import asyncio
import os

import pytest

from links.base import LinkUrlError
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession, NoAnswer
from protocols.dlms.wrapper import WrapperClient
from protocols.sts.identity import DecoderReferenceNumber
from sim.meter import ProfileError, load_profile
from sim.scenarios.identities import member, server_sap
from sim.scenarios.serving import PTY, Endpoints, ServiceTerms, serve_world
from sim.scenarios.sim_scheme import open_world
from sim.scenarios.world import FRAMINGS, SORTERS, World

SERIAL = "0.0.96.1.0"
CLIENT: dict[str, type[Framing]] = {"wrapper": WrapperClient, "hdlc": HdlcClient}


@pytest.fixture(scope="module")
def three() -> World:
    return World(seed=1, meters=3)


def serial_of(world: World, framing: str, sap: int, device: str = "meter") -> str:
    link = world.link(device, framing)  # type: ignore[arg-type]
    client = ClientConnection(server_sap=sap)
    with link, DlmsSession(link, CLIENT[framing](16, sap), client, response_timeout_s=1.0) as session:
        return str(session.get(1, SERIAL, 2).value)


# ---------------------------------------------------------------- names and addresses


def test_each_has_its_own_names_and_the_first_those_of_the_model() -> None:
    model = load_profile("ppkw")
    first, second, last = (member(model, number, shared=True) for number in (1, 2, 1000))
    assert (first.drn, first.serial, first.logical_device_name) == (
        model.drn,
        model.serial,
        model.logical_device_name,
    )
    assert len({first.drn, second.drn, last.drn}) == 3
    for profile in (first, second, last):
        assert DecoderReferenceNumber(profile.drn).drn == profile.drn
        assert profile.objects is model.objects
    assert (second.serial, last.serial) == ("00000001", "00000999")
    assert last.logical_device_name.endswith("999")
    assert [profile.ports.server_sap for profile in (first, second, last)] == [1, 2, server_sap(1000)]
    assert member(model, 7, shared=False).ports.server_sap == model.ports.server_sap


def test_addresses_that_hdlc_keeps_are_left_out() -> None:
    saps = [server_sap(number) for number in range(1, 200)]
    assert sorted(set(saps)) == saps
    assert not {0x7E, 0x7F} & set(saps)


def test_names_without_room_are_refused() -> None:
    model = load_profile("ppkw")
    with pytest.raises(ProfileError, match="no room"):
        member(model, 100_000_001, shared=True)


# ---------------------------------------------------------------- a shared port


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("sap", [1, 2, 3])
def test_the_meter_at_an_address_answers(three: World, framing: str, sap: int) -> None:
    assert serial_of(three, framing, sap) == f"{sap - 1:08}"


@pytest.mark.parametrize("framing", FRAMINGS)
def test_nobody_answers_at_another_address(three: World, framing: str) -> None:
    with pytest.raises(NoAnswer):
        serial_of(three, framing, 9)


def test_two_associations_on_one_connection_do_not_meet(three: World) -> None:
    with three.link("meter", "wrapper") as link:
        for sap in (2, 3):
            session = DlmsSession(link, WrapperClient(16, sap), ClientConnection(server_sap=sap))
            session.connect()
            session.associate()
            assert session.get(1, SERIAL, 2).value == f"{sap - 1:08}"
    assert all(meter.ports["wrapper"].attached_count == 0 for meter in three.meters)


def test_each_can_also_be_reached_by_its_name(three: World) -> None:
    assert serial_of(three, "wrapper", 2, "meter-2") == "00000001"
    with pytest.raises(LookupError, match="meter-3"):
        three.port("meter-4")


def test_without_a_shared_port_all_have_the_address_of_the_model() -> None:
    world = World(seed=1, meters=2, shared=False)
    assert serial_of(world, "wrapper", 1) == "00000000"
    assert serial_of(world, "wrapper", 1, "meter-2") == "00000001"


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_sorter_gives_nothing_for_garbage_and_keeps_little(framing: str) -> None:
    sorter = SORTERS[framing]()
    assert list(sorter.feed(b"\x00\x01" + os.urandom(0))) == []
    assert [sap for sap, _ in sorter.feed(bytes(range(256)) * 40) if sap == 1] in ([], [1])


def test_a_sim_url_may_hold_many(three: World) -> None:
    assert len(open_world("sim://ppkw?meters=3").meters) == len(three.meters)
    with pytest.raises(LinkUrlError, match="meters must be"):
        open_world("sim://ppkw?meters=0")


# ---------------------------------------------------------------- served


def served(world: World, terms: ServiceTerms) -> Endpoints:
    """Serve `world` just long enough to know where."""

    async def run() -> Endpoints:
        stop, reached = asyncio.Event(), []

        def ready(endpoints: Endpoints) -> None:
            reached.append(endpoints)
            stop.set()

        await serve_world(world, terms, ready, stop)
        return reached[0]

    return asyncio.run(run())


def test_a_port_for_each_or_one_for_all() -> None:
    own = served(
        World(seed=1, meters=3, shared=False), ServiceTerms("wrapper", "only-a-test", own_ports=True)
    )
    assert len(set(own.links)) == 3
    assert own.links[0] == own.link
    shared = served(World(seed=1, meters=3), ServiceTerms("wrapper", "only-a-test"))
    assert shared.links == (shared.link,) * 3


def test_a_virtual_serial_line_says_where_it_is() -> None:
    reached = served(World(seed=1), ServiceTerms("wrapper", "only-a-test", serial_url=PTY))
    assert reached.serial is not None
    assert reached.serial.startswith("serial:///dev/")
