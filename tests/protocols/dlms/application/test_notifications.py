"""What a server sends unasked: built, cut into blocks; what the client makes of it, and confirms."""

from collections.abc import Callable

import pytest
from dlms_small_device import ENERGY, MANAGER_SAP, SERVER_SAP, Pair

from protocols.dlms import axdr
from protocols.dlms.client.events import GetResult, Notification
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.errors import LocalProtocolError, RemoteProtocolError
from protocols.dlms.server.association import AssociationState
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import LONG_CONFIRMED
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

MakePair = Callable[..., Pair]
BODY = axdr.structure(axdr.octet_string(bytes(range(150))), axdr.double_long_unsigned(7))
PUSH = DataNotification(LONG_CONFIRMED | 5, bytes(12), BODY)
EVENT = EventNotification(None, AttributeDescriptor(3, ENERGY, 2), axdr.double_long_unsigned(9))


@pytest.mark.parametrize("sent", [PUSH, EVENT])
@pytest.mark.parametrize("waiting", [False, True])
def test_a_notification_is_an_event(pair: MakePair, sent: DataNotification, waiting: bool) -> None:
    made = pair(conformance=IMPLEMENTED)
    if waiting:
        request = made.client.get(3, ENERGY, 2)
    assert made.client.receive_apdu(made.server.notify(sent, MANAGER_SAP)) == [Notification(sent)]
    if waiting:
        answer = made.exchange(request)
        assert made.client.receive_apdu(answer or b"") == [GetResult(axdr.double_long_unsigned(1362))]


@pytest.mark.parametrize("octets_max", [20, 64, 100])
def test_long_ones_go_in_blocks(pair: MakePair, octets_max: int) -> None:
    made = pair()
    apdus = (made.server.notify(PUSH, MANAGER_SAP, octets_max=octets_max), *made.server.further_apdus())
    assert len(apdus) > 1
    assert max(map(len, apdus)) <= octets_max
    events = [event for apdu in apdus for event in made.client.receive_apdu(apdu)]
    assert events == [Notification(PUSH)]
    assert made.server.further_apdus() == ()


def test_blocks_of_the_size_that_the_client_told(pair: MakePair) -> None:
    made = pair(max_pdu=64)
    assert len(made.server.notify(PUSH, MANAGER_SAP)) == 64


def test_no_association_is_needed(pair: MakePair) -> None:
    made = pair(associated=False)
    assert made.server.notify(EVENT, MANAGER_SAP) == EVENT.to_bytes()
    assert made.server.notify(PUSH, MANAGER_SAP) == PUSH.to_bytes()


@pytest.mark.parametrize(("client_sap", "server_sap"), [(99, SERVER_SAP), (MANAGER_SAP, 99)])
def test_nobody_to_tell(pair: MakePair, client_sap: int, server_sap: int) -> None:
    with pytest.raises(LocalProtocolError, match="knows no client"):
        pair().server.notify(PUSH, client_sap, server_sap)


def test_event_notification_must_be_granted(pair: MakePair) -> None:
    with pytest.raises(LocalProtocolError, match="event-notification"):
        pair().server.notify(EVENT, MANAGER_SAP)


# ---------------------------------------------------------------- confirmation


def test_a_confirmation_is_remembered_and_not_answered(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    (event,) = made.client.receive_apdu(made.server.notify(PUSH, MANAGER_SAP))
    assert isinstance(event, Notification)
    confirmation = made.client.confirm(event)
    assert confirmation == DataNotificationConfirm(PUSH.long_invoke).to_bytes()
    assert not made.server.was_confirmed(PUSH.long_invoke, MANAGER_SAP)
    assert made.exchange(confirmation or b"") is None
    assert made.server.was_confirmed(PUSH.long_invoke, MANAGER_SAP)
    assert not made.server.was_confirmed(PUSH.long_invoke, 77)


def test_what_wants_no_confirmation(pair: MakePair) -> None:
    client = pair(conformance=IMPLEMENTED).client
    assert client.confirm(Notification(EVENT)) is None
    assert client.confirm(Notification(DataNotification(5, None, BODY))) is None


def test_confirmations_that_are_kept_are_few(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    for number in range(100):
        made.exchange(DataNotificationConfirm(number).to_bytes())
    assert [number for number in range(100) if made.server.was_confirmed(number, MANAGER_SAP)] == list(
        range(84, 100)
    )


# ---------------------------------------------------------------- bad ones


@pytest.mark.parametrize("raw", ["0f000000050002", "c2000003", "0f0000000500", "e0ffff"])
def test_a_notification_that_does_not_decode_disturbs_nothing(pair: MakePair, raw: str) -> None:
    made = pair()
    request = made.client.get(3, ENERGY, 2)
    with pytest.raises(RemoteProtocolError):
        made.client.receive_apdu(bytes.fromhex(raw))
    answer = made.exchange(request)
    assert made.client.receive_apdu(answer or b"") == [GetResult(axdr.double_long_unsigned(1362))]


def test_a_server_takes_no_notifications(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    for apdu in (PUSH.to_bytes(), EVENT.to_bytes()):
        assert made.exchange(apdu) == bytes.fromhex("d80202")
    assert made.server.state(MANAGER_SAP) is AssociationState.ASSOCIATED
