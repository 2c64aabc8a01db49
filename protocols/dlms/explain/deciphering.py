"""Opens ciphered APDUs of a recording with keys that somebody gave; says how far to trust what was inside.

A glo- or ded- APDU names no sender, but its key stream depends on the sender's system title. The titles that
may be meant are those given with the keys and those that the recording itself names (general-glo, AARQ,
AARE); each is tried, and the authentication tag tells which was right. Without an authentication key, or
where nothing is authenticated, the content itself must tell: it begins with the tag that it should.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from protocols.dlms.acse import Aare, Aarq
from protocols.dlms.apdu import Apdu, decode_apdu
from protocols.dlms.errors import DecipheringError, DecodeError, DlmsError
from protocols.dlms.security.ecdsa import CURVES, KeyPair, verify
from protocols.dlms.security.forms import GENERAL_DED, PLAIN_TAGS
from protocols.dlms.security.gcm import HEADER_OCTETS, TAG_OCTETS, TITLE_OCTETS, Cipher
from protocols.dlms.security.general import KeyRing, open_general
from protocols.dlms.security.suites import KeySet, SecurityControl, SecuritySuite
from protocols.dlms.xdlms.ciphered import GENERAL_CIPHERING_TAG, Ciphered, GeneralSigning
from protocols.dlms.xdlms.initiate import InitiateRequest

# Opens general-ciphering APDUs of a recording, and checks who signed general-signing ones.
#
# Both sides of a key agreement arrive at the same key, so the private key of one side and the public key of
# the other open a recording whichever of them spoke.
#
# Source: IEC 62056-5-3, General-Ciphering, General-Signing; Green Book, 9.2.7.2.4.8 and 9.2.7.2.5


@dataclass(frozen=True, slots=True)
class GeneralKeys:
    """Keys that open general-ciphering and prove general-signing, beside the global keys; never shown.

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
    """Contents of a general-ciphering APDU, and whether its tag proved it; None: the keys do not open it."""
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
    """True if one of the public keys made the signature; None where none is of the signature's curve."""
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


_AUTHENTICATED, _ENCRYPTED = 0x10, 0x20
_SUITE = 0x0F
#: tag and length of the octet string that an AP-title is
_TITLE_HEAD = bytes((4, TITLE_OCTETS))
#: most titles that one recording is remembered by
_TITLES_MAX = 16


@dataclass(frozen=True, slots=True)
class ReadingKeys:
    """Keys of one device; never shown.

    Args:
        guek: global unicast encryption key, 16 or 32 octets.
        gak: authentication key; None where it is not known: nothing is verified then.
        dedicated_key: of one association, None where it is not known.
        titles: system titles that senders may have, 8 octets each.
        general: of general-ciphering and general-signing.
    """

    guek: bytes = field(repr=False)
    gak: bytes | None = field(default=None, repr=False)
    dedicated_key: bytes | None = field(default=None, repr=False)
    titles: tuple[bytes, ...] = ()
    general: GeneralKeys = field(default_factory=GeneralKeys)


@dataclass(frozen=True, slots=True)
class DecipheredContent:
    """Plain octets, and whether the authentication tag proved it."""

    plain: bytes
    verified: bool


