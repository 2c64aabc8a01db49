"""Signing keys as people keep them: hexadecimal text, or the PEM text of a file that somebody else read.

Source: RFC 5480, RFC 5958 (PEM); Green Book, 9.2.3.4.5 (plain keys)
"""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair, plain_public_key, public_key
from protocols.dlms.security.suites import SecuritySuite

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
    """Who signs and whose signatures are taken; None where neither key is given.

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
