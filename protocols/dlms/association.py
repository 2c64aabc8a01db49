"""Server side of an association: its states, what a server grants at most, and what an accepted one holds.

`association_judging` says which requests are accepted.

Source: IEC 62056-5-3, COSEM-OPEN
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from protocols.dlms.association_security import (
    HlsHandShake,
)
from protocols.dlms.blocks import MAX_TRANSFER_OCTETS
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem.current_association import ContextFacts
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.security.server import ServerProtection
from protocols.dlms.transfers import Transfers
from protocols.dlms.view import AssociationView
from protocols.dlms.xdlms.initiate import (
    MIN_PDU_OCTETS,
    UNLIMITED_PDU,
)

# An answer in general blocks may be this many times longer than what the client takes at once: block numbers
# have 16 bits, and a block of the shortest APDU carries little.
MAX_GBT_GROWTH = 8192
_CONFIRMATIONS_KEPT = 16


class AssociationState(Enum):
    """State of a client address at a server."""

    IDLE = "idle"
    PENDING = "pending"
    ASSOCIATED = "associated"


class AssociationEvent(Enum):
    """What moves the state."""

    AARQ_ACCEPTED = "aarq accepted"
    AARQ_CHALLENGED = "aarq challenged"
    AARQ_REFUSED = "aarq refused"
    HLS_PASSED = "hls passed"
    HLS_FAILED = "hls failed"
    RLRQ = "rlrq"
    LINK_LOST = "link lost"


# Where each event leads, from whatever state: a new AARQ ends the association that the client had.
_ALWAYS: dict[AssociationEvent, AssociationState] = {
    AssociationEvent.AARQ_ACCEPTED: AssociationState.ASSOCIATED,
    AssociationEvent.AARQ_CHALLENGED: AssociationState.PENDING,
    AssociationEvent.AARQ_REFUSED: AssociationState.IDLE,
    AssociationEvent.HLS_FAILED: AssociationState.IDLE,
    AssociationEvent.RLRQ: AssociationState.IDLE,
    AssociationEvent.LINK_LOST: AssociationState.IDLE,
}
TRANSITIONS: dict[tuple[AssociationState, AssociationEvent], AssociationState] = {
    **{(state, event): after for state in AssociationState for event, after in _ALWAYS.items()},
    # The client proves itself once, and only where it was challenged.
    (AssociationState.IDLE, AssociationEvent.HLS_PASSED): AssociationState.IDLE,
    (AssociationState.PENDING, AssociationEvent.HLS_PASSED): AssociationState.ASSOCIATED,
    (AssociationState.ASSOCIATED, AssociationEvent.HLS_PASSED): AssociationState.ASSOCIATED,
}


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server grants at most.

    Args:
        max_receive_pdu: octets of the longest APDU that it takes, 12 to 65535.
        conformance: services that it offers.
        max_transfer_octets: octets that the blocks of one long request may join to.
        gbt_window: general blocks that it takes at once, 1 to 63.
        max_answer_octets: octets of values that one list may gather; items beyond are answered other-reason.
        max_send_pdu: octets of the longest APDU that the medium under it carries, 12 to 65535; 0: any.
    """

    max_receive_pdu: int = 1024
    conformance: Conformance = IMPLEMENTED
    max_transfer_octets: int = MAX_TRANSFER_OCTETS
    gbt_window: int = 16
    max_answer_octets: int = 64 * MAX_TRANSFER_OCTETS
    max_send_pdu: int = UNLIMITED_PDU


@dataclass(slots=True)
class Association:
    """An accepted association: what was agreed, what it sees, and the long transfer under way.

    Args:
        profile: the profile of the client.
        device: the logical device.
        facts: what was agreed.
        limits: what the server grants at most.
        view: the objects that it sees.
        transfers: the long transfer under way.
        by_gbt: the request that is served now came by general-block-transfer, and so goes its answer.
        protection: opens requests and protects answers, None in the context without ciphering.
        hand_shake: passes 3 and 4 of high level security, None without it or once they are over.
        least: protection of the initiate request; a release is protected as well.
        confirmed: long-invoke-ids of the last data-notifications that the client confirmed.
    """

    profile: AssociationProfile
    device: LogicalDevice
    facts: ContextFacts
    limits: ServerLimits
    view: AssociationView
    transfers: Transfers = field(default_factory=Transfers)
    by_gbt: bool = False
    protection: ServerProtection | None = None
    hand_shake: HlsHandShake | None = None
    least: int = 0
    confirmed: deque[int] = field(default_factory=lambda: deque(maxlen=_CONFIRMATIONS_KEPT))

    @property
    def state(self) -> AssociationState:
        """Pending until the client proved itself."""
        return AssociationState.ASSOCIATED if self.hand_shake is None else AssociationState.PENDING

    @property
    def response_octets_max(self) -> int:
        """Octets of the longest answer, before it is protected."""
        octets = self.facts.max_send_pdu or MAX_APDU_SIZE
        return (
            octets
            if self.protection is None
            else max(MIN_PDU_OCTETS, octets - self.protection.overhead_octets)
        )

    def grants(self, service: Conformance) -> bool:
        """Whether the association may use every service of `service`."""
        return self.facts.conformance & service == service

    def whole_octets_max(self, blocks: Conformance) -> int:
        """Octets of the longest answer that a service hands on whole, instead of in blocks of its own.

        Args:
            blocks: what the service's own blocks need to be granted.
        """
        general = self.by_gbt or not self.grants(blocks)
        return self.answer_octets_max if general else self.response_octets_max

    @property
    def answer_octets_max(self) -> int:
        """Octets of the longest answer when general-block-transfer, if granted, carries it."""
        general = self.grants(Conformance.GENERAL_BLOCK_TRANSFER)
        return self.response_octets_max * MAX_GBT_GROWTH if general else self.response_octets_max
