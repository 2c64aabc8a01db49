"""General-ciphering and general-signing: APDUs that say how their key is found, and who signed them.

Which fields of general-ciphering are authenticated, and with their lengths, is from general knowledge of the
Green Book, not from its text [M]; one function, `additional_fields`, holds it.

Source: IEC 62056-5-3, General-Ciphering, General-Signing; Green Book, 9.2.7.2.4.8 and 9.2.7.2.5
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecipheringError, DlmsValueError, RemoteProtocolError
from protocols.dlms.security.agreement import one_pass, static_unified
from protocols.dlms.security.ecdsa import KeyPair, verify
from protocols.dlms.security.forms import PROTECTED_TAGS
from protocols.dlms.security.gcm import HEADER_OCTETS, Cipher
from protocols.dlms.security.hls import Signer
from protocols.dlms.security.suites import KeySet, SecurityControl, SecuritySuite, unwrap_key, wrap_key
from protocols.dlms.xdlms.ciphered import (
    GENERAL_CIPHERING_TAG,
    Ciphered,
    GeneralSigning,
    KeyInfo,
    SecurityHeader,
)
from protocols.dlms.xdlms.fields import octets


class KeyChoice(IntEnum):
    """Choice of the key of an APDU."""

    IDENTIFIED = 0
    WRAPPED = 1
    AGREED = 2


class Scheme(IntEnum):
    """Agreement scheme: key-parameters of an agreed key."""

    ONE_PASS = 1
    STATIC_UNIFIED = 2


@dataclass(frozen=True, slots=True)
class GeneralHeader:
    """The fields in front of a general-ciphering or general-signing APDU.

    Args:
        originator: system title of the sender.
        recipient: system title of the receiver.
        transaction_id: of the exchange, up to 8 octets.
        date_time: 12 octets, or empty.
        other_information: usually empty.
    """

    originator: bytes
    recipient: bytes
    transaction_id: bytes = b""
    date_time: bytes = b""
    other_information: bytes = b""

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The fields in their order on the wire."""
        return (
            self.transaction_id,
            self.originator,
            self.recipient,
            self.date_time,
            self.other_information,
        )


