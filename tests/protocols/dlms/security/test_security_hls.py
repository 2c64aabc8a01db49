"""High level security, passes 3 and 4: what each side takes, and whom it does not believe."""

import json
from dataclasses import replace

import pytest
from dlms_secure_pair import (
    CLIENT_SAP,
    ENERGY,
    SERVER_TITLE,
    SecurePair,
    numbered_octets,
)

from conformance.vectors import path
from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.events import ApduToSend, Associated, AssociationRefused, GetResult, HlsRefused
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem import AssociationProfile, Register
from protocols.dlms.errors import DecipheringError, RemoteProtocolError
from protocols.dlms.security import Cipher, SecurityControl
from protocols.dlms.security.hls import HlsCredentials, HlsParty, prove, proves
from protocols.dlms.server.association import AssociationState, HlsHandShake
from protocols.dlms.server.connection import ServerConnection

NOT_ALLOWED = bytes.fromhex("d80102")


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
            shake,
            proving=HlsCredentials(secret=b"guessed", cipher=Cipher(bytes(16), bytes(16)), counter=lambda: 1),
        )


class Mirror(Impostor):
    """Answers the client's challenge with the same challenge."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        assert shake is not None
        return replace(shake, server=HlsParty(SERVER_TITLE, shake.client.challenge))


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
    proving = HlsCredentials(
        cipher=Cipher(bytes.fromhex(keys["guek"]), bytes.fromhex(keys["gak"])),
        counter=lambda: int(hls["client_ic"], 16),
    )
    client = HlsParty(bytes.fromhex(hls["client_system_title"]), b"K56iVagY")
    server = HlsParty(bytes.fromhex(keys["system_title"]), bytes.fromhex(hls["stoc"]))
    proof = prove(MechanismName.HLS_GMAC, proving, client, server)
    assert proof.hex() == "10" + hls["client_ic"] + hls["gmac"]
    assert proves(MechanismName.HLS_GMAC, proving, client, server, proof)
    for place in range(len(proof)):
        changed = proof[:place] + bytes((proof[place] ^ 1,)) + proof[place + 1 :]
        assert not proves(MechanismName.HLS_GMAC, proving, client, server, changed)
    assert not proves(MechanismName.HLS_GMAC, proving, client, server, proof[:-1])
    assert not proves(MechanismName.HLS_GMAC, proving, server, client, proof), "no reflection"
