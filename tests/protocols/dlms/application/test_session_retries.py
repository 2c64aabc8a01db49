"""What a session asks again and what it never does; lists, access, keep-alive, notifications; both kinds."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from dlms_sessions import DRIVERS, FRAMINGS, make_session
from dlms_small_device import ECHO, ENERGY, MESSAGE, RELAY, State

from protocols.dlms import axdr
from protocols.dlms.client.events import Notification
from protocols.dlms.client.requests import AccessAction, AccessGet
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.session import NoAnswer, OutcomeUnknown
from protocols.dlms.xdlms.notification import DataNotification

VALUE = axdr.double_long_unsigned(1362)
PATIENT = {"retries": 2}


@pytest.fixture(params=DRIVERS)
def make(request: pytest.FixtureRequest, device: LogicalDevice) -> Callable[..., Any]:
    return partial(make_session, request.param, device, FRAMINGS["wrapper"]())


def test_a_read_is_asked_again_with_the_same_octets(make: Callable[..., Any]) -> None:
    with make(terms=PATIENT) as session:
        session.pipe.losing = 2
        assert session.get(3, ENERGY, 2) == VALUE
        first, *again = session.pipe.requests[1:]
        assert again == [first, first]


def test_patience_ends(make: Callable[..., Any]) -> None:
    with make(terms=PATIENT) as session:
        session.pipe.losing = 3
        with pytest.raises(NoAnswer, match="get"):
            session.get(3, ENERGY, 2)
        assert session.get(3, ENERGY, 2) == VALUE
        assert len({request[2] for request in session.pipe.requests[1:]}) == 2


def test_a_slow_answer_and_its_double_are_one(make: Callable[..., Any]) -> None:
    with make(terms=PATIENT) as session:
        session.pipe.delaying = 1
        assert session.get(3, ENERGY, 2) == VALUE
        assert session.get(1, MESSAGE, 2) == axdr.octet_string(b"hola")
        assert session.get(3, ENERGY, 2) == VALUE


def test_a_transfer_that_broke_begins_anew(make: Callable[..., Any]) -> None:
    with make(terms=PATIENT, max_pdu=100) as session:
        text = axdr.octet_string(bytes(range(256)))
        session.set(1, MESSAGE, 2, text)
        before = len(session.pipe.requests)
        transport = session.engine.transport
        send = transport.send

        def lose_the_third(apdu: bytes) -> Any:
            if len(session.pipe.requests) == before + 2:
                session.pipe.losing = 1
            return send(apdu)

        transport.send = lose_the_third
        assert session.get(1, MESSAGE, 2) == text
        asked = [request for request in session.pipe.requests[before:] if request[:2] == b"\xc0\x01"]
        assert len(asked) == 2
        assert asked[0] != asked[1]  # another invoke-id: the server has moved on in the first transfer


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.set(1, MESSAGE, 2, axdr.octet_string(b"x")),
        lambda session: session.set_list([((1, MESSAGE, 2), axdr.octet_string(b"x"))]),
        lambda session: session.action(70, RELAY, 1, axdr.integer(0)),
        lambda session: session.action_list([(70, RELAY, 1, axdr.integer(0))]),
        lambda session: session.access([AccessAction(70, RELAY, 1, axdr.integer(0))]),
    ],
)
def test_what_changes_something_is_sent_once(
    make: Callable[..., Any], state: State, call: Callable[[Any], object]
) -> None:
    with make(terms=PATIENT, conformance=IMPLEMENTED) as session:
        session.pipe.losing = 1
        with pytest.raises(OutcomeUnknown):
            call(session)
        assert len(session.pipe.requests) == 2
        assert state.disconnects <= 1
        assert session.get(3, ENERGY, 2) == VALUE


def test_lists_and_access(make: Callable[..., Any], state: State) -> None:
    with make(conformance=IMPLEMENTED) as session:
        good, missing = (1, MESSAGE, 2), (1, "1.0.9.9.9", 2)
        written = session.set_list([(good, axdr.octet_string(b"x")), (missing, axdr.unsigned(1))])
        assert written == (DataAccessResult.SUCCESS, DataAccessResult.OBJECT_UNDEFINED)
        assert state.message == b"x"
        done = session.action_list([(8192, ECHO, 1, axdr.unsigned(3)), (8192, "1.0.9.9.9", 1, None)])
        assert done[0].data == axdr.unsigned(3)
        assert done[1].result is not ActionResult.SUCCESS
        outcome = session.access([AccessGet((3, ENERGY, 2)), AccessAction(8192, ECHO, 1, axdr.unsigned(4))])
        assert [item.data for item in outcome.outcomes] == [VALUE, axdr.unsigned(4)]


def test_unconfirmed_is_not_waited_for(make: Callable[..., Any], state: State) -> None:
    with make(conformance=IMPLEMENTED) as session:
        before_s = session.pipe.now_s()
        session.set(1, MESSAGE, 2, axdr.octet_string(b"y"), confirmed=False)
        assert session.action(70, RELAY, 1, axdr.integer(0), confirmed=False) is None
        assert session.pipe.now_s() == before_s
        assert (state.message, state.disconnects) == (b"y", 1)
        assert session.get(3, ENERGY, 2) == VALUE


def test_keep_alive_asks_only_after_silence(make: Callable[..., Any]) -> None:
    with make() as session:
        assert session.keep_alive() is True
        assert session.keep_alive(60.0) is False
        session.pipe.time_s += 61
        assert session.keep_alive(60.0) is True
        session.pipe.paused = True
        with pytest.raises(NoAnswer):
            session.keep_alive()
        session.pipe.paused = False


def test_a_notification_is_waited_for(make: Callable[..., Any]) -> None:
    push = DataNotification(1, None, axdr.unsigned(7))
    with make() as session:
        assert session.wait_notification(3.0) is None
        pipe = session.pipe
        pipe.framing.send_apdu(push.to_bytes(), client_sap=1, server_sap=1, now_s=pipe.time_s)
        assert session.wait_notification(3.0) == Notification(push)
        assert session.notifications == [Notification(push)]


def test_a_pipe_that_breaks_leaves_the_session_in_order(make: Callable[..., Any]) -> None:
    session = make()
    session.connect()
    session.associate()
    send = session.pipe.send

    def broken(_data: bytes) -> None:
        raise ConnectionResetError

    session.pipe.send = broken
    with pytest.raises(ConnectionResetError):
        session.get(3, ENERGY, 2)
    session.pipe.send = send
    assert session.get(3, ENERGY, 2) == VALUE
