"""Signed APDUs of one association, and signing keys as people keep them."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security import ClientSecurity, KeySet, SecurityControl, SecuritySuite, SendCounter
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair, peer_key, private_key, signer_of
from protocols.dlms.security.general import SIGNING_OCTETS, GeneralSigner

# RFC 6979, A.2.5 and A.2.6: private key, public key.
PUBLISHED = {
    SecuritySuite.SUITE_1: (
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
        "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
    ),
    SecuritySuite.SUITE_2: (
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13"
        "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720",
    ),
}
# RFC 6979, A.2.5: P-256, SHA-256, message "sample".
SAMPLE = (
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)
CLIENT, SERVER = b"CLI00001", b"AMB00001"
SUITE_1 = SecuritySuite.SUITE_1
GLO_GET = bytes.fromhex("c8051000000001")


def pair(scalar: int) -> KeyPair:
    return KeyPair.from_private(SUITE_1, scalar.to_bytes(32, "big"))


def sides() -> tuple[GeneralSigner, GeneralSigner]:
    client, server = pair(5), pair(7)
    return (
        GeneralSigner(EcdsaSigner(client, server.public_key), CLIENT, SERVER),
        GeneralSigner(EcdsaSigner(server, client.public_key), SERVER, CLIENT),
    )


@pytest.mark.parametrize("suite", PUBLISHED)
def test_published_keys(suite: SecuritySuite) -> None:
    private, public = PUBLISHED[suite]
    assert private_key(suite, private).public_key.hex().upper() == public
    assert peer_key(suite, public).hex().upper() == public


def test_the_published_signature_is_ours_to_the_octet() -> None:
    signer = private_key(SUITE_1, PUBLISHED[SUITE_1][0])
    assert signer.sign(b"sample").hex().upper() == SAMPLE


def test_pem_is_the_same_key() -> None:
    made = private_key(SUITE_1, PUBLISHED[SUITE_1][0])
    private = made.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = made.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    signer = signer_of(SUITE_1, private, public)
    assert signer is not None
    assert signer.own.public_key == signer.peer == made.public_key


@pytest.mark.parametrize(
    "text", ["", "zz", "00" * 31, "00" * 32, "FF" * 32, "-----BEGIN PRIVATE KEY-----\nxx\n"]
)
def test_what_is_no_private_key(text: str) -> None:
    with pytest.raises(DlmsValueError):
        private_key(SUITE_1, text)


def test_keys_of_another_curve_and_half_a_pair() -> None:
    other = ec.derive_private_key(7, ec.SECP384R1())
    text = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(DlmsValueError, match="not on the curve"):
        private_key(SUITE_1, text)
    with pytest.raises(DecipheringError, match="no point"):
        peer_key(SUITE_1, "11" * 64)
    with pytest.raises(DlmsValueError, match="go together"):
        signer_of(SUITE_1, PUBLISHED[SUITE_1][0], None)
    assert signer_of(SUITE_1, None, None) is None


def test_a_signed_apdu_opens_at_the_other_side_only() -> None:
    client, server = sides()
    signed = client.sign(GLO_GET, b"\x01")
    assert server.opened(signed) == (GLO_GET, b"\x01")
    assert len(signed) <= len(GLO_GET) + SIGNING_OCTETS
    with pytest.raises(DecipheringError):
        client.opened(signed)


def test_what_is_signed_must_be_protected() -> None:
    client, server = sides()
    with pytest.raises(DecipheringError, match="could be repeated"):
        server.opened(client.sign(bytes.fromhex("c001c1000100002a0000ff0200")))


def test_the_titles_are_those_of_the_association() -> None:
    client, server = sides()
    for titles in ((b"XXX00001", SERVER), (CLIENT, b"XXX00001")):
        with pytest.raises(DecipheringError, match="titles"):
            server.opened(GeneralSigner(client.signer, *titles).sign(GLO_GET))


@given(st.integers(1, 200), st.integers(1, 255))
def test_no_damaged_apdu_opens(place: int, flip: int) -> None:
    client, server = sides()
    signed = bytearray(client.sign(GLO_GET))
    signed[place % len(signed)] ^= flip
    with pytest.raises(DecipheringError):
        server.opened(bytes(signed))


@given(st.binary(max_size=120))
def test_noise_is_not_signed(noise: bytes) -> None:
    with pytest.raises(DecipheringError):
        sides()[0].opened(b"\xdf" + noise)


def test_a_client_that_signs_needs_keys_and_ciphering() -> None:
    keys = KeySet(bytes(16), bytes(16))
    for extra in ({}, {"signer": sides()[0].signer, "policy_control": SecurityControl.NONE}):
        with pytest.raises(DlmsValueError, match="signing needs"):
            ClientSecurity(
                client_system_title=CLIENT,
                keys=keys,
                counter=SendCounter(1),
                suite=SUITE_1,
                signs=True,
                **extra,
            )
