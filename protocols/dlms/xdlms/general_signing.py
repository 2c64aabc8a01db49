"""General-signing: an APDU with the signature of who made it.

Source: IEC 62056-5-3, General-Signing
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import octets, read_octets

_FIELDS = (
    "transaction-id",
    "originator-system-title",
    "recipient-system-title",
    "date-time",
    "other-information",
    "content",
    "signature",
)


@dataclass(frozen=True, slots=True)
class GeneralSigning:
    """A signed APDU.

    Args:
        transaction_id: of the exchange.
        originator: system title of who signed.
        recipient: system title of who it is for.
        date_time: 12 octets, or empty.
        other_information: usually empty.
        content: the APDU that is signed, plain or ciphered.
        signature: r and s.
    """

    tag: ClassVar[int] = 0xDF
    name: ClassVar[str] = "general-signing"
    transaction_id: bytes
    originator: bytes
    recipient: bytes
    date_time: bytes
    other_information: bytes
    content: bytes
    signature: bytes = b""

    @classmethod
    def read(cls, reader: Reader) -> "GeneralSigning":
        """Read what follows the tag."""
        return cls(*(read_octets(reader, name) for name in _FIELDS))

    @property
    def signed(self) -> bytes:
        """What the signature is of: every field before it, with its length."""
        return b"".join(
            octets(part)
            for part in (
                self.transaction_id,
                self.originator,
                self.recipient,
                self.date_time,
                self.other_information,
                self.content,
            )
        )

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag,)) + self.signed + octets(self.signature)
