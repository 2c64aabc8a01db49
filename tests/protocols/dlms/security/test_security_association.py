"""Associations with security, both sides: every mechanism and form, and each refusal."""

import json
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
    numbered_octets,
)

from conformance.vectors import path
from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, MechanismName, Rlre, Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import AssociationState
from protocols.dlms.association_security import HlsHandShake
from protocols.dlms.client import ClientConnection, Hls
from protocols.dlms.client_events import (
    ApduToSend,
    Associated,
    AssociationRefused,
    GetResult,
    HlsRefused,
    Released,
    SetResult,
)
from protocols.dlms.codes import ActionResult, DataAccessResult, ReleaseResponseReason, SourceDiagnostic
from protocols.dlms.cosem import AssociationLn, AssociationProfile, DataObject, Register
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.errors import DecipheringError, DlmsValueError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.security import Cipher, ClientSecurity, Form, KeySet, SecurityControl, SendCounter
from protocols.dlms.security.hls import Proving, Side, prove, proves
from protocols.dlms.server import ServerConnection
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
NOT_ALLOWED = bytes.fromhex("d80102")


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


@pytest.mark.parametrize("mechanism", ["hls-md5", "hls-sha1", "hls-gmac", "hls-sha256"])
def test_high_level_security_in_the_plain_context(mechanism: str) -> None:
    pair = SecurePair(mechanism, SecurityControl.NONE)
    assert isinstance(pair.associate()[0], Associated)
    apdu = pair.client.get(Register, ENERGY, 2)
    assert apdu[0] == 0xC0, "nothing is ciphered"
    assert isinstance(pair.exchange(apdu)[0], GetResult)


@pytest.mark.parametrize("mechanism", ["hls-md5", "hls-sha1", "hls-sha256"])
def test_a_wrong_secret_ends_the_association(mechanism: str) -> None:
    pair = SecurePair(mechanism, SecurityControl.NONE, secret=b"another")
    assert pair.associate() == [AssociationRefused(HlsRefused(ActionResult.OTHER_REASON))]
    assert "refused" in HlsRefused(ActionResult.OTHER_REASON).summary
    assert pair.server.state(CLIENT_SAP) is AssociationState.IDLE
    assert pair.send(bytes.fromhex("c001c100030100010800ff0200")) == NOT_ALLOWED


def test_nothing_but_the_answer_to_the_challenge_is_served_while_pending() -> None:
    pair = SecurePair("hls-gmac", SecurityControl.NONE)
    events = pair.client.receive_apdu(pair.send(pair.client.associate()))
    assert pair.server.state(CLIENT_SAP) is AssociationState.PENDING
    assert pair.send(bytes.fromhex("c001c100030100010800ff0200")) == NOT_ALLOWED
    assert pair.send(bytes.fromhex("c301c1000f0000280000ff0201090100")) == NOT_ALLOWED
    assert pair.send(bytes.fromhex("c3")) == NOT_ALLOWED
    assert isinstance(events[0], ApduToSend)
    assert isinstance(pair.client.receive_apdu(pair.send(events[0].apdu))[0], Associated)
    assert pair.server.state(CLIENT_SAP) is AssociationState.ASSOCIATED
    (second,) = [decode_apdu(pair.send(events[0].apdu))]
    assert second.outcome.result is not ActionResult.SUCCESS  # type: ignore[attr-defined]
    assert pair.server.state(CLIENT_SAP) is AssociationState.ASSOCIATED, "a second answer does no harm"


class Impostor(ServerConnection):
    """Knows no secret: it takes any proof and makes one up, or sends the client's challenge back."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        assert shake is not None
        return replace(
            shake, proving=Proving(secret=b"guessed", cipher=Cipher(bytes(16), bytes(16)), counter=lambda: 1)
        )


class Mirror(Impostor):
    """Answers the client's challenge with the same challenge."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        assert shake is not None
        return replace(shake, server=Side(SERVER_TITLE, shake.client.challenge))


class Yes(HlsHandShake):
    """Takes any proof."""

    __slots__ = ()

    def reply(self, parameter: axdr.Data | None) -> axdr.Data:
        self.done = True
        return axdr.octet_string(prove(self.mechanism, self.proving, self.server, self.client))


class Credulous(Impostor):
    """Takes any proof, and makes its own up."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        assert shake is not None
        return Yes(shake.mechanism, shake.proving, shake.client, shake.server)


@pytest.mark.parametrize("mechanism", ["hls-md5", "hls-gmac", "hls-sha256"])
def test_the_client_judges_pass_4(mechanism: str) -> None:
    pair = SecurePair(mechanism, SecurityControl.NONE, server_type=Credulous)
    with pytest.raises(DecipheringError, match="did not prove"):
        pair.associate()
    assert pair.client.state.value == "idle"
    assert pair.client.negotiated is None


def test_the_client_does_not_take_its_own_challenge_back() -> None:
    pair = SecurePair("hls-sha1", SecurityControl.NONE, server_type=Mirror)
    with pytest.raises(RemoteProtocolError, match="one's own"):
        pair.associate()


def test_the_server_does_not_repeat_the_clients_challenge() -> None:
    pair = SecurePair("hls-md5", SecurityControl.NONE)
    aarq = bytearray(pair.client.associate())
    first = next(iter([numbered_octets()(16)]))
    place = aarq.index(b"\x80\x10") + 2
    challenge = bytes(aarq[place : place + 16])
    pair.octets = iter([challenge, challenge, first]).__next__  # type: ignore[assignment]
    pair.server = ServerConnection(pair.device(), random_octets=lambda _size: pair.octets())  # type: ignore[call-arg]
    aare = decode_apdu(pair.send(bytes(aarq)))
    assert isinstance(aare, Aare)
    assert aare.authentication_value == first


def test_the_green_book_proof_of_gmac() -> None:
    item = next(
        item
        for item in json.loads(path("dlms_captures.json").read_text())["captures"]
        if item["id"] == "apdu/green-book-glo-get"
    )
    keys, hls = item["keys"], item["hls_gmac"]
    proving = Proving(
        cipher=Cipher(bytes.fromhex(keys["guek"]), bytes.fromhex(keys["gak"])),
        counter=lambda: int(hls["client_ic"], 16),
    )
    client = Side(bytes.fromhex(hls["client_system_title"]), b"K56iVagY")
    server = Side(bytes.fromhex(keys["system_title"]), bytes.fromhex(hls["stoc"]))
    proof = prove(MechanismName.HLS_GMAC, proving, client, server)
    assert proof.hex() == "10" + hls["client_ic"] + hls["gmac"]
    assert proves(MechanismName.HLS_GMAC, proving, client, server, proof)
    for place in range(len(proof)):
        changed = proof[:place] + bytes((proof[place] ^ 1,)) + proof[place + 1 :]
        assert not proves(MechanismName.HLS_GMAC, proving, client, server, changed)
    assert not proves(MechanismName.HLS_GMAC, proving, client, server, proof[:-1])
    assert not proves(MechanismName.HLS_GMAC, proving, server, client, proof), "no reflection"


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
