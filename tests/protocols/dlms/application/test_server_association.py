"""How the server judges association requests, and what it does without an association."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from dlms_small_device import (
    MANAGER_SAP,
    PASSWORD,
    PUBLIC_SAP,
    READER_SAP,
    SERVER_SAP,
    Pair,
)

from protocols.dlms.acse import Aare, Aarq, ApplicationContextName, MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import AssociationResult, InitiateError, SourceDiagnostic
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.server.association import TRANSITIONS, AssociationEvent, AssociationState, ServerLimits
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.ciphered import Ciphered, SecurityHeader
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse

INITIATE = InitiateRequest(Conformance.GET | Conformance.SET, 0xFFFF)
PLAIN = Aarq(user_information=INITIATE)
LLS = Aarq.with_password(PASSWORD, INITIATE)
GET = bytes.fromhex("c001c100030100010800ff0200")
NOT_ALLOWED = bytes.fromhex("d80102")


@pytest.fixture
def server(device: LogicalDevice) -> ServerConnection:
    return ServerConnection(device)


def _judge(server: ServerConnection, aarq: Aarq, client_sap: int) -> Aare:
    answer = server.receive_apdu(aarq.to_bytes(), client_sap, SERVER_SAP)
    assert answer is not None
    aare = decode_apdu(answer)
    assert isinstance(aare, Aare)
    return aare


ACCEPTED = [
    pytest.param(PUBLIC_SAP, PLAIN, id="public"),
    pytest.param(READER_SAP, LLS, id="lls"),
    pytest.param(PUBLIC_SAP, replace(PLAIN, protocol_version="100001"), id="version 100001"),
    pytest.param(
        PUBLIC_SAP, replace(PLAIN, mechanism_name=MechanismName.NONE.value), id="mechanism none named"
    ),
    pytest.param(PUBLIC_SAP, replace(PLAIN, calling_ap_title=b"dummy"), id="title ignored"),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, ignored=((0xA2, b"\x04\x01x"), (0xA9, b"\x02\x01\x07"))),
        id="titles ignored",
    ),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, user_information=replace(INITIATE, dedicated_key=bytes(16))),
        id="dedicated key",
    ),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, user_information=replace(INITIATE, quality_of_service=0)),
        id="quality of service",
    ),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, user_information=replace(INITIATE, response_allowed=True)),
        id="response allowed",
    ),
    pytest.param(PUBLIC_SAP, replace(PLAIN, user_information=replace(INITIATE, version=7)), id="version 7"),
    pytest.param(
        PUBLIC_SAP, replace(PLAIN, user_information=replace(INITIATE, max_receive_pdu=0)), id="any pdu"
    ),
    pytest.param(
        PUBLIC_SAP, replace(PLAIN, user_information=replace(INITIATE, max_receive_pdu=12)), id="pdu 12"
    ),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, user_information=replace(INITIATE, conformance=Conformance(0x800010))),
        id="reserved bits ignored",
    ),
]


@pytest.mark.parametrize(("client_sap", "aarq"), ACCEPTED)
def test_accepted(server: ServerConnection, client_sap: int, aarq: Aarq) -> None:
    aare = _judge(server, aarq, client_sap)
    assert (aare.result, aare.diagnostic) == (AssociationResult.ACCEPTED, SourceDiagnostic.USER_NULL)
    assert aare.application_context_name == ApplicationContextName.LN_NO_CIPHERING.value
    response = aare.user_information
    assert isinstance(response, InitiateResponse)
    assert isinstance(aarq.user_information, InitiateRequest)
    assert (response.version, response.vaa_name) == (6, 7)
    assert not int(response.conformance) & ~int(aarq.user_information.conformance)
    assert response.max_receive_pdu >= 12
    assert server.state(client_sap) is AssociationState.ASSOCIATED


DIAGNOSTIC = SourceDiagnostic
REFUSED = [
    pytest.param(99, PLAIN, DIAGNOSTIC.USER_NO_REASON_GIVEN, id="unknown client"),
    pytest.param(
        PUBLIC_SAP,
        replace(PLAIN, protocol_version="010001"),
        DIAGNOSTIC.PROVIDER_NO_COMMON_ACSE_VERSION,
        id="version",
    ),
    *(
        pytest.param(
            PUBLIC_SAP,
            replace(PLAIN, application_context_name=name),
            DIAGNOSTIC.USER_APPLICATION_CONTEXT_NAME_NOT_SUPPORTED,
            id=f"context {name!r}",
        )
        for name in (
            None,
            b"\x01\x02",
            ApplicationContextName.SN_NO_CIPHERING.value,
            ApplicationContextName.LN_CIPHERING.value,
            ApplicationContextName.SN_CIPHERING.value,
        )
    ),
    pytest.param(
        READER_SAP, PLAIN, DIAGNOSTIC.USER_AUTHENTICATION_REQUIRED, id="nothing where lls is required"
    ),
    pytest.param(
        READER_SAP,
        replace(LLS, sender_acse_requirements=None),
        DIAGNOSTIC.USER_AUTHENTICATION_REQUIRED,
        id="authentication not asked for",
    ),
    pytest.param(
        READER_SAP,
        replace(LLS, mechanism_name=MechanismName.NONE.value, authentication_value=None),
        DIAGNOSTIC.USER_AUTHENTICATION_REQUIRED,
        id="mechanism none where lls is required",
    ),
    pytest.param(
        READER_SAP,
        replace(LLS, mechanism_name=None),
        DIAGNOSTIC.USER_AUTHENTICATION_MECHANISM_NAME_REQUIRED,
        id="value without mechanism",
    ),
    pytest.param(
        READER_SAP,
        replace(LLS, mechanism_name=MechanismName.HLS_GMAC.value),
        DIAGNOSTIC.USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED,
        id="another mechanism",
    ),
    pytest.param(
        PUBLIC_SAP,
        LLS,
        DIAGNOSTIC.USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED,
        id="lls where none is known",
    ),
    pytest.param(
        READER_SAP,
        replace(LLS, authentication_value=None),
        DIAGNOSTIC.USER_AUTHENTICATION_FAILURE,
        id="mechanism without value",
    ),
    *(
        pytest.param(
            READER_SAP,
            replace(LLS, authentication_value=value),
            DIAGNOSTIC.USER_AUTHENTICATION_FAILURE,
            id=f"password {value!r}",
        )
        for value in (b"", b"1234567", b"12345679", b"123456789")
    ),
]


@pytest.mark.parametrize(("client_sap", "aarq", "diagnostic"), REFUSED)
def test_refused(server: ServerConnection, client_sap: int, aarq: Aarq, diagnostic: SourceDiagnostic) -> None:
    aare = _judge(server, aarq, client_sap)
    assert (aare.result, aare.diagnostic) == (AssociationResult.REJECTED_PERMANENT, diagnostic)
    assert server.state(client_sap) is AssociationState.IDLE
    assert server.receive_apdu(GET, client_sap, SERVER_SAP) == NOT_ALLOWED


CONTEXT_REFUSED = [
    (replace(INITIATE, version=5), InitiateError.DLMS_VERSION_TOO_LOW),
    (replace(INITIATE, conformance=Conformance(0)), InitiateError.INCOMPATIBLE_CONFORMANCE),
    (replace(INITIATE, conformance=Conformance.READ), InitiateError.INCOMPATIBLE_CONFORMANCE),
    (replace(INITIATE, max_receive_pdu=11), InitiateError.PDU_SIZE_TOO_SHORT),
    (replace(INITIATE, max_receive_pdu=1), InitiateError.PDU_SIZE_TOO_SHORT),
    (None, InitiateError.OTHER),
    (Ciphered(33, None, SecurityHeader(0x30, 1), b"x"), InitiateError.OTHER),
]


@pytest.mark.parametrize(("information", "error"), CONTEXT_REFUSED)
def test_refused_context(
    server: ServerConnection, information: InitiateRequest | None, error: InitiateError
) -> None:
    aare = _judge(server, replace(PLAIN, user_information=information), PUBLIC_SAP)
    assert aare.result is AssociationResult.REJECTED_PERMANENT
    assert aare.user_information == ConfirmedServiceError.initiate(error)


def test_the_published_example_of_a_short_pdu(server: ServerConnection) -> None:
    aarq = bytes.fromhex("601DA109060760857405080101BE10040E01000000065F1F040060FE9F000B")
    answer = server.receive_apdu(aarq, PUBLIC_SAP, SERVER_SAP)
    assert answer is not None
    assert answer.hex() == "611fa109060760857405080101a203020101a305a103020101be0604040e010603"


@pytest.mark.parametrize("bit", [bit for bit in Conformance if bit & ServerLimits().conformance])
def test_each_bit_alone_is_granted(server: ServerConnection, bit: Conformance) -> None:
    aare = _judge(server, replace(PLAIN, user_information=replace(INITIATE, conformance=bit)), PUBLIC_SAP)
    assert isinstance(aare.user_information, InitiateResponse)
    assert aare.user_information.conformance == bit


@pytest.mark.parametrize(
    "raw", ["60", "6000", "60ff", "6005a1030601", "601da109060760857405080101be10040e01000000065f1f04"]
)
def test_aarq_that_does_not_decode_is_rejected(server: ServerConnection, raw: str) -> None:
    answer = server.receive_apdu(bytes.fromhex(raw), PUBLIC_SAP, SERVER_SAP)
    assert answer is not None
    assert decode_apdu(answer).result is AssociationResult.REJECTED_PERMANENT  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "raw",
    [
        "c001c100030100010800ff0200",
        "c003c100",
        "c101",
        "c3",
        "0501020100",
        "d90000",
        "ff",
        "0e010601",
        "c8" + "00" * 8,
    ],
)
def test_without_association_everything_is_not_allowed(server: ServerConnection, raw: str) -> None:
    assert server.receive_apdu(bytes.fromhex(raw), PUBLIC_SAP, SERVER_SAP) == NOT_ALLOWED


def test_silence(server: ServerConnection) -> None:
    assert server.receive_apdu(b"", PUBLIC_SAP, SERVER_SAP) is None
    assert server.receive_apdu(PLAIN.to_bytes(), PUBLIC_SAP, 77) is None


def test_release(pair: Callable[..., Pair]) -> None:
    made = pair()
    assert made.exchange(bytes.fromhex("6203800100")) == bytes.fromhex("6303800100")
    assert made.exchange(GET) == NOT_ALLOWED
    assert made.exchange(bytes.fromhex("6200")) == bytes.fromhex("6300")


def test_release_that_does_not_decode_leaves_the_association(pair: Callable[..., Pair]) -> None:
    made = pair()
    assert made.exchange(bytes.fromhex("62038001")) == bytes.fromhex("6303800101")
    assert made.server.state(MANAGER_SAP) is AssociationState.ASSOCIATED


def test_link_lost_ends_associations_of_that_client(device: LogicalDevice) -> None:
    server = ServerConnection(device)
    _judge(server, PLAIN, PUBLIC_SAP)
    _judge(server, LLS, READER_SAP)
    server.link_lost(READER_SAP)
    assert server.state(READER_SAP) is AssociationState.IDLE
    assert server.state(PUBLIC_SAP) is AssociationState.ASSOCIATED
    server.link_lost()
    assert server.state(PUBLIC_SAP) is AssociationState.IDLE


def test_a_refused_aarq_ends_the_association(server: ServerConnection) -> None:
    _judge(server, LLS, READER_SAP)
    _judge(server, replace(LLS, authentication_value=b"wrong"), READER_SAP)
    assert server.state(READER_SAP) is AssociationState.IDLE
    assert _judge(server, LLS, READER_SAP).accepted


def test_transitions_cover_every_state_and_event() -> None:
    assert set(TRANSITIONS) == {(state, event) for state in AssociationState for event in AssociationEvent}
