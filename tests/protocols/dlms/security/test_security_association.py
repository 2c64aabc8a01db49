"""Associations with security, both sides: every form, and each refusal."""

from dataclasses import replace

import pytest
from dlms_secure_pair import (
    CLIENT_SAP,
    CLIENT_TITLE,
    ENERGY,
    GUARDED,
    KEYS,
    LONG,
    SECRET,
    SERVER_SAP,
    SERVER_TITLE,
    SecurePair,
)

from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, MechanismName, Rlre, Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import Associated, AssociationRefused, GetResult, Released, SetResult
from protocols.dlms.codes import DataAccessResult, ReleaseResponseReason, SourceDiagnostic
from protocols.dlms.cosem import AssociationLn, AssociationProfile, DataObject, Register
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.errors import DecipheringError, DlmsValueError, LocalProtocolError
from protocols.dlms.security import Cipher, ClientSecurity, Form, Hls, KeySet, SecurityControl, SendCounter
from protocols.dlms.server.association import AssociationState
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.ciphered import Ciphered

MECHANISMS = ("none", "lls", "hls-md5", "hls-sha1", "hls-gmac", "hls-sha256")
FORMS = (
    (Form.GENERAL_CIPHERING, None),
    (Form.GLO, None),
    (Form.DED, bytes(16)),
    (Form.GENERAL_GLO, None),
    (Form.GENERAL_DED, bytes(16)),
)
CONTROLS = (
    SecurityControl.AUTHENTICATED,
    SecurityControl.ENCRYPTED,
    SecurityControl.AUTHENTICATED_ENCRYPTED,
)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.summary)
@pytest.mark.parametrize(("form", "key"), FORMS, ids=lambda item: str(item) if isinstance(item, Form) else "")
def test_callers_see_plain_values(
    mechanism: str, control: SecurityControl, form: Form, key: bytes | None
) -> None:
    pair = SecurePair(mechanism, control, form, key)
    assert isinstance(pair.associate()[0], Associated)
    assert pair.exchange(pair.client.get(Register, ENERGY, 2)) == [GetResult(axdr.double_long_unsigned(1362))]
    (refused,) = pair.exchange(pair.client.set(Register, ENERGY, 2, axdr.double_long_unsigned(1)))
    assert refused == SetResult(DataAccessResult.READ_WRITE_DENIED)
    assert pair.exchange(pair.client.release()) == [Released()]
    assert pair.server.state(CLIENT_SAP) is AssociationState.IDLE


@pytest.mark.parametrize("form", [Form.GLO, Form.GENERAL_GLO])
def test_long_values_travel_in_protected_blocks(form: Form) -> None:
    pair = SecurePair(use=form, client_max_pdu=256)
    pair.associate()
    (result,) = pair.exchange(pair.client.get(DataObject, LONG, 2))
    assert isinstance(result, GetResult)
    assert result.data == axdr.octet_string(bytes(3000))


def test_every_apdu_of_a_ciphered_association_fits_what_the_client_takes() -> None:
    pair = SecurePair(client_max_pdu=128)
    sizes: list[int] = []
    send = pair.send

    def measured(apdu: bytes) -> bytes:
        answer = send(apdu)
        sizes.append(len(answer))
        return answer

    pair.send = measured  # type: ignore[method-assign]
    pair.associate()
    pair.exchange(pair.client.get(DataObject, LONG, 2))
    assert max(sizes[1:]) <= 128


