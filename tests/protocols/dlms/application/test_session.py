"""Both kinds of session over wrapper and HDLC, against a server behind a pipe in virtual time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from dlms_sessions import DRIVERS, FRAMINGS, DevicePipe, make_session
from dlms_small_device import (
    ECHO,
    ENERGY,
    MESSAGE,
    PROFILE,
    ROWS,
)

from protocols.dlms import axdr
from protocols.dlms.acse import Aare
from protocols.dlms.client.association import Lls
from protocols.dlms.client.events import Notification
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, SourceDiagnostic
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import DataObject, EntrySelection, LogicalDevice, ProfileGeneric, Register
from protocols.dlms.errors import DlmsError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.session.errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
    SessionError,
)
from protocols.dlms.xdlms.notification import DataNotification


@pytest.fixture(params=FRAMINGS)
def framings(request: pytest.FixtureRequest) -> tuple[Framing, Framing]:
    return FRAMINGS[request.param]()


@pytest.fixture(params=DRIVERS)
def make(request: pytest.FixtureRequest, device: LogicalDevice) -> Callable[..., Any]:
    """Makes sessions of one kind: what holds for the blocking one holds for the awaited one."""
    return partial(make_session, request.param, device)


@pytest.fixture
def session(make: Callable[..., Any], framings: tuple[Framing, Framing]) -> Any:
    return make(framings)


def test_a_whole_session(session: Any) -> None:
    seen: list[tuple[str, bytes]] = []
    session.on_frame = lambda direction, data: seen.append((direction, data))
    with session:
        assert isinstance(session.negotiated, Aare)
        assert session.get(Register, "1.0.1.8.0", 2) == axdr.double_long_unsigned(1362)
        session.set(DataObject, MESSAGE, 2, axdr.octet_string(b"adios"))
        assert session.get(1, MESSAGE, 2).value == b"adios"
        assert session.action(8192, ECHO, 1, axdr.unsigned(3)) == axdr.unsigned(3)
        assert session.action(70, "0.0.96.3.10", 1, axdr.integer(0)) is None
        assert len(session.get(ProfileGeneric, PROFILE, 2).value) == ROWS  # type: ignore[arg-type]
        assert len(session.get(ProfileGeneric, PROFILE, 2, EntrySelection(1, 2)).value) == 2  # type: ignore[arg-type]
        results = session.get_list([(3, ENERGY, 2), (3, "1.0.9.9.9", 2)])
        assert results == (axdr.double_long_unsigned(1362), DataAccessResult.OBJECT_UNDEFINED)
    assert session.negotiated is None
    assert {direction for direction, _ in seen} == {"tx", "rx"}
    assert session.faults == []


def test_blocks_both_ways(make: Callable[..., Any], framings: tuple[Framing, Framing]) -> None:
    with make(framings, max_pdu=100) as session:
        text = axdr.octet_string(bytes(3000))
        session.set(1, MESSAGE, 2, text)
        assert session.get(1, MESSAGE, 2) == text
        assert session.action(8192, ECHO, 1, text) == text


def test_refusals_are_named(session: Any) -> None:
    with session:
        with pytest.raises(AccessRefused) as caught:
            session.get(3, "1.0.99.99.99", 2)
        assert (caught.value.result, caught.value.code) == (DataAccessResult.OBJECT_UNDEFINED, 4)
        with pytest.raises(AccessRefused, match="type-unmatched"):
            session.set(1, MESSAGE, 2, axdr.unsigned(1))
        with pytest.raises(ActionRefused) as refused:
            session.action(8192, ECHO, 2, axdr.unsigned(1))
        assert refused.value.result is ActionResult.OTHER_REASON
        assert session.get(3, ENERGY, 3) is not None


def test_exception_instead_of_an_answer(make: Callable[..., Any], framings: tuple[Framing, Framing]) -> None:
    with make(framings, conformance=IMPLEMENTED & ~Conformance.SET) as session:
        with pytest.raises(ExceptionAnswered, match="service-not-supported") as caught:
            session.set(1, MESSAGE, 2, axdr.octet_string(b""))
        assert caught.value.service is ServiceError.SERVICE_NOT_SUPPORTED


def test_refused_association(make: Callable[..., Any], framings: tuple[Framing, Framing]) -> None:
    session = make(framings, authentication=Lls(b"wrong"))
    session.connect()
    with pytest.raises(AssociationRefused, match="authentication-failure") as caught:
        session.associate()
    assert caught.value.aare is not None
    assert caught.value.aare.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE
    session.disconnect()


def test_silence(session: Any) -> None:
    session.connect()
    session.associate()
    pipe = session.pipe
    assert isinstance(pipe, DevicePipe)
    before_s = pipe.now_s()
    pipe.paused = True
    with pytest.raises(NoAnswer):
        session.get(3, ENERGY, 2)
    assert pipe.now_s() - before_s == pytest.approx(5.0, abs=0.6)


def test_silence_while_connecting(make: Callable[..., Any]) -> None:
    session = make(FRAMINGS["hdlc"]())
    session.pipe.paused = True
    with pytest.raises(NoAnswer):
        session.connect()


def test_after_silence_a_wrapper_session_goes_on(make: Callable[..., Any]) -> None:
    session = make(FRAMINGS["wrapper"]())
    with session:
        session.pipe.paused = True
        with pytest.raises(NoAnswer, match=r"get 1\.0\.1\.8\.0"):
            session.get(3, ENERGY, 2)
        session.pipe.paused = False
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)


def test_a_link_that_falls(make: Callable[..., Any]) -> None:
    session = make(FRAMINGS["hdlc"]())
    session.connect()
    session.associate()
    # The server forgets the link, as after a power cut: it answers DM.
    session.pipe.framing = HdlcServer()
    with pytest.raises((LinkLost, NoAnswer)):
        session.get(3, ENERGY, 2)
    assert session.negotiated is None
    session.disconnect()


def test_notifications_are_kept(make: Callable[..., Any]) -> None:
    push = DataNotification(1, None, axdr.unsigned(7))
    with make(FRAMINGS["wrapper"]()) as session:
        session.pipe.pushes.append(push.to_bytes())
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)
        assert session.notifications == [Notification(push)]


def test_noise_on_the_line_is_kept_as_a_fault(make: Callable[..., Any]) -> None:
    with make(FRAMINGS["hdlc"]()) as session:
        session.pipe.garbage = b"\x7e\xa0\x07\x03\x03\x93\x00\x00\x7e"
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)
        assert session.faults


def test_raw_access(session: Any) -> None:
    session.connect()
    assert session.exchange_apdu(bytes.fromhex("c001c100030100010800ff0200")) == bytes.fromhex("d80102")
    session.associate()
    assert session.exchange_apdu(bytes.fromhex("050102fa00")) == bytes.fromhex("d80202")
    assert session.get(3, ENERGY, 2) is not None
    session.pipe.paused = True
    session.send_raw(b"\x00")
    assert session.receive_raw(1.0) == b""


def test_raw_access_to_silence(make: Callable[..., Any]) -> None:
    session = make(FRAMINGS["wrapper"]())
    session.connect()
    session.pipe.paused = True
    assert session.exchange_apdu(b"\xc0") is None


def test_calls_out_of_order(session: Any) -> None:
    session.connect()
    with pytest.raises(LocalProtocolError):
        session.get(3, ENERGY, 2)
    session.associate()
    with pytest.raises(LocalProtocolError):
        session.associate()
    session.disconnect()
    session.disconnect()


def test_an_error_inside_is_not_hidden_by_the_farewell(make: Callable[..., Any]) -> None:
    session = make(FRAMINGS["wrapper"]())
    session.connect()
    session.associate()
    session.pipe.paused = True
    with pytest.raises(KeyError), session:
        raise KeyError


def test_the_tree_of_errors() -> None:
    for kind in (NoAnswer, LinkLost, AssociationRefused, AccessRefused, ActionRefused, ExceptionAnswered):
        assert issubclass(kind, SessionError)
    assert issubclass(SessionError, RemoteProtocolError)
    assert issubclass(SessionError, DlmsError)
