"""Server side of an association: its states, what a server grants at most, and what an accepted one holds.

`association_request` says which requests are accepted.

Source: IEC 62056-5-3, COSEM-OPEN
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from protocols.dlms import axdr
from protocols.dlms.acse import Aarq, ApplicationContextName, MechanismName, title_in
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import MAX_TRANSFER_OCTETS, BlockReceiver, BlockSender
from protocols.dlms.codes import ActionResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem.current_association import AssociationContext
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecipheringError, RemoteProtocolError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import GbtEndpoint
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.hls import WITH_TITLES, HlsCredentials, HlsParty, prove, proves
from protocols.dlms.security.server import Opened, ServerProtection
from protocols.dlms.server.view import AssociationView
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.descriptors import AttributeReference, MethodDescriptor
from protocols.dlms.xdlms.initiate import MIN_PDU_OCTETS, UNLIMITED_PDU, InitiateRequest

# Security of a server while an association is asked for: titles, ciphered initiate, HLS hand-shake.
#
# Source: IEC 62056-5-3, COSEM-OPEN; Green Book, 9.2.7.4 (HLS authentication)

RandomOctets = Callable[[int], bytes]

_CHALLENGE_OCTETS, _ECDSA_CHALLENGE_OCTETS = 16, 32


def asks_ciphering(aarq: Aarq) -> bool:
    """True if the ciphered context is asked for."""
    return aarq.application_context_name == ApplicationContextName.LN_CIPHERING.value


def needs_title(aarq: Aarq, profile: AssociationProfile) -> bool:
    """True if the request makes no sense without the client's system title."""
    return asks_ciphering(aarq) or profile.mechanism.hls_name in WITH_TITLES


def open_initiate(aarq: Aarq, device: DeviceSecurity) -> tuple[Opened, InitiateRequest]:
    """The initiate request of the ciphered context.

    Raises:
        SecurityError: it does not open, or is protected less than the policy demands.
        DecodeError: it is no initiate request.
    """
    information = aarq.user_information
    if not isinstance(information, Ciphered):
        raise DecipheringError("the initiate request is not protected")
    opened = ServerProtection(device, title_in(aarq.calling_ap_title) or b"", None).open(
        information.to_bytes()
    )
    if device.least_request & ~opened.control:
        raise DecipheringError("the initiate request is protected less than the policy demands")
    request = decode_apdu(opened.plain)
    if not isinstance(request, InitiateRequest):
        raise RemoteProtocolError(f"user-information: {request.name} is not expected")
    return opened, request


@dataclass(slots=True)
class HlsHandShake:
    """Passes 3 and 4 of one association.

    Args:
        mechanism: of the profile.
        proving: what proofs are made with; never shown.
        client: title and challenge of the client.
        server: own title and challenge.
        done: whether the client proved itself.
        failed: whether it tried in vain: the association must end.
    """

    mechanism: MechanismName
    proving: HlsCredentials = field(repr=False)
    client: HlsParty
    server: HlsParty
    done: bool = False
    failed: bool = False

    def reply(self, parameter: Data | None) -> Data:
        """Method reply_to_HLS_authentication: judges pass 3 and gives pass 4.

        Raises:
            AccessError: the proof is wrong, or comes a second time.
        """
        proof = None if parameter is None else parameter.value
        if self.done or not isinstance(proof, bytes):
            raise AccessError(ActionResult.OTHER_REASON)
        self.done = proves(self.mechanism, self.proving, self.client, self.server, proof)
        self.failed = not self.done
        if self.failed:
            raise AccessError(ActionResult.OTHER_REASON)
        return axdr.octet_string(prove(self.mechanism, self.proving, self.server, self.client))


def hand_shake(aarq: Aarq, profile: AssociationProfile, random_octets: RandomOctets) -> HlsHandShake | None:
    """The hand-shake that a profile asks for; None when it asks for none."""
    mechanism, device = profile.mechanism.hls_name, profile.security
    if mechanism is None:
        return None
    client = HlsParty(title_in(aarq.calling_ap_title) or b"", aarq.authentication_value or b"")
    octets = _ECDSA_CHALLENGE_OCTETS if mechanism is MechanismName.HLS_ECDSA else _CHALLENGE_OCTETS
    server = HlsParty(
        b"" if device is None else device.system_title, _other_than(client.challenge, octets, random_octets)
    )
    proving = HlsCredentials(
        secret=profile.password,
        cipher=None if device is None else device.cipher(),
        suite=0 if device is None else int(device.suite),
        counter=None if device is None else device.take_counter,
        signer=None if device is None else device.signer,
    )
    return HlsHandShake(mechanism, proving, client, server)


def _other_than(challenge: bytes, octets: int, random_octets: RandomOctets) -> bytes:
    """A new challenge. One that equals the client's would let the client send the server's own proof back."""
    found = random_octets(octets)
    while found == challenge:
        found = random_octets(octets)
    return found


# Long transfers of an association at the server: at most one at a time, any other request gives it up.

T = TypeVar("T", AttributeReference, MethodDescriptor)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A long answer on its way out: the invoke-id-and-priority it belongs to, and its blocks."""

    invoke: int
    sender: BlockSender


@dataclass(frozen=True, slots=True)
class Incoming(Generic[T]):
    """A long request on its way in.

    Args:
        invoke: invoke-id-and-priority of its first block.
        targets: where it goes.
        receiver: the blocks that came.
        with_list: the blocks join to a list of values, one for each target.
    """

    invoke: int
    targets: tuple[T, ...]
    receiver: BlockReceiver
    with_list: bool = False


@dataclass(slots=True)
class Transfers:
    """Transfers under way.

    Args:
        get: answer to a GET, going out.
        set: value of a SET, coming in.
        action: parameters of an ACTION, coming in.
        action_answer: answer to an ACTION, going out.
        general: an exchange in general blocks.
    """

    get: Outgoing | None = None
    set: Incoming[AttributeReference] | None = None
    action: Incoming[MethodDescriptor] | None = None
    action_answer: Outgoing | None = None
    general: GbtEndpoint | None = None

    def drop(self) -> None:
        """Give up whatever is under way."""
        self.get = self.set = self.action = self.action_answer = self.general = None


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
    """Events that move the state."""

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
    """Limits of the grants of a server.

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
    facts: AssociationContext
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
        """True if the association may use every service of `service`."""
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
