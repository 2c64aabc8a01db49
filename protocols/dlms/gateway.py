r"""The gateway header: an APDU for a device that is reached through another one, and its answer.

Four or more octets before the APDU: a tag (0xE6 request, 0xE7 answer), network id, length of the address,
address. Behind the header stands any APDU, plain or protected; the gateway does not look inside.

>>> GatewayMessage(False, 0, b"\x02\x00\x00\x00\x00\x07", b"\xc0\x01").to_bytes().hex()
'e60006020000000007c001'
>>> decode_gateway(bytes.fromhex("e70001a5d80103"))
GatewayMessage(is_answer=True, network_id=0, address=b'\xa5', apdu=b'\xd8\x01\x03')

Source: plc.md 4.1 (DLMS gateway: tags and fields as a public client sends them)
"""

from dataclasses import dataclass

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.framing import MAX_APDU_SIZE, ApduReceived, Event, FrameRejected, Framing

REQUEST_TAG = 0xE6
ANSWER_TAG = 0xE7
TAGS = frozenset({REQUEST_TAG, ANSWER_TAG})
#: tag, network id and length of the address; the address follows
HEADER_SIZE = 3
ADDRESS_SIZE_MAX = 0xFF
_NETWORK_ID_MAX = 0xFF


@dataclass(frozen=True, slots=True)
class GatewayMessage:
    """One APDU behind a gateway header.

    Args:
        is_answer: False of a request, True of the answer to one.
        network_id: which of the gateway's networks, 0 to 255.
        address: of the device there, 1 to 255 octets; its form is the gateway's affair.
        apdu: what is carried, 1 octet or more.
    """

    is_answer: bool
    network_id: int
    address: bytes
    apdu: bytes

    def to_bytes(self) -> bytes:
        """Header and APDU.

        Raises:
            DlmsValueError: the network id, the address or the APDU cannot be carried.
        """
        if not 0 <= self.network_id <= _NETWORK_ID_MAX:
            raise DlmsValueError(f"network-id: must be 0 to {_NETWORK_ID_MAX}, not {self.network_id}")
        if not 1 <= len(self.address) <= ADDRESS_SIZE_MAX:
            raise DlmsValueError(f"address: 1 to {ADDRESS_SIZE_MAX} octets, not {len(self.address)}")
        if not self.apdu:
            raise DlmsValueError("apdu: it is empty")
        tag = ANSWER_TAG if self.is_answer else REQUEST_TAG
        return bytes((tag, self.network_id, len(self.address))) + self.address + self.apdu

    def answer(self, apdu: bytes) -> "GatewayMessage":
        """The answer to this request: the same device says `apdu`."""
        return GatewayMessage(True, self.network_id, self.address, apdu)


def is_gateway(apdu: bytes) -> bool:
    """True if `apdu` begins as a gateway header does."""
    return apdu[:1] != b"" and apdu[0] in TAGS


def decode_gateway(data: bytes) -> GatewayMessage:
    """Take the header off.

    Raises:
        DecodeError: ``tag``, ``network-id``, ``address-length``, ``address`` or ``apdu``: what is wrong.
    """
    if not data or data[0] not in TAGS:
        found = f"{data[0]:#04x}" if data else "nothing"
        raise DecodeError(f"tag: {found} is no gateway header", position=0)
    if len(data) < 2:
        raise DecodeError("network-id: it is missing", position=1)
    if len(data) < HEADER_SIZE:
        raise DecodeError("address-length: it is missing", position=2)
    size = data[2]
    if size == 0:
        raise DecodeError("address-length: an address has 1 octet or more", position=2)
    end = HEADER_SIZE + size
    if len(data) < end:
        raise DecodeError(f"address: {len(data) - HEADER_SIZE} of {size} octets", position=HEADER_SIZE)
    if len(data) == end:
        raise DecodeError("apdu: it is missing", position=end)
    if len(data) - end > MAX_APDU_SIZE:
        raise DecodeError(f"apdu: longer than {MAX_APDU_SIZE} octets", position=end)
    return GatewayMessage(data[0] == ANSWER_TAG, data[1], bytes(data[HEADER_SIZE:end]), bytes(data[end:]))


class GatewayClient:
    """A client's framing that puts the gateway header before each APDU; fits `framing.Framing`.

    What comes from another device than the one it is for, and what has no header, is rejected, but for an
    exception-response of the gateway itself: that is given on.

    Args:
        framing: of the link to the gateway.
        address: of the device behind it, 1 to 255 octets.
        network_id: which of its networks.
    """

    def __init__(self, framing: Framing, address: bytes, network_id: int = 0) -> None:
        self._framing = framing
        self._header = GatewayMessage(False, network_id, bytes(address), b"\x00")
        self._header.to_bytes()  # a header that cannot be sent is refused here already

    def connect(self, now_s: float) -> None:
        """As the framing below."""
        self._framing.connect(now_s)

    def disconnect(self, now_s: float) -> None:
        """As the framing below."""
        self._framing.disconnect(now_s)

    def data_to_send(self) -> bytes:
        """As the framing below."""
        return self._framing.data_to_send()

    def next_deadline(self) -> float | None:
        """As the framing below."""
        return self._framing.next_deadline()

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an APDU behind the header.

        Raises:
            LocalProtocolError: the link is not connected, or the APDU is empty or too long.
        """
        message = GatewayMessage(False, self._header.network_id, self._header.address, apdu)
        self._framing.send_apdu(message.to_bytes(), client_sap=client_sap, server_sap=server_sap, now_s=now_s)

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take bytes; APDUs come out without the header."""
        return [self._unwrapped(event) for event in self._framing.receive_data(data, now_s)]

    def handle_timeout(self, now_s: float) -> list[Event]:
        """As `receive_data`."""
        return [self._unwrapped(event) for event in self._framing.handle_timeout(now_s)]

    def _unwrapped(self, event: Event) -> Event:
        if not isinstance(event, ApduReceived) or event.apdu[:1] == b"\xd8":
            return event
        try:
            message = decode_gateway(event.apdu)
        except DecodeError as error:
            return FrameRejected(f"bad-gateway-header: {error}", event.apdu)
        expected = self._header.answer(message.apdu)
        if message != expected:
            return FrameRejected(f"unknown-address: an answer of {message.address.hex()}", event.apdu)
        return ApduReceived(message.apdu, event.client_sap, event.server_sap)
