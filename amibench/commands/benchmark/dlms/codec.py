"""The codec by itself: HDLC frames parsed, load profiles decoded, ciphered requests through both sides."""

import statistics
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import count
from pathlib import Path

from amibench.commands.benchmark import ROUNDS, Row, beside
from amibench.commands.benchmark.dlms.peers import Peer, dlms_cosem
from protocols.dlms import axdr
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ApduToSend, ClientState
from protocols.dlms.cosem import (
    AssociationProfile,
    CosemObject,
    LogicalDevice,
    Mechanism,
    Register,
    constant,
    full_access,
)
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Column, decode_rows
from protocols.dlms.security import ClientSecurity, DeviceSecurity, Hls, KeySet, SendCounter
from protocols.dlms.server.connection import ServerConnection

ENERGY = Obis.from_string("1.0.1.8.0")
MANAGEMENT_SAP, SERVER_SAP = 1, 1

_INFORMATION_OCTETS = 128
_ROWS, _REGISTERS, _PERIOD_S = 96, 4, 900
_KEYS = KeySet(guek=bytes(range(16)), gak=bytes(range(16, 32)))
_CLIENT_TITLE, _SERVER_TITLE = b"AMB\0\0\0\0\1", b"AMB\0\0\0\0\2"

Work = Callable[[], object]


def hdlc_frame() -> Work:
    """Take an I-frame with 128 octets apart."""
    control = Control(Kind.I, n_s=1, n_r=2)
    frame = Frame(HdlcAddress(1, 17, 4), HdlcAddress(16), control, b"\x11" * _INFORMATION_OCTETS)
    raw = frame.to_bytes()
    return lambda: decode_frame(raw)


def profile() -> Work:
    """Make typed rows of a day of quarters of an hour: a clock and four registers of 32 bits."""
    clock = Column(CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2))
    names = (Obis.from_string(f"1.0.{quantity}.8.0") for quantity in range(1, 1 + _REGISTERS))
    columns = [clock, *(Column(CaptureObject(3, name, 2), 0, 30) for name in names)]
    buffer = axdr.encode(axdr.array(*(_row(number) for number in range(_ROWS))))
    return lambda: decode_rows(buffer, columns, period_s=_PERIOD_S)


def _row(number: int) -> axdr.Data:
    hour, quarter = divmod(number, 4)
    instant = struct.pack(">HBBBBBBBhB", 2026, 1, 1, 0xFF, hour, 15 * quarter, 0, 0, 300, 0)
    values = (axdr.double_long_unsigned(1_000_000 + 1000 * number + n) for n in range(_REGISTERS))
    return axdr.structure(axdr.octet_string(instant), *values)


def ciphered_get() -> Work:
    """A GET of one register there and back, both ways authenticated and encrypted, suite 0.

    One turn: the client encodes and protects; the server finds the association, refuses a repeated counter,
    deciphers, verifies, looks its rights up, reads, encodes and protects the answer; the client does all of
    that with the answer and has the typed value. Six passes of AES-GCM of 13 or 9 octets; no framing.
    """
    client, server = _secured_pair()

    def cycle() -> object:
        request = client.get(Register, ENERGY, 2)
        return client.receive_apdu(server.receive_apdu(request, MANAGEMENT_SAP, SERVER_SAP) or b"")

    return cycle


def ciphered_get_answered() -> Work:
    """The same up to the protected answer, which stays closed: encode, protect, parse, verify, answer.

    Four passes of AES-GCM. The server has made what it sends; the client is put back to where it may ask.
    """
    client, server = _secured_pair()

    def cycle() -> object:
        answer = server.receive_apdu(client.get(Register, ENERGY, 2), MANAGEMENT_SAP, SERVER_SAP)
        client.state = ClientState.ASSOCIATED
        return answer

    return cycle


def _secured_pair() -> tuple[ClientConnection, ServerConnection]:
    """A client and a server of one register, associated by HLS with GMAC."""
    octets = count(1)

    def challenge() -> bytes:
        return next(octets).to_bytes(16, "big")

    register = CosemObject(Register, ENERGY, {2: constant(axdr.double_long_unsigned(1362))})
    secured = AssociationProfile(
        MANAGEMENT_SAP,
        Mechanism.HLS_GMAC,
        rights=full_access,
        security=DeviceSecurity(_SERVER_TITLE, _KEYS),
    )
    device = LogicalDevice(SERVER_SAP, b"AMB0000000000001", (register,), (secured,))
    server = ServerConnection(device, random_octets=lambda size: challenge()[-size:])
    security = ClientSecurity(client_system_title=_CLIENT_TITLE, keys=_KEYS, counter=SendCounter(1))
    client = ClientConnection(
        client_sap=MANAGEMENT_SAP,
        authentication=Hls(MechanismName.HLS_GMAC, b"", challenge),
        security=security,
    )
    _associate(client, server)
    return client, server


def _associate(client: ClientConnection, server: ServerConnection) -> None:
    """Both sides prove themselves."""
    apdu = client.associate()
    for _ in range(2):
        answer = server.receive_apdu(apdu, MANAGEMENT_SAP, SERVER_SAP)
        events = client.receive_apdu(answer or b"")
        to_send = [event.apdu for event in events if isinstance(event, ApduToSend)]
        if not to_send:
            return
        apdu = to_send[0]


#: Name, workload here, the peer's name for it, the goal in operations a second.
CODEC: tuple[tuple[str, Callable[[], Callable[[], object]], str, float], ...] = (
    ("HDLC frame of 128 octets, parsed", hdlc_frame, "hdlc-128", 50_000),
    ("load profile 96 × 5, decoded", profile, "profile-96x5", 5_000),
    ("ciphered GET, answered", ciphered_get_answered, "ciphered-get", 50_000),
    ("ciphered GET, there and back", ciphered_get, "ciphered-get", 50_000),
)


def measure(seconds: float, python: Path | None) -> Sequence[Row]:
    """A row for each workload, beside the peer's row where there is one."""
    rows: list[Row] = []
    with dlms_cosem(python) if python is not None else nullcontext() as peer:
        for name, make, peers_name, goal_per_s in CODEC:
            rows += _rows(name, make(), peers_name, goal_per_s, seconds, peer)
    return rows


def _rows(
    name: str,
    work: Callable[[], object],
    peers_name: str,
    goal_per_s: float,
    seconds: float,
    peer: Peer | None,
) -> Sequence[Row]:
    if peer is None:
        per_s = statistics.median(rate(work, seconds) for _ in range(ROUNDS))
        return [Row(name, per_s, goal_per_s=goal_per_s)]
    rounds = [(peer.per_s(peers_name), rate(work, seconds)) for _ in range(ROUNDS)]
    return beside(name, f"dlms-cosem: {name}", rounds, goal_per_s=goal_per_s)


def rate(work: Callable[[], object], seconds: float, batch: int = 10) -> float:
    """Runs of `work` a second."""
    work()
    count = 0
    began_s = time.perf_counter()
    end_s = began_s + seconds
    while time.perf_counter() < end_s:
        for _ in range(batch):
            work()
        count += batch
    return count / (time.perf_counter() - began_s)
