"""The certificates of one device, for security suites 1 and 2: its own, its clients', and the authorities'.

A certificate names its subject by the system title: sixteen hexadecimal digits as common name. What it is for
stands in its key usage. It is taken only when an authority that the store holds has signed it.

Source: Green Book, 9.2.6 (public key infrastructure); IEC 62056-6-2, Security setup version 1; RFC 5280
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security.ecdsa import KeyPair, curve_of, plain_public_key
from protocols.dlms.security.gcm import TITLE_OCTETS
from protocols.dlms.security.suites import SecuritySuite

MAX_CERTIFICATES = 16
# What broken certificates make the parser raise.
_BROKEN = (ValueError, TypeError, x509.DuplicateExtension, x509.InvalidVersion, UnsupportedAlgorithm)


class CertificateEntity(IntEnum):
    """Whose a certificate is."""

    SERVER = 0
    CLIENT = 1
    CERTIFICATION_AUTHORITY = 2
    OTHER = 3


class CertificateType(IntEnum):
    """Use of its key; also the name of a key pair."""

    DIGITAL_SIGNATURE = 0
    KEY_AGREEMENT = 1
    TLS = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, read.

    Args:
        entity: whose it is.
        type: what its key is for.
        title: system title of its subject; empty for an authority.
        parsed: the certificate.
    """

    entity: CertificateEntity
    type: CertificateType
    title: bytes
    parsed: x509.Certificate

    @property
    def serial(self) -> bytes:
        """Serial number, as few octets as it takes."""
        number = self.parsed.serial_number
        return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")

    @property
    def issuer(self) -> bytes:
        """Name of who signed it, DER."""
        return self.parsed.issuer.public_bytes()

    @property
    def public_key(self) -> bytes:
        """Its public key, x and y."""
        key = self.parsed.public_key()
        return plain_public_key(key) if isinstance(key, ec.EllipticCurvePublicKey) else b""

    def to_bytes(self) -> bytes:
        """The certificate, DER."""
        return self.parsed.public_bytes(Encoding.DER)


