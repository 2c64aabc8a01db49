"""Pushes without an association: plain, protected, in blocks; what proves nothing is refused by name."""

import pytest
from dlms_secure_pair import CLIENT_SAP, ENERGY, KEYS, SERVER_TITLE, SecurePair
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.errors import DecipheringError, DecodeError, DlmsError, InvocationCounterError
from protocols.dlms.framing import ApduReceived, FrameRejected, ToleratedFault
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.station import HdlcListener
from protocols.dlms.security import Cipher, Form, KeySet, SecurityControl, SecuritySuite
from protocols.dlms.security.forms import enclose
from protocols.dlms.security.general import GeneralHeader, KeyRing, seal_identified
from protocols.dlms.session.push import Push, PushKeys, PushListener, PushOpener
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import LONG_CONFIRMED
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

DATA = DataNotification(7, None, axdr.array(axdr.unsigned(3), axdr.octet_string(bytes(range(200)))))
EVENT = EventNotification(None, AttributeDescriptor(3, ENERGY, 2), axdr.double_long_unsigned(1362))
#: policy of security setup version 1: every answer authenticated and encrypted
PROTECTING = 0x20 | 0x40
GIVEN = [PushKeys(KeySet(bytes(16), bytes(16))), PushKeys(KEYS, titles=(SERVER_TITLE,))]


def listener(keys: list[PushKeys] | None = None) -> PushListener:
    return PushListener(PushOpener(GIVEN if keys is None else keys))


def sealed(plain: bytes, control: int = 0x30, counter: int = 5, form: Form = Form.GENERAL_GLO) -> bytes:
    cipher = Cipher(KEYS.guek, KEYS.gak)
    return enclose(form, plain[0], SERVER_TITLE, cipher.seal(control, SERVER_TITLE, counter, plain))


@pytest.mark.parametrize("notification", [DATA, EVENT], ids=["data", "event"])
@pytest.mark.parametrize("octets_max", [None, 64])
def test_what_a_server_pushes_without_an_association(
    notification: DataNotification | EventNotification, octets_max: int | None
) -> None:
    server = SecurePair(policy=PROTECTING, setup_version=1).server
    first = server.notify(notification, CLIENT_SAP, octets_max=octets_max)
    pushes = [push for apdu in (first, *server.further_apdus()) if (push := listening(apdu))]
    (push,) = pushes
    assert push.apdu == notification
    assert push.protection is not None
    assert (push.protection.system_title, push.protection.authenticated) == (SERVER_TITLE, True)


_STANDING = listener()


def listening(apdu: bytes) -> Push | None:
    """One listener for the blocks of a push; a fresh one where a push begins anew."""
    global _STANDING
    if apdu[:1] != b"\xe0" or apdu[2:4] == b"\x00\x01":
        _STANDING = listener()
    return _STANDING.receive_apdu(apdu)


def test_a_plain_push_and_what_confirms_it() -> None:
    assert listener([]).receive_apdu(DATA.to_bytes()) == Push(DATA)
    assert Push(DATA).confirmation is None
    wanting = DataNotification(LONG_CONFIRMED | 9, None, axdr.null())
    push = listener([]).receive_apdu(wanting.to_bytes())
    assert push is not None
    assert not push.protected
    assert push.confirmation == DataNotificationConfirm(LONG_CONFIRMED | 9).to_bytes()


@pytest.mark.parametrize(
    "apdu",
    [
        sealed(DATA.to_bytes()),
        sealed(EVENT.to_bytes(), form=Form.GLO),
        seal_identified(
            KeyRing(SecuritySuite.SUITE_0, KEYS),
            GeneralHeader(SERVER_TITLE, b"CLI00001"),
            SecurityControl.AUTHENTICATED_ENCRYPTED,
            5,
            DATA.to_bytes(),
        ),
    ],
    ids=["general-glo", "glo", "general-ciphering"],
)
def test_every_form(apdu: bytes) -> None:
    one = listener()
    push = one.receive_apdu(apdu)
    assert push is not None
    assert push.protection is not None
    assert (push.protection.counter, push.protection.authenticated) == (5, True)
    with pytest.raises(InvocationCounterError, match="5 was used before"):
        one.receive_apdu(apdu)
    with pytest.raises(DecipheringError, match="none of the keys"):
        listener([PushKeys(KeySet(bytes(16), bytes(16)), (SERVER_TITLE,))]).receive_apdu(apdu)
    with pytest.raises(DecipheringError, match="none of the keys"):
        listener([]).receive_apdu(apdu)


def test_a_counter_counts_for_every_peer() -> None:
    opener = PushOpener(GIVEN)
    first, second = PushListener(opener), PushListener(opener)
    assert first.receive_apdu(sealed(DATA.to_bytes(), counter=9))
    for counter in (9, 8, 0):
        with pytest.raises(InvocationCounterError):
            second.receive_apdu(sealed(DATA.to_bytes(), counter=counter))
    assert second.receive_apdu(sealed(DATA.to_bytes(), counter=10))


def test_encryption_alone_proves_nothing_and_uses_no_counter_up() -> None:
    one = listener()
    for _ in range(2):
        push = one.receive_apdu(sealed(DATA.to_bytes(), control=0x20))
        assert push is not None
        assert push.protection is not None
        assert not push.protection.authenticated


@pytest.mark.parametrize(
    ("apdu", "error"),
    [
        (b"", DecodeError),
        (b"\x0f\x00", DecodeError),
        (bytes.fromhex("c401c10006000000ff"), DecodeError),
        (b"\xdb", DlmsError),
        (b"\xdb\x08" + SERVER_TITLE + b"\x03\x30\x00\x00", DecipheringError),
        (sealed(bytes.fromhex("c001c100010000600100ff0200")), DecipheringError),
        (sealed(DATA.to_bytes())[:-1], DecipheringError),
        (b"\xe0", DecodeError),
    ],
)
def test_what_is_no_push_is_refused_and_the_next_one_comes_through(
    apdu: bytes, error: type[DlmsError]
) -> None:
    one = listener()
    with pytest.raises(error):
        one.receive_apdu(apdu)
    assert one.receive_apdu(sealed(DATA.to_bytes()))


@given(st.data())
def test_a_changed_octet_is_never_taken_for_proof(data: st.DataObject) -> None:
    whole = bytearray(sealed(DATA.to_bytes()))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        push = listener().receive_apdu(bytes(whole))
    except DlmsError:
        return
    assert push is None or push.protection is None or not push.protection.authenticated


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_only_its_own_errors(apdus: list[bytes]) -> None:
    one = listener()
    for apdu in apdus:
        try:
            one.receive_apdu(apdu)
        except DlmsError:
            continue


# ---------------------------------------------------------------- over HDLC


def test_ui_frames_for_whatever_client() -> None:
    server, ear = HdlcServer(), HdlcListener()
    for client_sap in (16, 103):
        server.send_unnumbered(DATA.to_bytes(), client_sap=client_sap, server_sap=1)
        (event,) = ear.receive_data(server.data_to_send(), 0.0)
        assert event == ApduReceived(DATA.to_bytes(), client_sap, 1)
    assert ear.data_to_send() == b""
    assert ear.next_deadline() is None


def test_other_frames_and_noise_are_named() -> None:
    ear = HdlcListener()
    snrm = bytes.fromhex("7ea0070321930f017e")
    (event,) = ear.receive_data(snrm, 0.0)
    assert isinstance(event, FrameRejected)
    assert "while nobody is connected" in event.reason
    assert all(
        isinstance(event, FrameRejected | ToleratedFault) for event in ear.receive_data(b"\x7e\xff\x01", 1.0)
    )
