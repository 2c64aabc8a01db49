"""pydlms-client (GPL-3.0, own process) reads our APDUs and blocks, and serves our ACCESS and lists."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from links import open_link
from protocols.dlms import axdr
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.requests import AccessGet, access_request
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, StateError
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem import Clock, DataObject, EntrySelection, ProfileGeneric, Register
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient
from protocols.dlms.xdlms.access import AccessResponse, AccessResult
from protocols.dlms.xdlms.action import ActionOutcome, ActionRequestWithListFirstBlock, ActionResponseWithList
from protocols.dlms.xdlms.descriptors import AttributeDescriptor, AttributeReference, MethodDescriptor
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.notification import EventNotification
from protocols.dlms.xdlms.set import SetRequestWithListFirstBlock, SetResponseLastBlockWithList

PYDLMS = Path(sys.executable).parent / "pydlms"
ENERGY, NAME, CLOCK = (Obis.from_string(text) for text in ("1.0.1.8.0", "0.0.42.0.0", "0.0.1.0.0"))
PROFILE = Obis.from_string("1.0.99.1.0")
REFERENCE = AttributeReference(AttributeDescriptor(3, ENERGY, 2))
METHOD = MethodDescriptor(8, CLOCK, 1)
BLOCK = DataBlock(True, 1, b"\x01\x00")
DONE = DataAccessResult.SUCCESS
VALUE = axdr.double_long_unsigned(1362)

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which(str(PYDLMS)) is None, reason="pydlms-client: see tox -e oracles"),
]


def _peer(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PYDLMS), *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("apdu", "words"),
    [
        (
            access_request(
                0xC0000001, [AccessGet((3, ENERGY, 2)), AccessGet((7, PROFILE, 2, EntrySelection(1)))]
            ),
            ("AccessRequest", "get 3/1.0.1.8.0.255/2"),
        ),
        (
            AccessResponse(0xC0000001, None, None, (VALUE,), (AccessResult(1, DONE),)),
            ("AccessResponse", "double-long-unsigned 1362", "get SUCCESS"),
        ),
        (
            SetRequestWithListFirstBlock(0xC1, (REFERENCE, REFERENCE), BLOCK),
            ("SetRequestWithListAndFirstDatablock", "01 00"),
        ),
        (
            ActionRequestWithListFirstBlock(0xC1, (METHOD,), BLOCK),
            ("ActionRequestWithListAndFirstPblock", "8/0.0.1.0.0.255/m1"),
        ),
        (SetResponseLastBlockWithList(0xC1, (DONE,), 7), ("SetResponseLastDatablockWithList", "7")),
        (
            ActionResponseWithList(0xC1, (ActionOutcome(ActionResult.SUCCESS, VALUE),)),
            ("ActionResponseWithList", "1362"),
        ),
        (
            ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.INVOCATION_COUNTER_ERROR, 42),
            ("INVOCATION_COUNTER_ERROR", "42"),
        ),
        (ConfirmedServiceError(5, 5, 1), ("ConfirmedServiceError", "ACCESS 1")),
        (EventNotification(None, REFERENCE.attribute, VALUE), ("EventNotificationRequest", "1362")),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_peer_reads_our_apdus(apdu: Any, words: tuple[str, ...]) -> None:
    done = _peer("decode", "--framing", "apdu", apdu.to_bytes().hex())
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in words), done.stdout


@pytest.mark.parametrize("window", ["1", "5"])
def test_the_peer_reads_our_general_blocks(served: Any, window: str) -> None:
    if (served.framing, window) == ("hdlc", "5"):
        pytest.skip("over HDLC the peer does not poll for the second APDU of a window")
    scheme, address = {"wrapper": ("tcp", []), "hdlc": ("tcp+hdlc", ["--physical", "17"])}[served.framing]
    done = _peer(
        "--json",
        "read",
        f"{scheme}://{served.host}:{served.port}",
        *address,
        *("--server", "1", "--client", "2", "--auth", "lls", "--password", "lectura1"),
        *("--obis", "0.0.40.0.0.255", "--class", "15", "--max-pdu", "128"),
        *("--conformance", "general_block_transfer,get", "--gbt-window", window),
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)[0]["value"]) > 5


@pytest.fixture
def session() -> Iterator[DlmsSession]:
    """Our client at the peer's simulator."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYDLMS), "simulate", "--port", str(port), "--client", "2:1:lectura1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        client = ClientConnection(client_sap=2, authentication=Lls(b"lectura1"), conformance=IMPLEMENTED)
        with (
            open_link(f"tcp://127.0.0.1:{port}") as link,
            DlmsSession(link, WrapperClient(2, 1), client) as made,
        ):
            yield made
        process.terminate()
        process.wait(10)


def test_the_peer_serves_our_access(session: DlmsSession) -> None:
    asked = [AccessGet((1, NAME, 2)), AccessGet((3, ENERGY, 2)), AccessGet((1, ENERGY, 2))]
    outcomes = session.access(asked).outcomes
    assert outcomes[0].data == axdr.octet_string(b"PYD1000000000001")
    assert outcomes[1].result is DONE
    assert outcomes[2].result is not DONE


def test_the_peer_serves_our_lists(session: DlmsSession) -> None:
    name, refused, energy = session.get_list([(DataObject, NAME, 2), (Clock, NAME, 2), (Register, ENERGY, 2)])
    assert name == axdr.octet_string(b"PYD1000000000001")
    assert isinstance(refused, DataAccessResult)
    assert isinstance(energy, axdr.Data)


def test_the_peer_serves_part_of_a_profile(session: DlmsSession) -> None:
    rows = session.get(ProfileGeneric, PROFILE, 2, EntrySelection(1, 2))
    assert isinstance(rows.value, tuple)
    assert len(rows.value) == 2
