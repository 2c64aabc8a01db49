"""GET, SET and ACTION at the server: each refusal, blocks both ways, the current association."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    CLOCK,
    ECHO,
    ENERGY,
    MANAGER_SAP,
    MESSAGE,
    PROFILE,
    PUBLIC_SAP,
    READER_SAP,
    RELAY,
    ROWS,
    SECRET,
    Pair,
    State,
)

from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import ServerLimits
from protocols.dlms.client import DEFAULT_CONFORMANCE
from protocols.dlms.client_access import AccessGet
from protocols.dlms.client_events import ActionDone, ExceptionReceived, GetListResult, GetResult, SetResult
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, StateError
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.errors_apdu import ExceptionResponse
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.get import GetRequestNext, GetRequestNormal
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetRequestFirstBlock,
    SetRequestNormal,
    SetRequestWithList,
)

MakePair = Callable[..., Pair]
RESULT = DataAccessResult
UNKNOWN = Obis.from_string("1.0.99.99.99")
INVOKE = 0xC1


def _exception(state: StateError, service: ServiceError) -> bytes:
    return ExceptionResponse(state, service).to_bytes()


NOT_ALLOWED = _exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
UNKNOWN_SERVICE = _exception(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED)
MALFORMED = _exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON)


@pytest.mark.parametrize(
    ("client_sap", "target", "result"),
    [
        (PUBLIC_SAP, (3, ENERGY, 2), axdr.double_long_unsigned(1362)),
        (PUBLIC_SAP, (3, ENERGY, 1), axdr.octet_string(ENERGY.to_bytes())),
        (PUBLIC_SAP, (3, UNKNOWN, 2), RESULT.OBJECT_UNDEFINED),
        (PUBLIC_SAP, (1, SECRET, 2), RESULT.OBJECT_UNDEFINED),
        (READER_SAP, (1, SECRET, 2), axdr.unsigned(1)),
        (PUBLIC_SAP, (1, ENERGY, 2), RESULT.OBJECT_CLASS_INCONSISTENT),
        (PUBLIC_SAP, (3, ENERGY, 4), RESULT.READ_WRITE_DENIED),
        (PUBLIC_SAP, (3, ENERGY, 0), RESULT.READ_WRITE_DENIED),
        (PUBLIC_SAP, (3, ENERGY, -1), RESULT.READ_WRITE_DENIED),
        (MANAGER_SAP, (8, CLOCK, 3), RESULT.READ_WRITE_DENIED),
        (PUBLIC_SAP, (1, Obis.from_string("0.0.42.0.0"), 2), axdr.octet_string(b"AMI0000000000001")),
        (
            PUBLIC_SAP,
            (17, Obis.from_string("0.0.41.0.0"), 2),
            axdr.array(axdr.structure(axdr.long_unsigned(1), axdr.octet_string(b"AMI0000000000001"))),
        ),
    ],
)
def test_get(pair: MakePair, client_sap: int, target: tuple[int, Obis, int], result: object) -> None:
    made = pair(client_sap)
    assert made.call(made.client.get(*target)) == GetResult(result)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("client_sap", "target", "value", "result"),
    [
        (MANAGER_SAP, (1, MESSAGE, 2), axdr.octet_string(b"adios"), RESULT.SUCCESS),
        (MANAGER_SAP, (1, MESSAGE, 2), axdr.unsigned(1), RESULT.TYPE_UNMATCHED),
        (MANAGER_SAP, (8, CLOCK, 3), axdr.unsigned(1), RESULT.TYPE_UNMATCHED),
        (MANAGER_SAP, (8, CLOCK, 3), axdr.long(300), RESULT.SUCCESS),
        (MANAGER_SAP, (3, ENERGY, 2), axdr.unsigned(1), RESULT.READ_WRITE_DENIED),
        (MANAGER_SAP, (1, UNKNOWN, 2), axdr.unsigned(1), RESULT.OBJECT_UNDEFINED),
        (MANAGER_SAP, (3, MESSAGE, 2), axdr.unsigned(1), RESULT.OBJECT_CLASS_INCONSISTENT),
        (READER_SAP, (1, MESSAGE, 2), axdr.octet_string(b"adios"), RESULT.READ_WRITE_DENIED),
    ],
)
def test_set(
    pair: MakePair, client_sap: int, target: tuple[int, Obis, int], value: axdr.Data, result: DataAccessResult
) -> None:
    made = pair(client_sap)
    assert made.call(made.client.set(*target, value)) == SetResult(result)


@pytest.mark.parametrize(
    ("client_sap", "target", "value", "done"),
    [
        (MANAGER_SAP, (70, RELAY, 1), axdr.integer(0), ActionDone(ActionResult.SUCCESS)),
        (MANAGER_SAP, (70, RELAY, 1), None, ActionDone(ActionResult.TYPE_UNMATCHED)),
        (MANAGER_SAP, (70, RELAY, 1), axdr.unsigned(0), ActionDone(ActionResult.TYPE_UNMATCHED)),
        (MANAGER_SAP, (70, RELAY, 2), axdr.integer(0), ActionDone(ActionResult.READ_WRITE_DENIED)),
        (MANAGER_SAP, (70, UNKNOWN, 1), axdr.integer(0), ActionDone(ActionResult.OBJECT_UNDEFINED)),
        (MANAGER_SAP, (71, RELAY, 1), axdr.integer(0), ActionDone(ActionResult.OBJECT_CLASS_INCONSISTENT)),
        (READER_SAP, (70, RELAY, 1), axdr.integer(0), ActionDone(ActionResult.READ_WRITE_DENIED)),
        (MANAGER_SAP, (8192, ECHO, 1), axdr.unsigned(7), ActionDone(ActionResult.SUCCESS, axdr.unsigned(7))),
        (MANAGER_SAP, (8192, ECHO, 2), axdr.unsigned(7), ActionDone(ActionResult.OTHER_REASON)),
        (MANAGER_SAP, (8192, ECHO, 2), None, ActionDone(ActionResult.OTHER_REASON)),
    ],
)
def test_action(
    pair: MakePair, client_sap: int, target: tuple[int, Obis, int], value: axdr.Data | None, done: ActionDone
) -> None:
    made = pair(client_sap)
    assert made.call(made.client.action(*target, value)) == done


def test_the_setter_was_called(pair: MakePair, state: State) -> None:
    made = pair()
    made.call(made.client.set(1, MESSAGE, 2, axdr.octet_string(b"adios")))
    made.call(made.client.action(70, RELAY, 1, axdr.integer(0)))
    assert (state.message, state.disconnects) == (b"adios", 1)


# ---------------------------------------------------------------- selection


def test_selection_reaches_the_object(pair: MakePair, state: State) -> None:
    made = pair()
    column = CaptureObject(8, CLOCK, 2)
    whole = RangeSelection(column, axdr.octet_string(bytes(12)), axdr.octet_string(b"\xff" * 12), (column,))
    entry = EntrySelection(2, 3)
    for selection in (whole, entry):
        made.call(made.client.get(7, PROFILE, 2, selection))
    assert state.selections == [whole, entry]


@pytest.mark.parametrize(
    ("target", "selection", "result"),
    [
        ((3, ENERGY, 2), SelectiveAccess(2, EntrySelection(1).to_data()), RESULT.SCOPE_OF_ACCESS_VIOLATED),
        ((7, PROFILE, 2), SelectiveAccess(9, axdr.null()), RESULT.TYPE_UNMATCHED),
        ((7, PROFILE, 2), SelectiveAccess(1, axdr.structure(axdr.null())), RESULT.TYPE_UNMATCHED),
        ((7, PROFILE, 2), SelectiveAccess(2, axdr.structure(*[axdr.null()] * 4)), RESULT.TYPE_UNMATCHED),
    ],
)
def test_bad_selections(
    pair: MakePair, target: tuple[int, Obis, int], selection: SelectiveAccess, result: DataAccessResult
) -> None:
    made = pair()
    reference = AttributeReference(AttributeDescriptor(*target), selection)
    answer = made.exchange(GetRequestNormal(INVOKE, reference).to_bytes())
    assert answer == bytes((0xC4, 1, INVOKE, 1, result))


def test_selection_must_be_negotiated(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED & ~Conformance.SELECTIVE_ACCESS)
    result = made.call(made.client.get(7, PROFILE, 2, EntrySelection(1, 1)))
    assert result == GetResult(RESULT.SCOPE_OF_ACCESS_VIOLATED)


def test_set_takes_no_selection(pair: MakePair) -> None:
    made = pair()
    reference = AttributeReference(AttributeDescriptor(1, MESSAGE, 2), SelectiveAccess(1, axdr.null()))
    answer = made.exchange(SetRequestNormal(INVOKE, reference, axdr.octet_string(b"")).to_bytes())
    assert answer == bytes((0xC5, 1, INVOKE, RESULT.SCOPE_OF_ACCESS_VIOLATED))


# ---------------------------------------------------------------- services not negotiated, unknown, malformed


@pytest.mark.parametrize(
    ("service", "call"),
    [
        (Conformance.GET, lambda client: client.get(3, ENERGY, 2)),
        (Conformance.GET, lambda client: client.get_list([(3, ENERGY, 2)])),
        (Conformance.MULTIPLE_REFERENCES, lambda client: client.get_list([(3, ENERGY, 2)])),
        (Conformance.SET, lambda client: client.set(1, MESSAGE, 2, axdr.octet_string(b""))),
        (Conformance.ACTION, lambda client: client.action(70, RELAY, 1, axdr.integer(0))),
        (Conformance.MULTIPLE_REFERENCES, lambda client: client.set_list([((1, MESSAGE, 2), axdr.null())])),
        (Conformance.MULTIPLE_REFERENCES, lambda client: client.action_list([(70, RELAY, 1, None)])),
        (Conformance.ACCESS, lambda client: client.access([AccessGet((3, ENERGY, 2))])),
    ],
)
def test_services_must_be_negotiated(pair: MakePair, service: Conformance, call: Callable) -> None:
    made = pair(conformance=IMPLEMENTED & ~service)
    event = made.call(call(made.client))
    assert isinstance(event, ExceptionReceived)
    assert made.answers[-1] == NOT_ALLOWED


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("050102fa00", UNKNOWN_SERVICE),  # read by short name
        ("0601", UNKNOWN_SERVICE),
        ("0c0100", UNKNOWN_SERVICE),  # read-response by short name
        ("0d0100", UNKNOWN_SERVICE),
        ("160102fa00010600000001", UNKNOWN_SERVICE),  # unconfirmed-write by short name
        ("18000102fa0006", UNKNOWN_SERVICE),  # information-report
        ("d90000", MALFORMED),  # access
        ("c81e3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b", UNKNOWN_SERVICE),
        ("e0c00001000003c00101", NOT_ALLOWED),  # general block transfer
        ("c401c10000", UNKNOWN_SERVICE),  # an answer
        ("d80102", UNKNOWN_SERVICE),
        ("ff", UNKNOWN_SERVICE),
        ("c004c1000f0000280000ff0100", MALFORMED),  # unknown choice
        ("c0", MALFORMED),
        ("c001c1000f00002800", MALFORMED),  # elements missing
        ("c106c1000f0000280000ff010009060000280000ff", MALFORMED),
        ("c101c1000f0000280000", MALFORMED),
        ("c307c1", MALFORMED),
        ("c105c1", MALFORMED),
        ("df0100", UNKNOWN_SERVICE),  # general-signing
    ],
)
def test_unknown_and_malformed_requests(pair: MakePair, raw: str, answer: bytes) -> None:
    made = pair()
    assert made.exchange(bytes.fromhex(raw)) == answer
    assert isinstance(made.call(made.client.get(3, ENERGY, 2)), GetResult)


def test_request_longer_than_agreed(pair: MakePair) -> None:
    made = pair(limits=ServerLimits(max_receive_pdu=64))
    answer = made.exchange(b"\xc1\x01" + bytes(63))
    assert answer == _exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.PDU_TOO_LONG)


def test_unconfirmed_requests_have_no_answer(pair: MakePair, state: State) -> None:
    made = pair()
    reference = AttributeReference(AttributeDescriptor(1, MESSAGE, 2))
    assert made.exchange(SetRequestNormal(0x01, reference, axdr.octet_string(b"callado")).to_bytes()) is None
    assert state.message == b"callado"


# ---------------------------------------------------------------- lists


def test_get_with_list(pair: MakePair) -> None:
    made = pair(READER_SAP)
    targets = [(3, ENERGY, 2), (3, UNKNOWN, 2), (1, MESSAGE, 2)]
    event = made.call(made.client.get_list(targets))
    assert event == GetListResult(
        (axdr.double_long_unsigned(1362), RESULT.OBJECT_UNDEFINED, axdr.octet_string(b"hola"))
    )


def test_get_with_list_in_blocks(pair: MakePair) -> None:
    made = pair(READER_SAP, max_pdu=32)
    event = made.call(made.client.get_list([(3, ENERGY, 2)] * 10))
    assert event == GetListResult((axdr.double_long_unsigned(1362),) * 10)
    assert len(made.answers) > 3


def test_set_with_list(pair: MakePair, state: State) -> None:
    made = pair()
    references = (
        AttributeReference(AttributeDescriptor(1, MESSAGE, 2)),
        AttributeReference(AttributeDescriptor(3, ENERGY, 2)),
    )
    values = (axdr.octet_string(b"dos"), axdr.unsigned(1))
    assert made.exchange(SetRequestWithList(INVOKE, references, values).to_bytes()) == bytes(
        (0xC5, 5, INVOKE, 2, 0, 3)
    )
    assert made.exchange(SetRequestWithList(INVOKE, references, values[:1]).to_bytes()) == MALFORMED
    assert state.message == b"dos"


def test_action_with_list(pair: MakePair, state: State) -> None:
    from protocols.dlms.xdlms.action import ActionRequestWithList

    made = pair()
    methods = (MethodDescriptor(70, RELAY, 1), MethodDescriptor(70, UNKNOWN, 1))
    request = ActionRequestWithList(INVOKE, methods, (axdr.integer(0), axdr.integer(0)))
    assert made.exchange(request.to_bytes()) == bytes((0xC7, 3, INVOKE, 2, 0, 0, 4, 0))
    assert state.disconnects == 1


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize("max_pdu", [12, 13, 20, 64, 137, 138, 139, 140, 141, 270, 300, 1055, 1056, 0])
def test_long_get(pair: MakePair, max_pdu: int) -> None:
    made = pair(max_pdu=max_pdu)
    event = made.call(made.client.get(7, PROFILE, 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert len(event.data.value) == ROWS  # type: ignore[arg-type]
    answers = [answer for answer in made.answers[1:] if answer]
    if max_pdu:
        assert max(map(len, answers)) <= max_pdu
    assert (len(answers) == 1) is (max_pdu == 0 or max_pdu >= 1056)


def test_long_get_needs_the_service(pair: MakePair) -> None:
    made = pair(max_pdu=64, conformance=Conformance.GET)
    assert made.call(made.client.get(7, PROFILE, 2)) == GetResult(RESULT.OTHER_REASON)


def _begin_long_get(made: Pair) -> int:
    answer = made.exchange(made.client.get(7, PROFILE, 2))
    assert answer is not None
    return answer[2]


@pytest.mark.parametrize(
    ("invoke", "number", "result"),
    [
        (0, 7, RESULT.DATA_BLOCK_NUMBER_INVALID),
        (0, 0, RESULT.DATA_BLOCK_NUMBER_INVALID),
        (1, 1, RESULT.LONG_GET_ABORTED),
    ],
)
def test_long_get_broken_off(pair: MakePair, invoke: int, number: int, result: DataAccessResult) -> None:
    made = pair(max_pdu=64)
    right = _begin_long_get(made)
    answer = made.exchange(GetRequestNext(right + invoke, number).to_bytes())
    assert answer == bytes((0xC4, 2, right + invoke, 1)) + number.to_bytes(4, "big") + bytes((1, result))
    again = made.exchange(GetRequestNext(right, 1).to_bytes())
    assert again is not None
    assert again[-1] == RESULT.NO_LONG_GET_IN_PROGRESS


def test_another_request_gives_the_transfer_up(pair: MakePair) -> None:
    made = pair(max_pdu=64)
    right = _begin_long_get(made)
    made.exchange(bytes.fromhex("c001c200030100010800ff0200"))
    answer = made.exchange(GetRequestNext(right, 1).to_bytes())
    assert answer is not None
    assert answer[-1] == RESULT.NO_LONG_GET_IN_PROGRESS


def test_long_set(pair: MakePair, state: State) -> None:
    made = pair(limits=ServerLimits(max_receive_pdu=64))
    text = bytes(range(256)) * 4
    assert made.call(made.client.set(1, MESSAGE, 2, axdr.octet_string(text))) == SetResult(RESULT.SUCCESS)
    assert state.message == text
    assert max(map(len, made.sent[1:])) <= 64
    assert len(made.sent) > 10


def _first_block(number: int, last: bool, raw: bytes) -> bytes:
    reference = AttributeReference(AttributeDescriptor(1, MESSAGE, 2))
    return SetRequestFirstBlock(INVOKE, reference, DataBlock(last, number, raw)).to_bytes()


def _block(number: int, last: bool, raw: bytes) -> bytes:
    return SetRequestBlock(INVOKE, DataBlock(last, number, raw)).to_bytes()


@pytest.mark.parametrize(
    ("requests", "result"),
    [
        ([_block(1, True, b"")], RESULT.NO_LONG_SET_IN_PROGRESS),
        ([_first_block(2, False, b"")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, b"\x09"), _block(3, True, b"")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, b"\x09"), _block(1, False, b"\x09")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, bytes(60)), _block(2, False, bytes(60))], RESULT.LONG_SET_ABORTED),
        ([_first_block(1, True, b"\x09\x7f")], RESULT.TYPE_UNMATCHED),
        ([_first_block(1, True, b"\x11\x01")], RESULT.TYPE_UNMATCHED),
        ([_first_block(1, True, b"\x09\x02ok")], RESULT.SUCCESS),
        ([_first_block(1, False, b"\x09"), _block(2, True, b"\x02ok")], RESULT.SUCCESS),
    ],
)
def test_long_set_answers(pair: MakePair, requests: list[bytes], result: DataAccessResult) -> None:
    made = pair(limits=ServerLimits(max_transfer_octets=100))
    answers = [made.exchange(request) for request in requests]
    number = int.from_bytes(answers[-1][-4:], "big") if answers[-1] else 0
    assert answers[-1] == bytes((0xC5, 3, INVOKE, result)) + number.to_bytes(4, "big")
    for index, answer in enumerate(answers[:-1], 1):
        assert answer == bytes((0xC5, 2, INVOKE)) + index.to_bytes(4, "big")


def test_long_action_both_ways(pair: MakePair) -> None:
    made = pair(max_pdu=50, limits=ServerLimits(max_receive_pdu=64))
    value = axdr.octet_string(bytes(500))
    assert made.call(made.client.action(8192, ECHO, 1, value)) == ActionDone(ActionResult.SUCCESS, value)
    assert max(map(len, made.sent[1:])) <= 64
    assert max(len(answer or b"") for answer in made.answers[1:]) <= 50


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        ("c302c100000001", ActionResult.NO_LONG_ACTION_IN_PROGRESS),
        ("c306c1010000000100", ActionResult.NO_LONG_ACTION_IN_PROGRESS),
        ("c304c12000" + ECHO.to_bytes().hex() + "01000000000200", ActionResult.LONG_ACTION_ABORTED),
        ("c304c12000" + ECHO.to_bytes().hex() + "010100000001024411", ActionResult.TYPE_UNMATCHED),
    ],
)
def test_long_action_broken_off(pair: MakePair, raw: str, result: ActionResult) -> None:
    made = pair()
    assert made.exchange(bytes.fromhex(raw)) == bytes((0xC7, 1, INVOKE, result, 0))


def test_long_action_answer_asked_with_a_wrong_number(pair: MakePair) -> None:
    made = pair(max_pdu=50)
    value = axdr.octet_string(bytes(500))
    answer = made.exchange(made.client.action(8192, ECHO, 1, value))
    assert answer is not None
    wrong = made.exchange(bytes((0xC3, 2, answer[2], 0, 0, 0, 9)))
    assert wrong == bytes((0xC7, 1, answer[2], ActionResult.LONG_ACTION_ABORTED, 0))


def test_blocks_must_be_negotiated(pair: MakePair) -> None:
    made = pair(conformance=Conformance.GET | Conformance.SET | Conformance.ACTION)
    assert made.exchange(_first_block(1, True, b"\x00")) == NOT_ALLOWED
    assert (
        made.exchange(bytes.fromhex("c304c12000" + ECHO.to_bytes().hex() + "010100000001024411"))
        == NOT_ALLOWED
    )


# ---------------------------------------------------------------- the current association


def test_object_list_tells_the_rights(pair: MakePair) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    listed = {Obis.from_bytes(item[2]): item for item in event.data.python()}  # type: ignore[attr-defined]
    assert set(listed) >= {
        ENERGY,
        MESSAGE,
        PROFILE,
        RELAY,
        Obis.from_string("0.0.40.0.0"),
        Obis.from_string("0.0.41.0.0"),
    }
    class_id, version, _, (attributes, methods) = listed[MESSAGE]
    assert (class_id, version, attributes, methods) == (1, 0, [[1, 1, None], [2, 3, None]], [])
    assert listed[RELAY][3][1] == [[1, 1], [2, 0]]


def test_the_object_list_of_the_public_client_hides_what_it_does_not_see(pair: MakePair) -> None:
    made = pair(PUBLIC_SAP)
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert SECRET.to_bytes() not in [item[2] for item in event.data.python()]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (1, bytes.fromhex("0000280000ff")),
        (3, [1, 1]),
        (4, bytes.fromhex("60857405080101")),
        (5, [f"{int(DEFAULT_CONFORMANCE):024b}", 1024, 0xFFFF, 6, 0, b""]),
        (6, bytes.fromhex("60857405080201")),
        (8, 2),
    ],
)
def test_the_current_association_tells_the_truth(pair: MakePair, attribute: int, value: object) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), attribute))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert event.data.python() == value


def test_the_secret_cannot_be_read(pair: MakePair) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 7))
    assert event == GetResult(RESULT.READ_WRITE_DENIED)


def test_every_answer_decodes(pair: MakePair) -> None:
    made = pair()
    for attribute in range(1, 9):
        answer = made.exchange(made.client.get(15, Obis.from_string("0.0.40.0.0"), attribute))
        assert answer is not None
        decode_apdu(answer)
        made.client.abandon()


# ---------------------------------------------------------------- a device that is at fault itself


def test_values_that_their_type_cannot_carry_are_a_hardware_fault() -> None:
    from dlms_small_device import Echo

    from protocols.dlms.client import ClientConnection
    from protocols.dlms.cosem import (
        AssociationProfile,
        CosemObject,
        DataObject,
        LogicalDevice,
        constant,
        full_access,
    )
    from protocols.dlms.server import ServerConnection

    broken = axdr.Data(axdr.DataTag.UNSIGNED, 999)
    objects = [
        CosemObject(DataObject, MESSAGE, getters={2: constant(broken)}),
        CosemObject(Echo, ECHO, methods={1: lambda parameter: broken}),
    ]
    device = LogicalDevice(1, b"x", objects, [AssociationProfile(PUBLIC_SAP, rights=full_access)])
    made = Pair(ClientConnection(), ServerConnection(device))
    made.call(made.client.associate())
    assert made.call(made.client.get(1, MESSAGE, 2)) == GetResult(RESULT.HARDWARE_FAULT)
    assert made.call(made.client.action(8192, ECHO, 1)) == ActionDone(ActionResult.HARDWARE_FAULT)


def test_a_get_cannot_fetch_the_blocks_of_an_action(pair: MakePair) -> None:
    made = pair(max_pdu=50)
    answer = made.exchange(made.client.action(8192, ECHO, 1, axdr.octet_string(bytes(500))))
    assert answer is not None
    stolen = made.exchange(GetRequestNext(answer[2], 1).to_bytes())
    assert stolen is not None
    assert stolen[-1] == RESULT.NO_LONG_GET_IN_PROGRESS
