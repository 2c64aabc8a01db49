"""Our client under mutated answers: its own error or an event, nothing else, and it can be used again."""

from contextlib import suppress

import pytest
from fuzz_session import CLOCK, reader
from fuzz_traffic import captured, kept, mutants, swallow

from protocols.dlms import axdr
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.errors import DlmsError
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.wrapper import WrapperClient

COUNT = 800
ACCEPTED = bytes.fromhex(
    "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f040000fe1f04000007"
)
REFUSED = bytes.fromhex(
    "6129a109060760857405080101a203020101a305a10302010dbe10040e0800065f1f040000101400800007"
)
ANSWERS = [
    ACCEPTED,
    REFUSED,
    *(
        bytes.fromhex(text)
        for text in (
            "c401c1000600000001",
            "c402c10000000001000a01020304050607080910",
            "c402c1010000000200020102",
            "c403c102000600000001010b",
            "c501c100",
            "c502c100000001",
            "c701c10000",
            "d80102",
            "0e010601",
            "6303800100",
            "e0c100010000056400000000",
            "0f00000001000206000000010600000002",
        )
    ),
]

# What the client waits for -> how it gets there.
WAITING = {
    "nothing": lambda client: None,
    "an association": lambda client: client.associate(),
    "a value": lambda client: (_associate(client), client.get(8, CLOCK, 2)),
    "a list": lambda client: (_associate(client), client.get_list([(8, CLOCK, 2), (8, CLOCK, 3)])),
    "a write": lambda client: (_associate(client), client.set(8, CLOCK, 3, axdr.long(300))),
    "a method": lambda client: (_associate(client), client.action(8, CLOCK, 3, axdr.integer(0))),
    "a release": lambda client: (_associate(client), client.release()),
}


def _associate(client: ClientConnection) -> None:
    client.associate()
    client.receive_apdu(ACCEPTED)


@pytest.fixture(scope="module")
def answers():
    seeds = [("apdu", raw) for raw in ANSWERS] + [line for line in captured() if line[0] == "apdu"]
    return [line for line in [*kept(), *seeds, *mutants(seeds, 41, COUNT)] if line[0] == "apdu"]


@pytest.mark.parametrize("waiting", WAITING)
def test_answers(waiting: str, answers):
    for line in answers:
        client = reader()
        WAITING[waiting](client)
        try:
            client.receive_apdu(line[1])
        except Exception as error:
            swallow(error, line)
        client.link_lost()
        _associate(client)
        assert client.get(8, CLOCK, 2)


def test_one_client_through_all_of_them(answers):
    client = reader()
    for line in answers:
        with suppress(DlmsError):
            client.receive_apdu(line[1])
        client.link_lost()
        client.associate()


@pytest.mark.parametrize("make", [HdlcClient, WrapperClient])
def test_frames(make):
    seeds = [line for line in captured() if line[0] == "hdlc"]
    framing = make(16, 1)
    for n, (_, raw) in enumerate([*kept(), *mutants(seeds, 51, COUNT)]):
        if n % 10 == 0:
            framing = make(16, 1)
            framing.connect(float(n))
        framing.receive_data(raw, float(n))
        framing.data_to_send()
        deadline_s = framing.next_deadline()
        if deadline_s is not None and deadline_s <= n:
            framing.handle_timeout(float(n))
