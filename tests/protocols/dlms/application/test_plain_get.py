"""The short way of a plain GET answers as the long way does; devices whose values refuse or do not fit."""

from collections.abc import Callable

import pytest

from protocols.dlms import axdr
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ActionDone, ActionListDone, ClientEvent, GetResult, SetResult
from protocols.dlms.client.requests import AccessDone, AccessGet
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import (
    AccessError,
    AssociationProfile,
    CosemObject,
    DataObject,
    EntrySelection,
    InterfaceClass,
    LogicalDevice,
    ProfileGeneric,
    Register,
    Selection,
    constant,
    full_access,
    method,
)
from protocols.dlms.obis import Obis
from protocols.dlms.server.connection import ServerConnection

CLIENT_SAP, SERVER_SAP = 16, 1
GOOD, SHY, BROKEN, PARTLY, GIVER = (Obis(0, 0, 96, 1, number, 255) for number in range(5))
MISSING = Obis(9, 9, 9, 9, 9, 255)
BAD_VALUE = axdr.unsigned(300)
RESULT = DataAccessResult


class Giver(InterfaceClass, class_id=8193, version=0, source="test"):
    """A method that returns what no octets can carry."""

    give = method(1)


def _refuses(_selection: Selection | None) -> axdr.Data:
    raise AccessError(RESULT.TEMPORARY_FAILURE)


def _only_from_3(selection: Selection, _value: axdr.Data) -> None:
    if not isinstance(selection, EntrySelection) or selection.from_entry == 7:
        raise AccessError(RESULT.SCOPE_OF_ACCESS_VIOLATED)
    if selection.from_entry != 3:
        raise ValueError("not there")


class Bench:
    """A client that is associated, and its server."""

    def __init__(self, conformance: Conformance = IMPLEMENTED) -> None:
        objects = [
            CosemObject(Register, GOOD, {2: constant(axdr.double_long_unsigned(5)), 3: _refuses}),
            CosemObject(DataObject, SHY, {2: _refuses}),
            CosemObject(DataObject, BROKEN, {2: constant(BAD_VALUE)}),
            CosemObject(
                ProfileGeneric,
                PARTLY,
                {2: constant(axdr.array())},
                {2: lambda _value: None},
                part_setters={2: _only_from_3},
            ),
            CosemObject(Giver, GIVER, methods={1: lambda _parameter: BAD_VALUE}),
        ]
        profile = AssociationProfile(CLIENT_SAP, rights=full_access)
        self.server = ServerConnection(LogicalDevice(SERVER_SAP, b"AMI0000000000001", objects, [profile]))
        self.client = ClientConnection(client_sap=CLIENT_SAP, conformance=conformance)
        self.call(self.client.associate())

    def call(self, apdu: bytes) -> ClientEvent:
        answer = self.server.receive_apdu(apdu, CLIENT_SAP, SERVER_SAP)
        (event,) = self.client.receive_apdu(answer or b"")
        return event


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("class_id", "name", "attribute", "result"),
    [
        (3, GOOD, 2, axdr.double_long_unsigned(5)),
        (3, GOOD, 1, axdr.octet_string(GOOD.to_bytes())),
        (3, GOOD, 3, RESULT.TEMPORARY_FAILURE),
        (3, GOOD, 9, RESULT.READ_WRITE_DENIED),
        (3, GOOD, -1, RESULT.READ_WRITE_DENIED),
        (1, GOOD, 2, RESULT.OBJECT_CLASS_INCONSISTENT),
        (3, MISSING, 2, RESULT.OBJECT_UNDEFINED),
        (1, SHY, 2, RESULT.TEMPORARY_FAILURE),
        (1, BROKEN, 2, RESULT.HARDWARE_FAULT),
    ],
)
def test_a_plain_get_and_a_list_of_one_say_the_same(
    bench: Bench, class_id: int, name: Obis, attribute: int, result: axdr.Data | DataAccessResult
) -> None:
    for _ in range(2):  # the second time the reference is known
        assert bench.call(bench.client.get(class_id, name, attribute)) == GetResult(result)
    listed = bench.call(bench.client.get_list([(class_id, name, attribute)]))
    assert listed.results == (result,)  # type: ignore[union-attr]
    done = bench.call(bench.client.access([AccessGet((class_id, name, attribute))]))
    assert isinstance(done, AccessDone)
    given = done.outcomes[0]
    assert (given.data if isinstance(result, axdr.Data) else given.result) == result


def test_references_that_are_refused_are_not_kept(bench: Bench) -> None:
    for attribute in range(-128, 128):
        bench.call(bench.client.get(3, MISSING, attribute))
        bench.call(bench.client.get(3, GOOD, attribute))
    (association,) = bench.server._associations.values()
    assert len(association.view.getters) == 2


def test_a_flag_that_is_neither_is_malformed(bench: Bench) -> None:
    raw = bytearray(bench.client.get(3, GOOD, 2))
    raw[-1] = 2
    assert bench.server.receive_apdu(bytes(raw), CLIENT_SAP, SERVER_SAP) == bytes.fromhex("d80103")


def test_attribute_0_of_an_object_that_refuses_some(bench: Bench) -> None:
    result = bench.call(bench.client.get(3, GOOD, 0))
    name = axdr.octet_string(GOOD.to_bytes())
    assert result == GetResult(axdr.structure(name, axdr.double_long_unsigned(5), axdr.null()))


@pytest.mark.parametrize(
    ("entry", "result"),
    [(3, RESULT.SUCCESS), (7, RESULT.SCOPE_OF_ACCESS_VIOLATED), (4, RESULT.OTHER_REASON)],
)
def test_a_selected_part_is_written(bench: Bench, entry: int, result: DataAccessResult) -> None:
    apdu = bench.client.set(ProfileGeneric, PARTLY, 2, axdr.array(), EntrySelection(entry))
    assert bench.call(apdu) == SetResult(result)


def test_what_a_method_gives_back_and_cannot_travel(bench: Bench) -> None:
    fault = ActionDone(ActionResult.HARDWARE_FAULT)
    assert bench.call(bench.client.action(Giver, GIVER, 1)) == fault
    assert bench.call(bench.client.action_list([(Giver, GIVER, 1, None)])) == ActionListDone((fault,))


@pytest.mark.parametrize("attribute", [128, -129])
def test_an_attribute_that_no_octet_holds(bench: Bench, attribute: int) -> None:
    call: Callable[..., bytes] = bench.client.get
    with pytest.raises(ValueError, match="out of range"):
        call(Register, GOOD, attribute)
    assert bench.call(bench.client.get(Register, GOOD, 2)) == GetResult(axdr.double_long_unsigned(5))
