"""Ciphered APDUs, opaque: their header is read and named, their content is not deciphered.

Source: IEC 62056-5-3, glo-, ded- and general- ciphering APDUs; security header of the Green Book, 9.2.7.2.4
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import octets, optional, read_choice, read_octets, read_optional

_SERVICES = {
    1: "initiate-request",
    5: "read-request",
    6: "write-request",
    8: "initiate-response",
    12: "read-response",
    13: "write-response",
    14: "confirmed-service-error",
    22: "unconfirmed-write-request",
    24: "information-report-request",
}
_LN_SERVICES = {
    0: "get-request",
    1: "set-request",
    2: "event-notification-request",
    3: "action-request",
    4: "get-response",
    5: "set-response",
    7: "action-response",
}
# tag -> name, for APDUs that hold nothing but a length, a security header and the content
SERVICE_TAGS: dict[int, str] = (
    {32 + tag: f"glo-{name}" for tag, name in _SERVICES.items()}
    | {64 + tag: f"ded-{name}" for tag, name in _SERVICES.items()}
    | {0xC8 + tag: f"glo-{name}" for tag, name in _LN_SERVICES.items()}
    | {0xD0 + tag: f"ded-{name}" for tag, name in _LN_SERVICES.items()}
)
# tag -> name, for APDUs that name the system title of their originator first
TITLED_TAGS: dict[int, str] = {0xDB: "general-glo-ciphering", 0xDC: "general-ded-ciphering"}
GENERAL_CIPHERING_TAG = 0xDD
TAGS: dict[int, str] = SERVICE_TAGS | TITLED_TAGS | {GENERAL_CIPHERING_TAG: "general-ciphering"}

_CONTROL_FLAGS = ((0x10, "authenticated"), (0x20, "encrypted"), (0x40, "broadcast key"), (0x80, "compressed"))


@dataclass(frozen=True, slots=True)
class SecurityHeader:
    """Security control octet and invocation counter (32 bits)."""

    control: int
    invocation_counter: int

    @property
    def suite(self) -> int:
        """Number of the security suite, 0 to 15."""
        return self.control & 0x0F

    @property
    def summary(self) -> str:
        """One line for people: ``suite 0, authenticated, encrypted``."""
        return ", ".join(
            [f"suite {self.suite}", *(name for bit, name in _CONTROL_FLAGS if self.control & bit)]
        )

    @classmethod
    def read(cls, reader: Reader) -> "SecurityHeader":
        """Read five octets."""
        with reader.group("security-header") as group:
            header = cls(reader.u8("security-control"), reader.u32("invocation-counter"))
            group.value = header.summary if reader.trace else None
        return header

    def to_bytes(self) -> bytes:
        """Five octets."""
        return bytes((self.control,)) + self.invocation_counter.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """Key info of a general-ciphering APDU: 0 identified, 1 wrapped, 2 agreed.

    Args:
        choice: which of the three.
        identifier: key-id or kek-id, None for an agreed key.
        parts: the octet strings that follow.
    """

    choice: int
    identifier: int | None
    parts: tuple[bytes, ...]

    # choice -> (name, name of the identifier or None, names of the octet strings)
    FORMS: ClassVar[dict[int, tuple[str, str | None, tuple[str, ...]]]] = {
        0: ("identified-key", "key-id", ()),
        1: ("wrapped-key", "kek-id", ("key-ciphered-data",)),
        2: ("agreed-key", None, ("key-parameters", "key-ciphered-data")),
    }

    @classmethod
    def read(cls, reader: Reader) -> "KeyInfo":
        """Read the choice and its content."""
        with reader.group("key-info") as group:
            choice = read_choice(reader, "choice", tuple(cls.FORMS))
            group.value, identifier_name, names = cls.FORMS[choice]
            identifier = reader.u8(identifier_name) if identifier_name else None
            return cls(choice, identifier, tuple(read_octets(reader, name) for name in names))

    def to_bytes(self) -> bytes:
        """The choice and its content."""
        head = bytes((self.choice,)) + (b"" if self.identifier is None else bytes((self.identifier,)))
        return head + b"".join(octets(part) for part in self.parts)


_ADDRESSES = (
    "transaction-id",
    "originator-system-title",
    "recipient-system-title",
    "date-time",
    "other-information",
)


@dataclass(frozen=True, slots=True)
class Ciphered:
    """A ciphered APDU.

    Args:
        tag: its tag; `TAGS` has the names.
        system_title: of the originator, None where the APDU does not carry one.
        security_header: control octet and counter.
        content: ciphertext and authentication tag.
        addresses: only general-ciphering: the five octet strings before the key.
        key_info: only general-ciphering, None when absent.
    """

    tag: int
    system_title: bytes | None
    security_header: SecurityHeader
    content: bytes
    addresses: tuple[bytes, ...] = ()
    key_info: KeyInfo | None = None

    @property
    def name(self) -> str:
        """The standard's name of the APDU."""
        return TAGS[self.tag]

    @classmethod
    def read(cls, reader: Reader, tag: int) -> "Ciphered":
        """Read what follows the tag."""
        title: bytes | None = None
        addresses: tuple[bytes, ...] = ()
        key_info: KeyInfo | None = None
        if tag in TITLED_TAGS:
            title = read_octets(reader, "system-title")
        elif tag == GENERAL_CIPHERING_TAG:
            addresses = tuple(read_octets(reader, name) for name in _ADDRESSES)
            title = addresses[1]
            key_info = read_optional(reader, "key-info", KeyInfo.read)
        elif tag not in SERVICE_TAGS:
            raise DecodeError(f"tag: {tag:#04x} is not a ciphered APDU")
        with reader.within(reader.length(), "ciphered-content"):
            header = SecurityHeader.read(reader)
            content = reader.rest("ciphertext and authentication-tag")
        return cls(tag, title, header, content, addresses, key_info)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        body = octets(self.security_header.to_bytes() + self.content)
        if self.tag == GENERAL_CIPHERING_TAG:
            key_info = None if self.key_info is None else self.key_info.to_bytes()
            body = b"".join(octets(part) for part in self.addresses) + optional(key_info) + body
        elif self.system_title is not None:
            body = octets(self.system_title) + body
        return bytes((self.tag,)) + body


# General-signing: an APDU with the signature of who made it.
#
# Source: IEC 62056-5-3, General-Signing

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
        """Octets under the signature: every field before it, with its length."""
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
