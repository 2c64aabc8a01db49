"""GET of one register, from the call of the client to its event, beside a yardstick that does no protocol.

Run: ``tox -e bench``, or ``pytest benchmarks/dlms``. The yardstick cuts the reference out of the
same request and looks its answer up in a dictionary: what a server cannot be faster than.
"""

from collections.abc import Callable

import pytest

from protocols.dlms import axdr
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import (
    AssociationProfile,
    CosemObject,
    LogicalDevice,
    Register,
    constant,
)
from protocols.dlms.obis import Obis
from protocols.dlms.server.connection import ServerConnection

CLIENT_SAP, SERVER_SAP = 16, 1
CALLS = 2000
REGISTERS = [Obis(1, 0, 1, 8, tariff, 255) for tariff in range(100)]
VALUE = axdr.double_long_unsigned(1362)


def _device() -> LogicalDevice:
    objects = [CosemObject(Register, name, getters={2: constant(VALUE)}) for name in REGISTERS]
    return LogicalDevice(SERVER_SAP, b"AMI0000000000001", objects, [AssociationProfile(CLIENT_SAP)])


@pytest.fixture
def client() -> ClientConnection:
    return ClientConnection(client_sap=CLIENT_SAP)


@pytest.fixture
def server(client: ClientConnection) -> ServerConnection:
    made = ServerConnection(_device())
    answer = made.receive_apdu(client.associate(), CLIENT_SAP, SERVER_SAP)
    assert answer is not None
    client.receive_apdu(answer)
    return made


def _cycle(client: ClientConnection, server: ServerConnection) -> None:
    for name in REGISTERS * (CALLS // len(REGISTERS)):
        answer = server.receive_apdu(client.get(Register, name, 2), CLIENT_SAP, SERVER_SAP)
        client.receive_apdu(answer or b"")


def _serve(server: ServerConnection, requests: list[bytes]) -> None:
    for request in requests:
        server.receive_apdu(request, CLIENT_SAP, SERVER_SAP)


def _look_up(answers: dict[bytes, bytes], requests: list[bytes]) -> list[bytes]:
    return [b"\xc4\x01" + request[2:3] + answers[request[3:12]] for request in requests]


def _requests() -> list[bytes]:
    head, tail = bytes.fromhex("c001c10003"), bytes.fromhex("0200")
    return [head + name.to_bytes() + tail for name in REGISTERS * (CALLS // len(REGISTERS))]


def _measure(benchmark: Callable, call: Callable[..., object], *arguments: object) -> None:
    benchmark.extra_info["operations"] = CALLS  # type: ignore[attr-defined]
    benchmark.pedantic(call, args=arguments, rounds=5, warmup_rounds=1)  # type: ignore[attr-defined]


def test_get_encode_serve_decode(
    benchmark: Callable, client: ClientConnection, server: ServerConnection
) -> None:
    _measure(benchmark, _cycle, client, server)


def test_get_serve(benchmark: Callable, server: ServerConnection) -> None:
    _measure(benchmark, _serve, server, _requests())


def test_yardstick_dictionary(benchmark: Callable) -> None:
    answer = b"\x00" + axdr.encode(VALUE)
    _measure(benchmark, _look_up, {request[3:12]: answer for request in _requests()}, _requests())
