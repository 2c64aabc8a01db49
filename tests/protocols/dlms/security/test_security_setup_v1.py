"""Security setup version 1: key agreement and certificates through the methods of the object."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from dlms_secure_pair import numbered_octets

from protocols.dlms import axdr
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.objects import AccessError, CosemObject
from protocols.dlms.cosem.security_setup import SetupParts, security_setup_v1
from protocols.dlms.obis import Obis
from protocols.dlms.security import DeviceSecurity, KeyId, KeySet, SecuritySuite, wrap_key
from protocols.dlms.security.agreement import ephemeral_unified, key_data, opened_key_data
from protocols.dlms.security.certificates import CertificateStore, CertificateType
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair, public_key

SUITE = SecuritySuite.SUITE_1
SERVER, CLIENT = b"AMB00001", b"CLI00001"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAME = Obis(0, 0, 43, 0, 0, 255)
KEYS = KeySet(bytes(16), bytes(range(16)), kek=bytes(range(16, 32)))
ACTIVATE, TRANSFER, AGREE, GENERATE, REQUEST, IMPORT, EXPORT, REMOVE = range(1, 9)


def _pair(number: int) -> KeyPair:
    return KeyPair.from_scalar(SUITE, number.to_bytes(40, "big"))


ROOT, CLIENT_PAIR = _pair(1), _pair(2)


def _certificate(subject: str, key: bytes, *, ca: bool = False) -> bytes:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = x509.KeyUsage(True, False, False, False, False, ca, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name("authority"))
        .public_key(public_key(SUITE, key))
        .serial_number(9)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(usage, critical=True)
    )
    signed = builder.sign(ROOT.private, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


@pytest.fixture
def parts() -> SetupParts:
    security = DeviceSecurity(
        SERVER, KEYS, suite=SUITE, setup_version=1, signer=EcdsaSigner(_pair(3), CLIENT_PAIR.public_key)
    )
    security.last_client_title = CLIENT
    store = CertificateStore(SUITE, SERVER, [_certificate("authority", ROOT.public_key, ca=True)])
    return SetupParts(security, store, numbered_octets(), lambda: NOW)


@pytest.fixture
def setup(parts: SetupParts) -> CosemObject:
    return security_setup_v1(parts, NAME)


def _ready(setup: CosemObject) -> bytes:
    """Give both sides their certificates; the server's public signing key."""
    setup.invoke(GENERATE, axdr.enum(CertificateType.DIGITAL_SIGNATURE))
    answer = setup.invoke(REQUEST, axdr.enum(CertificateType.DIGITAL_SIGNATURE))
    assert answer is not None
    request = x509.load_der_x509_csr(answer.value)
    numbers = request.public_key().public_numbers()
    key = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    setup.invoke(IMPORT, axdr.octet_string(_certificate(SERVER.hex(), key)))
    setup.invoke(IMPORT, axdr.octet_string(_certificate(CLIENT.hex(), CLIENT_PAIR.public_key)))
    return key


def _offer(*pairs: tuple[int, bytes]) -> axdr.Data:
    return axdr.array(
        *(axdr.structure(axdr.enum(key_id), axdr.octet_string(octets)) for key_id, octets in pairs)
    )


@pytest.mark.parametrize("key_id", list(KeyId))
def test_a_key_is_agreed(parts: SetupParts, setup: CosemObject, key_id: KeyId) -> None:
    server_key = _ready(setup)
    ephemeral = _pair(7)
    answer = setup.invoke(AGREE, _offer((key_id, key_data(key_id, ephemeral, CLIENT_PAIR))))
    assert answer is not None
    (row,) = answer.value
    theirs = opened_key_data(SUITE, key_id, row.value[1].value, server_key)
    agreed = ephemeral_unified(ephemeral, theirs, CLIENT, SERVER, key_id)
    fields = {KeyId.GLOBAL_UNICAST_ENCRYPTION: "guek", KeyId.GLOBAL_BROADCAST_ENCRYPTION: "gbek"}
    fields |= {KeyId.AUTHENTICATION: "gak", KeyId.MASTER: "kek"}
    assert getattr(parts.security.keys, fields[key_id]) == agreed


def test_an_offer_that_is_not_signed_changes_nothing(parts: SetupParts, setup: CosemObject) -> None:
    _ready(setup)
    good = key_data(KeyId.MASTER, _pair(7), CLIENT_PAIR)
    for offer in (
        _offer((0, key_data(KeyId.GLOBAL_UNICAST_ENCRYPTION, _pair(7), _pair(8)))),
        _offer((KeyId.MASTER, good), (0, good)),
        _offer((9, good)),
        _offer(),
        axdr.array(axdr.unsigned(1)),
    ):
        with pytest.raises(AccessError):
            setup.invoke(AGREE, offer)
    assert parts.security.keys == KEYS


def test_without_certificates_no_key_is_agreed(setup: CosemObject) -> None:
    offer = _offer((0, key_data(KeyId.GLOBAL_UNICAST_ENCRYPTION, _pair(7), CLIENT_PAIR)))
    with pytest.raises(AccessError) as refusal:
        setup.invoke(AGREE, offer)
    assert refusal.value.result is ActionResult.OBJECT_UNAVAILABLE


def test_certificates_are_listed_exported_and_removed(setup: CosemObject) -> None:
    _ready(setup)
    rows = setup.read(6).value
    assert [row.value[0].value for row in rows] == [2, 0, 1]
    title = axdr.structure(axdr.enum(1), axdr.enum(0), axdr.octet_string(CLIENT))
    by_entity = axdr.structure(axdr.enum(0), title)
    der = _certificate(CLIENT.hex(), CLIENT_PAIR.public_key)
    assert setup.invoke(EXPORT, by_entity) == axdr.octet_string(der)
    serial = axdr.structure(axdr.octet_string(b"\x09"), rows[2].value[3])
    assert setup.invoke(EXPORT, axdr.structure(axdr.enum(1), serial)) is not None
    setup.invoke(REMOVE, by_entity)
    with pytest.raises(AccessError) as refusal:
        setup.invoke(EXPORT, by_entity)
    assert refusal.value.result is ActionResult.OBJECT_UNDEFINED


def test_the_policy_of_version_1_and_key_transfer(parts: SetupParts, setup: CosemObject) -> None:
    setup.invoke(ACTIVATE, axdr.enum(0x24))
    assert setup.read(2).value == 0x24
    with pytest.raises(AccessError) as refusal:
        setup.invoke(ACTIVATE, axdr.enum(0x04))
    assert refusal.value.result is ActionResult.READ_WRITE_DENIED
    setup.invoke(TRANSFER, _offer((0, wrap_key(KEYS.kek or b"", bytes([7]) * 16))))
    assert parts.security.keys.guek == bytes([7]) * 16
    assert [setup.read(index).value for index in (3, 4, 5)] == [1, CLIENT, SERVER]


@pytest.mark.parametrize(
    ("method", "parameter"),
    [
        (GENERATE, axdr.enum(3)),
        (REQUEST, axdr.enum(1)),
        (IMPORT, axdr.octet_string(b"no certificate")),
        (EXPORT, axdr.structure(axdr.enum(2))),
        (
            EXPORT,
            axdr.structure(axdr.enum(0), axdr.structure(axdr.enum(9), axdr.enum(0), axdr.octet_string(b""))),
        ),
        (REMOVE, axdr.structure()),
        (TRANSFER, axdr.array()),
    ],
)
def test_wrong_parameters_are_refused(setup: CosemObject, method: int, parameter: axdr.Data) -> None:
    with pytest.raises(AccessError):
        setup.invoke(method, parameter)
