"""Fixtures: a small logical device, and a client and a server joined without framing."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    MANAGER_SAP,
    PASSWORD,
    PUBLIC_SAP,
    SERVER_SAP,
    Pair,
    State,
    make_device,
)

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import Associated
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.server.connection import ServerConnection


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def device(state: State) -> LogicalDevice:
    return make_device(state)


@pytest.fixture
def pair(device: LogicalDevice) -> Callable[..., Pair]:
    """Makes a pair; associated unless told otherwise."""

    def make(
        client_sap: int = MANAGER_SAP,
        *,
        associated: bool = True,
        limits: ServerLimits | None = None,
        **client: object,
    ) -> Pair:
        if client_sap != PUBLIC_SAP and "authentication" not in client:
            client["authentication"] = Lls(PASSWORD)
        made = Pair(
            ClientConnection(client_sap=client_sap, server_sap=SERVER_SAP, **client),  # type: ignore[arg-type]
            ServerConnection(device, limits),
        )
        if associated:
            assert isinstance(made.call(made.client.associate()), Associated)
        return made

    return make
