"""Digital signatures of security suites 1 and 2: ECDSA on P-256 with SHA-256, on P-384 with SHA-384.

Signatures are plain, r and s one behind the other; they are deterministic (RFC 6979), so no randomness is
needed. Public keys are plain, too: x and y one behind the other.

>>> signer = KeyPair.from_scalar(SecuritySuite.SUITE_1, bytes(31) + bytes((7,)))
>>> len(signer.public_key), len(signer.sign(b"message"))
(64, 64)
>>> verify(SecuritySuite.SUITE_1, signer.public_key, b"message", signer.sign(b"message"))
True

Source: Green Book, 9.2.3.4.5 (digital signatures); FIPS 186-4
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security.suites import SecuritySuite

_UNCOMPRESSED = b"\x04"


@dataclass(frozen=True, slots=True)
class Curve:
    """Curve of a suite.

    Args:
        curve: the elliptic curve.
        algorithm: the hash.
        octets: of a coordinate, a scalar and half a signature.
    """

    curve: ec.EllipticCurve
    algorithm: hashes.HashAlgorithm
    octets: int


CURVES: dict[SecuritySuite, Curve] = {
    SecuritySuite.SUITE_1: Curve(ec.SECP256R1(), hashes.SHA256(), 32),
    SecuritySuite.SUITE_2: Curve(ec.SECP384R1(), hashes.SHA384(), 48),
}


def curve_of(suite: SecuritySuite) -> Curve:
    """The curve of a suite.

    Raises:
        DlmsValueError: suite 0 has none.
    """
    if suite not in CURVES:
        raise DlmsValueError(f"security suite {int(suite)} has no elliptic curve")
    return CURVES[suite]


def public_key(suite: SecuritySuite, plain: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its coordinates.

    Raises:
        DecipheringError: they are no point of the curve.
    """
    curve = curve_of(suite)
    try:
        if len(plain) != 2 * curve.octets:
            raise ValueError("length")
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, _UNCOMPRESSED + plain)
    except ValueError as error:
        raise DecipheringError(f"the public key is no point of {curve.curve.name}") from error


def plain_public_key(key: ec.EllipticCurvePublicKey) -> bytes:
    """The coordinates of a public key."""
    numbers = key.public_numbers()
    octets = (key.curve.key_size + 7) // 8
    return numbers.x.to_bytes(octets, "big") + numbers.y.to_bytes(octets, "big")


class KeyPair:
    """A private key and its public key; the private one is never shown.

    Args:
        suite: 1 or 2.
        private: the private key, on the curve of the suite.

    Raises:
        DlmsValueError: the suite has no curve, or the key lies on another.
    """

    __slots__ = ("private", "public_key", "suite")

    def __init__(self, suite: SecuritySuite, private: ec.EllipticCurvePrivateKey) -> None:
        if private.curve.name != curve_of(suite).curve.name:
            raise DlmsValueError(f"the key is not on the curve of security suite {int(suite)}")
        self.suite = suite
        self.private = private
        self.public_key = plain_public_key(private.public_key())

    def __repr__(self) -> str:
        return f"KeyPair(suite {int(self.suite)}, public {self.public_key.hex()[:16]}…)"

    @classmethod
    def from_scalar(cls, suite: SecuritySuite, octets: bytes) -> "KeyPair":
        """A key pair from a private scalar: random octets, a little longer than the curve for choice.

        Raises:
            DlmsValueError: fewer octets than the curve needs.
        """
        curve = curve_of(suite)
        if len(octets) < curve.octets:
            raise DlmsValueError(f"a private key of this suite needs {curve.octets} octets or more")
        # FIPS 186-4, B.4.1: extra octets take the bias of the modulus away.
        scalar = int.from_bytes(octets, "big") % (_ORDERS[curve.curve.name] - 1) + 1
        return cls(suite, ec.derive_private_key(scalar, curve.curve))

    @classmethod
    def from_private(cls, suite: SecuritySuite, octets: bytes) -> "KeyPair":
        """A key pair from a private key as it is kept: the scalar itself, as long as a coordinate.

        Raises:
            DlmsValueError: another length, or a scalar that the curve has not.
        """
        curve = curve_of(suite)
        scalar = int.from_bytes(octets, "big")
        if len(octets) != curve.octets or not 0 < scalar < _ORDERS[curve.curve.name]:
            raise DlmsValueError(
                f"a private key of suite {int(suite)} has {curve.octets} octets, below the order"
            )
        return cls(suite, ec.derive_private_key(scalar, curve.curve))

    def private_octets(self) -> bytes:
        """The private key as `from_private` takes it: keep it as one keeps a key."""
        octets = curve_of(self.suite).octets
        return self.private.private_numbers().private_value.to_bytes(octets, "big")

    def sign(self, message: bytes) -> bytes:
        """Signature of a message: r and s."""
        curve = curve_of(self.suite)
        algorithm = ec.ECDSA(curve.algorithm, deterministic_signing=True)
        r, s = decode_dss_signature(self.private.sign(message, algorithm))
        return r.to_bytes(curve.octets, "big") + s.to_bytes(curve.octets, "big")


