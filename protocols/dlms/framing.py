"""The shape that both framings share (HDLC, TCP wrapper): bytes in, events and bytes to send out.

A framing never raises on received bytes and keeps a bounded amount of them.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

#: the longest APDU that a framing joins from segments; more is dropped, whoever sends it
MAX_APDU_SIZE = 65_535


@dataclass(frozen=True, slots=True)
class LinkParameters:
    """Parameters of a data link, seen from this side.

    Args:
        max_info_tx: octets of the longest information field that may be sent.
        max_info_rx: octets of the longest one that is accepted.
        window_tx: I-frames that may be sent without an acknowledgement, 1 to 7.
        window_rx: the same for reception.
    """

    max_info_tx: int = 128
    max_info_rx: int = 128
    window_tx: int = 1
    window_rx: int = 1


@dataclass(frozen=True, slots=True)
class ApduReceived:
    """A whole APDU: LLC removed, segments joined."""

    apdu: bytes
    client_sap: int
    server_sap: int


@dataclass(frozen=True, slots=True)
class LinkConnected:
    """The data link is up; `parameters` is None where there is nothing to negotiate (wrapper)."""

    client_sap: int
    server_sap: int
    parameters: LinkParameters | None = None


@dataclass(frozen=True, slots=True)
class LinkDisconnected:
    """The data link is down.

    `reason` is a short stable name: ``ua`` or ``dm`` (the server answered DISC, or is disconnected), ``disc``
    (the client asked), ``timeout``, ``frmr``, ``reconnect`` (a new SNRM), ``closed``.
    """

    client_sap: int
    server_sap: int
    reason: str


@dataclass(frozen=True, slots=True)
class FrameRejected:
    """Bytes that were dropped. `reason` begins with a short stable name, for example ``bad-fcs``."""

    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class ToleratedFault:
    """Something against the standard that was let through; `name` is short and stable."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class SpeedChanged:
    """From now on the line runs at `baud` baud; what was to be sent before goes out at the old speed."""

    baud: int


Event = ApduReceived | LinkConnected | LinkDisconnected | FrameRejected | ToleratedFault | SpeedChanged


@runtime_checkable
class Polling(Protocol):
    """A client's framing that must give the server the word before more can come, as on HDLC."""

    @property
    def is_receiving(self) -> bool:
        """True if an APDU came in part."""
        ...

    def poll(self, now_s: float) -> None:
        """Ask for more; then call `data_to_send`."""
        ...


class Framing(Protocol):
    """One side of a link, for one byte pipe."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take bytes that came at `now_s`; never raises because of them."""
        ...

    def data_to_send(self) -> bytes:
        """Drain whatever must go out now."""
        ...

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an APDU; then call `data_to_send`.

        Raises:
            LocalProtocolError: the link is not connected, or the APDU is too long.
        """
        ...

    def connect(self, now_s: float) -> None:
        """Client: ask for the link; `LinkConnected` comes from `receive_data`.

        Where nothing must be asked (wrapper) the next ``receive_data(b"", now_s)`` already gives it.

        Raises:
            LocalProtocolError: this side is a server, or the link is up.
        """
        ...

    def disconnect(self, now_s: float) -> None:
        """Client: give the link up; `LinkDisconnected` comes from `receive_data`."""
        ...

    def next_deadline(self) -> float | None:
        """When `handle_timeout` wants to be called, in seconds of the same clock; None for never."""
        ...

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Act on deadlines that have passed at `now_s`."""
        ...
