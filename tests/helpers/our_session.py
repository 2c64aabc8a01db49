"""Sessions of our own client, over TCP, beside those of a peer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from links import open_link
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient


@contextmanager
def our_session(port: int, framing: str, client: ClientConnection, **hdlc: Any) -> Iterator[DlmsSession]:
    """Associated; released in the end."""
    sap, server = client.client_sap, client.server_sap
    near: Framing = WrapperClient(sap, server) if framing == "wrapper" else HdlcClient(sap, server, **hdlc)
    with open_link(f"tcp://127.0.0.1:{port}") as link, DlmsSession(link, near, client) as session:
        yield session
