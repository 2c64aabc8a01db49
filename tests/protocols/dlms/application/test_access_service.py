"""The ACCESS service, both roles; and attribute 0, which reads or writes a whole object."""

from collections.abc import Callable

import pytest
from dlms_small_device import CLOCK, ECHO, ENERGY, MESSAGE, PROFILE, PUBLIC_SAP, RELAY, Pair, State

from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ExceptionReceived, GetListResult, GetResult, SetResult
from protocols.dlms.client.requests import (
    AccessAction,
    AccessDone,
    AccessGet,
    AccessItem,
    AccessOutcome,
    AccessSet,
    Exchanges,
)
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import EntrySelection
from protocols.dlms.errors import DlmsValueError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.access import AccessRequest, AccessResponse, AccessResult, AccessSpecification
from protocols.dlms.xdlms.descriptors import AttributeDescriptor, AttributeReference, MethodDescriptor
from protocols.dlms.xdlms.fields import LONG_CONFIRMED, LONG_INVOKE_ID_MASK

MakePair = Callable[..., Pair]
DONE, DENIED = DataAccessResult.SUCCESS, DataAccessResult.READ_WRITE_DENIED
OTHER = DataAccessResult.OTHER_REASON
NULL = axdr.null()
ENERGY_VALUE = axdr.double_long_unsigned(1362)
TEXT = axdr.octet_string(b"buenas")
MIXED: list[AccessItem] = [
    AccessGet((3, ENERGY, 2)),
    AccessSet((1, MESSAGE, 2), TEXT),
    AccessAction(70, RELAY, 1, axdr.integer(0)),
    AccessGet((7, PROFILE, 2, EntrySelection(2, 2))),
    AccessSet((3, ENERGY, 2), NULL),
    AccessAction(70, RELAY, 2, axdr.integer(0)),
    AccessAction(8192, ECHO, 1),
    AccessGet((1, Obis.from_string("0.0.1.1.1"), 2)),
]


def _row(number: int) -> axdr.Data:
    return axdr.array(axdr.structure(axdr.octet_string(bytes(12)), axdr.double_long_unsigned(number)))


def test_reads_writes_and_invokes_in_order(pair: MakePair, state: State) -> None:
    made = pair(conformance=IMPLEMENTED)
    assert made.call(made.client.access(MIXED)) == AccessDone(
        (
            AccessOutcome(DONE, ENERGY_VALUE),
            AccessOutcome(DONE, NULL),
            AccessOutcome(ActionResult.SUCCESS, NULL),
            AccessOutcome(DONE, _row(2)),
            AccessOutcome(DENIED, NULL),
            AccessOutcome(ActionResult.READ_WRITE_DENIED, NULL),
            AccessOutcome(ActionResult.SUCCESS, NULL),
            AccessOutcome(DataAccessResult.OBJECT_UNDEFINED, NULL),
        )
    )
    assert (state.message, state.disconnects) == (b"buenas", 1)


def test_break_on_error_leaves_the_rest_alone(pair: MakePair, state: State) -> None:
    made = pair(conformance=IMPLEMENTED)
    items = [AccessGet((3, ENERGY, 2)), AccessGet((3, ENERGY, 7)), AccessSet((1, MESSAGE, 2), TEXT)]
    done = made.call(made.client.access(items, break_on_error=True))
    assert done == AccessDone(
        (AccessOutcome(DONE, ENERGY_VALUE), AccessOutcome(DENIED, NULL), AccessOutcome(OTHER, NULL))
    )
    assert state.message == b"hola"


def test_a_list_gathers_no_more_than_the_server_allows(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED, limits=ServerLimits(max_answer_octets=1500))
    done = made.call(made.client.access([AccessGet((7, PROFILE, 2))] * 9))
    assert isinstance(done, AccessDone)
    assert [int(outcome.result) for outcome in done.outcomes] == [0, 0] + [OTHER] * 7
    listed = made.call(made.client.get_list([(7, PROFILE, 2)] * 9))
    assert isinstance(listed, GetListResult)
    assert listed.results[2:] == (OTHER,) * 7


