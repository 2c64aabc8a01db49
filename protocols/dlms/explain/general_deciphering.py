"""Opens general-ciphering APDUs of a recording, and checks who signed general-signing ones.

Both sides of a key agreement arrive at the same key, so the private key of one side and the public key of the
other open a recording whichever of them spoke.

Source: IEC 62056-5-3, General-Ciphering, General-Signing; Green Book, 9.2.7.2.4.8 and 9.2.7.2.5
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from protocols.dlms.errors import DlmsError
from protocols.dlms.security.ecdsa import CURVES, KeyPair, verify
from protocols.dlms.security.general import KeyRing, open_general
from protocols.dlms.security.suites import KeySet, SecurityControl, SecuritySuite
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.general_signing import GeneralSigning


@dataclass(frozen=True, slots=True)
class GeneralKeys:
    """What opens general-ciphering and proves general-signing, beside the global keys; never shown.

    Args:
        gbek: global broadcast encryption key.
        kek: master key: opens keys that travel wrapped.
        agreement: private key agreement key of one side, a number of 32 or 48 octets.
        peer_agreement: public key agreement key of the other side, x and y.
        signing: public signing key of whoever signs, x and y.
    """

    gbek: bytes | None = field(default=None, repr=False)
    kek: bytes | None = field(default=None, repr=False)
    agreement: bytes | None = field(default=None, repr=False)
    peer_agreement: bytes | None = None
    signing: bytes | None = None


def open_with(guek: bytes, gak: bytes, keys: GeneralKeys, apdu: Ciphered) -> tuple[bytes, bool] | None:
    """What a general-ciphering APDU holds, and whether its tag proved it; None: the keys do not open it."""
    try:
        suite = SecuritySuite(apdu.security_header.suite)
        pair = None if keys.agreement is None or suite not in CURVES else _pair(suite, keys.agreement)
        ring = KeyRing(
            suite,
            KeySet(guek, gak, keys.gbek, keys.kek),
            agreement=pair,
            peer=keys.peer_agreement,
            peer_signing=keys.signing,
        )
        plain = open_general(ring, apdu.to_bytes())[1]
    except (DlmsError, ValueError):
        return None
    return plain, bool(apdu.security_header.control & SecurityControl.AUTHENTICATED)


def _pair(suite: SecuritySuite, private: bytes) -> KeyPair:
    """The pair of a private key as it is: `KeyPair.from_scalar` makes one from random octets."""
    return KeyPair(suite, ec.derive_private_key(int.from_bytes(private, "big"), CURVES[suite].curve))


def is_signed_by(apdu: GeneralSigning, keys: Iterable[bytes]) -> bool | None:
    """Whether one of the public keys made the signature; None where none is of the signature's curve."""
    suite = next((suite for suite, curve in CURVES.items() if 2 * curve.octets == len(apdu.signature)), None)
    fitting = [key for key in keys if suite is not None and len(key) == len(apdu.signature)]
    if suite is None or not fitting:
        return None
    return any(_verifies(suite, key, apdu) for key in fitting)


def _verifies(suite: SecuritySuite, key: bytes, apdu: GeneralSigning) -> bool:
    try:
        return verify(suite, key, apdu.signed, apdu.signature)
    except (DlmsError, ValueError):
        return False  # no point of the curve
