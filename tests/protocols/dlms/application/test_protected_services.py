"""Lists, ACCESS, general blocks and notifications under protection: the blocks carry what is ciphered."""

import pytest
from dlms_secure_pair import CLIENT_SAP, ENERGY, GUARDED, LONG, SERVER_TITLE, SecurePair

from protocols.dlms import axdr
from protocols.dlms.client.events import (
    ApduToSend,
    Associated,
    ClientEvent,
    GetListResult,
    GetResult,
    Notification,
    SetResult,
)
from protocols.dlms.client.requests import AccessAction, AccessDone, AccessGet, AccessSet
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import DataObject, Register
from protocols.dlms.gbt import decode_block
from protocols.dlms.security import Form
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.notification import DataNotification

WITHOUT_OWN_BLOCKS = IMPLEMENTED & ~(
    Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ
    | Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE
    | Conformance.BLOCK_TRANSFER_WITH_ACTION
)
TAG = GeneralBlockTransfer.tag
PUSH = DataNotification(5, None, axdr.octet_string(bytes(300)))
NEW = axdr.octet_string(b"new")


def _open(
    form: Form = Form.GLO, conformance: Conformance = WITHOUT_OWN_BLOCKS, max_pdu: int = 200
) -> SecurePair:
    pair = SecurePair(use=form, client_max_pdu=max_pdu)
    pair.client.conformance = conformance
    assert isinstance(pair.associate()[0], Associated)
    return pair


def _call(pair: SecurePair, apdu: bytes) -> tuple[list[ClientEvent], list[bytes]]:
    """The events that end the request, and all that the server sent."""
    pending, events, answers = [apdu], [], []
    while pending:
        answer = pair.server.receive_apdu(pending.pop(0), CLIENT_SAP, 1)
        for received in () if answer is None else (answer, *pair.server.further_apdus()):
            answers.append(received)
            for event in pair.client.receive_apdu(received):
                if isinstance(event, ApduToSend):
                    pending.append(event.apdu)
                else:
                    events.append(event)
    return events, answers


@pytest.mark.parametrize("form", [Form.GLO, Form.GENERAL_GLO])
def test_general_blocks_carry_what_is_ciphered(form: Form) -> None:
    pair = _open(form)
    events, answers = _call(pair, pair.client.get(DataObject, LONG, 2))
    assert events == [GetResult(axdr.octet_string(bytes(3000)))]
    assert {answer[0] for answer in answers} == {TAG}
    assert max(map(len, answers)) <= 200
    assert decode_block(answers[0]).block_data[0] not in (0xC4, TAG)


def test_a_long_ciphered_request() -> None:
    pair = _open()
    value = axdr.octet_string(bytes(range(256)) * 8)
    apdu = pair.client.set(DataObject, GUARDED, 2, value)
    assert apdu[0] == TAG
    assert _call(pair, apdu)[0] == [SetResult(DataAccessResult.SUCCESS)]
    assert pair.state["guarded"] == value


def test_blocks_of_the_service_are_ciphered_one_by_one() -> None:
    pair = _open(conformance=IMPLEMENTED)
    events, answers = _call(pair, pair.client.get(DataObject, LONG, 2))
    assert events == [GetResult(axdr.octet_string(bytes(3000)))]
    assert {answer[0] for answer in answers} == {0xCC}
    assert max(map(len, answers)) <= 200


def test_rights_hold_for_each_item_of_an_access() -> None:
    pair = _open(Form.GENERAL_GLO)
    items = [AccessSet((1, GUARDED, 2), NEW), AccessGet((1, GUARDED, 2)), AccessAction(1, GUARDED, 1)]
    (done,), _answers = _call(pair, pair.client.access(items))
    assert isinstance(done, AccessDone)
    results = [int(outcome.result) for outcome in done.outcomes]
    assert results == [0, 0, DataAccessResult.READ_WRITE_DENIED]
    assert done.outcomes[1].data == NEW


def test_attribute_0_under_protection() -> None:
    pair = _open()
    (result,), _answers = _call(pair, pair.client.get(DataObject, GUARDED, 0))
    name = axdr.octet_string(GUARDED.to_bytes())
    assert result == GetResult(axdr.structure(name, axdr.octet_string(b"old")))
    (listed,), _answers = _call(pair, pair.client.get_list([(Register, ENERGY, 2), (DataObject, GUARDED, 2)]))
    assert listed == GetListResult((axdr.double_long_unsigned(1362), axdr.octet_string(b"old")))


@pytest.mark.parametrize("octets_max", [None, 64])
def test_notifications_are_protected_as_the_association(octets_max: int | None) -> None:
    pair = _open(Form.GENERAL_GLO)
    apdus = (
        pair.server.notify(PUSH, CLIENT_SAP, octets_max=octets_max),
        *pair.server.further_apdus(),
    )
    assert bytes(50) not in b"".join(apdus)
    assert SERVER_TITLE in b"".join(apdus)
    events = [event for apdu in apdus for event in pair.client.receive_apdu(apdu)]
    assert events == [Notification(PUSH)]


def test_a_policy_protects_notifications_without_an_association() -> None:
    pair = SecurePair(policy=3)
    apdu = pair.server.notify(PUSH, CLIENT_SAP)
    assert (apdu[0], bytes(50) in apdu) == (0xDB, False)
    assert SecurePair(policy=0).server.notify(PUSH, CLIENT_SAP) == PUSH.to_bytes()


def test_counters_of_notifications_go_on() -> None:
    pair = SecurePair(policy=3)
    first, second = (pair.server.notify(PUSH, CLIENT_SAP) for _ in range(2))
    assert first != second
