"""The terminal says who it is: the two public keys of its secure counter, signed by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from protocols.offline.envelope import PUBLIC_OCTETS, peek
from protocols.offline.kinds import Identifier, Instant, Kind, Octets
from protocols.offline.messages.base import Message
from protocols.offline.schema import NAME


@dataclass(frozen=True, slots=True)
class Enrolment(Message):
    """What a new terminal hands to the office.

    Attributes:
        terminal_id: made once with its counter.
        serial: of the apparatus.
        name: as people call it.
        signing_public: Ed25519, 32 octets: signs its batches.
        agreement_public: X25519, 32 octets: decoder keys are wrapped for it.
        made_at: when.
    """

    KIND: ClassVar[str] = "enrolment"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "terminal_id": Identifier(),
        "serial": NAME,
        "name": NAME,
        "signing_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "agreement_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "made_at": Instant(),
    }

    terminal_id: UUID
    serial: str
    name: str
    signing_public: bytes
    agreement_public: bytes
    made_at: datetime


def open_enrolment(data: bytes) -> Enrolment:
    """Read an enrolment; its signature proves that the file is whole, and a person that it is the right one.

    Raises:
        OfflineError: see `envelope.open_envelope`, and a field that does not fit.
    """
    claimed = Enrolment.from_body(peek(data).body)
    return Enrolment.open(data, claimed.signing_public)