class Decipherer:
    """Opens the APDUs of one recording; titles and dedicated keys that it meets serve for the rest of it.

    Args:
        keys: each is tried.
    """

    def __init__(self, keys: Iterable[ReadingKeys] = ()) -> None:
        self._keys = list(keys)
        self._titles = [title for item in self._keys for title in item.titles]
        self._dedicated = [item.dedicated_key for item in self._keys if item.dedicated_key is not None]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def learn(self, apdu: Apdu) -> None:
        """Remember the system title that an association names, and the dedicated key inside its request."""
        title = None
        if isinstance(apdu, Aarq):
            title = _inner(apdu.calling_ap_title)
        elif isinstance(apdu, Aare):
            title = _inner(apdu.responding_ap_title)
        elif isinstance(apdu, Ciphered):
            title = apdu.system_title
        elif isinstance(apdu, GeneralSigning):
            title = apdu.originator
        if title is not None and len(title) == TITLE_OCTETS:
            self._remember(title)

    def open(self, apdu: Ciphered) -> DecipheredContent | None:
        """Plain octets, None where no key and no title fit."""
        self.learn(apdu)
        if apdu.tag == GENERAL_CIPHERING_TAG:
            return self._open_general(apdu)
        control = apdu.security_header.control
        header = apdu.security_header.to_bytes()
        plain_tag = PLAIN_TAGS[apdu.tag][0] if apdu.tag in PLAIN_TAGS else None
        titles = [apdu.system_title] if apdu.system_title else list(reversed(self._titles))
        for key, gak in self._candidates(apdu):
            for title in titles:
                opened = _open(CipheredContent(header, apdu.content, control), key, gak, title)
                if opened is not None and _plausible(opened, plain_tag):
                    self._learn_dedicated(opened.plain)
                    return opened
        return None

    def _open_general(self, apdu: Ciphered) -> DecipheredContent | None:
        for item in self._keys:
            found = None if item.gak is None else open_with(item.guek, item.gak, item.general, apdu)
            opened = None if found is None else DecipheredContent(*found)
            if opened is not None and _plausible(opened, None):
                return opened
        return None

    def proves(self, apdu: GeneralSigning) -> bool | None:
        """True if a key that was given made the signature; None where none is of its kind."""
        return is_signed_by(apdu, [key for item in self._keys if (key := item.general.signing) is not None])

    def _candidates(self, apdu: Ciphered) -> Iterator[tuple[bytes, bytes | None]]:
        """Encryption and authentication keys that may have been used."""
        named = PLAIN_TAGS.get(apdu.tag)
        is_dedicated = apdu.tag == GENERAL_DED if named is None else named[1].dedicated
        for item in self._keys:
            for key in self._dedicated if is_dedicated else [item.guek]:
                yield key, item.gak

    def _learn_dedicated(self, plain: bytes) -> None:
        try:
            request = decode_apdu(plain)
        except DlmsError:
            return
        if isinstance(request, InitiateRequest) and request.dedicated_key:
            self._dedicated.append(request.dedicated_key)

    def _remember(self, title: bytes) -> None:
        if title in self._titles:
            self._titles.remove(title)
        self._titles = [*self._titles[-_TITLES_MAX + 1 :], title]


def _inner(field: bytes | None) -> bytes | None:
    """The octet string in an AP-title field."""
    return field if field is None or field[:2] != _TITLE_HEAD else field[2:]


@dataclass(frozen=True, slots=True)
class CipheredContent:
    """Security header and protected content."""

    header: bytes
    content: bytes
    control: int


def _open(sealed: CipheredContent, key: bytes, gak: bytes | None, title: bytes) -> DecipheredContent | None:
    try:
        if gak is not None and sealed.control & _AUTHENTICATED:
            return DecipheredContent(
                Cipher(key, gak).open(title, sealed.header + sealed.content), verified=True
            )
        return DecipheredContent(_unverified(sealed, key, title), verified=False)
    except (DecipheringError, ValueError):
        return None


def _unverified(sealed: CipheredContent, key: bytes, title: bytes) -> bytes:
    """The content by the key stream alone; a tag that is there is cut off unread."""
    content = sealed.content[:-TAG_OCTETS] if sealed.control & _AUTHENTICATED else sealed.content
    if not sealed.control & _ENCRYPTED:
        return content
    only_encrypted = bytes((_ENCRYPTED | sealed.control & _SUITE,)) + sealed.header[1:HEADER_OCTETS]
    return Cipher(key, bytes(len(key))).open(title, only_encrypted + content)


def _plausible(opened: DecipheredContent, plain_tag: int | None) -> bool:
    if not opened.plain:
        return False
    if plain_tag is not None and opened.plain[0] != plain_tag:
        return False
    if opened.verified:
        return True
    try:
        decode_apdu(opened.plain)
    except DecodeError:
        return False
    return True
