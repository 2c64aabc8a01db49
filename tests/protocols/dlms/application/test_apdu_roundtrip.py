"""decode(encode(apdu)) gives the same APDU, for every APDU; decoding raises nothing but DecodeError."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, Rlre, Rlrq
from protocols.dlms.apdu import NOT_SUPPORTED, decode_apdu
from protocols.dlms.codes import (
    ActionResult,
    AssociationResult,
    DataAccessResult,
    InitiateError,
    ReleaseRequestReason,
    ReleaseResponseReason,
    ServiceError,
    SourceDiagnostic,
    StateError,
)
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Trace
from protocols.dlms.xdlms import action, ciphered, get
from protocols.dlms.xdlms import decode_apdu as decode_by_package
from protocols.dlms.xdlms import set as set_service
from protocols.dlms.xdlms.access import (
    ACTION,
    GET,
    SET,
    AccessRequest,
    AccessResponse,
    AccessResult,
    AccessSpecification,
)
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.error_responses import (
    CONFIRMED_SERVICES,
    ERROR_CLASSES,
    INITIATE_CLASS,
    ConfirmedServiceError,
    ExceptionResponse,
)
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

# The machine may be busy: no example is judged by its time.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

U8, U16, U32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
I8 = st.integers(-128, 127)
OCTETS = st.binary(max_size=300)
BITS = st.text("01", max_size=20)
SIMPLE = st.one_of(
    st.just(axdr.null()),
    st.booleans().map(axdr.boolean),
    U32.map(axdr.double_long_unsigned),
    I8.map(axdr.integer),
    OCTETS.map(axdr.octet_string),
    BITS.map(axdr.bit_string),
    st.binary(min_size=12, max_size=12).map(axdr.date_time),
)
DATA = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=4).map(lambda items: axdr.structure(*items)), max_leaves=8
)
OBIS = st.binary(min_size=6, max_size=6).map(Obis.from_bytes)
SELECTION = st.none() | st.builds(SelectiveAccess, U8, DATA)
ATTRIBUTE = st.builds(AttributeDescriptor, U16, OBIS, I8)
REFERENCE = st.builds(AttributeReference, ATTRIBUTE, SELECTION)
METHOD = st.builds(MethodDescriptor, U16, OBIS, I8)
BLOCK = st.builds(DataBlock, st.booleans(), U32, OCTETS)
ACCESS_RESULT = st.sampled_from(DataAccessResult)
RESULT = DATA | ACCESS_RESULT
OUTCOME = st.builds(action.ActionOutcome, st.sampled_from(ActionResult), st.none() | RESULT)
CONFORMANCE = st.integers(0, 2**24 - 1).map(Conformance)
INITIATE_REQUEST = st.builds(
    InitiateRequest, CONFORMANCE, U16, U8, st.none() | OCTETS, st.none() | st.booleans(), st.none() | I8
)
INITIATE_RESPONSE = st.builds(InitiateResponse, CONFORMANCE, U16, U8, U16, st.none() | I8)
SERVICE_ERROR = st.one_of(
    st.builds(
        ConfirmedServiceError,
        st.sampled_from(sorted(CONFIRMED_SERVICES)),
        st.sampled_from(sorted(ERROR_CLASSES.keys() - {INITIATE_CLASS})),
        U8,
    ),
    st.builds(ConfirmedServiceError.initiate, st.sampled_from(InitiateError)),
)
HEADER = st.builds(ciphered.SecurityHeader, U8, U32)
KEY_INFO = st.none() | st.one_of(
    st.builds(ciphered.KeyInfo, st.just(0), U8, st.just(())),
    st.builds(ciphered.KeyInfo, st.just(1), U8, st.tuples(OCTETS)),
    st.builds(ciphered.KeyInfo, st.just(2), st.none(), st.tuples(OCTETS, OCTETS)),
)
CIPHERED = st.one_of(
    st.builds(ciphered.Ciphered, st.sampled_from(sorted(ciphered.SERVICE_TAGS)), st.none(), HEADER, OCTETS),
    st.builds(ciphered.Ciphered, st.sampled_from(sorted(ciphered.TITLED_TAGS)), OCTETS, HEADER, OCTETS),
    st.builds(
        lambda addresses, header, content, key: ciphered.Ciphered(
            ciphered.GENERAL_CIPHERING_TAG, addresses[1], header, content, addresses, key
        ),
        st.tuples(*[OCTETS] * 5),
        HEADER,
        OCTETS,
        KEY_INFO,
    ),
)
INFORMATION = st.none() | st.one_of(INITIATE_REQUEST, INITIATE_RESPONSE, SERVICE_ERROR, CIPHERED)
OPTIONAL_OCTETS = st.none() | OCTETS
OPTIONAL_BITS = st.none() | BITS
AARQ = st.builds(
    Aarq,
    OPTIONAL_OCTETS,
    INFORMATION,
    OPTIONAL_OCTETS,
    OPTIONAL_OCTETS,
    OPTIONAL_BITS,
    OPTIONAL_BITS,
    OPTIONAL_OCTETS,
    st.dictionaries(st.sampled_from([0xA2, 0xA3, 0xA7, 0xA9, 0xBD]), OCTETS).map(
        lambda found: tuple(sorted(found.items()))
    ),
)
AARE = st.builds(
    Aare,
    st.sampled_from(AssociationResult),
    st.sampled_from(SourceDiagnostic),
    OPTIONAL_OCTETS,
    INFORMATION,
    OPTIONAL_OCTETS,
    OPTIONAL_OCTETS,
    OPTIONAL_BITS,
    OPTIONAL_BITS,
    OPTIONAL_OCTETS,
)
COUNTER_ERROR = ServiceError.INVOCATION_COUNTER_ERROR
REFERENCES = st.lists(REFERENCE, max_size=3).map(tuple)
METHODS = st.lists(METHOD, max_size=3).map(tuple)
VALUES = st.lists(DATA, max_size=3).map(tuple)
DATE_TIME = st.none() | st.binary(min_size=12, max_size=12)
SPECIFICATION = st.one_of(
    st.builds(AccessSpecification, st.sampled_from([GET, SET]), REFERENCE),
    st.builds(AccessSpecification, st.just(ACTION), METHOD),
)
OUTCOME_OF_ACCESS = st.one_of(
    st.builds(AccessResult, st.sampled_from([GET, SET]), ACCESS_RESULT),
    st.builds(AccessResult, st.just(ACTION), st.sampled_from(ActionResult)),
)

APDUS = {
    "get-request-normal": st.builds(get.GetRequestNormal, U8, REFERENCE),
    "get-request-next": st.builds(get.GetRequestNext, U8, U32),
    "get-request-with-list": st.builds(get.GetRequestWithList, U8, REFERENCES),
    "get-response-normal": st.builds(get.GetResponseNormal, U8, RESULT),
    "get-response-with-datablock": st.builds(
        get.GetResponseWithDatablock, U8, st.booleans(), U32, OCTETS | ACCESS_RESULT
    ),
    "get-response-with-list": st.builds(get.GetResponseWithList, U8, st.lists(RESULT, max_size=3).map(tuple)),
    "set-request-normal": st.builds(set_service.SetRequestNormal, U8, REFERENCE, DATA),
    "set-request-first-block": st.builds(set_service.SetRequestFirstBlock, U8, REFERENCE, BLOCK),
    "set-request-block": st.builds(set_service.SetRequestBlock, U8, BLOCK),
    "set-request-with-list": st.builds(set_service.SetRequestWithList, U8, REFERENCES, VALUES),
    "set-request-with-list-block": st.builds(set_service.SetRequestWithListFirstBlock, U8, REFERENCES, BLOCK),
    "set-response-normal": st.builds(set_service.SetResponseNormal, U8, ACCESS_RESULT),
    "set-response-block": st.builds(set_service.SetResponseBlock, U8, U32),
    "set-response-last-block": st.builds(set_service.SetResponseLastBlock, U8, ACCESS_RESULT, U32),
    "set-response-last-block-list": st.builds(
        set_service.SetResponseLastBlockWithList, U8, st.lists(ACCESS_RESULT, max_size=3).map(tuple), U32
    ),
    "set-response-with-list": st.builds(
        set_service.SetResponseWithList, U8, st.lists(ACCESS_RESULT, max_size=3).map(tuple)
    ),
    "access-request": st.builds(
        AccessRequest, U32, DATE_TIME, st.lists(SPECIFICATION, max_size=3).map(tuple), VALUES
    ),
    "access-response": st.builds(
        AccessResponse,
        U32,
        DATE_TIME,
        st.none() | st.lists(SPECIFICATION, max_size=3).map(tuple),
        VALUES,
        st.lists(OUTCOME_OF_ACCESS, max_size=3).map(tuple),
    ),
    "action-request-normal": st.builds(action.ActionRequestNormal, U8, METHOD, st.none() | DATA),
    "action-request-next-block": st.builds(action.ActionRequestNextBlock, U8, U32),
    "action-request-with-list": st.builds(action.ActionRequestWithList, U8, METHODS, VALUES),
    "action-request-first-block": st.builds(action.ActionRequestFirstBlock, U8, METHOD, BLOCK),
    "action-request-with-list-block": st.builds(action.ActionRequestWithListFirstBlock, U8, METHODS, BLOCK),
    "action-request-block": st.builds(action.ActionRequestBlock, U8, BLOCK),
    "action-response-normal": st.builds(action.ActionResponseNormal, U8, OUTCOME),
    "action-response-with-block": st.builds(action.ActionResponseWithBlock, U8, BLOCK),
    "action-response-with-list": st.builds(
        action.ActionResponseWithList, U8, st.lists(OUTCOME, max_size=3).map(tuple)
    ),
    "action-response-next-block": st.builds(action.ActionResponseNextBlock, U8, U32),
    "exception-response": st.builds(
        ExceptionResponse,
        st.sampled_from(StateError),
        st.sampled_from([s for s in ServiceError if s is not COUNTER_ERROR]),
    )
    | st.builds(ExceptionResponse, st.sampled_from(StateError), st.just(COUNTER_ERROR), U32),
    "confirmed-service-error": SERVICE_ERROR,
    "data-notification": st.builds(DataNotification, U32, DATE_TIME, DATA),
    "data-notification-confirm": st.builds(DataNotificationConfirm, U32, DATE_TIME),
    "event-notification": st.builds(EventNotification, OPTIONAL_OCTETS, ATTRIBUTE, DATA),
    "general-block-transfer": st.builds(
        GeneralBlockTransfer, st.booleans(), st.booleans(), st.integers(0, 63), U16, U16, OCTETS
    ),
    "ciphered": CIPHERED,
    "initiate-request": INITIATE_REQUEST,
    "initiate-response": INITIATE_RESPONSE,
    "aarq": AARQ,
    "aare": AARE,
    "rlrq": st.builds(Rlrq, st.none() | st.sampled_from(ReleaseRequestReason), INFORMATION),
    "rlre": st.builds(Rlre, st.none() | st.sampled_from(ReleaseResponseReason), INFORMATION),
}


@pytest.mark.parametrize("name", APDUS)
@UNHURRIED
@given(data=st.data())
def test_decode_of_encode_is_identity(name: str, data: st.DataObject) -> None:
    apdu = data.draw(APDUS[name])
    trace = Trace()
    assert decode_apdu(apdu.to_bytes()) == apdu
    assert decode_by_package(apdu.to_bytes(), trace) == apdu
    assert trace.nodes[0].name == apdu.name


@UNHURRIED
@given(st.binary(max_size=80))
def test_noise_raises_only_decode_error(raw: bytes) -> None:
    _decodes_or_refuses(raw)


@pytest.mark.parametrize("name", APDUS)
@UNHURRIED
@given(data=st.data())
def test_mutations_raise_only_decode_error(name: str, data: st.DataObject) -> None:
    raw = bytearray(data.draw(APDUS[name]).to_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(U8)
    _decodes_or_refuses(bytes(raw))
    _decodes_or_refuses(bytes(raw)[: data.draw(st.integers(0, len(raw)))])


def _decodes_or_refuses(raw: bytes) -> None:
    try:
        apdu = decode_apdu(raw)
    except DecodeError:
        with pytest.raises(DecodeError):
            decode_apdu(raw, Trace())
    else:
        assert decode_apdu(apdu.to_bytes()).name == apdu.name


@pytest.mark.parametrize("tag", NOT_SUPPORTED)
def test_services_not_spoken_are_named(tag: int) -> None:
    with pytest.raises(DecodeError, match="not supported"):
        decode_apdu(bytes((tag, 0, 0)))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("", "empty"),
        ("ff", "not an APDU"),
        ("c004", "choice 4"),
        ("c401c105", "choice"),
        ("c401c1017b", "has no meaning"),
        ("c001c100010100000200ff020000", "too many"),
        ("0e010b00", "not known"),
        ("0e140000", "service 20 is not known"),
        ("d9000000000001070000", "choice 7 is not known"),
        ("da00000000000000010900", "choice 9 is not known"),
        ("da0000000003000000", "date-time: 3 octets"),
        ("0f4000000005ffffffffff00", "date-time: 5 octets"),
        ("6105a203020100", "result-source-diagnostic is missing"),
        ("6008a103060101a103", "value: needs|announces|bytes"),
        ("600aa103060101a103060101", "twice"),
        ("6003870100", "not known"),
    ],
)
def test_refusals_say_what_is_wrong(raw: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        decode_apdu(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "raw", ["6200", "6300", "d801060000002a", "0e010601", "0e010602", "0e010603", "6203800100"]
)
def test_known_short_apdus(raw: str) -> None:
    assert decode_apdu(bytes.fromhex(raw)).to_bytes().hex() == raw


@pytest.mark.parametrize(
    ("raw", "summary"),
    [
        ("0e010602", "confirmed-service-error: initiate-error, incompatible-conformance"),
        ("0e050501", "confirmed-service-error: read, access scope-of-access-violated"),
        ("0e060302", "confirmed-service-error: write, service service-unsupported"),
        ("0e050006", "confirmed-service-error: read, application-reference deciphering-error"),
        ("0e05c0", None),
        ("0e0f0701", "confirmed-service-error: load-segment, load-data-set primitive-out-of-sequence"),
        ("0e0a09fe", "confirmed-service-error: start, task 254"),
        ("0e090801", "confirmed-service-error: change-scope, change-scope 1"),
    ],
)
def test_service_errors_in_words(raw: str, summary: str | None) -> None:
    if summary is None:
        with pytest.raises(DecodeError):
            decode_apdu(bytes.fromhex(raw))
        return
    error = decode_apdu(bytes.fromhex(raw))
    assert isinstance(error, ConfirmedServiceError)
    assert error.summary == summary


@pytest.mark.parametrize(
    "raw",
    [
        "c003c184ffffffff",  # four thousand million references
        "c004c17f",
        "c104c182ffff" + "00" * 20,
        "d900000000008400ffffff",
        "c101c100010000010000ff020002" + "83ffffff",
        "e0000001000084ffffffff",
        "c401c100" + "0201" * 40 + "00",  # deeper than anything that meters send
        "c401c10009" + "847fffffff",
        "0f0000000000" + "01820fff" * 10,
    ],
)
def test_absurd_lengths_and_depths_are_refused(raw: str) -> None:
    with pytest.raises(DecodeError):
        decode_apdu(bytes.fromhex(raw))


def test_the_trace_names_fields_as_the_standard_does() -> None:
    trace = Trace()
    decode_apdu(bytes.fromhex("c001c100030100010800ff0200"), trace)
    (node,) = trace.tree()
    assert node["name"] == "get-request-normal"
    assert [child["name"] for child in node["children"]] == [
        "tag",
        "choice",
        "invoke-id-and-priority",
        "cosem-attribute-descriptor",
        "access-selection-present",
    ]
    assert node["children"][3]["value"] == "class 3, 1.0.1.8.0.255, attribute-id 2"


def test_long_form_of_lengths() -> None:
    request = Aarq(user_information=InitiateRequest(Conformance.GET, 0), calling_ap_title=bytes(200))
    raw = request.to_bytes()
    assert raw[:2] == b"\x60\x81"
    assert decode_apdu(raw) == request


def test_secrets_are_not_shown() -> None:
    shown = repr(
        Aarq.with_password(b"hunter22", InitiateRequest(Conformance.GET, 0, dedicated_key=b"k" * 16))
    )
    assert "hunter22" not in shown
    assert "kkk" not in shown
