"""Octets that others published, outside the capture file: each decodes to what is said of it, and back."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import AssociationResult, InitiateError, ServiceError, StateError
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.framing import LinkParameters
from protocols.dlms.hdlc.frame import Fault, decode_frame, fcs_octets
from protocols.dlms.hdlc.parameters import decode_parameters
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse

# The AARE of a canned server that dlms-cosem 25.1.0 reads.
CANNED_AARE = "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400007e1f04000007"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("0404a0", axdr.bit_string("1010")),
        ("0600000001", axdr.double_long_unsigned(1)),
        ("098180" + 128 * "00", axdr.octet_string(bytes(128))),
        ("0983010000" + 65_536 * "00", axdr.octet_string(bytes(65_536))),
    ],
    ids=["bit-string of 4", "u32", "length 128", "length 65 536"],
)
def test_golden_values(octets: str, value: axdr.Data) -> None:
    assert axdr.decode(bytes.fromhex(octets)) == value
    assert axdr.encode(value) == bytes.fromhex(octets)


def test_the_golden_compact_array() -> None:
    raw = bytes.fromhex("1302021112060101020203 04".replace(" ", ""))
    assert axdr.encode(axdr.decode(raw)) == raw


@pytest.mark.parametrize(
    ("octets", "state", "service", "counter"),
    [
        ("d8010600 00002a", StateError.SERVICE_NOT_ALLOWED, ServiceError.INVOCATION_COUNTER_ERROR, 42),
        ("d80103", StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON, None),
    ],
    ids=["golden, counter 42", "pydlms-client on a truncated GET"],
)
def test_exceptions(octets: str, state: StateError, service: ServiceError, counter: int | None) -> None:
    raw = bytes.fromhex(octets)
    assert decode_apdu(raw) == ExceptionResponse(state, service, counter)
    assert ExceptionResponse(state, service, counter).to_bytes() == raw


def test_the_refusal_of_an_action_on_nothing() -> None:
    assert decode_apdu(bytes.fromhex("c701c10b00")).tag == 0xC7


def test_the_answer_in_short_names_is_refused_by_name() -> None:
    with pytest.raises(DecodeError, match="short names"):
        decode_apdu(bytes.fromhex("0c01010b"))


def test_the_canned_aare() -> None:
    aare = decode_apdu(bytes.fromhex(CANNED_AARE))
    assert isinstance(aare, Aare)
    assert aare.result is AssociationResult.ACCEPTED
    assert isinstance(aare.user_information, InitiateResponse)
    assert aare.user_information.max_receive_pdu == 0x0400
    assert aare.user_information.conformance & Conformance.GET
    assert aare.to_bytes() == bytes.fromhex(CANNED_AARE)


# The examples of the Green Book for an association with a password, as public excerpts and many tools repeat
# them; not compared with the purchased text.
GREEN_BOOK_AARQ = (
    "6036a1090607608574050801018a0207808b0760857405080201ac0a80083132333435363738"
    "be10040e01000000065f1f0400007e1f04b0"
)
GREEN_BOOK_AARE = "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f040000501f01f40007"


def test_the_green_books_association_with_a_password() -> None:
    aarq = decode_apdu(bytes.fromhex(GREEN_BOOK_AARQ))
    assert isinstance(aarq, Aarq)
    assert aarq.authentication_value == b"12345678"
    assert aarq.mechanism_name == MechanismName.LLS.value
    assert isinstance(aarq.user_information, InitiateRequest)
    assert int(aarq.user_information.conformance) == 0x7E1F
    assert aarq.user_information.max_receive_pdu == 1200
    assert aarq.to_bytes() == bytes.fromhex(GREEN_BOOK_AARQ)
    aare = decode_apdu(bytes.fromhex(GREEN_BOOK_AARE))
    assert isinstance(aare, Aare)
    assert aare.accepted
    assert isinstance(aare.user_information, InitiateResponse)
    assert int(aare.user_information.conformance) == 0x501F
    assert aare.user_information.max_receive_pdu == 500
    assert aare.to_bytes() == bytes.fromhex(GREEN_BOOK_AARE)


# GXDLMSDirector's conformance tests, hexadecimal data as facts: an AARQ whose client takes eleven octets.
PDU_TOO_SHORT_AARQ = "601da109060760857405080101be10040e01000000065f1f040060fe9f000b"


def test_the_published_aarq_with_a_pdu_too_short() -> None:
    aarq = decode_apdu(bytes.fromhex(PDU_TOO_SHORT_AARQ))
    assert isinstance(aarq, Aarq)
    assert isinstance(aarq.user_information, InitiateRequest)
    assert aarq.user_information.max_receive_pdu == 11
    assert aarq.to_bytes() == bytes.fromhex(PDU_TOO_SHORT_AARQ)


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        ("0e010601", InitiateError.DLMS_VERSION_TOO_LOW),
        ("0e010602", InitiateError.INCOMPATIBLE_CONFORMANCE),
        ("0e010603", InitiateError.PDU_SIZE_TOO_SHORT),
    ],
)
def test_the_published_initiate_errors(octets: str, error: InitiateError) -> None:
    assert decode_apdu(bytes.fromhex(octets)) == ConfirmedServiceError.initiate(error)


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("c106c1000f0000280000ff010009060000280000ff", "choice 6"),
        ("c101c1000f0000280000", "needs 6 bytes"),
        ("050102fa00", "short names"),
    ],
)
def test_the_published_wrong_requests(octets: str, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode_apdu(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        ("7ea00b0002040100219361807e", Fault.BAD_CLIENT_ADDRESS),
        ("7ea0090002052193afd07e", Fault.BAD_ADDRESS_SIZE),
    ],
    ids=["client address of two octets", "destination of three octets"],
)
def test_the_published_frames_with_wrong_addresses(octets: str, fault: Fault) -> None:
    raw = bytes.fromhex(octets)
    assert fcs_octets(raw[1:-3]) == raw[-3:-1], "nothing is wrong with them but the address"
    with pytest.raises(FrameError) as caught:
        decode_frame(raw)
    assert caught.value.fault == fault


def test_the_published_parameters_of_an_snrm() -> None:
    parameters = decode_parameters(bytes.fromhex("818012050180060180070400000001080400000001"))
    assert parameters == LinkParameters(128, 128, 1, 1)
