"""AES-GCM as DLMS uses it: a tag of 12 octets, the authentication key among the additional data.

>>> cipher = Cipher(bytes(range(16)), bytes(range(0xD0, 0xE0)))
>>> title = bytes.fromhex("4d4d4d0000bc614e")
>>> sealed = cipher.seal(0x30, title, 0x01234567, bytes.fromhex("c0010000080000010000ff0200"))
>>> sealed.hex()
'3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b'
>>> cipher.open(title, sealed).hex()
'c0010000080000010000ff0200'

Source: Green Book, 9.2.7.2.4 (protection of xDLMS APDUs); NIST SP 800-38D
"""

from collections.abc import Callable
from hmac import compare_digest
from struct import Struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocols.dlms.errors import DecipheringError, DlmsValueError

TAG_OCTETS = 12
TITLE_OCTETS = 8
HEADER_OCTETS = 5
_HEADER = Struct(">BI")
# tag and length of an APDU in the short form, and its security header
_SHORT = Struct(">BBBI")
_SHORT_HEADER_OCTETS = 2 + HEADER_OCTETS
#: An authenticated and encrypted APDU of up to so many plain octets has a length of one octet.
SHORT_OCTETS = 0x7F - HEADER_OCTETS - TAG_OCTETS
#: How long such an APDU is: one octet is protected, or more.
SHORT_SIZES = range(_SHORT_HEADER_OCTETS + 1 + TAG_OCTETS, 2 + 0x80)
#: What the upper half of its control octet says: authenticated, encrypted, and nothing else.
SHORT_KIND = 0x30
_AUTHENTICATED, _ENCRYPTED = 0x10, 0x20
_PROTECTION = _AUTHENTICATED | _ENCRYPTED
_COMPRESSED = 0x80
# `AESGCM` makes and takes tags of 16 octets only; what DLMS cuts off.
_CUT = TAG_OCTETS - 16


def is_short(apdu: bytes, control: int) -> bool:
    """True if an APDU has the form of `Cipher.seal_short`, with this control octet.

    Args:
        apdu: begins with the tag of a protected service.
        control: of the kind `SHORT_KIND`.
    """
    size = len(apdu)
    return size in SHORT_SIZES and apdu[1] == size - 2 and apdu[2] == control


class Cipher:
    """One encryption key with the authentication key: seals and opens. The key schedules are made once.

    Args:
        encryption_key: 16 or 32 octets.
        authentication_key: as long.
    """

    __slots__ = ("_aad", "_authentication_key", "_encrypt")

    def __init__(self, encryption_key: bytes, authentication_key: bytes) -> None:
        self._encrypt: Callable[[bytes, bytes, bytes | None], bytes] = AESGCM(encryption_key).encrypt
        self._authentication_key = authentication_key
        self._aad: dict[int, bytes] = {}

    def __repr__(self) -> str:
        return "Cipher(...)"

    def seal(self, control: int, title: bytes, counter: int, plain: bytes) -> bytes:
        """Security header and protected content.

        Args:
            control: security control octet with the number of the suite.
            title: system title of the sender, 8 octets.
            counter: invocation counter, never used before with this key and title.
            plain: what to protect.

        Raises:
            DlmsValueError: the control octet asks for compression or for nothing.
        """
        header = _HEADER.pack(control, counter)
        nonce = title + header[1:]
        kind = control & _PROTECTION
        if control & _COMPRESSED or not kind:
            raise DlmsValueError(f"security control {control:#04x}: compression (V.44) is not supported here")
        if kind == _PROTECTION:
            return (
                header
                + self._encrypt(nonce, plain, (self._aad.get(control) or self._additional(control)))[:_CUT]
            )
        if kind == _ENCRYPTED:
            return header + self._encrypt(nonce, plain, None)[: len(plain)]
        return (
            header
            + plain
            + self._encrypt(nonce, b"", (self._aad.get(control) or self._additional(control)) + plain)[:_CUT]
        )

    def open(self, title: bytes, sealed: bytes) -> bytes:
        """Plain octets, once their tag proved right.

        Args:
            title: system title of the sender, 8 octets.
            sealed: security header and protected content.

        Raises:
            DecipheringError: the tag does not fit, it is too short, or compressed.
        """
        if len(sealed) < HEADER_OCTETS or len(title) != TITLE_OCTETS:
            raise DecipheringError("a security header and a system title of 8 octets are expected")
        control = sealed[0]
        nonce = title + sealed[1:HEADER_OCTETS]
        kind = control & _PROTECTION
        if control & _COMPRESSED or not kind:
            raise DecipheringError(f"security control {control:#04x}: V.44 compression is not supported here")
        if kind == _ENCRYPTED:
            content = sealed[HEADER_OCTETS:]
            return self._encrypt(nonce, content, None)[: len(content)]
        if len(sealed) < HEADER_OCTETS + TAG_OCTETS:
            raise DecipheringError("too short for an authentication tag")
        content, tag = sealed[HEADER_OCTETS:-TAG_OCTETS], sealed[-TAG_OCTETS:]
        if kind == _PROTECTION:
            # Counter mode is its own inverse: the first pass deciphers, the second gives the tag.
            plain = self._encrypt(nonce, content, None)[: len(content)]
            expected = self._encrypt(nonce, plain, (self._aad.get(control) or self._additional(control)))[
                len(plain) : _CUT
            ]
        else:
            plain = content
            expected = self._encrypt(
                nonce, b"", (self._aad.get(control) or self._additional(control)) + plain
            )[:_CUT]
        if not compare_digest(tag, expected):
            raise DecipheringError("the authentication tag does not fit")
        return plain

    def seal_short(self, tag: int, control: int, title: bytes, counter: int, plain: bytes) -> bytes:
        """A whole APDU around what `seal` gives: the way of nearly every request and answer.

        Args:
            tag: of the protected service.
            control: `SHORT_KIND` and the number of the suite.
            title: system title of the sender, 8 octets.
            counter: invocation counter, never used before with this key and title.
            plain: 1 to `SHORT_OCTETS` octets.
        """
        head = _SHORT.pack(tag, len(plain) + HEADER_OCTETS + TAG_OCTETS, control, counter)
        additional = self._aad.get(control) or self._additional(control)
        return head + self._encrypt(title + head[3:], plain, additional)[:_CUT]

    def open_short(self, title: bytes, apdu: bytes) -> bytes:
        """Plain octets of a whole APDU of the same form, once its tag proved right.

        Args:
            title: system title of the sender, 8 octets.
            apdu: `is_short`.

        Raises:
            DecipheringError: the tag does not fit.
        """
        nonce, control = title + apdu[3:_SHORT_HEADER_OCTETS], apdu[2]
        content = apdu[_SHORT_HEADER_OCTETS:-TAG_OCTETS]
        size = len(content)
        # Counter mode is its own inverse: the first pass deciphers, the second gives the tag.
        plain = self._encrypt(nonce, content, None)[:size]
        additional = self._aad.get(control) or self._additional(control)
        if not compare_digest(apdu[-TAG_OCTETS:], self._encrypt(nonce, plain, additional)[size:_CUT]):
            raise DecipheringError("the authentication tag does not fit")
        return plain

    def mac(self, control: int, title: bytes, counter: int, message: bytes) -> bytes:
        """GMAC of a message, 12 octets: the tag without the message."""
        nonce = title + counter.to_bytes(4, "big")
        return self._encrypt(nonce, b"", (self._aad.get(control) or self._additional(control)) + message)[
            :_CUT
        ]

    def _additional(self, control: int) -> bytes:
        found = self._aad[control] = bytes((control,)) + self._authentication_key
        return found
