"""GET of one register from a served meter, a request at a time, beside a socket that only echoes.

Server and echo are processes of their own; the client is a bare socket in this one, so that what is timed is
the server. Ciphered requests are sealed beforehand: an invocation counter serves once.
"""

import itertools
import json
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from amibench.commands.benchmark import ROUNDS, Row
from amibench.commands.benchmark.dlms.codec import ENERGY, MANAGEMENT_SAP, SERVER_SAP
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import Register
from protocols.dlms.security import ClientSecurity, Hls, SendCounter
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
        """Octets that came within the time, empty when none did."""
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


class CipheredClient:
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


GOAL_PLAIN, GOAL_CIPHERED, GOAL_PEER = 0.35, 0.2, 1.3

_READER_SAP, _READER_PASSWORD = 2, b"12345678"  # published, worth nothing
_ECHO = """
import socket
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
client, _ = listening.accept()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := client.recv(65536):
    client.sendall(data)
"""
_METER = [sys.executable, "-m", "amibench", "meter", "serve", "--port", "0", "--response-delay-ms", "0"]


def measure(seconds: float, python: Path | None) -> Sequence[Row]:
    """The echo, our meter plain and ciphered, and the peer's meter where there is one."""
    with ExitStack() as stack:
        echo = stack.enter_context(_echo())
        port = stack.enter_context(_meter())
        plain, ciphered = (stack.enter_context(connected(port)) for _ in range(2))
        associate(plain, _READER_SAP, _READER_PASSWORD)
        manager = CipheredClient(ciphered)
        peer = stack.enter_context(_peer(python)) if python is not None else None
        get = itertools.repeat(get_energy(_READER_SAP))
        rounds = []
        for _ in range(ROUNDS):
            echo_per_s = _rate(echo, get, seconds)
            plain_per_s = _rate(plain, get, seconds)
            ciphered_per_s = _rate(ciphered, manager.requests(int(plain_per_s * seconds)), seconds)
            peer_per_s = None if peer is None else _rate(peer, get, seconds)
            rounds.append((echo_per_s, plain_per_s, ciphered_per_s, peer_per_s))
    return _rows(rounds)


def _rows(rounds: Sequence[tuple[float, float, float, float | None]]) -> Sequence[Row]:
    def median(values: Iterator[float]) -> float:
        return statistics.median(values)

    echo = "yardstick: echo of a bare socket"
    rows = [
        Row(echo, median(r[0] for r in rounds)),
        Row(
            "GET from our served meter",
            median(r[1] for r in rounds),
            echo,
            median(r[1] / r[0] for r in rounds),
            goal_ratio=GOAL_PLAIN,
        ),
        Row(
            "the same, ciphered",
            median(r[2] for r in rounds),
            echo,
            median(r[2] / r[0] for r in rounds),
            goal_ratio=GOAL_CIPHERED,
        ),
    ]
    with_peer = [(r[1], r[3]) for r in rounds if r[3] is not None]
    if with_peer:
        peer = "GET from pydlms-client's meter"
        rows.append(Row(peer, median(theirs for _, theirs in with_peer)))
        rows.append(
            Row(
                "ours beside it",
                median(ours for ours, _ in with_peer),
                peer,
                median(ours / theirs for ours, theirs in with_peer),
                goal_ratio=GOAL_PEER,
            )
        )
    return rows


def _rate(connection: socket.socket, requests: Iterator[bytes], seconds: float) -> float:
    """Requests answered a second, one at a time."""
    count = 0
    began_s = time.perf_counter()
    end_s = began_s + seconds
    for request in requests:
        connection.sendall(request)
        if not connection.recv(_CHUNK_BYTES):
            raise ConnectionError("the server hung up")
        count += 1
        if time.perf_counter() >= end_s:
            break
    return count / (time.perf_counter() - began_s)


@contextmanager
def _echo() -> Iterator[socket.socket]:
    command = [sys.executable, "-c", _ECHO]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            with connected(int(_line(process))) as connection:
                yield connection
        finally:
            process.kill()


@contextmanager
def _meter() -> Iterator[int]:
    """The port of a meter that answers without taking time to think."""
    with tempfile.NamedTemporaryFile("wb") as password, ExitStack() as stack:
        password.write(_READER_PASSWORD)
        password.flush()
        command = [*_METER, "--lls-password-file", password.name]
        process = stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        )
        try:
            yield int(json.loads(_line(process))["link"].split("?")[0].rsplit(":", 1)[1])
        finally:
            process.kill()


@contextmanager
def _peer(python: Path) -> Iterator[socket.socket]:
    """pydlms-client's meter, associated as its reader."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port = probe.getsockname()[1]
    client = f"{_READER_SAP}:1:{_READER_PASSWORD.decode()}"
    command = [str(python.with_name("pydlms")), "simulate", "--port", str(port), "--client", client]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            if process.stderr is not None:
                process.stderr.readline()
            with connected(port) as connection:
                associate(connection, _READER_SAP, _READER_PASSWORD)
                yield connection
        finally:
            process.kill()


def _line(process: "subprocess.Popen[str]") -> str:
    if process.stdout is None:
        raise RuntimeError("the server was started without a pipe")
    return process.stdout.readline()
