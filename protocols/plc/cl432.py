r"""The 4-32 convergence layer: three octets before each APDU; control, destination LSAP, source LSAP.

>>> encode_lpdu(1, 16, b"\x62\x00").hex()
'9001106200'

The medium keeps messages apart, so an LPDU has no length: one chunk of octets is one LPDU, in either
direction. What is longer than one LPDU must be cut by the layer above (DLMS blocks).

Source: IEC 61334-4-32 as PRIME carries it (header of 3 octets, at most 1021 of data); the control octet is
from memory.
"""

from collections import deque
from dataclasses import dataclass

from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import ApduReceived, Event, FrameRejected, LinkConnected, LinkDisconnected
from protocols.plc.errors import LpduError

#: the LLC's only service here, DATA without confirmation [M]
CONTROL = 0x90
HEADER_SIZE = 3
#: octets of the longest APDU that fits one LPDU
MAX_DATA_SIZE = 1021
_MAX_LSAP = 0xFF


@dataclass(frozen=True, slots=True)
class Lpdu:
    """One message of the LLC.

    Args:
        destination_lsap: whom it is for, 0 to 255: the server's SAP in a request, the client's in an answer.
        source_lsap: who says it, 0 to 255.
        apdu: 1 to `MAX_DATA_SIZE` octets.
    """

    destination_lsap: int
    source_lsap: int
    apdu: bytes


def encode_lpdu(destination_lsap: int, source_lsap: int, apdu: bytes) -> bytes:
    """`apdu` behind its header.

    Raises:
        LpduError: it is empty or too long, or an LSAP is not 0 to 255.
    """
    if not 1 <= len(apdu) <= MAX_DATA_SIZE:
        raise LpduError(f"an LPDU carries 1 to {MAX_DATA_SIZE} octets, not {len(apdu)}")
    for lsap in (destination_lsap, source_lsap):
        if not 0 <= lsap <= _MAX_LSAP:
            raise LpduError(f"an LSAP must be 0 to {_MAX_LSAP}, not {lsap}")
    return bytes((CONTROL, destination_lsap, source_lsap)) + apdu


def decode_lpdu(data: bytes) -> Lpdu:
    """LPDU of `data`.

    Raises:
        LpduError: it is too short or too long, or its control octet is not 0x90.
    """
    if not HEADER_SIZE < len(data) <= HEADER_SIZE + MAX_DATA_SIZE:
        raise LpduError(f"bad-length: an LPDU of {len(data)} octets")
    if data[0] != CONTROL:
        raise LpduError(f"bad-control: control octet {data[0]:#04x} is not {CONTROL:#04x}")
    return Lpdu(data[1], data[2], bytes(data[HEADER_SIZE:]))


class _Llc:
    """Common part of both roles: LPDUs in, LPDUs out, each whole."""

    def __init__(self) -> None:
        self._output: deque[bytes] = deque()
        self._events: list[Event] = []

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take one LPDU, or nothing. Never raises because of what it holds."""
        if data:
            try:
                self._take(decode_lpdu(data), data)
            except LpduError as error:
                self._events.append(FrameRejected(str(error), bytes(data)))
        events, self._events = self._events, []
        return events

    def data_to_send(self) -> bytes:
        """The next LPDU that must go out; call until it gives nothing."""
        return self._output.popleft() if self._output else b""

    def next_deadline(self) -> float | None:
        """The LLC itself knows no time; at once while events wait."""
        return 0.0 if self._events else None

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Gives events that wait, for callers that never receive."""
        return self.receive_data(b"", now_s)

    def _queue(self, destination_lsap: int, source_lsap: int, apdu: bytes) -> None:
        try:
            self._output.append(encode_lpdu(destination_lsap, source_lsap, apdu))
        except LpduError as error:
            raise LocalProtocolError(str(error)) from error

    def _reject_address(self, lpdu: Lpdu, raw: bytes) -> None:
        self._events.append(
            FrameRejected(
                f"unknown-address: from LSAP {lpdu.source_lsap} to LSAP {lpdu.destination_lsap}", bytes(raw)
            )
        )

    def _take(self, lpdu: Lpdu, raw: bytes) -> None:
        raise NotImplementedError


class LlcClient(_Llc):
    """The client's side: the concentrator's, towards one meter. It fits `protocols.dlms.framing.Framing`.

    Args:
        client_sap: its own LSAP.
        server_sap: the LSAP of the meter's logical device.
    """

    def __init__(self, client_sap: int = 16, server_sap: int = 1) -> None:
        super().__init__()
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.is_connected = False

    def connect(self, now_s: float) -> None:
        """Nothing is asked (the MAC's connection is older): `LinkConnected` waits for `receive_data`."""
        self.is_connected = True
        self._events.append(LinkConnected(self.client_sap, self.server_sap))

    def disconnect(self, now_s: float) -> None:
        """Nothing is said: `LinkDisconnected` waits for the next `receive_data`."""
        self.is_connected = False
        self._output.clear()
        self._events.append(LinkDisconnected(self.client_sap, self.server_sap, "closed"))

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an APDU.

        Raises:
            LocalProtocolError: `connect` was not called, the APDU is too long, or an LSAP is out of range.
        """
        if not self.is_connected:
            raise LocalProtocolError("the LLC is not connected")
        self._queue(server_sap, client_sap, apdu)

    def _take(self, lpdu: Lpdu, raw: bytes) -> None:
        if lpdu.destination_lsap != self.client_sap:
            self._reject_address(lpdu, raw)
        else:
            self._events.append(ApduReceived(lpdu.apdu, lpdu.destination_lsap, lpdu.source_lsap))


class LlcServer(_Llc):
    """The server's side: the meter's. It fits `protocols.dlms.framing.Framing`.

    Args:
        server_saps: LSAPs that it answers to; None for every one.
    """

    def __init__(self, server_saps: frozenset[int] | set[int] | None = None) -> None:
        super().__init__()
        self.server_saps = None if server_saps is None else frozenset(server_saps)

    def connect(self, now_s: float) -> None:
        """A server waits to be asked.

        Raises:
            LocalProtocolError: always.
        """
        raise LocalProtocolError("a server does not connect; it waits for the client")

    def disconnect(self, now_s: float) -> None:
        """Forget what still waits to go out."""
        self._output.clear()

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an answer.

        Raises:
            LocalProtocolError: the APDU is empty or too long, or an LSAP is out of range.
        """
        self._queue(client_sap, server_sap, apdu)

    def _take(self, lpdu: Lpdu, raw: bytes) -> None:
        if self.server_saps is not None and lpdu.destination_lsap not in self.server_saps:
            self._reject_address(lpdu, raw)
        else:
            self._events.append(ApduReceived(lpdu.apdu, lpdu.source_lsap, lpdu.destination_lsap))
