"""GET, SET and ACTION at the server: each refusal, selection, lists, a device that is at fault itself."""

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
    SECRET,
    Pair,
    State,
)

from protocols.dlms import axdr
from protocols.dlms.client.events import ActionDone, ExceptionReceived, GetListResult, GetResult, SetResult
from protocols.dlms.client.requests import AccessGet
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, StateError
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.obis import Obis
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.dlms.xdlms.get import GetRequestNormal
from protocols.dlms.xdlms.set import (
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


# ---------------------------------------------------------------- a device that is at fault itself


def test_values_that_their_type_cannot_carry_are_a_hardware_fault() -> None:
    from dlms_small_device import Echo

    from protocols.dlms.client.connection import ClientConnection
    from protocols.dlms.cosem import (
        AssociationProfile,
        CosemObject,
        DataObject,
        LogicalDevice,
        constant,
        full_access,
    )
    from protocols.dlms.server.connection import ServerConnection

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