def additional_fields(envelope: tuple[bytes, ...]) -> bytes:
    """Authenticated octets of the fields in front: each with its length; [M], see above."""
    return b"".join(octets(part) for part in envelope)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by which one side opens and seals general APDUs; never shown.

    Args:
        suite: security suite.
        keys: global keys.
        agreement: own static key agreement pair, suites 1 and 2.
        peer: public key agreement key of the other side.
        signing: own signing pair.
        peer_signing: public signing key of the other side.
    """

    suite: SecuritySuite
    keys: KeySet = field(repr=False)
    agreement: KeyPair | None = None
    peer: bytes | None = None
    signing: KeyPair | None = None
    peer_signing: bytes | None = None


def seal_identified(
    ring: KeyRing, envelope: GeneralHeader, control: int, counter: int, plain: bytes
) -> bytes:
    """Protect with the global unicast key, which the APDU names."""
    return _sealed(
        ring, envelope, control, counter, plain, ring.keys.guek, KeyInfo(KeyChoice.IDENTIFIED, 0, ())
    )


def seal_wrapped(
    ring: KeyRing, envelope: GeneralHeader, control: SecurityControl, counter: int, plain: bytes, key: bytes
) -> bytes:
    """Protect with a key of this APDU's own, which travels wrapped with the master key.

    Raises:
        DlmsValueError: there is no master key.
    """
    if ring.keys.kek is None:
        raise DlmsValueError("a wrapped key needs a master key")
    info = KeyInfo(KeyChoice.WRAPPED, 0, (wrap_key(ring.keys.kek, key),))
    return _sealed(ring, envelope, control, counter, plain, key, info)


def seal_one_pass(
    ring: KeyRing,
    envelope: GeneralHeader,
    control: SecurityControl,
    counter: int,
    plain: bytes,
    ephemeral: KeyPair,
) -> bytes:
    """Protect with a key agreed by ``C(1e, 1s)``; the ephemeral key travels signed.

    Raises:
        DlmsValueError: the keys that this takes are missing.
    """
    if ring.peer is None or ring.signing is None:
        raise DlmsValueError("C(1e, 1s) needs the other side's agreement key and one's own signing key")
    key = one_pass(ephemeral, ring.peer, envelope.originator, envelope.recipient)
    data = ephemeral.public_key + ring.signing.sign(ephemeral.public_key)
    info = KeyInfo(KeyChoice.AGREED, None, (bytes((Scheme.ONE_PASS,)), data))
    return _sealed(ring, envelope, control, counter, plain, key, info)


def seal_static(
    ring: KeyRing, envelope: GeneralHeader, control: SecurityControl, counter: int, plain: bytes
) -> bytes:
    """Protect with a key agreed by ``C(0e, 2s)``.

    Raises:
        DlmsValueError: the keys that this takes, or the transaction-id, are missing.
    """
    if ring.agreement is None or ring.peer is None:
        raise DlmsValueError("C(0e, 2s) needs the agreement keys of both sides")
    key = static_unified(
        ring.agreement, ring.peer, envelope.originator, envelope.transaction_id, envelope.recipient
    )
    info = KeyInfo(KeyChoice.AGREED, None, (bytes((Scheme.STATIC_UNIFIED,)), b""))
    return _sealed(ring, envelope, control, counter, plain, key, info)


def _sealed(
    ring: KeyRing,
    envelope: GeneralHeader,
    control: int,
    counter: int,
    plain: bytes,
    key: bytes,
    info: KeyInfo,
) -> bytes:
    cipher = Cipher(key, ring.keys.gak + additional_fields(envelope.parts))
    sealed = cipher.seal(int(control) | int(ring.suite), envelope.originator, counter, plain)
    header = SecurityHeader(sealed[0], counter)
    apdu = Ciphered(
        GENERAL_CIPHERING_TAG, envelope.originator, header, sealed[HEADER_OCTETS:], envelope.parts, info
    )
    return apdu.to_bytes()


def open_general(ring: KeyRing, apdu: bytes) -> tuple[Ciphered, bytes]:
    """The APDU and what it protects. Its counter is the caller's to judge.

    Raises:
        DecipheringError: it does not open with these keys.
    """
    try:
        found = decode_apdu(apdu)
    except RemoteProtocolError as error:
        raise DecipheringError("a general-ciphering APDU is expected") from error
    if not isinstance(found, Ciphered) or found.tag != GENERAL_CIPHERING_TAG:
        raise DecipheringError("a general-ciphering APDU is expected")
    cipher = Cipher(_key_of(ring, found), ring.keys.gak + additional_fields(found.addresses))
    return found, cipher.open(found.addresses[1], found.security_header.to_bytes() + found.content)


def _key_of(ring: KeyRing, apdu: Ciphered) -> bytes:
    info = apdu.key_info
    if info is None or (info.choice == KeyChoice.IDENTIFIED and info.identifier == 0):
        return ring.keys.guek
    if info.choice == KeyChoice.IDENTIFIED and info.identifier == 1 and ring.keys.gbek is not None:
        return ring.keys.gbek
    if info.choice == KeyChoice.WRAPPED and ring.keys.kek is not None:
        key = unwrap_key(ring.keys.kek, info.parts[0])
        if len(key) == ring.suite.key_octets:
            return key
    if info.choice == KeyChoice.AGREED:
        return _agreed_key(ring, apdu, *info.parts)
    raise DecipheringError("the key of the APDU cannot be found")


def _agreed_key(ring: KeyRing, apdu: Ciphered, parameters: bytes, data: bytes) -> bytes:
    transaction_id, originator, recipient = apdu.addresses[:3]
    if ring.agreement is None:
        raise DecipheringError("this side has no agreement key")
    if parameters == bytes((Scheme.ONE_PASS,)) and ring.peer_signing is not None:
        half = len(data) // 2
        ephemeral, signature = data[:half], data[half:]
        if not verify(ring.suite, ring.peer_signing, ephemeral, signature):
            raise DecipheringError("the ephemeral key is not signed by the other side")
        return one_pass(ring.agreement, ephemeral, originator, recipient)
    if parameters == bytes((Scheme.STATIC_UNIFIED,)) and ring.peer is not None and transaction_id:
        return static_unified(ring.agreement, ring.peer, originator, transaction_id, recipient)
    raise DecipheringError("the scheme of the agreed key is not known, or its keys are missing")


def sign(ring: KeyRing, envelope: GeneralHeader, content: bytes) -> bytes:
    """A general-signing APDU.

    Raises:
        DlmsValueError: there is no signing key.
    """
    if ring.signing is None:
        raise DlmsValueError("signing needs a signing key")
    return signed_by(ring.signing.sign, envelope, content)


def signed_by(make: Callable[[bytes], bytes], envelope: GeneralHeader, content: bytes) -> bytes:
    """A general-signing APDU.

    Args:
        make: gives the signature of octets.
        envelope: the fields in front.
        content: the APDU that is signed.
    """
    unsigned = GeneralSigning(
        envelope.transaction_id,
        envelope.originator,
        envelope.recipient,
        envelope.date_time,
        envelope.other_information,
        content,
    )
    return replace(unsigned, signature=make(unsigned.signed)).to_bytes()


def open_signed(ring: KeyRing, apdu: bytes) -> GeneralSigning:
    """A general-signing APDU, once its signature proved right.

    Raises:
        DecipheringError: the signature is not the other side's.
    """
    peer = ring.peer_signing
    if peer is None:
        raise DecipheringError("a general-signing APDU of a known signer is expected")
    return opened_by(lambda message, signature: verify(ring.suite, peer, message, signature), apdu)


def opened_by(check: Callable[[bytes, bytes], bool], apdu: bytes) -> GeneralSigning:
    """A general-signing APDU, once its signature proved right.

    Args:
        check: whether a signature is of octets.
        apdu: as it came.

    Raises:
        DecipheringError: it is none, or its signature does not fit.
    """
    try:
        found = decode_apdu(apdu)
    except RemoteProtocolError as error:
        raise DecipheringError("a general-signing APDU is expected") from error
    if not isinstance(found, GeneralSigning):
        raise DecipheringError("a general-signing APDU is expected")
    if not check(found.signed, found.signature):
        raise DecipheringError("the signature does not fit")
    return found


# Signed associations: each APDU in a general-signing one, over whatever protects it already.
#
# A signature alone does not tell a message from its repetition: what is signed here is always a protected
# APDU, whose invocation counter does.
#
# Source: IEC 62056-5-3, General-Signing; IEC 62056-6-2, Security setup version 1, security_policy

#: Octets that a signature adds at most: tag, titles, lengths, r and s of suite 2.
SIGNING_OCTETS = 136


@dataclass(frozen=True, slots=True)
class GeneralSigner:
    """Signs for one side of an association and judges what the other side signed.

    Args:
        signer: own key and the other side's public one.
        own_title: own system title.
        other_title: of the other side.
    """

    signer: Signer
    own_title: bytes
    other_title: bytes

    def sign(self, content: bytes, transaction_id: bytes = b"") -> bytes:
        """The APDU, signed."""
        return signed_by(
            self.signer.sign, GeneralHeader(self.own_title, self.other_title, transaction_id), content
        )

    def opened(self, apdu: bytes) -> tuple[bytes, bytes]:
        """The protected APDU within a signed one, and its transaction-id.

        Raises:
            DecipheringError: the signature or a title is wrong, or what is signed is not protected.
        """
        found = opened_by(self.signer.verify, apdu)
        if found.originator != self.other_title or found.recipient not in (b"", self.own_title):
            raise DecipheringError("the system titles are not those of this association")
        if found.content[:1] not in _PROTECTED:
            raise DecipheringError("what is signed is not protected: it could be repeated")
        return found.content, found.transaction_id


_PROTECTED = frozenset(bytes((tag,)) for tag in PROTECTED_TAGS)