class CertificateStore:
    """Certificates that a device holds.

    Args:
        suite: 1 or 2.
        title: own system title.
        authorities: certificates of the authorities that it trusts from the factory, DER.

    Attributes:
        keep: called when something changed that must outlive the power.

    Raises:
        DecipheringError: an authority's certificate is broken.
    """

    __slots__ = ("_held", "_pairs", "_suite", "_title", "keep")

    def __init__(self, suite: SecuritySuite, title: bytes, authorities: Iterable[bytes] = ()) -> None:
        curve_of(suite)
        self._suite = suite
        self._title = title
        self._held: list[Certificate] = [self._read(der) for der in authorities]
        self._pairs: dict[CertificateType, KeyPair] = {}
        self.keep: Callable[[], None] | None = None

    @property
    def held(self) -> tuple[Certificate, ...]:
        """Every certificate, in the order in which they came."""
        return tuple(self._held)

    def generate_key_pair(self, kind: CertificateType, octets: bytes) -> KeyPair:
        """Make a new key pair for what `kind` says; a former one is gone.

        Args:
            kind: what it is for.
            octets: random octets, eight more than a coordinate has.

        Raises:
            DlmsValueError: too few octets.
        """
        self._pairs[kind] = pair = KeyPair.from_scalar(self._suite, octets)
        self._keep()
        return pair

    def pair(self, kind: CertificateType) -> KeyPair | None:
        """The key pair for what `kind` says, None where none was made."""
        return self._pairs.get(kind)

    def request(self, kind: CertificateType) -> bytes:
        """A certificate signing request for the key pair, DER (PKCS #10).

        Raises:
            DlmsValueError: there is no such key pair.
        """
        pair = self._pairs.get(kind)
        if pair is None:
            raise DlmsValueError(f"there is no key pair for {kind.name.lower()}")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._title.hex().upper())])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        algorithm = curve_of(self._suite).algorithm
        signed = builder.sign(pair.private, algorithm, ecdsa_deterministic=True)  # type: ignore[arg-type]
        return signed.public_bytes(Encoding.DER)

    def take(self, der: bytes, at: datetime) -> Certificate:
        """Take a certificate; one with the same subject and use is replaced.

        Args:
            der: the certificate.
            at: the present instant, with a zone.

        Raises:
            DecipheringError: it is broken, of another curve, not valid now, or signed by nobody trusted.
            DlmsValueError: the store is full.
        """
        found = self._read(der)
        if not found.parsed.not_valid_before_utc <= at <= found.parsed.not_valid_after_utc:
            raise DecipheringError("the certificate is not valid now")
        if not any(_issued(found.parsed, authority.parsed) for authority in self._authorities()):
            raise DecipheringError("no authority that is trusted has signed the certificate")
        others = [
            held
            for held in self._held
            if (held.entity, held.type, held.title) != (found.entity, found.type, found.title)
            or found.entity is CertificateEntity.CERTIFICATION_AUTHORITY
        ]
        if len(others) >= MAX_CERTIFICATES:
            raise DlmsValueError("there is no room for another certificate")
        self._held = [*others, found]
        self._keep()
        return found

    def by_entity(self, entity: CertificateEntity, kind: CertificateType, title: bytes) -> Certificate | None:
        """The certificate of a subject for one use, None where it is not held."""
        wanted = (entity, kind, title)
        return next((item for item in self._held if (item.entity, item.type, item.title) == wanted), None)

    def by_serial(self, serial: bytes, issuer: bytes) -> Certificate | None:
        """The certificate with this number of this issuer, None where it is not held."""
        return next((item for item in self._held if (item.serial, item.issuer) == (serial, issuer)), None)

    def remove(self, certificate: Certificate) -> None:
        """Let a certificate go.

        Raises:
            DlmsValueError: it is the last authority: nothing could be taken any more.
        """
        if list(self._authorities()) == [certificate]:
            raise DlmsValueError("the last authority stays")
        self._held = [item for item in self._held if item is not certificate]
        self._keep()

    def snapshot(self) -> dict[str, Any]:
        """Plain data. It holds private keys: keep it as one keeps a key."""
        return {
            "held": [item.to_bytes().hex() for item in self._held],
            "pairs": [[int(kind), pair.private_octets().hex()] for kind, pair in self._pairs.items()],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what `snapshot` gave; it was judged when it came."""
        self._held = [self._read(bytes.fromhex(der)) for der in kept["held"]]
        self._pairs = {
            CertificateType(kind): KeyPair.from_private(self._suite, bytes.fromhex(octets))
            for kind, octets in kept["pairs"]
        }

    def _keep(self) -> None:
        if self.keep is not None:
            self.keep()

    def _authorities(self) -> Iterable[Certificate]:
        return (item for item in self._held if item.entity is CertificateEntity.CERTIFICATION_AUTHORITY)

    def _read(self, der: bytes) -> Certificate:
        try:
            parsed = x509.load_der_x509_certificate(der)
            key, authority = parsed.public_key(), _is_authority(parsed)
            name = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            title = b"" if authority or not name else bytes.fromhex(str(name[0].value))
            kind = _type_of(parsed)
        except _BROKEN as error:
            raise DecipheringError("the certificate does not parse") from error
        if not der.endswith(b"\0" + parsed.signature):
            raise DecipheringError("the signature of the certificate does not fill whole octets")
        if (
            not isinstance(key, ec.EllipticCurvePublicKey)
            or key.curve.name != curve_of(self._suite).curve.name
        ):
            raise DecipheringError("the key of the certificate is not of this suite")
        if authority:
            return Certificate(CertificateEntity.CERTIFICATION_AUTHORITY, CertificateType.OTHER, b"", parsed)
        if len(title) != TITLE_OCTETS:
            raise DecipheringError("the certificate names no system title")
        entity = CertificateEntity.SERVER if title == self._title else CertificateEntity.CLIENT
        return Certificate(entity, kind, title, parsed)


def _is_authority(parsed: x509.Certificate) -> bool:
    try:
        return parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _type_of(parsed: x509.Certificate) -> CertificateType:
    try:
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return CertificateType.OTHER
    uses = {(True, False): CertificateType.DIGITAL_SIGNATURE, (False, True): CertificateType.KEY_AGREEMENT}
    uses[True, True] = CertificateType.TLS
    return uses.get((usage.digital_signature, usage.key_agreement), CertificateType.OTHER)


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, *_BROKEN):
        return False
    return True
