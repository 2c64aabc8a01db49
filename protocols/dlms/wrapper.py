r"""The TCP/UDP wrapper: eight octets before each APDU; version 1, source and destination port, length.

>>> encode_wpdu(b"\x62\x00", source=16, destination=1).hex()
'00010010000100026200'

Source: IEC 62056-47, 6.3.
"""

import struct

from protocols.dlms.errors import DlmsValueError, LocalProtocolError
from protocols.dlms.framing import (
    MAX_APDU_SIZE,
    ApduReceived,
    Event,
    FrameRejected,
    LinkConnected,
    LinkDisconnected,
)

VERSION = 1
HEADER_SIZE = 8
_FIELD = 2
_MAX_PORT = 0xFFFF
_VERSION_OCTETS = VERSION.to_bytes(_FIELD, "big")
_HEADER = struct.Struct(">4H")  # version, source, destination, octets of the APDU


def encode_wpdu(apdu: bytes, *, source: int, destination: int) -> bytes:
    """`apdu` behind its header.

    Raises:
        DlmsValueError: it is empty or too long, or a port is not 0 to 65535.
    """
    if not 1 <= len(apdu) <= MAX_APDU_SIZE:
        raise DlmsValueError(f"an APDU has 1 to {MAX_APDU_SIZE} octets, not {len(apdu)}")
    for port in (source, destination):
        if not 0 <= port <= _MAX_PORT:
            raise DlmsValueError(f"a wrapper port must be 0 to {_MAX_PORT}, not {port}")
    return _HEADER.pack(VERSION, source, destination, len(apdu)) + apdu


class _Wrapper:
    """Common part of both roles: cutting the stream.

    A stream that lost its step cannot be trusted: after a bad version, octets are dropped until something
    looks like a header again, and `must_close` advises to close the connection.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._output = bytearray()
        self._events: list[Event] = []
        self.must_close = False

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take octets; gives what is complete. Never raises because of them."""
        if self._buffer or not self._take_whole(data):
            self._buffer += data
            self._cut()
        events, self._events = self._events, []
        return events

    def _take_whole(self, data: bytes) -> bool:
        """Take `data` where it is one whole PDU, as it nearly always is; False where it must be cut."""
        if len(data) < HEADER_SIZE:
            return False
        version, source, destination, length = _HEADER.unpack_from(data)
        if version != VERSION or len(data) != HEADER_SIZE + length:
            return False
        self._take(source, destination, data if type(data) is bytes else bytes(data))
        return True

    def _cut(self) -> None:
        while len(self._buffer) >= _FIELD:
            if self._buffer[:_FIELD] != _VERSION_OCTETS:
                self._resynchronise()
                continue
            if len(self._buffer) < HEADER_SIZE:
                break
            _version, source, destination, length = _HEADER.unpack_from(self._buffer)
            if len(self._buffer) < HEADER_SIZE + length:
                break
            raw = bytes(self._buffer[: HEADER_SIZE + length])
            del self._buffer[: HEADER_SIZE + length]
            self._take(source, destination, raw)

    def data_to_send(self) -> bytes:
        """Drain what must go out now."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def next_deadline(self) -> float | None:
        """The wrapper itself knows no time."""
        return None

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Gives events that wait, for callers that never receive."""
        return self.receive_data(b"", now_s)

    def _resynchronise(self) -> None:
        """Drop octets up to the next thing that can be a header."""
        self.must_close = True
        start = self._buffer.find(_VERSION_OCTETS, 1)
        # the last octet may be the first half of a version field
        keep = 1 if start < 0 and self._buffer[-1] == _VERSION_OCTETS[0] else 0
        size = len(self._buffer) - keep if start < 0 else start
        version = int.from_bytes(self._buffer[:_FIELD], "big")
        self._events.append(
            FrameRejected(
                f"bad-version: wrapper version {version} is not {VERSION}", bytes(self._buffer[:size])
            )
        )
        del self._buffer[:size]

    def _take(self, source: int, destination: int, raw: bytes) -> None:
        raise NotImplementedError

    def _reject_address(self, source: int, destination: int, raw: bytes) -> None:
        self._events.append(FrameRejected(f"unknown-address: from port {source} to port {destination}", raw))

    def _deliver(self, raw: bytes, *, client_sap: int, server_sap: int) -> None:
        if len(raw) == HEADER_SIZE:
            self._events.append(FrameRejected("bad-length: an empty APDU", raw))
        else:
            self._events.append(ApduReceived(raw[HEADER_SIZE:], client_sap, server_sap))


class WrapperClient(_Wrapper):
    """The client's side.

    Args:
        client_sap: its wrapper port.
        server_sap: the logical device's wrapper port.
    """

    def __init__(self, client_sap: int = 16, server_sap: int = 1) -> None:
        super().__init__()
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.is_connected = False

    def connect(self, now_s: float) -> None:
        """Nothing is asked: `LinkConnected` waits for the next `receive_data`."""
        self.is_connected = True
        self._events.append(LinkConnected(self.client_sap, self.server_sap))

    def disconnect(self, now_s: float) -> None:
        """Nothing is said: `LinkDisconnected` waits for the next `receive_data`."""
        self.is_connected = False
        self._events.append(LinkDisconnected(self.client_sap, self.server_sap, "closed"))

    def next_deadline(self) -> float | None:
        """At once while events wait."""
        return 0.0 if self._events else None

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an APDU.

        Raises:
            LocalProtocolError: `connect` was not called, or the APDU is too long.
        """
        if not self.is_connected:
            raise LocalProtocolError("the wrapper is not connected")
        self._output += encode_wpdu(apdu, source=client_sap, destination=server_sap)

    def _take(self, source: int, destination: int, raw: bytes) -> None:
        if destination != self.client_sap:
            self._reject_address(source, destination, raw)
        else:
            self._deliver(raw, client_sap=destination, server_sap=source)


class WrapperServer(_Wrapper):
    """The server's side; whom it serves is for the layer above to say.

    Args:
        server_saps: ports that it answers to; None for every port.
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
        """Forget what was half received."""
        self._buffer.clear()
        self._output.clear()

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an answer.

        Raises:
            DlmsValueError: the APDU is empty or too long.
        """
        self._output += encode_wpdu(apdu, source=server_sap, destination=client_sap)

    def _take(self, source: int, destination: int, raw: bytes) -> None:
        if self.server_saps is not None and destination not in self.server_saps:
            self._reject_address(source, destination, raw)
        else:
            self._deliver(raw, client_sap=source, server_sap=destination)
