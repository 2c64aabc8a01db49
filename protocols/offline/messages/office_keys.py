"""The office says who it is: the two keys that a terminal pins before its first pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from protocols.offline.envelope import PUBLIC_OCTETS, peek
from protocols.offline.kinds import Instant, Kind, Octets
from protocols.offline.messages.base import Message
from protocols.offline.schema import NAME


@dataclass(frozen=True, slots=True)
class OfficeKeys(Message):
    """What an office hands to a new terminal.

    Attributes:
        name: of the provider.
        office_public: Ed25519, 32 octets: signs packs.
        module_public: Ed25519, 32 octets: signs leases.
        made_at: when.
    """

    KIND: ClassVar[str] = "office-keys"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "name": NAME,
        "office_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "module_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "made_at": Instant(),
    }

    name: str
    office_public: bytes
    module_public: bytes
    made_at: datetime


def open_office_keys(data: bytes) -> OfficeKeys:
    """Read an office's keys; the signature proves that the file is whole; a person says whose it is.

    Raises:
        OfflineError: see `envelope.open_envelope`, and a field that does not fit.
    """
    claimed = OfficeKeys.from_body(peek(data).body)
    return OfficeKeys.open(data, claimed.office_public)
