"""Whatever bytes come, the server answers or stays silent; its answers decode; the association survives."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    CLOCK,
    ECHO,
    ENERGY,
    MANAGER_SAP,
    MESSAGE,
    PROFILE,
    PUBLIC_SAP,
    RELAY,
    SERVER_SAP,
    Pair,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import DEFAULT_CONFORMANCE, ClientConnection
from protocols.dlms.client.events import ApduToSend, ClientState
from protocols.dlms.client.requests import AccessGet
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.server.association import AssociationState, ServerLimits
from protocols.dlms.server.connection import ServerConnection

# The fixtures make a new pair for each call, so that examples do not share them; the machine may be busy.
_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
_AARQ = 0x60
_RLRQ = 0x62
SEEDS = [
    "c001c10003" + ENERGY.to_bytes().hex() + "0200",
    "c001c10007" + PROFILE.to_bytes().hex() + "02010202040600000001060000000212000112000" + "0",
    "c001c10007"
    + PROFILE.to_bytes().hex()
    + "02010102040204120008090600000100"
    + "00ff0f021200000600000000060000000101"
    + "00",
    "c002c100000001",
    "c003c1020003" + ENERGY.to_bytes().hex() + "02000001" + MESSAGE.to_bytes().hex() + "0200",
    "c101c10001" + MESSAGE.to_bytes().hex() + "02000904686f6c61",
    "c101c10008" + CLOCK.to_bytes().hex() + "0300100000",
    "c102c10001" + MESSAGE.to_bytes().hex() + "020000000000010109",
    "c103c101000000020168",
    "c104c1010001" + MESSAGE.to_bytes().hex() + "0200010900",
    "c301c10046" + RELAY.to_bytes().hex() + "01010f00",
    "c301c12000" + ECHO.to_bytes().hex() + "010102020101",
    "c301c12000" + ECHO.to_bytes().hex() + "02010900",
    "c304c12000" + ECHO.to_bytes().hex() + "0100000000010109",
    "c306c10100000002020000",
    "c302c100000001",
    "c105c1010001" + MESSAGE.to_bytes().hex() + "02000100000001" + "03010900",
    "c305c1012000" + ECHO.to_bytes().hex() + "010100000001" + "020100",
    "0501020100",
    "d900000000000000",
    "d9c00000010003"
    + "010003"
    + ENERGY.to_bytes().hex()
    + "02"
    + "030046"
    + RELAY.to_bytes().hex()
    # the third reads a selected part
    + "01"
    + "040007"
    + PROFILE.to_bytes().hex()
    + "02"
    + "020204060000000106000000021200011200"
    + "00"
    + "03000f0000",
    "d9d00000010c07ea0101010000000000000001020001" + MESSAGE.to_bytes().hex() + "02010904686f6c61",
    "100000000500",
    "e0c20001000003c00101",
    "e0420001000003c001c1",
    "e08200020000" + "0a" + "0003" + ENERGY.to_bytes().hex() + "0200",
    "e0810000000000",
    "e0040005000300",
    "c81e3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b",
    "e0c00001000003c00101",
]


def _answer(server: ServerConnection, raw: bytes, client_sap: int) -> None:
    answer = server.receive_apdu(raw, client_sap, SERVER_SAP)
    for apdu in () if answer is None else (answer, *server.further_apdus()):
        decode_apdu(apdu)


@given(raw=st.binary(max_size=60), associated=st.booleans())
@settings(suppress_health_check=_CHECKS, max_examples=300, deadline=None)
def test_noise(pair: Callable[..., Pair], raw: bytes, associated: bool) -> None:
    made = pair(associated=associated, conformance=IMPLEMENTED)
    _answer(made.server, raw, MANAGER_SAP)
    if associated and raw[:1] not in (bytes((_AARQ,)), bytes((_RLRQ,))):
        assert made.server.state(MANAGER_SAP) is AssociationState.ASSOCIATED


@pytest.mark.parametrize("seed", SEEDS)
@given(data=st.data())
@settings(suppress_health_check=_CHECKS, max_examples=40, deadline=None)
def test_mutated_requests(pair: Callable[..., Pair], seed: str, data: st.DataObject) -> None:
    granted = data.draw(st.sampled_from([IMPLEMENTED, DEFAULT_CONFORMANCE]))
    made = pair(max_pdu=data.draw(st.sampled_from([12, 40, 0xFFFF])), conformance=granted)
    for _ in range(data.draw(st.integers(1, 4))):
        raw = bytearray(bytes.fromhex(data.draw(st.sampled_from([seed, *SEEDS]))))
        for _ in range(data.draw(st.integers(0, 3))):
            raw[data.draw(st.integers(1, len(raw) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(1, len(raw)) | st.just(len(raw)))
        _answer(made.server, bytes(raw[:cut]), MANAGER_SAP)
    assert made.server.state(MANAGER_SAP) is AssociationState.ASSOCIATED
    answer = made.exchange(bytes.fromhex(SEEDS[0]))
    assert answer == bytes.fromhex("c401c1000600000552")


@given(data=st.data())
@settings(suppress_health_check=_CHECKS, max_examples=300, deadline=None)
def test_mutated_association_requests(device: LogicalDevice, data: st.DataObject) -> None:
    server = ServerConnection(device)
    raw = bytearray(bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400001e1dffff"))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _answer(server, bytes(raw), PUBLIC_SAP)
    _answer(server, bytes(raw), MANAGER_SAP)
    assert server.state(MANAGER_SAP) is AssociationState.IDLE


# ---------------------------------------------------------------- the client

ASKED: dict[str, Callable[[ClientConnection], bytes]] = {
    "get": lambda client: client.get(3, ENERGY, 2),
    "get-list": lambda client: client.get_list([(3, ENERGY, 2)]),
    "set": lambda client: client.set(1, MESSAGE, 2, axdr.octet_string(bytes(100))),
    "set-list": lambda client: client.set_list([((1, MESSAGE, 2), axdr.octet_string(bytes(100)))]),
    "action": lambda client: client.action(8192, ECHO, 1, axdr.octet_string(bytes(100))),
    "access": lambda client: client.access([AccessGet((3, ENERGY, 2))]),
}
ANSWERS = [
    "c401c10006000005520",
    "c401c10103",
    "c402c100000000010003010203",
    "c402c10100000002000101",
    "c403c10100060000055200",
    "c501c100",
    "c502c100000001",
    "c503c10000000001",
    "c504c1010000000001",
    "c505c10100",
    "c701c1000100060000055200",
    "c702c10000000001020000",
    "c703c101000000",
    "c704c100000001",
    "dac0000001000001060000055201010000",
    "d80102",
    "0e050501",
    "0f000000050006000000010",
    "e0420001000003c401c1",
    "e082000200000500060000000100",
    "e0810000000000",
    "e0040001000100",
]


@pytest.mark.parametrize("asked", ASKED)
@given(data=st.data())
@settings(suppress_health_check=_CHECKS, max_examples=60, deadline=None)
def test_whatever_answers_a_client_goes_on(
    pair: Callable[..., Pair], asked: str, data: st.DataObject
) -> None:
    made = pair(conformance=IMPLEMENTED, limits=ServerLimits(max_receive_pdu=40))
    ASKED[asked](made.client)
    for _ in range(data.draw(st.integers(1, 6))):
        text = data.draw(st.sampled_from(ANSWERS))
        raw = bytearray(bytes.fromhex(text[: len(text) & ~1]))
        for _ in range(data.draw(st.integers(0, 2))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        try:
            events = made.client.receive_apdu(bytes(raw))
        except RemoteProtocolError:
            continue
        assert all(event.apdu for event in events if isinstance(event, ApduToSend))
    made.client.abandon()
    assert made.client.state is ClientState.ASSOCIATED
    assert made.client.get(3, ENERGY, 2)
