"""High level security: each side proves with the other's challenge that it knows the secret.

Passes 1 and 2 are the challenges in AARQ and AARE; passes 3 and 4 the answers in reply_to_HLS_authentication.

Source: Green Book, 9.2.7.4 (HLS authentication); IEC 62056-5-3
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

from protocols.dlms.acse import MechanismName
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.security.gcm import HEADER_OCTETS, TAG_OCTETS, Cipher

MIN_CHALLENGE_OCTETS, MAX_CHALLENGE_OCTETS = 8, 64
GMAC_CONTROL = 0x10

# Mechanisms whose proof needs the system titles of both sides.
WITH_TITLES = frozenset({MechanismName.HLS_GMAC, MechanismName.HLS_SHA256, MechanismName.HLS_ECDSA})
# Mechanisms whose proof needs a shared secret.
WITH_SECRET = frozenset({MechanismName.HLS_MD5, MechanismName.HLS_SHA1, MechanismName.HLS_SHA256})


class Signer(Protocol):
    """Signs with one's own key and checks with the other's; see `security.ecdsa`."""

    def sign(self, message: bytes) -> bytes:
        """The signature, r and s."""
        ...

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True if the other side signed it."""
        ...


@dataclass(frozen=True, slots=True)
class Hls:
    """High level security as a client asks for it.

    Args:
        mechanism: one of the HLS mechanisms.
        secret: of MD5, SHA-1 and SHA-256; never shown. GMAC and ECDSA take the keys of the security context.
        challenge: 8 to 64 octets (32 to 64 for ECDSA), new and random for each association; or a function
            that gives such octets, for a client that associates again and again.

    Raises:
        DlmsValueError: the mechanism is not one of these, or lacks its secret, or the challenge has an
            impossible length.
    """

    mechanism: MechanismName
    secret: bytes | None = field(default=None, repr=False)
    challenge: bytes | Callable[[], bytes] = b""

    def __post_init__(self) -> None:
        if self.mechanism not in PROOFS:
            raise DlmsValueError(f"{self.mechanism.name}: not a high level security of this codec")
        if self.mechanism in WITH_SECRET and not self.secret:
            raise DlmsValueError(f"{self.mechanism.name} needs a secret")
        if isinstance(self.challenge, bytes):
            _check_length(self.challenge)

    def new_challenge(self) -> bytes:
        """The challenge of the next association.

        Raises:
            DlmsValueError: its length is impossible.
        """
        return _check_length(self.challenge if isinstance(self.challenge, bytes) else self.challenge())


def _check_length(challenge: bytes) -> bytes:
    if not MIN_CHALLENGE_OCTETS <= len(challenge) <= MAX_CHALLENGE_OCTETS:
        raise DlmsValueError("a challenge has 8 to 64 octets")
    return challenge


@dataclass(frozen=True, slots=True)
class HlsParty:
    """Party of an HLS association: its system title (empty where it has none) and its challenge."""

    title: bytes
    challenge: bytes


@dataclass(frozen=True, slots=True)
class HlsCredentials:
    """Credentials of the proofs; never shown.

    Args:
        secret: shared secret of the hash mechanisms.
        cipher: of GMAC.
        suite: number of the security suite, for the control octet of GMAC.
        counter: gives unused invocation counters, for GMAC.
        signer: of ECDSA.
    """

    secret: bytes | None = field(default=None, repr=False)
    cipher: Cipher | None = None
    suite: int = 0
    counter: Callable[[], int] | None = None
    signer: Signer | None = field(default=None, repr=False)


# Both take: who proves, the other side.
Make = Callable[[HlsCredentials, HlsParty, HlsParty], bytes]
Check = Callable[[HlsCredentials, HlsParty, HlsParty, bytes], bool]


def _hashed(algorithm: str) -> tuple[Make, Check]:
    def make(proving: HlsCredentials, _prover: HlsParty, other: HlsParty) -> bytes:
        return hashlib.new(algorithm, other.challenge + (proving.secret or b"")).digest()

    return make, _checked_by_making(make)


def _sha256(proving: HlsCredentials, prover: HlsParty, other: HlsParty) -> bytes:
    return hashlib.sha256((proving.secret or b"") + signed_message(prover, other)).digest()


def _checked_by_making(make: Make) -> Check:
    def check(proving: HlsCredentials, prover: HlsParty, other: HlsParty, proof: bytes) -> bool:
        return compare_digest(make(proving, prover, other), proof)

    return check


def signed_message(prover: HlsParty, other: HlsParty) -> bytes:
    """Message of SHA-256 (behind the secret) and ECDSA: titles, then challenges, each as proved."""
    return prover.title + other.title + other.challenge + prover.challenge


def _make_gmac(proving: HlsCredentials, prover: HlsParty, other: HlsParty) -> bytes:
    if proving.cipher is None or proving.counter is None:
        raise DlmsValueError("HLS-GMAC needs the keys of a security context")
    control, counter = GMAC_CONTROL | proving.suite, proving.counter()
    tag = proving.cipher.mac(control, prover.title, counter, other.challenge)
    return bytes((control,)) + counter.to_bytes(4, "big") + tag


def _check_gmac(proving: HlsCredentials, prover: HlsParty, other: HlsParty, proof: bytes) -> bool:
    # The counter is not judged: the challenge is new each time, so an old proof proves nothing.
    if proving.cipher is None or len(proof) != HEADER_OCTETS + TAG_OCTETS:
        return False
    if proof[0] != GMAC_CONTROL | proving.suite:
        return False
    counter = int.from_bytes(proof[1:HEADER_OCTETS], "big")
    tag = proving.cipher.mac(proof[0], prover.title, counter, other.challenge)
    return compare_digest(tag, proof[HEADER_OCTETS:])


def _make_signature(proving: HlsCredentials, prover: HlsParty, other: HlsParty) -> bytes:
    if proving.signer is None:
        raise DlmsValueError("HLS-ECDSA needs a signing key")
    return proving.signer.sign(signed_message(prover, other))


def _check_signature(proving: HlsCredentials, prover: HlsParty, other: HlsParty, proof: bytes) -> bool:
    return proving.signer is not None and proving.signer.verify(signed_message(prover, other), proof)


PROOFS: dict[MechanismName, tuple[Make, Check]] = {
    MechanismName.HLS_MD5: _hashed("md5"),
    MechanismName.HLS_SHA1: _hashed("sha1"),
    MechanismName.HLS_GMAC: (_make_gmac, _check_gmac),
    MechanismName.HLS_SHA256: (_sha256, _checked_by_making(_sha256)),
    MechanismName.HLS_ECDSA: (_make_signature, _check_signature),
}


def prove(mechanism: MechanismName, proving: HlsCredentials, prover: HlsParty, other: HlsParty) -> bytes:
    """The proof of `prover` for the challenge of `other`: pass 3 of a client, pass 4 of a server.

    Raises:
        DlmsValueError: what the mechanism needs is missing.
    """
    return PROOFS[mechanism][0](proving, prover, other)


def proves(
    mechanism: MechanismName, proving: HlsCredentials, prover: HlsParty, other: HlsParty, proof: bytes
) -> bool:
    """True if a proof is right; compared in constant time."""
    return PROOFS[mechanism][1](proving, prover, other, proof)
