"""What is timed in this process: frames, buffers and ciphered requests."""

import struct
from collections.abc import Callable
from itertools import count

from protocols.dlms import axdr
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.client import ClientConnection, Hls
from protocols.dlms.client_events import ApduToSend
from protocols.dlms.client_states import ClientState
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
from protocols.dlms.hdlc.frame import Control, Frame, HdlcAddress, Kind, decode_frame
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Column, decode_rows
from protocols.dlms.security import ClientSecurity, DeviceSecurity, KeySet, SendCounter
from protocols.dlms.server import ServerConnection

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
    """The same up to the protected answer, which nobody opens: encode, protect, parse, verify, answer.

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