REFUSED_AARQ = {
    "no title": ({"calling_ap_title": None}, SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED),
    "short title": (
        {"calling_ap_title": b"\x04\x07AMB0000"},
        SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED,
    ),
    "long title": (
        {"calling_ap_title": b"\x04\x09AMB000000"},
        SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED,
    ),
    "the server's title": (
        {"calling_ap_title": b"\x04\x08" + SERVER_TITLE},
        SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED,
    ),
    "another title": (
        {"calling_ap_title": b"\x04\x08CLI00002"},
        SourceDiagnostic.USER_AUTHENTICATION_FAILURE,
    ),
    "short challenge": ({"authentication_value": b"1234567"}, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
    "no challenge": ({"authentication_value": None}, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
    "long challenge": ({"authentication_value": bytes(65)}, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
    "another mechanism": (
        {"mechanism_name": MechanismName.HLS_SHA1.value},
        SourceDiagnostic.USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED,
    ),
    "no user-information": ({"user_information": None}, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
}


@pytest.mark.parametrize(("changes", "diagnostic"), REFUSED_AARQ.values(), ids=REFUSED_AARQ)
def test_requests_that_are_refused(changes: dict, diagnostic: SourceDiagnostic) -> None:
    pair = SecurePair()
    aarq = decode_apdu(pair.client.associate())
    assert isinstance(aarq, Aarq)
    aare = decode_apdu(pair.send(replace(aarq, **changes).to_bytes()))
    assert isinstance(aare, Aare)
    assert not aare.accepted
    assert aare.diagnostic is diagnostic
    assert pair.server.state(CLIENT_SAP) is AssociationState.IDLE


def test_a_replayed_association_request_is_refused() -> None:
    pair = SecurePair()
    aarq = pair.client.associate()
    assert decode_apdu(pair.send(aarq)).accepted  # type: ignore[attr-defined]
    again = decode_apdu(pair.send(aarq))
    assert isinstance(again, Aare)
    assert again.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE


def test_a_known_client_title_is_the_only_one() -> None:
    pair = SecurePair(client_title=b"CLI00009")
    pair.security.client_title = CLIENT_TITLE
    (refused,) = pair.associate()
    assert isinstance(refused, AssociationRefused)
    assert refused.answer.diagnostic is SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED  # type: ignore[union-attr]


def _with_dedicated_key(pair: SecurePair, key: bytes) -> bytes:
    """The association request of the pair's client, with any octets for a dedicated key."""
    aarq = decode_apdu(pair.client.associate())
    assert isinstance(aarq, Aarq)
    initiate = replace(pair.client._initiate, dedicated_key=key).to_bytes()
    sealed = Cipher(KEYS.guek, KEYS.gak).seal(0x30, CLIENT_TITLE, pair.counter.take(), initiate)
    return replace(aarq, user_information=decode_apdu(bytes((0x21, len(sealed))) + sealed)).to_bytes()  # type: ignore[arg-type]


@pytest.mark.parametrize("octets", [0, 15, 16, 17, 32])
def test_a_dedicated_key_has_the_length_of_the_suite(octets: int) -> None:
    pair = SecurePair()
    aare = decode_apdu(pair.send(_with_dedicated_key(pair, bytes(octets))))
    assert isinstance(aare, Aare)
    assert aare.accepted is (octets == 16)


def test_wrong_keys_do_not_associate() -> None:
    for keys in (replace(KEYS, guek=bytes(16)), replace(KEYS, gak=bytes(16))):
        pair = SecurePair(client_keys=keys)
        (refused,) = pair.associate()
        assert isinstance(refused, AssociationRefused)
        assert isinstance(refused.answer, Aare)


def test_a_client_that_waits_for_one_server_takes_no_other() -> None:
    pair = SecurePair()
    assert pair.client.security is not None
    pair.client.security = replace(pair.client.security, server_system_title=b"AMB00002")
    with pytest.raises(DecipheringError, match="another server"):
        pair.associate()


def test_an_object_that_asks_for_authenticated_messages() -> None:
    for control, expected in (
        (SecurityControl.ENCRYPTED, DataAccessResult.READ_WRITE_DENIED),
        (SecurityControl.AUTHENTICATED, DataAccessResult.SUCCESS),
        (SecurityControl.AUTHENTICATED_ENCRYPTED, DataAccessResult.SUCCESS),
    ):
        pair = SecurePair(control=control)
        pair.associate()
        assert pair.exchange(pair.client.set(DataObject, GUARDED, 2, axdr.octet_string(b"new"))) == [
            SetResult(expected)
        ]
        (read,) = pair.exchange(pair.client.get(DataObject, GUARDED, 2))
        assert isinstance(read, GetResult)
        assert (read.data is None) is (expected is not DataAccessResult.SUCCESS)


def test_the_association_object_tells_the_truth() -> None:
    pair = SecurePair()
    pair.associate()
    values = {
        index: pair.exchange(pair.client.get(AssociationLn, CURRENT_ASSOCIATION, index))[0].data.value  # type: ignore[union-attr]
        for index in (4, 6, 9)
    }
    assert values == {
        4: bytes.fromhex("60857405080103"),
        6: bytes.fromhex("60857405080205"),
        9: bytes.fromhex("00002b0000ff"),
    }


@pytest.mark.parametrize(
    "information", ["none", "plain", "authenticated only", "replayed"], ids=lambda item: item
)
def test_a_release_with_less_protection_is_refused(information: str) -> None:
    pair = SecurePair()
    pair.associate()
    rlrq = decode_apdu(pair.client.release())
    assert isinstance(rlrq, Rlrq)
    found: object = rlrq.user_information
    if information in ("none", "plain"):
        found = None if information == "none" else pair.client._initiate
    elif information == "authenticated only":
        sealed = Cipher(KEYS.guek, KEYS.gak).seal(0x10, CLIENT_TITLE, 500, pair.client._initiate.to_bytes())
        found = decode_apdu(bytes((0x21, len(sealed))) + sealed)
    else:
        assert isinstance(found, Ciphered)
        header = replace(found.security_header, invocation_counter=1)
        found = replace(found, security_header=header)
    rlre = decode_apdu(pair.send(replace(rlrq, user_information=found).to_bytes()))  # type: ignore[arg-type]
    assert isinstance(rlre, Rlre)
    assert rlre.reason is ReleaseResponseReason.NOT_FINISHED
    assert pair.server.state(CLIENT_SAP) is AssociationState.ASSOCIATED


def test_what_makes_no_client() -> None:
    def security(**changes: object) -> ClientSecurity:
        fields: dict = {"client_system_title": CLIENT_TITLE, "keys": KEYS, "counter": SendCounter(1)}
        return ClientSecurity(**{**fields, **changes})

    for changes, message in (
        ({"client_system_title": b"short"}, "8 octets"),
        ({"keys": KeySet(bytes(32), bytes(32))}, "16 octets"),
        ({"use": Form.DED}, "dedicated key"),
        ({"dedicated_key": bytes(15)}, "has 16 octets"),
        ({"policy_control": SecurityControl.COMPRESSED}, r"V\.44"),
    ):
        with pytest.raises(DlmsValueError, match=message):
            security(**changes)
    with pytest.raises(DlmsValueError, match="needs a secret"):
        Hls(MechanismName.HLS_MD5, None, bytes(8))
    with pytest.raises(DlmsValueError, match="8 to 64"):
        Hls(MechanismName.HLS_GMAC, None, bytes(7))
    with pytest.raises(DlmsValueError, match="not a high level"):
        Hls(MechanismName.HLS, SECRET, bytes(8))
    with pytest.raises(DlmsValueError, match="keys and titles"):
        ClientConnection(authentication=Hls(MechanismName.HLS_GMAC, None, bytes(8)))
    with pytest.raises(LocalProtocolError, match="no keys"):
        ClientConnection().rekey(KEYS)
    with pytest.raises(DlmsValueError, match="keys and titles"):
        AssociationProfile(SERVER_SAP, "hls-gmac")  # type: ignore[arg-type]
    with pytest.raises(DlmsValueError, match="password"):
        AssociationProfile(SERVER_SAP, "hls-md5")  # type: ignore[arg-type]
    with pytest.raises(DlmsValueError, match="random octets"):
        ServerConnection(SecurePair().device())


def test_a_client_shows_no_key() -> None:
    pair = SecurePair(dedicated_key=bytes(range(100, 116)))
    shown = repr(pair.client.security) + repr(pair.client.authentication)
    for key in (KEYS.guek, KEYS.gak, SECRET, pair.dedicated_key):
        assert repr(key)[2:-1] not in shown