# Orders of the base points. Source: FIPS 186-4, D.1.2
_ORDERS: dict[str, int] = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}


def verify(suite: SecuritySuite, signer_key: bytes, message: bytes, signature: bytes) -> bool:
    """True if the owner of a public key signed a message."""
    curve = curve_of(suite)
    if len(signature) != 2 * curve.octets:
        return False
    r, s = signature[: curve.octets], signature[curve.octets :]
    encoded = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    try:
        public_key(suite, signer_key).verify(encoded, message, ec.ECDSA(curve.algorithm))
    except (InvalidSignature, DecipheringError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class EcdsaSigner:
    """Signs with one's own key and checks with the other side's; what HLS mechanism 7 takes.

    Args:
        own: own signing key pair.
        peer: public signing key of the other side, x and y.
    """

    own: KeyPair
    peer: bytes

    def sign(self, message: bytes) -> bytes:
        """The signature, r and s."""
        return self.own.sign(message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True if the other side signed it."""
        return verify(self.own.suite, self.peer, message, signature)


# Signing keys as people keep them: hexadecimal text, or the PEM text of a file.
#
# Source: RFC 5480, RFC 5958 (PEM); Green Book, 9.2.3.4.5 (plain keys)

_MARK = "-----BEGIN"
_BROKEN = (ValueError, TypeError, UnsupportedAlgorithm)


def private_key(suite: SecuritySuite, text: str) -> KeyPair:
    """An own key pair: the private scalar in hexadecimal, or PEM without a password.

    Raises:
        DlmsValueError: it is neither, or not of the suite.
    """
    if _MARK not in text:
        return KeyPair.from_private(suite, _octets(text))
    try:
        loaded = load_pem_private_key(text.encode(), None)
    except _BROKEN as error:
        raise DlmsValueError("the private key is no PEM without a password") from error
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise DlmsValueError("the private key is of no elliptic curve")
    return KeyPair(suite, loaded)


def peer_key(suite: SecuritySuite, text: str) -> bytes:
    """A public key, x and y: of hexadecimal text, or of PEM.

    Raises:
        DlmsValueError: it is neither.
        DecipheringError: it is no point of the suite's curve.
    """
    if _MARK not in text:
        plain = _octets(text)
    else:
        try:
            loaded = load_pem_public_key(text.encode())
        except _BROKEN as error:
            raise DlmsValueError("the public key is no PEM") from error
        if not isinstance(loaded, ec.EllipticCurvePublicKey):
            raise DlmsValueError("the public key is of no elliptic curve")
        plain = plain_public_key(loaded)
    public_key(suite, plain)
    return plain


def signer_of(suite: SecuritySuite, own: str | None, peer: str | None) -> EcdsaSigner | None:
    """Signer of the own signatures and checker of the peer's; None where neither key is given.

    Raises:
        DlmsValueError: only one is given, or one is not of the suite.
        DecipheringError: the public key is no point of the curve.
    """
    if own is None and peer is None:
        return None
    if own is None or peer is None:
        raise DlmsValueError("a signing key and the other side's public key go together")
    return EcdsaSigner(private_key(suite, own), peer_key(suite, peer))


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise DlmsValueError("a key is hexadecimal text or PEM") from error