def test_an_answer_can_describe_itself(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    made.call(made.client.access([AccessGet((3, ENERGY, 2))], self_descriptive=True))
    answer = decode_apdu(made.answers[-1] or b"")
    assert isinstance(answer, AccessResponse)
    reference = AttributeReference(AttributeDescriptor(3, ENERGY, 2))
    assert answer.specifications == (AccessSpecification(1, reference),)


def test_the_bytes_of_a_small_request(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    apdu = made.client.access([AccessGet((3, ENERGY, 2))])
    assert apdu.hex() == "d9c0000001" + "00" + "0101" + "00030100010800ff02" + "0100"
    assert made.exchange(apdu) == bytes.fromhex("dac0000001" + "0000" + "010600000552" + "010100")


def test_unconfirmed_access_is_carried_out_and_not_answered(pair: MakePair, state: State) -> None:
    made = pair(conformance=IMPLEMENTED)
    assert made.exchange(made.client.access([AccessSet((1, MESSAGE, 2), TEXT)], confirmed=False)) is None
    assert state.message == b"buenas"
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(ENERGY_VALUE)


@pytest.mark.parametrize(("invoke", "answer"), [(LONG_CONFIRMED, error_responses.MALFORMED), (0, None)])
def test_as_many_data_as_specifications(pair: MakePair, invoke: int, answer: bytes | None) -> None:
    made = pair(conformance=IMPLEMENTED)
    reference = AttributeReference(AttributeDescriptor(3, ENERGY, 2))
    request = AccessRequest(invoke, None, (AccessSpecification(1, reference),), ())
    assert made.exchange(request.to_bytes()) == answer


def test_an_answer_that_fits_no_apdu_and_no_blocks(pair: MakePair) -> None:
    made = pair(max_pdu=64, conformance=Conformance.ACCESS)
    event = made.call(made.client.access([AccessGet((7, PROFILE, 2))]))
    assert isinstance(event, ExceptionReceived)
    assert made.answers[-1] == error_responses.TOO_LONG


def test_a_request_that_fits_no_apdu_and_no_blocks(pair: MakePair) -> None:
    made = pair(conformance=Conformance.ACCESS)
    with pytest.raises(LocalProtocolError, match="no blocks"):
        made.client.access([AccessSet((1, MESSAGE, 2), axdr.octet_string(bytes(2000)))])


def _associated(pair: MakePair) -> ClientConnection:
    client: ClientConnection = pair(conformance=IMPLEMENTED).client
    return client


def test_answers_that_belong_to_nothing(pair: MakePair) -> None:
    client = _associated(pair)
    apdu = client.access([AccessGet((3, ENERGY, 2))])
    invoke = int.from_bytes(apdu[1:5], "big")
    strange = AccessResponse(invoke + 1, None, None, (NULL,), (AccessResult(1, DONE),))
    with pytest.raises(RemoteProtocolError, match="another request"):
        client.receive_apdu(strange.to_bytes())
    invoke = int.from_bytes(client.access([AccessGet((3, ENERGY, 2))])[1:5], "big")
    with pytest.raises(RemoteProtocolError, match="1 values and 0 results"):
        client.receive_apdu(AccessResponse(invoke, None, None, (NULL,), ()).to_bytes())


def test_a_late_answer_is_ignored(pair: MakePair) -> None:
    client = _associated(pair)
    invoke = int.from_bytes(client.access([AccessGet((3, ENERGY, 2))])[1:5], "big")
    client.abandon()
    late = AccessResponse(invoke, None, None, (NULL,), (AccessResult(1, DONE),)).to_bytes()
    client.get(3, ENERGY, 2)
    assert client.receive_apdu(late) == []


def test_long_invoke_ids_wrap() -> None:
    exchanges = Exchanges(100)
    exchanges._long = LONG_INVOKE_ID_MASK
    assert exchanges.long(LONG_CONFIRMED).invoke == LONG_CONFIRMED


def test_specifications_know_what_they_name() -> None:
    method = AccessSpecification(3, MethodDescriptor(70, RELAY, 1))
    attribute = AccessSpecification(1, AttributeReference(AttributeDescriptor(3, ENERGY, 2)))
    with pytest.raises(DlmsValueError):
        method.attribute  # noqa: B018
    with pytest.raises(DlmsValueError):
        attribute.method  # noqa: B018


# ---------------------------------------------------------------- attribute 0


def test_attribute_0_reads_every_attribute(pair: MakePair) -> None:
    made = pair(PUBLIC_SAP, conformance=IMPLEMENTED)
    result = made.call(made.client.get(3, ENERGY, 0))
    name = axdr.octet_string(ENERGY.to_bytes())
    scaler = axdr.structure(axdr.integer(0), axdr.enum(30))
    assert result == GetResult(axdr.structure(name, ENERGY_VALUE, scaler))


def test_what_cannot_be_read_is_null(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    result = made.call(made.client.get(8, CLOCK, 0))
    assert isinstance(result, GetResult)
    assert result.data is not None
    values = result.data.python()
    assert values[:3] == [CLOCK.to_bytes(), bytes(12), None]  # type: ignore[index]
    assert set(values[3:]) == {None}  # type: ignore[index]


@pytest.mark.parametrize(
    ("values", "result", "message"),
    [
        ((NULL, TEXT), DONE, b"buenas"),
        ((NULL, NULL), DONE, b"hola"),
        ((TEXT, TEXT), DENIED, b"hola"),
        ((NULL, axdr.unsigned(1)), DataAccessResult.TYPE_UNMATCHED, b"hola"),
        ((NULL,), DataAccessResult.TYPE_UNMATCHED, b"hola"),
    ],
)
def test_attribute_0_writes_what_is_not_null(
    pair: MakePair, state: State, values: tuple[axdr.Data, ...], result: DataAccessResult, message: bytes
) -> None:
    made = pair(conformance=IMPLEMENTED)
    assert made.call(made.client.set(1, MESSAGE, 0, axdr.structure(*values))) == SetResult(result)
    assert state.message == message


def test_attribute_0_has_no_selection(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    violated = DataAccessResult.SCOPE_OF_ACCESS_VIOLATED
    assert made.call(made.client.get(7, PROFILE, 0, EntrySelection(1))) == GetResult(violated)
    written = made.call(made.client.set(1, MESSAGE, 0, axdr.structure(NULL, TEXT), EntrySelection(1)))
    assert written == SetResult(violated)


def test_attribute_0_must_be_granted(pair: MakePair) -> None:
    made = pair()
    assert made.call(made.client.get(3, ENERGY, 0)) == GetResult(DENIED)
    assert made.call(made.client.set(1, MESSAGE, 0, axdr.structure(NULL, TEXT))) == SetResult(DENIED)
    assert made.call(made.client.set(1, MESSAGE, 0, TEXT)) == SetResult(DENIED)


# ---------------------------------------------------------------- selective access to write


@pytest.mark.parametrize(
    ("conformance", "target", "result"),
    [
        (IMPLEMENTED, (1, MESSAGE, 2), DataAccessResult.SCOPE_OF_ACCESS_VIOLATED),
        (IMPLEMENTED, (7, PROFILE, 2), DENIED),
        (
            IMPLEMENTED & ~Conformance.SELECTIVE_ACCESS,
            (1, MESSAGE, 2),
            DataAccessResult.SCOPE_OF_ACCESS_VIOLATED,
        ),
    ],
)
def test_selections_are_refused_where_nothing_can_be_selected(
    pair: MakePair, conformance: Conformance, target: tuple[int, Obis, int], result: DataAccessResult
) -> None:
    made = pair(conformance=conformance)
    assert made.call(made.client.set(*target, TEXT, EntrySelection(1))) == SetResult(result)
