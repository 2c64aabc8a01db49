"""RLRQ and RLRE: the client gives the association up, the server agrees; both may be empty.

Source: IEC 62056-5-3, RLRQ-apdu, RLRE-apdu
"""

from dataclasses import dataclass
from typing import ClassVar, TypeVar

from protocols.dlms.acse import ber, user_information
from protocols.dlms.acse.user_information import UserInformation
from protocols.dlms.codes import Code, ReleaseRequestReason, ReleaseResponseReason
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader

_REASON = 0x80

C = TypeVar("C", bound=Code)


def _read_reason(reader: Reader) -> int:
    return int.from_bytes(reader.rest("reason"), "big")


_FIELDS: ber.Fields = {
    _REASON: ("reason", _read_reason),
    user_information.TAG: ("user-information", user_information.read),
}


def _read(reader: Reader, kind: type[C]) -> tuple[C | None, UserInformation | None]:
    found = ber.read_fields(reader, _FIELDS)
    reason = found.get(_REASON)
    try:
        return (None if reason is None else kind(reason)), found.get(user_information.TAG)
    except ValueError:
        raise DecodeError(f"reason: {reason} has no meaning", code=reason) from None


def _encode(tag: int, reason: Code | None, information: UserInformation | None) -> bytes:
    content = None if reason is None else bytes((reason,))
    return ber.apdu(tag, [(_REASON, content)], user_information.encode(information))


@dataclass(frozen=True, slots=True)
class Rlrq:
    """A release request; everything in it may be absent."""

    tag: ClassVar[int] = 0x62
    name: ClassVar[str] = "rlrq"
    reason: ReleaseRequestReason | None = None
    user_information: UserInformation | None = None

    @classmethod
    def read(cls, reader: Reader) -> "Rlrq":
        """Read what follows the tag."""
        return cls(*_read(reader, ReleaseRequestReason))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return _encode(self.tag, self.reason, self.user_information)


@dataclass(frozen=True, slots=True)
class Rlre:
    """A release response; everything in it may be absent."""

    tag: ClassVar[int] = 0x63
    name: ClassVar[str] = "rlre"
    reason: ReleaseResponseReason | None = None
    user_information: UserInformation | None = None

    @classmethod
    def read(cls, reader: Reader) -> "Rlre":
        """Read what follows the tag."""
        return cls(*_read(reader, ReleaseResponseReason))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return _encode(self.tag, self.reason, self.user_information)
