"""The client: states, answers that fit and answers that do not, transfers, late answers, notifications."""

from collections.abc import Callable

import pytest
from dlms_small_device import ECHO, ENERGY, MESSAGE

from protocols.dlms import axdr
from protocols.dlms.acse import Aare
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import (
    AFTER_FAILURE,
    CALLS,
    ApduToSend,
    Associated,
    AssociationRefused,
    ClientCall,
    ClientState,
    ExceptionReceived,
    GetResult,
    Notification,
    Released,
)
from protocols.dlms.client.requests import AccessGet
from protocols.dlms.codes import (
    AssociationResult,
    DataAccessResult,
    InitiateError,
    ServiceError,
    SourceDiagnostic,
    StateError,
)
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import Register
from protocols.dlms.errors import DecodeError, DlmsValueError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.xdlms.action import ActionOutcome, ActionResponseNextBlock, ActionResponseNormal
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.get import GetResponseNormal, GetResponseWithDatablock
from protocols.dlms.xdlms.initiate import VAA_NAME_SN, InitiateResponse
from protocols.dlms.xdlms.notification import DataNotification
from protocols.dlms.xdlms.set import SetResponseBlock, SetResponseNormal

ACCEPT = Aare(
    AssociationResult.ACCEPTED, SourceDiagnostic.USER_NULL, user_information=InitiateResponse(IMPLEMENTED, 64)
)
EXCEPTION = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
PUSH = DataNotification(1, None, axdr.unsigned(7))
FIVE = axdr.unsigned(5)
LONG = axdr.octet_string(bytes(200))


@pytest.fixture
def client() -> ClientConnection:
    made = ClientConnection()
    made.associate()
    made.receive_apdu(ACCEPT.to_bytes())
    return made


def _get(client: ClientConnection) -> int:
    """Ask for something; the invoke-id-and-priority of the request."""
    return client.get(Register, ENERGY, 2)[2]


def _answer(invoke: int) -> bytes:
    return GetResponseNormal(invoke, FIVE).to_bytes()


CALL: dict[ClientCall, Callable[[ClientConnection], bytes]] = {
    ClientCall.ASSOCIATE: ClientConnection.associate,
    ClientCall.RELEASE: ClientConnection.release,
    ClientCall.GET: lambda client: client.get(3, ENERGY, 2),
    ClientCall.SET: lambda client: client.set(1, MESSAGE, 2, FIVE),
    ClientCall.ACTION: lambda client: client.action(8192, ECHO, 1),
    ClientCall.ACCESS: lambda client: client.access([AccessGet((3, ENERGY, 2))]),
}


@pytest.mark.parametrize("state", ClientState)
@pytest.mark.parametrize("call", ClientCall)
def test_calls_follow_the_table(state: ClientState, call: ClientCall) -> None:
    client = ClientConnection()
    client.state = state
    if (state, call) in CALLS:
        CALL[call](client)
        assert client.state is CALLS[state, call]
    else:
        with pytest.raises(LocalProtocolError, match=call.value):
            CALL[call](client)
        assert client.state is state


def test_every_state_has_a_way_back() -> None:
    assert set(AFTER_FAILURE) == set(ClientState)


def test_association_and_release() -> None:
    client = ClientConnection(authentication=Lls(b"secreto1"))
    assert b"secreto1" in client.associate()
    assert client.receive_apdu(ACCEPT.to_bytes()) == [Associated(ACCEPT)]
    assert (client.negotiated, client.granted) == (ACCEPT, IMPLEMENTED)
    assert client.release() == bytes.fromhex("6203800100")
    assert client.receive_apdu(bytes.fromhex("6300")) == [Released()]
    assert (client.state, client.negotiated) == (ClientState.IDLE, None)


