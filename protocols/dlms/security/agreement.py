"""Key agreement of security suites 1 and 2: three schemes of NIST SP 800-56A, one derivation.

Party U begins, party V answers. ``C(2e, 0s)`` agrees global keys by method key_agreement; ``C(1e, 1s)`` and
``C(0e, 2s)`` agree the key of one general-ciphering APDU.

Source: Green Book, 9.2.3.4.6 (key agreement); NIST SP 800-56A rev. 2, 5.8.1 (concatenation KDF)
"""

import hashlib
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric import ec

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security.ecdsa import KeyPair, public_key, verify
from protocols.dlms.security.suites import KeyId, SecuritySuite


class AlgorithmId(IntEnum):
    """Algorithm of the agreed key: last arc of 2.16.756.5.8.3."""

    AES_GCM_128 = 0
    AES_GCM_256 = 1
    AES_WRAP_128 = 2
    AES_WRAP_256 = 3

    def to_bytes_of_identifier(self) -> bytes:
        """Content octets of the object identifier."""
        return bytes.fromhex("608574050803") + bytes((int(self),))


# suite -> (hash, algorithm of a ciphering key, algorithm of a wrapping key)
_SUITES: dict[SecuritySuite, tuple[str, AlgorithmId, AlgorithmId]] = {
    SecuritySuite.SUITE_1: ("sha256", AlgorithmId.AES_GCM_128, AlgorithmId.AES_WRAP_128),
    SecuritySuite.SUITE_2: ("sha384", AlgorithmId.AES_GCM_256, AlgorithmId.AES_WRAP_256),
}


def shared_secret(own: KeyPair, other: bytes) -> bytes:
    """Z: the x coordinate of the shared point (ECC CDH).

    Args:
        own: own key pair.
        other: public key of the other side, x and y.

    Raises:
        DecipheringError: the other key is no point of the curve.
    """
    key = public_key(own.suite, other)
    try:
        return own.private.exchange(ec.ECDH(), key)
    except ValueError as error:
        raise DecipheringError("the public key agrees no secret") from error


def derive(
    suite: SecuritySuite, secret: bytes, party_u: bytes, party_v: bytes, *, wraps: bool = False
) -> bytes:
    """A key from the shared secrets, by one round of the concatenation KDF.

    Args:
        suite: 1 or 2.
        secret: Z, or several Z one behind the other.
        party_u: PartyUInfo: system title of U; behind it the transaction-id in ``C(0e, 2s)``.
        party_v: PartyVInfo: system title of V.
        wraps: the key wraps others, as a master key does.

    Raises:
        DlmsValueError: suite 0 agrees no keys.
    """
    if suite not in _SUITES:
        raise DlmsValueError("security suite 0 agrees no keys")
    algorithm, ciphers, wrapping = _SUITES[suite]
    identifier = (wrapping if wraps else ciphers).to_bytes_of_identifier()
    rounds = (1).to_bytes(4, "big")
    digest = hashlib.new(algorithm, rounds + secret + identifier + party_u + party_v).digest()
    return digest[: suite.key_octets]


def one_pass(own: KeyPair, other: bytes, title_u: bytes, title_v: bytes) -> bytes:
    """``C(1e, 1s)``: U brings an ephemeral key, V its static one."""
    return derive(own.suite, shared_secret(own, other), title_u, title_v)


def static_unified(
    own: KeyPair, other: bytes, title_u: bytes, transaction_id: bytes, title_v: bytes
) -> bytes:
    """``C(0e, 2s)``: both static; the transaction-id makes the key a new one each time.

    Raises:
        DlmsValueError: the transaction-id is empty: the key would be the same again.
    """
    if not transaction_id:
        raise DlmsValueError("C(0e, 2s) needs a transaction-id")
    return derive(own.suite, shared_secret(own, other), title_u + transaction_id, title_v)


def ephemeral_unified(
    own: KeyPair,
    other: bytes,
    title_u: bytes,
    title_v: bytes,
    key_id: KeyId = KeyId.GLOBAL_UNICAST_ENCRYPTION,
) -> bytes:
    """``C(2e, 0s)``: both ephemeral; whose they are is signed, see `key_data` and `opened_key_data`."""
    secret = shared_secret(own, other)
    return derive(own.suite, secret, title_u, title_v, wraps=key_id is KeyId.MASTER)


def key_data(key_id: KeyId, ephemeral: KeyPair, signer: KeyPair) -> bytes:
    """Data of method key_agreement: the ephemeral public key, and its signature with the key-id."""
    return ephemeral.public_key + signer.sign(bytes((key_id,)) + ephemeral.public_key)


def opened_key_data(suite: SecuritySuite, key_id: KeyId, data: bytes, signer_key: bytes) -> bytes:
    """The ephemeral public key of the other side, once its signature proved right.

    Raises:
        DecipheringError: its length or its signature does not fit.
    """
    half = len(data) // 2
    ephemeral, signature = data[:half], data[half:]
    if len(data) % 2 or not verify(suite, signer_key, bytes((key_id,)) + ephemeral, signature):
        raise DecipheringError("the ephemeral key is not signed by the other side")
    return ephemeral
