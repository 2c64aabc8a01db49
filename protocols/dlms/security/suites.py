"""Security suites, the security control octet, and the keys of a device.

>>> SecurityControl.AUTHENTICATED_ENCRYPTED.summary
'authenticated, encrypted'

Source: Green Book, 9.2.3.7 (suites) and 9.2.7.2.4 (security header)
"""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from protocols.dlms.errors import DecipheringError, DlmsValueError


class SecuritySuite(IntEnum):
    """Security suite: the algorithms of a device.

    Suite 0: AES-GCM-128, key wrap 128. Suite 1 adds ECDSA and ECDH on P-256 with SHA-256.
    Suite 2: AES-GCM-256, key wrap 256, ECDSA and ECDH on P-384 with SHA-384.
    """

    SUITE_0 = 0
    SUITE_1 = 1
    SUITE_2 = 2

    @property
    def key_octets(self) -> int:
        """Octets of its symmetric keys: 16 or 32."""
        return 32 if self is SecuritySuite.SUITE_2 else 16


SUITE_MASK = 0x0F


class SecurityControl(IntFlag):
    """The security control octet above the number of the suite: what was done to an APDU."""

    NONE = 0
    AUTHENTICATED = 0x10
    ENCRYPTED = 0x20
    AUTHENTICATED_ENCRYPTED = 0x30
    BROADCAST_KEY = 0x40
    COMPRESSED = 0x80

    @property
    def protects(self) -> bool:
        """True if anything is authenticated or encrypted."""
        return bool(self & SecurityControl.AUTHENTICATED_ENCRYPTED)

    @property
    def summary(self) -> str:
        """One line for people."""
        names = ((0x10, "authenticated"), (0x20, "encrypted"), (0x40, "broadcast key"), (0x80, "compressed"))
        return ", ".join(name for bit, name in names if self & bit) or "none"


class KeyId(IntEnum):
    """The keys that a key transfer names.

    Source: IEC 62056-6-2, Security setup, key_transfer
    """

    GLOBAL_UNICAST_ENCRYPTION = 0
    GLOBAL_BROADCAST_ENCRYPTION = 1
    AUTHENTICATION = 2
    MASTER = 3


# key-id -> field of `KeySet`
KEY_FIELDS: dict[KeyId, str] = {
    KeyId.GLOBAL_UNICAST_ENCRYPTION: "guek",
    KeyId.GLOBAL_BROADCAST_ENCRYPTION: "gbek",
    KeyId.AUTHENTICATION: "gak",
    KeyId.MASTER: "kek",
}


@dataclass(frozen=True, slots=True)
class KeySet:
    """The symmetric keys of one device; never shown.

    Args:
        guek: global unicast encryption key, 16 octets (32 in suite 2).
        gak: authentication key, as long.
        gbek: global broadcast encryption key, None where there is none.
        kek: master key, which wraps the others; None where there is none.

    Raises:
        DlmsValueError: the keys are not 16 or 32 octets, all alike.
    """

    guek: bytes = field(repr=False)
    gak: bytes = field(repr=False)
    gbek: bytes | None = field(default=None, repr=False)
    kek: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        lengths = {len(key) for key in (self.guek, self.gak, self.gbek, self.kek) if key is not None}
        if len(lengths) != 1 or not lengths <= {16, 32}:
            raise DlmsValueError("the keys of a device have 16 octets, or 32 in suite 2, all alike")


# Security policies: what requests and answers must be protected with, at least.
#
# Source: IEC 62056-6-2, Security setup version 0 and 1, security_policy

# Version 1: bits 2 to 4 authenticate, encrypt, sign requests; 5 to 7 the same for answers.
REQUEST_SIGNED, ANSWER_SIGNED = 0x10, 0x80
_V1_REQUEST = ((0x04, SecurityControl.AUTHENTICATED), (0x08, SecurityControl.ENCRYPTED))
_V1_ANSWER = ((0x20, SecurityControl.AUTHENTICATED), (0x40, SecurityControl.ENCRYPTED))
_V0_HIGHEST = 3
_V1_RESERVED = 0x03


def is_known_policy(policy: int, version: int) -> bool:
    """True if a number is a policy of that version of the class."""
    return 0 <= policy <= _V0_HIGHEST if version == 0 else 0 <= policy <= 0xFF and not policy & _V1_RESERVED


def weakens_policy(new: int, old: int) -> bool:
    """True if a policy gives up anything that another demands; a policy may only be strengthened."""
    return old & ~new != 0


def required_protection(policy: int, version: int, *, answers: bool = False) -> SecurityControl:
    """The least protection of requests, or of answers.

    Args:
        policy: as the security setup holds it.
        version: of the security setup, 0 or 1.
        answers: look at answers.

    >>> required_protection(3, 0).summary, required_protection(3, 0, answers=True).summary
    ('authenticated, encrypted', 'authenticated, encrypted')
    >>> required_protection(0x2C, 1).summary, required_protection(0x2C, 1, answers=True).summary
    ('authenticated, encrypted', 'authenticated')
    """
    if version == 0:
        return SecurityControl((policy & _V0_HIGHEST) << 4)
    control = SecurityControl.NONE
    for bit, protection in _V1_ANSWER if answers else _V1_REQUEST:
        if policy & bit:
            control |= protection
    return control


def signature_required(policy: int, version: int, *, answers: bool = False) -> bool:
    """True if requests, or answers, must be signed."""
    return version > 0 and bool(policy & (ANSWER_SIGNED if answers else REQUEST_SIGNED))


# Key transfer: keys travel wrapped with the master key.
#
# Source: RFC 3394 (AES key wrap); IEC 62056-6-2, Security setup, key_transfer

WRAP_OVERHEAD_OCTETS = 8


def wrap_key(kek: bytes, key: bytes) -> bytes:
    """`key` wrapped with `kek`, 8 octets longer.

    Raises:
        DlmsValueError: a key has an impossible length.

    >>> wrap_key(bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")).hex()
    '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'
    """
    try:
        return aes_key_wrap(kek, key)
    except ValueError as error:
        raise DlmsValueError("a key of 16 or 32 octets is wrapped with one of 16 or 32") from error


def unwrap_key(kek: bytes, wrapped: bytes) -> bytes:
    """The key in `wrapped`.

    Raises:
        DecipheringError: it was wrapped with another key, or is no wrapped key.
    """
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise DecipheringError("the wrapped key does not unwrap with the master key") from error
