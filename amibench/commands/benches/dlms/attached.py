"""Bare sockets on which an association is open: plain for the reader, ciphered for the manager."""

import itertools
import select
import socket
import time
from collections.abc import Iterator

from amibench.commands.benches.dlms.workloads import ENERGY, MANAGEMENT_SAP, SERVER_SAP
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.client import ClientConnection, Hls, Lls
from protocols.dlms.cosem import Register
from protocols.dlms.security import ClientSecurity, SendCounter
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient, encode_wpdu
from sim.meter.credentials import TEST_KEYS

_LOOPBACK = "127.0.0.1"
_CHUNK_BYTES = 65_536
_CLIENT_TITLE = b"AMB\0\0\0\0\1"
_VALUE = 2


class SocketPipe:
    """A connected socket as a session wants it."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self.socket.sendall(data)

    def receive(self, max_wait_s: float) -> bytes:
        """What came within the time, empty when nothing did."""
        ready, _, _ = select.select([self.socket], [], [], max_wait_s)
        return self.socket.recv(_CHUNK_BYTES) if ready else b""

    def now_s(self) -> float:
        """Seconds of the wall."""
        return time.monotonic()


def connected(port: int) -> socket.socket:
    """A socket to a port of this machine, that sends at once."""
    connection = socket.create_connection((_LOOPBACK, port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def get_energy(client_sap: int) -> bytes:
    """A plain GET of the energy in its wrapper, by a client that is associated."""
    request = bytes.fromhex("c001c10003") + ENERGY.to_bytes() + bytes((_VALUE, 0))
    return encode_wpdu(request, source=client_sap, destination=SERVER_SAP)


def associate(connection: socket.socket, client_sap: int, password: bytes) -> None:
    """Open an association by password on a socket."""
    client = ClientConnection(client_sap=client_sap, authentication=Lls(password))
    session = DlmsSession(SocketPipe(connection), WrapperClient(client_sap, SERVER_SAP), client)
    session.connect()
    session.associate()


class Sealer:
    """The manager of our meter: its association on a socket, and requests sealed before they are timed."""

    def __init__(self, connection: socket.socket) -> None:
        challenges = itertools.count(1)
        self._client = ClientConnection(
            client_sap=MANAGEMENT_SAP,
            authentication=Hls(MechanismName.HLS_GMAC, b"", lambda: next(challenges).to_bytes(16, "big")),
            security=ClientSecurity(
                client_system_title=_CLIENT_TITLE, keys=TEST_KEYS, counter=SendCounter(1)
            ),
        )
        framing = WrapperClient(MANAGEMENT_SAP, SERVER_SAP)
        session = DlmsSession(SocketPipe(connection), framing, self._client)
        session.connect()
        session.associate()

    def requests(self, count: int) -> Iterator[bytes]:
        """So many sealed GETs, each of which the meter takes once."""
        sealed = [self._one() for _ in range(count)]
        return iter(sealed)

    def _one(self) -> bytes:
        apdu = self._client.get(Register, ENERGY, _VALUE)
        self._client.abandon()
        return encode_wpdu(apdu, source=MANAGEMENT_SAP, destination=SERVER_SAP)
