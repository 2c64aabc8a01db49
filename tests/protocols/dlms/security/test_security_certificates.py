"""The certificate store: only what a trusted authority signed for a system title gets in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security import SecuritySuite
from protocols.dlms.security.certificates import (
    MAX_CERTIFICATES,
    CertificateEntity,
    CertificateStore,
    CertificateType,
)
from protocols.dlms.security.ecdsa import KeyPair, public_key

SUITE = SecuritySuite.SUITE_1
TITLE, CLIENT = b"AMB00001", b"CLI00001"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SIGNATURE, AGREEMENT = CertificateType.DIGITAL_SIGNATURE, CertificateType.KEY_AGREEMENT


def _pair(number: int, suite: SecuritySuite = SUITE) -> KeyPair:
    return KeyPair.from_scalar(suite, number.to_bytes(56, "big"))


def _usage(kind: CertificateType) -> x509.KeyUsage:
    signs, agrees = kind is not AGREEMENT, kind is not SIGNATURE
    return x509.KeyUsage(signs, False, False, False, agrees, False, False, False, False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str,
    key: KeyPair,
    signer: KeyPair,
    *,
    issuer: str = "authority",
    kind: CertificateType | None = SIGNATURE,
    ca: bool = False,
    serial: int = 5,
    begins: datetime = NOW - timedelta(days=1),
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key(key.suite, key.public_key))
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=10))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )
    if kind is not None:
        builder = builder.add_extension(_usage(kind), critical=True)
    signed = builder.sign(signer.private, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


ROOT = _pair(1)
AUTHORITY = _certificate("authority", ROOT, ROOT, ca=True, serial=1)


@pytest.fixture
def store() -> CertificateStore:
    return CertificateStore(SUITE, TITLE, [AUTHORITY])


def test_a_key_pair_its_request_and_its_certificate(store: CertificateStore) -> None:
    pair = store.generate_key_pair(SIGNATURE, bytes(range(40)))
    request = x509.load_der_x509_csr(store.request(SIGNATURE))
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == f"CN={TITLE.hex().upper()}"
    taken = store.take(_certificate(TITLE.hex(), pair, ROOT), NOW)
    assert (taken.entity, taken.type, taken.title) == (CertificateEntity.SERVER, SIGNATURE, TITLE)
    assert taken.public_key == pair.public_key
    assert store.pair(SIGNATURE) is pair
    assert store.pair(AGREEMENT) is None
    assert store.by_serial(b"\x05", taken.issuer) is taken
    assert store.by_entity(CertificateEntity.SERVER, SIGNATURE, TITLE) is taken
    assert taken.to_bytes() == _certificate(TITLE.hex(), pair, ROOT)


@pytest.mark.parametrize("kind", [SIGNATURE, AGREEMENT, CertificateType.TLS, None])
def test_what_a_certificate_is_for(store: CertificateStore, kind: CertificateType | None) -> None:
    taken = store.take(_certificate(CLIENT.hex(), _pair(2), ROOT, kind=kind), NOW)
    assert taken.type is (CertificateType.OTHER if kind is None else kind)
    assert taken.entity is CertificateEntity.CLIENT


def test_a_newer_certificate_takes_the_place_of_the_older(store: CertificateStore) -> None:
    store.take(_certificate(CLIENT.hex(), _pair(2), ROOT, serial=7), NOW)
    newer = store.take(_certificate(CLIENT.hex(), _pair(3), ROOT, serial=8), NOW)
    assert [item.serial for item in store.held] == [b"\x01", b"\x08"]
    store.remove(newer)
    assert store.by_entity(CertificateEntity.CLIENT, SIGNATURE, CLIENT) is None


def test_an_authority_brings_another(store: CertificateStore) -> None:
    second = _pair(4)
    taken = store.take(_certificate("second", second, ROOT, ca=True), NOW)
    assert taken.entity is CertificateEntity.CERTIFICATION_AUTHORITY
    store.remove(store.held[0])
    store.take(_certificate(CLIENT.hex(), _pair(2), second, issuer="second"), NOW)
    with pytest.raises(DlmsValueError, match="last authority"):
        store.remove(taken)


REFUSED = {
    "of a stranger": _certificate(CLIENT.hex(), _pair(2), _pair(9)),
    "of another issuer's name": _certificate(CLIENT.hex(), _pair(2), ROOT, issuer="nobody"),
    "not valid yet": _certificate(CLIENT.hex(), _pair(2), ROOT, begins=NOW + timedelta(days=1)),
    "expired": _certificate(CLIENT.hex(), _pair(2), ROOT, begins=NOW - timedelta(days=11)),
    "of another curve": _certificate(CLIENT.hex(), _pair(2, SecuritySuite.SUITE_2), ROOT),
    "without a title": _certificate("a meter", _pair(2), ROOT),
    "with a short title": _certificate("00112233", _pair(2), ROOT),
    "that signs itself": _certificate(CLIENT.hex(), _pair(2), _pair(2), issuer=CLIENT.hex()),
    "cut short": _certificate(CLIENT.hex(), _pair(2), ROOT)[:-1],
    "empty": b"",
}


@pytest.mark.parametrize("der", REFUSED.values(), ids=REFUSED)
def test_a_certificate_is_refused(store: CertificateStore, der: bytes) -> None:
    with pytest.raises(DecipheringError):
        store.take(der, NOW)
    assert len(store.held) == 1


@given(st.data())
def test_a_changed_octet_is_refused(data: st.DataObject) -> None:
    der = bytearray(_certificate(CLIENT.hex(), _pair(2), ROOT))
    der[data.draw(st.integers(0, len(der) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DecipheringError):
        CertificateStore(SUITE, TITLE, [AUTHORITY]).take(bytes(der), NOW)


def test_room_is_bounded(store: CertificateStore) -> None:
    for number in range(MAX_CERTIFICATES - 1):
        store.take(_certificate(number.to_bytes(8, "big").hex(), _pair(2), ROOT, serial=number + 9), NOW)
    with pytest.raises(DlmsValueError, match="no room"):
        store.take(_certificate(CLIENT.hex(), _pair(2), ROOT), NOW)


def test_what_makes_no_store(store: CertificateStore) -> None:
    with pytest.raises(DlmsValueError, match="no elliptic curve"):
        CertificateStore(SecuritySuite.SUITE_0, TITLE)
    with pytest.raises(DlmsValueError, match="no key pair"):
        store.request(AGREEMENT)
    with pytest.raises(DlmsValueError, match="octets or more"):
        store.generate_key_pair(AGREEMENT, bytes(8))


def test_a_store_takes_up_what_it_kept(store: CertificateStore) -> None:
    kept: list[dict] = []
    store.keep = lambda: kept.append(store.snapshot())
    pair = store.generate_key_pair(SIGNATURE, bytes(range(40)))
    taken = store.take(_certificate(TITLE.hex(), pair, ROOT), NOW)
    other = CertificateStore(SUITE, TITLE, [AUTHORITY])
    other.restore(json.loads(json.dumps(store.snapshot())))
    assert [item.to_bytes() for item in other.held] == [item.to_bytes() for item in store.held]
    assert other.request(SIGNATURE) == store.request(SIGNATURE)
    store.remove(taken)
    assert [(len(one["held"]), len(one["pairs"])) for one in kept] == [(1, 1), (2, 1), (1, 1)]
