"""The gateway header: its bytes, what is refused and by which name, and a client's framing over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.framing import ApduReceived, FrameRejected, LinkConnected
from protocols.dlms.gateway import GatewayClient, GatewayMessage, decode_gateway, is_gateway
from protocols.dlms.wrapper import WrapperClient, WrapperServer, encode_wpdu

EUI48 = bytes.fromhex("020000000007")
GET = bytes.fromhex("c001c1000100002a0000ff0200")


@given(
    st.booleans(),
    st.integers(0, 255),
    st.binary(min_size=1, max_size=255),
    st.binary(min_size=1, max_size=64),
)
def test_what_is_encoded_decodes(is_answer: bool, network_id: int, address: bytes, apdu: bytes) -> None:
    message = GatewayMessage(is_answer, network_id, address, apdu)
    assert decode_gateway(message.to_bytes()) == message
    assert is_gateway(message.to_bytes())


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused_by_the_name_of_a_field(data: bytes) -> None:
    assert _verdict(data) in {"same", "tag", "network-id", "address-length", "address", "apdu"}


def _verdict(data: bytes) -> str:
    """The field that is refused, ``same`` where the bytes decode and encode to themselves."""
    try:
        return "same" if decode_gateway(data).to_bytes() == data else "other"
    except DecodeError as error:
        return str(error).split(":")[0] if error.position is not None else "nowhere"


@pytest.mark.parametrize(
    ("data", "field", "position"),
    [
        ("", "tag", 0),
        ("c001", "tag", 0),
        ("e6", "network-id", 1),
        ("e600", "address-length", 2),
        ("e6000001", "address-length", 2),
        ("e60006020000", "address", 3),
        ("e60006020000000007", "apdu", 9),
        ("e60001a5" + "00" * 65_536, "apdu", 4),
    ],
)
def test_bad_bytes_are_refused_by_name(data: str, field: str, position: int) -> None:
    with pytest.raises(DecodeError, match=f"^{field}: ") as caught:
        decode_gateway(bytes.fromhex(data))
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (GatewayMessage(False, 256, EUI48, GET), "network-id"),
        (GatewayMessage(False, -1, EUI48, GET), "network-id"),
        (GatewayMessage(False, 0, b"", GET), "address"),
        (GatewayMessage(False, 0, bytes(256), GET), "address"),
        (GatewayMessage(False, 0, EUI48, b""), "apdu"),
    ],
)
def test_what_cannot_be_carried_is_refused(message: GatewayMessage, field: str) -> None:
    with pytest.raises(DlmsValueError, match=f"^{field}: "):
        message.to_bytes()


def _client() -> GatewayClient:
    client = GatewayClient(WrapperClient(16, 1), EUI48, 3)
    client.connect(0.0)
    assert client.receive_data(b"", 0.0) == [LinkConnected(16, 1)]
    return client


def test_a_client_puts_the_header_before_each_apdu() -> None:
    client, server = _client(), WrapperServer()
    client.send_apdu(GET, client_sap=16, server_sap=1, now_s=0.0)
    (event,) = server.receive_data(client.data_to_send(), 0.0)
    assert isinstance(event, ApduReceived)
    assert decode_gateway(event.apdu) == GatewayMessage(False, 3, EUI48, GET)
    assert client.next_deadline() is None


def _answered(apdu: bytes) -> object:
    (event,) = _client().receive_data(encode_wpdu(apdu, source=1, destination=16), 0.0)
    return event


def test_a_client_takes_the_header_of_an_answer_off() -> None:
    answer = GatewayMessage(True, 3, EUI48, b"\xc4\x01\xc1\x01\x02").to_bytes()
    assert _answered(answer) == ApduReceived(b"\xc4\x01\xc1\x01\x02", 16, 1)


def test_an_exception_of_the_gateway_itself_is_given_on() -> None:
    assert _answered(b"\xd8\x01\x03") == ApduReceived(b"\xd8\x01\x03", 16, 1)


@pytest.mark.parametrize(
    ("apdu", "reason"),
    [
        (b"\xc4\x01\xc1\x01\x02", "bad-gateway-header"),
        (b"\xe7\x03", "bad-gateway-header"),
        (GatewayMessage(False, 3, EUI48, GET).to_bytes(), "unknown-address"),
        (GatewayMessage(True, 4, EUI48, GET).to_bytes(), "unknown-address"),
        (GatewayMessage(True, 3, bytes(6), GET).to_bytes(), "unknown-address"),
    ],
)
def test_what_is_from_elsewhere_is_rejected(apdu: bytes, reason: str) -> None:
    event = _answered(apdu)
    assert isinstance(event, FrameRejected)
    assert event.reason.startswith(reason)


def test_a_client_refuses_an_impossible_address_at_once() -> None:
    with pytest.raises(DlmsValueError):
        GatewayClient(WrapperClient(16, 1), b"")


def test_a_client_gives_the_rest_to_the_framing_below() -> None:
    client = _client()
    client.disconnect(0.0)
    assert client.next_deadline() == 0.0
    assert len(client.handle_timeout(0.0)) == 1