@pytest.mark.parametrize(
    "answer",
    [
        Aare(AssociationResult.REJECTED_PERMANENT, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
        Aare(AssociationResult.REJECTED_TRANSIENT, SourceDiagnostic.PROVIDER_NO_REASON_GIVEN),
        ConfirmedServiceError.initiate(InitiateError.DLMS_VERSION_TOO_LOW),
        EXCEPTION,
    ],
)
def test_refused_associations(answer: Aare | ConfirmedServiceError | ExceptionResponse) -> None:
    client = ClientConnection()
    client.associate()
    assert client.receive_apdu(answer.to_bytes()) == [AssociationRefused(answer)]
    assert client.state is ClientState.IDLE
    assert answer.summary


def test_an_acceptance_must_say_what_it_grants() -> None:
    client = ClientConnection()
    client.associate()
    with pytest.raises(RemoteProtocolError, match="initiate-response"):
        client.receive_apdu(Aare(AssociationResult.ACCEPTED, SourceDiagnostic.USER_NULL).to_bytes())
    assert client.state is ClientState.IDLE


def test_invoke_ids_differ_from_request_to_request(client: ClientConnection) -> None:
    seen = []
    for _ in range(17):
        invoke = _get(client)
        assert client.receive_apdu(_answer(invoke)) == [GetResult(FIVE)]
        seen.append(invoke & 0x0F)
    assert len(set(seen[:16])) == 16
    assert seen[0] == seen[16] == 1


def test_exception_instead_of_an_answer(client: ClientConnection) -> None:
    _get(client)
    assert client.receive_apdu(EXCEPTION.to_bytes()) == [ExceptionReceived(EXCEPTION)]
    assert client.state is ClientState.ASSOCIATED


@pytest.mark.parametrize(
    "wrong",
    [
        lambda invoke: SetResponseNormal(invoke, DataAccessResult.SUCCESS).to_bytes(),
        lambda invoke: _answer(invoke ^ 1),
        lambda invoke: GetResponseWithDatablock(invoke, False, 2, b"x").to_bytes(),
        lambda invoke: GetResponseWithDatablock(invoke, True, 1, b"\x09").to_bytes(),
        lambda invoke: ACCEPT.to_bytes(),
        lambda invoke: b"\xc4\x01",
        lambda invoke: b"",
        lambda invoke: bytes.fromhex("6300"),
        lambda invoke: bytes.fromhex("c001c100030100010800ff0200"),
        lambda invoke: bytes.fromhex("cc0b3000000001") + bytes(6),
    ],
)
def test_wrong_answers_end_the_request_and_not_the_association(
    client: ClientConnection, wrong: Callable[[int], bytes]
) -> None:
    invoke = _get(client)
    with pytest.raises(RemoteProtocolError):
        client.receive_apdu(wrong(invoke))
    assert client.state is ClientState.ASSOCIATED
    assert client.receive_apdu(_answer(_get(client))) == [GetResult(FIVE)]


def test_an_answer_nobody_asked_for(client: ClientConnection) -> None:
    with pytest.raises(RemoteProtocolError, match="came while associated"):
        client.receive_apdu(_answer(0xC1))


def test_a_late_answer_is_ignored(client: ClientConnection) -> None:
    late = _get(client)
    client.abandon()
    invoke = _get(client)
    assert client.receive_apdu(_answer(late)) == []
    assert client.receive_apdu(_answer(invoke)) == [GetResult(FIVE)]


def test_notifications_come_at_any_time(client: ClientConnection) -> None:
    assert client.receive_apdu(PUSH.to_bytes()) == [Notification(PUSH)]
    invoke = _get(client)
    assert client.receive_apdu(PUSH.to_bytes()) == [Notification(PUSH)]
    with pytest.raises(DecodeError):
        client.receive_apdu(PUSH.to_bytes()[:-1])
    assert client.receive_apdu(_answer(invoke)) == [GetResult(FIVE)]


def test_a_notification_in_general_blocks(client: ClientConnection) -> None:
    raw = PUSH.to_bytes()
    first, second = (
        GeneralBlockTransfer(last, True, 0, number, 0, part).to_bytes()
        for number, part, last in ((1, raw[:4], False), (2, raw[4:], True))
    )
    assert client.receive_apdu(first) == []
    assert client.receive_apdu(second) == [Notification(PUSH)]


def test_a_block_asks_for_the_next(client: ClientConnection) -> None:
    invoke = _get(client)
    raw = axdr.encode(LONG)
    first = GetResponseWithDatablock(invoke, False, 1, raw[:50]).to_bytes()
    assert client.receive_apdu(first) == [ApduToSend(bytes((0xC0, 2, invoke, 0, 0, 0, 1)))]
    last = GetResponseWithDatablock(invoke, True, 2, raw[50:]).to_bytes()
    assert client.receive_apdu(last) == [GetResult(LONG)]


def test_a_transfer_that_the_server_breaks_off(client: ClientConnection) -> None:
    invoke = _get(client)
    client.receive_apdu(GetResponseWithDatablock(invoke, False, 1, b"\x09").to_bytes())
    refusal = GetResponseWithDatablock(invoke, True, 1, DataAccessResult.LONG_GET_ABORTED).to_bytes()
    assert client.receive_apdu(refusal) == [GetResult(DataAccessResult.LONG_GET_ABORTED)]


def test_memory_is_bounded() -> None:
    client = ClientConnection(max_transfer_octets=10)
    client.associate()
    client.receive_apdu(ACCEPT.to_bytes())
    invoke = _get(client)
    with pytest.raises(RemoteProtocolError, match="more than is kept"):
        client.receive_apdu(GetResponseWithDatablock(invoke, False, 1, bytes(11)).to_bytes())


@pytest.mark.parametrize(
    ("call", "acknowledge"),
    [
        (lambda client: client.set(1, MESSAGE, 2, LONG), SetResponseBlock),
        (lambda client: client.action(8192, ECHO, 1, LONG), ActionResponseNextBlock),
    ],
)
def test_wrong_acknowledgements(client: ClientConnection, call: Callable, acknowledge: Callable) -> None:
    apdu = call(client)
    assert len(apdu) <= 64
    with pytest.raises(RemoteProtocolError, match="block 2 was acknowledged"):
        client.receive_apdu(acknowledge(apdu[2], 2).to_bytes())


def test_too_long_without_blocks() -> None:
    client = ClientConnection()
    client.associate()
    grant = InitiateResponse(Conformance.GET | Conformance.SET, 64)
    client.receive_apdu(Aare(ACCEPT.result, ACCEPT.diagnostic, user_information=grant).to_bytes())
    with pytest.raises(LocalProtocolError, match="takes 64, and no blocks"):
        client.set(1, MESSAGE, 2, LONG)
    assert client.state is ClientState.ASSOCIATED


@pytest.mark.parametrize(("class_id", "index"), [(70_000, 2), (-1, 2), (3, 200)])
def test_numbers_out_of_range(client: ClientConnection, class_id: int, index: int) -> None:
    with pytest.raises(DlmsValueError, match="out of range"):
        client.get(class_id, ENERGY, index)
    assert client.state is ClientState.ASSOCIATED


def test_link_lost(client: ClientConnection) -> None:
    _get(client)
    client.link_lost()
    assert (client.state, client.negotiated) == (ClientState.IDLE, None)


def test_data_that_an_action_returns(client: ClientConnection) -> None:
    from protocols.dlms.client.events import ActionDone
    from protocols.dlms.codes import ActionResult

    invoke = client.action(8192, ECHO, 1)[2]
    answer = ActionResponseNormal(invoke, ActionOutcome(ActionResult.SUCCESS, FIVE))
    assert client.receive_apdu(answer.to_bytes()) == [ActionDone(ActionResult.SUCCESS, FIVE)]


def test_a_server_of_short_names_is_refused_by_name() -> None:
    client = ClientConnection()
    client.associate()
    short = InitiateResponse(IMPLEMENTED, 64, vaa_name=VAA_NAME_SN)
    aare = Aare(AssociationResult.ACCEPTED, SourceDiagnostic.USER_NULL, user_information=short)
    with pytest.raises(RemoteProtocolError, match="short names"):
        client.receive_apdu(aare.to_bytes())
    assert (client.state, client.granted) == (ClientState.IDLE, Conformance(0))


@pytest.mark.parametrize("raw", ["0c0100", "0d0100", "18000102fa0006", "050102fa00"])
def test_short_name_apdus_are_refused_by_name(client: ClientConnection, raw: str) -> None:
    _get(client)
    with pytest.raises(RemoteProtocolError, match="short names"):
        client.receive_apdu(bytes.fromhex(raw))
    assert client.state is ClientState.ASSOCIATED
