"""Signed associations: each APDU in a general-signing one, over whatever protects it already.

A signature alone does not tell a message from its repetition: what is signed here is always a protected APDU,
whose invocation counter does.

Source: IEC 62056-5-3, General-Signing; IEC 62056-6-2, Security setup version 1, security_policy
"""

from dataclasses import dataclass

from protocols.dlms.errors import DecipheringError
from protocols.dlms.security.forms import PROTECTED_TAGS
from protocols.dlms.security.general import Envelope, opened_by, signed_by
from protocols.dlms.security.hls import Signer

#: Octets that a signature adds at most: tag, titles, lengths, r and s of suite 2.
SIGNING_OCTETS = 136


@dataclass(frozen=True, slots=True)
class Seals:
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
            self.signer.sign, Envelope(self.own_title, self.other_title, transaction_id), content
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
