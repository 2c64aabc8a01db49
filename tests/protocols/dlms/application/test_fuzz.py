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

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import AssociationState
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.server import ServerConnection

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
    "0501020100",
    "d90000",
    "c81e3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b",
    "e0c00001000003c00101",
]


def _answer(server: ServerConnection, raw: bytes, client_sap: int) -> None:
    answer = server.receive_apdu(raw, client_sap, SERVER_SAP)
    if answer is not None:
        decode_apdu(answer)


@given(raw=st.binary(max_size=60), associated=st.booleans())
@settings(suppress_health_check=_CHECKS, max_examples=300, deadline=None)
def test_noise(pair: Callable[..., Pair], raw: bytes, associated: bool) -> None:
    made = pair(associated=associated)
    _answer(made.server, raw, MANAGER_SAP)
    if associated and raw[:1] not in (bytes((_AARQ,)), bytes((_RLRQ,))):
        assert made.server.state(MANAGER_SAP) is AssociationState.ASSOCIATED


@pytest.mark.parametrize("seed", SEEDS)
@given(data=st.data())
@settings(suppress_health_check=_CHECKS, max_examples=60, deadline=None)
def test_mutated_requests(pair: Callable[..., Pair], seed: str, data: st.DataObject) -> None:
    made = pair(max_pdu=data.draw(st.sampled_from([12, 40, 0xFFFF])))
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
