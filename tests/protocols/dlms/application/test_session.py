"""The blocking session over wrapper and HDLC, against a server behind a pipe in virtual time."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    ECHO,
    ENERGY,
    MANAGER_SAP,
    MESSAGE,
    PASSWORD,
    PROFILE,
    ROWS,
)

from protocols.dlms import axdr
from protocols.dlms.acse import Aare
from protocols.dlms.client import ClientConnection, Lls
from protocols.dlms.client_events import Notification
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, SourceDiagnostic
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import DataObject, EntrySelection, LogicalDevice, ProfileGeneric, Register
from protocols.dlms.errors import DlmsError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.framing import ApduReceived, Framing, LinkDisconnected
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.server import ServerConnection
from protocols.dlms.session import DlmsSession
from protocols.dlms.session_errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
    SessionError,
)
from protocols.dlms.wrapper import WrapperClient, WrapperServer
from protocols.dlms.xdlms.notification import DataNotification


class DevicePipe:
    """A device at the other end: time passes only while the session waits."""

    def __init__(self, framing: Framing, server: ServerConnection) -> None:
        self.framing = framing
        self.server = server
        self.time_s = 0.0
        self.paused = False
        self.pushes: list[bytes] = []
        self.garbage = b""

    def now_s(self) -> float:
        return self.time_s

    def send(self, data: bytes) -> None:
        if self.paused:
            return
        for event in self.framing.receive_data(data, self.time_s):
            if isinstance(event, ApduReceived):
                answer = self.server.receive_apdu(event.apdu, event.client_sap, event.server_sap, self.time_s)
                for apdu in [*self.pushes, answer]:
                    if apdu is not None:
                        self.framing.send_apdu(
                            apdu, client_sap=event.client_sap, server_sap=event.server_sap, now_s=self.time_s
                        )
                self.pushes.clear()
            if isinstance(event, LinkDisconnected):
                self.server.link_lost(event.client_sap)

    def receive(self, max_wait_s: float) -> bytes:
        data, self.garbage = self.garbage + self.framing.data_to_send(), b""
        if not data:
            self.time_s += max_wait_s
        return data


FRAMINGS: dict[str, Callable[[], tuple[Framing, Framing]]] = {
    "wrapper": lambda: (WrapperClient(MANAGER_SAP, 1), WrapperServer()),
    "hdlc": lambda: (HdlcClient(MANAGER_SAP, 1), HdlcServer()),
    "hdlc, 4-byte address": lambda: (HdlcClient(MANAGER_SAP, 1, address_bytes=4), HdlcServer()),
    "hdlc, long frames": lambda: (
        HdlcClient(MANAGER_SAP, 1, max_info=512, window=3),
        HdlcServer(max_info=512, window=3),
    ),
}


@pytest.fixture(params=FRAMINGS)
def framings(request: pytest.FixtureRequest) -> tuple[Framing, Framing]:
    return FRAMINGS[request.param]()


def _session(device: LogicalDevice, framings: tuple[Framing, Framing], **client: object) -> DlmsSession:
    near, far = framings
    client.setdefault("authentication", Lls(PASSWORD))
    connection = ClientConnection(client_sap=MANAGER_SAP, server_sap=1, **client)  # type: ignore[arg-type]
    return DlmsSession(DevicePipe(far, ServerConnection(device)), near, connection)


@pytest.fixture
def session(device: LogicalDevice, framings: tuple[Framing, Framing]) -> DlmsSession:
    return _session(device, framings)


def test_a_whole_session(session: DlmsSession) -> None:
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


def test_blocks_both_ways(device: LogicalDevice, framings: tuple[Framing, Framing]) -> None:
    with _session(device, framings, max_pdu=100) as session:
        text = axdr.octet_string(bytes(3000))
        session.set(1, MESSAGE, 2, text)
        assert session.get(1, MESSAGE, 2) == text
        assert session.action(8192, ECHO, 1, text) == text


def test_refusals_are_named(session: DlmsSession) -> None:
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


def test_exception_instead_of_an_answer(device: LogicalDevice, framings: tuple[Framing, Framing]) -> None:
    with _session(device, framings, conformance=IMPLEMENTED & ~Conformance.SET) as session:
        with pytest.raises(ExceptionAnswered, match="service-not-supported") as caught:
            session.set(1, MESSAGE, 2, axdr.octet_string(b""))
        assert caught.value.service is ServiceError.SERVICE_NOT_SUPPORTED


def test_refused_association(device: LogicalDevice, framings: tuple[Framing, Framing]) -> None:
    session = _session(device, framings, authentication=Lls(b"wrong"))
    session.connect()
    with pytest.raises(AssociationRefused, match="authentication-failure") as caught:
        session.associate()
    assert caught.value.aare is not None
    assert caught.value.aare.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE
    session.disconnect()


def test_silence(session: DlmsSession) -> None:
    session.connect()
    session.associate()
    pipe = session.pipe
    assert isinstance(pipe, DevicePipe)
    before_s = pipe.now_s()
    pipe.paused = True
    with pytest.raises(NoAnswer):
        session.get(3, ENERGY, 2)
    assert pipe.now_s() - before_s == pytest.approx(5.0, abs=0.6)


def test_silence_while_connecting(device: LogicalDevice) -> None:
    session = _session(device, FRAMINGS["hdlc"]())
    session.pipe.paused = True  # type: ignore[attr-defined]
    with pytest.raises(NoAnswer):
        session.connect()


def test_after_silence_a_wrapper_session_goes_on(device: LogicalDevice) -> None:
    session = _session(device, FRAMINGS["wrapper"]())
    with session:
        session.pipe.paused = True  # type: ignore[attr-defined]
        with pytest.raises(NoAnswer, match=r"get 1\.0\.1\.8\.0"):
            session.get(3, ENERGY, 2)
        session.pipe.paused = False  # type: ignore[attr-defined]
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)


def test_a_link_that_falls(device: LogicalDevice) -> None:
    session = _session(device, FRAMINGS["hdlc"]())
    session.connect()
    session.associate()
    # The server forgets the link, as after a power cut: it answers DM.
    session.pipe.framing = HdlcServer()  # type: ignore[attr-defined]
    with pytest.raises((LinkLost, NoAnswer)):
        session.get(3, ENERGY, 2)
    assert session.negotiated is None
    session.disconnect()


def test_notifications_are_kept(device: LogicalDevice) -> None:
    push = DataNotification(1, None, axdr.unsigned(7))
    with _session(device, FRAMINGS["wrapper"]()) as session:
        session.pipe.pushes.append(push.to_bytes())  # type: ignore[attr-defined]
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)
        assert session.notifications == [Notification(push)]


def test_noise_on_the_line_is_kept_as_a_fault(device: LogicalDevice) -> None:
    with _session(device, FRAMINGS["hdlc"]()) as session:
        session.pipe.garbage = b"\x7e\xa0\x07\x03\x03\x93\x00\x00\x7e"  # type: ignore[attr-defined]
        assert session.get(3, ENERGY, 2) == axdr.double_long_unsigned(1362)
        assert session.faults


def test_raw_access(session: DlmsSession) -> None:
    session.connect()
    assert session.exchange_apdu(bytes.fromhex("c001c100030100010800ff0200")) == bytes.fromhex("d80102")
    session.associate()
    assert session.exchange_apdu(bytes.fromhex("050102fa00")) == bytes.fromhex("d80202")
    assert session.get(3, ENERGY, 2) is not None
    session.pipe.paused = True  # type: ignore[attr-defined]
    session.send_raw(b"\x00")
    assert session.receive_raw(1.0) == b""


def test_raw_access_to_silence(device: LogicalDevice) -> None:
    session = _session(device, FRAMINGS["wrapper"]())
    session.connect()
    session.pipe.paused = True  # type: ignore[attr-defined]
    assert session.exchange_apdu(b"\xc0") is None


def test_calls_out_of_order(session: DlmsSession) -> None:
    session.connect()
    with pytest.raises(LocalProtocolError):
        session.get(3, ENERGY, 2)
    session.associate()
    with pytest.raises(LocalProtocolError):
        session.associate()
    session.disconnect()
    session.disconnect()


def test_an_error_inside_is_not_hidden_by_the_farewell(device: LogicalDevice) -> None:
    session = _session(device, FRAMINGS["wrapper"]())
    session.connect()
    session.associate()
    session.pipe.paused = True  # type: ignore[attr-defined]
    with pytest.raises(KeyError), session:
        raise KeyError


def test_the_tree_of_errors() -> None:
    for kind in (NoAnswer, LinkLost, AssociationRefused, AccessRefused, ActionRefused, ExceptionAnswered):
        assert issubclass(kind, SessionError)
    assert issubclass(SessionError, RemoteProtocolError)
    assert issubclass(SessionError, DlmsError)
