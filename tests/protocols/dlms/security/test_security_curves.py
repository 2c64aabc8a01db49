"""Suites 1 and 2: signatures, key agreement, general-ciphering, general-signing, HLS by ECDSA."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from dlms_secure_pair import CLIENT_SAP, numbered_octets
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.acse import MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ApduToSend, Associated, AssociationRefused, GetResult
from protocols.dlms.cosem import AssociationProfile, LogicalDevice
from protocols.dlms.cosem.device import LOGICAL_DEVICE_NAME
from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security import (
    ClientSecurity,
    DeviceSecurity,
    Hls,
    KeyId,
    KeySet,
    SecurityControl,
    SecuritySuite,
    SendCounter,
    agreement,
    general,
)
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair, verify
from protocols.dlms.security.general import GeneralHeader, KeyRing
from protocols.dlms.server.connection import ServerConnection

SUITES = (SecuritySuite.SUITE_1, SecuritySuite.SUITE_2)
BOTH = SecurityControl.AUTHENTICATED_ENCRYPTED
U, V = b"CLI00001", b"AMB00001"
PLAIN = bytes.fromhex("c001c100010000" + "2a0000ff0200")


def _pair(suite: SecuritySuite, number: int) -> KeyPair:
    return KeyPair.from_scalar(suite, number.to_bytes(56, "big"))


def _keys(suite: SecuritySuite) -> KeySet:
    octets = suite.key_octets
    return KeySet(bytes(octets), bytes(range(octets)), gbek=bytes([1]) * octets, kek=bytes([2]) * octets)


# RFC 6979, A.2.5 and A.2.6, message "sample"
RFC_6979 = {
    SecuritySuite.SUITE_1: (
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    SecuritySuite.SUITE_2: (
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
        "81A648152E44ACF96E36DD1E80FABE4699EF4AEB15F178CEA1FE40DB2603138F"
        "130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    ),
}


@pytest.mark.parametrize("suite", SUITES)
def test_deterministic_signatures(suite: SecuritySuite) -> None:
    scalar, signature = RFC_6979[suite]
    curve = ec.SECP256R1() if suite is SecuritySuite.SUITE_1 else ec.SECP384R1()
    pair = KeyPair(suite, ec.derive_private_key(int(scalar, 16), curve))
    assert pair.sign(b"sample").hex().upper() == signature
    assert verify(suite, pair.public_key, b"sample", bytes.fromhex(signature))
    assert not verify(suite, pair.public_key, b"simple", bytes.fromhex(signature))
    assert not verify(suite, pair.public_key, b"sample", bytes.fromhex(signature)[1:])
    assert not verify(suite, bytes(len(pair.public_key)), b"sample", bytes.fromhex(signature))
    assert scalar.lower() not in repr(pair)


def test_ecdh_of_nist() -> None:
    """NIST CAVS 14.1, ECC CDH primitive, P-256, COUNT = 0."""
    scalar = int("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534", 16)
    pair = KeyPair(SecuritySuite.SUITE_1, ec.derive_private_key(scalar, ec.SECP256R1()))
    other = bytes.fromhex(
        "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
        "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"
    )
    z = "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"
    assert agreement.shared_secret(pair, other).hex() == z


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("wraps", [False, True])
def test_the_derivation_agrees_with_a_second_implementation(suite: SecuritySuite, wraps: bool) -> None:
    algorithm = hashes.SHA256() if suite is SecuritySuite.SUITE_1 else hashes.SHA384()
    arc = {(1, False): 0, (2, False): 1, (1, True): 2, (2, True): 3}[int(suite), wraps]
    other_info = bytes.fromhex("608574050803") + bytes((arc,)) + U + V
    expected = ConcatKDFHash(algorithm, suite.key_octets, other_info).derive(b"z" * 48)
    assert agreement.derive(suite, b"z" * 48, U, V, wraps=wraps) == expected


@pytest.mark.parametrize("suite", SUITES)
def test_both_sides_agree(suite: SecuritySuite) -> None:
    u, v = _pair(suite, 5), _pair(suite, 6)
    assert agreement.one_pass(u, v.public_key, U, V) == agreement.one_pass(v, u.public_key, U, V)
    static = agreement.static_unified(u, v.public_key, U, b"1", V)
    assert static == agreement.static_unified(v, u.public_key, U, b"1", V)
    assert static != agreement.static_unified(v, u.public_key, U, b"2", V)
    for key_id in KeyId:
        ours = agreement.ephemeral_unified(u, v.public_key, U, V, key_id)
        assert ours == agreement.ephemeral_unified(v, u.public_key, U, V, key_id)
        assert len(ours) == suite.key_octets
    with pytest.raises(DlmsValueError, match="transaction-id"):
        agreement.static_unified(u, v.public_key, U, b"", V)
    with pytest.raises(DecipheringError, match="no point"):
        agreement.shared_secret(u, bytes(len(v.public_key)))


@pytest.mark.parametrize("suite", SUITES)
def test_an_ephemeral_key_is_taken_from_its_signer_only(suite: SecuritySuite) -> None:
    ephemeral, signer, stranger = (_pair(suite, number) for number in (7, 8, 9))
    data = agreement.key_data(KeyId.AUTHENTICATION, ephemeral, signer)
    opened = agreement.opened_key_data(suite, KeyId.AUTHENTICATION, data, signer.public_key)
    assert opened == ephemeral.public_key
    for key_id, sent, key in (
        (KeyId.MASTER, data, signer.public_key),
        (KeyId.AUTHENTICATION, data, stranger.public_key),
        (KeyId.AUTHENTICATION, data[:-1], signer.public_key),
        (KeyId.AUTHENTICATION, b"", signer.public_key),
    ):
        with pytest.raises(DecipheringError):
            agreement.opened_key_data(suite, key_id, sent, key)


def test_suite_0_has_no_curve() -> None:
    with pytest.raises(DlmsValueError):
        _pair(SecuritySuite.SUITE_0, 1)
    with pytest.raises(DlmsValueError):
        agreement.derive(SecuritySuite.SUITE_0, b"", U, V)
    with pytest.raises(DlmsValueError, match="not on the curve"):
        KeyPair(SecuritySuite.SUITE_2, _pair(SecuritySuite.SUITE_1, 1).private)
    with pytest.raises(DlmsValueError, match="needs 32 octets"):
        KeyPair.from_scalar(SecuritySuite.SUITE_1, bytes(31))


# ---------------------------------------------------------------- general-ciphering, general-signing


def _rings(suite: SecuritySuite) -> tuple[KeyRing, KeyRing]:
    """Sender and receiver."""
    keys = _keys(suite)
    a_agree, a_sign, b_agree, b_sign = (_pair(suite, number) for number in (11, 12, 13, 14))
    sender = KeyRing(suite, keys, a_agree, b_agree.public_key, a_sign, b_sign.public_key)
    return sender, KeyRing(suite, keys, b_agree, a_agree.public_key, b_sign, a_sign.public_key)


ENVELOPE = GeneralHeader(U, V, b"\0\0\0\0\0\0\0\1")
SEALERS = {
    "identified": lambda ring: general.seal_identified(ring, ENVELOPE, BOTH, 9, PLAIN),
    "wrapped": lambda ring: general.seal_wrapped(
        ring, ENVELOPE, BOTH, 9, PLAIN, b"k" * ring.suite.key_octets
    ),
    "one-pass": lambda ring: general.seal_one_pass(ring, ENVELOPE, BOTH, 9, PLAIN, _pair(ring.suite, 15)),
    "static": lambda ring: general.seal_static(ring, ENVELOPE, BOTH, 9, PLAIN),
}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name", SEALERS)
def test_general_ciphering_opens_for_its_receiver_only(suite: SecuritySuite, name: str) -> None:
    sender, receiver = _rings(suite)
    apdu = SEALERS[name](sender)
    found, plain = general.open_general(receiver, apdu)
    assert plain == PLAIN
    assert found.security_header.invocation_counter == 9
    assert found.to_bytes() == apdu
    strange = replace(_keys(suite), gak=bytes(suite.key_octets))
    with pytest.raises(DecipheringError):
        general.open_general(replace(receiver, keys=strange), apdu)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SEALERS)), st.data())
def test_a_changed_octet_of_general_ciphering_does_not_open(name: str, data: st.DataObject) -> None:
    sender, receiver = _rings(SecuritySuite.SUITE_1)
    apdu = bytearray(SEALERS[name](sender))
    place = data.draw(st.integers(1, len(apdu) - 1))
    apdu[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        _found, plain = general.open_general(receiver, bytes(apdu))
    except DecipheringError:
        return
    # The octet of the key-id or the flags of the control octet may say less protection: the caller judges it.
    assert plain == PLAIN or apdu[-len(PLAIN) - 17] & 0x10 == 0


def test_what_a_general_apdu_lacks() -> None:
    sender, receiver = _rings(SecuritySuite.SUITE_1)
    bare = KeyRing(SecuritySuite.SUITE_1, KeySet(bytes(16), bytes(range(16))))
    for name in ("wrapped", "one-pass", "static"):
        with pytest.raises(DlmsValueError):
            SEALERS[name](bare)
        with pytest.raises(DecipheringError):
            general.open_general(bare, SEALERS[name](sender))
    with pytest.raises(DlmsValueError):
        general.sign(bare, ENVELOPE, PLAIN)
    with pytest.raises(DecipheringError, match="expected"):
        general.open_general(receiver, PLAIN)
    with pytest.raises(DecipheringError, match="expected"):
        general.open_general(receiver, b"\xdd")


@pytest.mark.parametrize("suite", SUITES)
def test_general_signing(suite: SecuritySuite) -> None:
    sender, receiver = _rings(suite)
    apdu = general.sign(sender, ENVELOPE, PLAIN)
    found = general.open_signed(receiver, apdu)
    assert found.content == PLAIN
    assert decode_apdu(apdu) == found
    for place in range(1, len(apdu)):
        changed = apdu[:place] + bytes((apdu[place] ^ 1,)) + apdu[place + 1 :]
        with pytest.raises(DecipheringError):
            general.open_signed(receiver, changed)
    with pytest.raises(DecipheringError):
        general.open_signed(replace(receiver, peer_signing=None), apdu)
    with pytest.raises(DecipheringError):
        general.open_signed(receiver, PLAIN)


# ---------------------------------------------------------------- HLS by signature


def _signed_pair(suite: SecuritySuite, client_key: int = 21) -> tuple[ClientConnection, ServerConnection]:
    known, own = _pair(suite, 21), _pair(suite, client_key)
    server_pair = _pair(suite, 22)
    security = DeviceSecurity(V, _keys(suite), suite=suite, signer=EcdsaSigner(server_pair, known.public_key))
    octets = numbered_octets()
    profile = AssociationProfile(CLIENT_SAP, "hls-ecdsa", security=security)  # type: ignore[arg-type]
    server = ServerConnection(LogicalDevice(1, b"AMB", (), (profile,)), random_octets=octets)
    client = ClientConnection(
        client_sap=CLIENT_SAP,
        authentication=Hls(MechanismName.HLS_ECDSA, None, octets(32)),
        security=ClientSecurity(
            client_system_title=U,
            keys=_keys(suite),
            counter=SendCounter(1),
            suite=suite,
            signer=EcdsaSigner(own, server_pair.public_key),
        ),
    )
    return client, server


def _talk(client: ClientConnection, server: ServerConnection, apdu: bytes) -> list:
    events = client.receive_apdu(server.receive_apdu(apdu, CLIENT_SAP, 1) or b"")
    while events and isinstance(events[0], ApduToSend):
        events = client.receive_apdu(server.receive_apdu(events[0].apdu, CLIENT_SAP, 1) or b"")
    return events


@pytest.mark.parametrize("suite", SUITES)
def test_hls_by_signature_in_a_ciphered_context(suite: SecuritySuite) -> None:
    client, server = _signed_pair(suite)
    assert isinstance(_talk(client, server, client.associate())[0], Associated)
    (read,) = _talk(client, server, client.get(1, LOGICAL_DEVICE_NAME, 2))
    assert isinstance(read, GetResult)
    assert read.data is not None


@pytest.mark.parametrize("suite", SUITES)
def test_another_signature_does_not_associate(suite: SecuritySuite) -> None:
    client, server = _signed_pair(suite, client_key=23)
    assert isinstance(_talk(client, server, client.associate())[0], AssociationRefused)
