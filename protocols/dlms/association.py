"""Server side of an association: how a request is judged, as tables, and what an accepted one holds.

Source: IEC 62056-5-3, COSEM-OPEN; Green Book, table of the AARE's results and diagnostics
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from protocols.dlms.acse import Aare, Aarq, ApplicationContextName, MechanismName
from protocols.dlms.blocks import MAX_TRANSFER_OCTETS
from protocols.dlms.codes import AssociationResult, InitiateError, SourceDiagnostic
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem.current_association import ContextFacts, current_association
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices, Mechanism
from protocols.dlms.cosem.rights import read_only
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.transfers import Transfers
from protocols.dlms.view import AssociationView
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError
from protocols.dlms.xdlms.initiate import (
    DLMS_VERSION,
    MIN_PDU_OCTETS,
    UNLIMITED_PDU,
    InitiateRequest,
    InitiateResponse,
)


class AssociationState(Enum):
    """State of a client address at a server."""

    IDLE = "idle"
    ASSOCIATED = "associated"


class AssociationEvent(Enum):
    """What moves the state."""

    AARQ_ACCEPTED = "aarq accepted"
    AARQ_REFUSED = "aarq refused"
    RLRQ = "rlrq"
    LINK_LOST = "link lost"


# A new AARQ ends the association that the client had.
TRANSITIONS: dict[tuple[AssociationState, AssociationEvent], AssociationState] = {
    (AssociationState.IDLE, AssociationEvent.AARQ_ACCEPTED): AssociationState.ASSOCIATED,
    (AssociationState.IDLE, AssociationEvent.AARQ_REFUSED): AssociationState.IDLE,
    (AssociationState.IDLE, AssociationEvent.RLRQ): AssociationState.IDLE,
    (AssociationState.IDLE, AssociationEvent.LINK_LOST): AssociationState.IDLE,
    (AssociationState.ASSOCIATED, AssociationEvent.AARQ_ACCEPTED): AssociationState.ASSOCIATED,
    (AssociationState.ASSOCIATED, AssociationEvent.AARQ_REFUSED): AssociationState.IDLE,
    (AssociationState.ASSOCIATED, AssociationEvent.RLRQ): AssociationState.IDLE,
    (AssociationState.ASSOCIATED, AssociationEvent.LINK_LOST): AssociationState.IDLE,
}


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server grants at most.

    Args:
        max_receive_pdu: octets of the longest APDU that it takes, 12 to 65535.
        conformance: services that it offers.
        max_transfer_octets: octets that the blocks of one long request may join to.
    """

    max_receive_pdu: int = 1024
    conformance: Conformance = IMPLEMENTED
    max_transfer_octets: int = MAX_TRANSFER_OCTETS


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
    """

    profile: AssociationProfile
    device: LogicalDevice
    facts: ContextFacts
    limits: ServerLimits
    view: AssociationView
    transfers: Transfers = field(default_factory=Transfers)

    @property
    def response_octets_max(self) -> int:
        """Octets of the longest answer."""
        return self.facts.max_send_pdu or MAX_APDU_SIZE

    def grants(self, service: Conformance) -> bool:
        """Whether the association may use a service."""
        return self.facts.conformance & int(service) != 0

    def drop_transfers(self) -> None:
        """Give up long transfers: another request came."""
        self.transfers = Transfers()


# ---------------------------------------------------------------- judging a request

Check = Callable[[Aarq, AssociationProfile], bool]


def _no_version_1(aarq: Aarq, _profile: AssociationProfile) -> bool:
    return aarq.protocol_version is not None and not aarq.protocol_version.startswith("1")


def _other_context(aarq: Aarq, _profile: AssociationProfile) -> bool:
    return aarq.application_context_name != ApplicationContextName.LN_NO_CIPHERING.value


def _no_authentication(aarq: Aarq, profile: AssociationProfile) -> bool:
    nothing = aarq.mechanism_name in (None, MechanismName.NONE.value) and aarq.authentication_value is None
    return profile.mechanism is not Mechanism.NONE and (nothing or not aarq.asks_authentication)


def _value_without_mechanism(aarq: Aarq, profile: AssociationProfile) -> bool:
    return profile.mechanism is not Mechanism.NONE and aarq.mechanism_name is None


_MECHANISM_NAMES = {
    Mechanism.NONE: (None, MechanismName.NONE.value),
    Mechanism.LLS: (MechanismName.LLS.value,),
}


def _other_mechanism(aarq: Aarq, profile: AssociationProfile) -> bool:
    return aarq.mechanism_name not in _MECHANISM_NAMES[profile.mechanism]


def _wrong_password(aarq: Aarq, profile: AssociationProfile) -> bool:
    if profile.mechanism is not Mechanism.LLS:
        return False
    return not hmac.compare_digest(aarq.authentication_value or b"", profile.password or b"")


# The first check that holds refuses the association with its diagnostic.
REFUSALS: tuple[tuple[Check, SourceDiagnostic], ...] = (
    (_no_version_1, SourceDiagnostic.PROVIDER_NO_COMMON_ACSE_VERSION),
    (_other_context, SourceDiagnostic.USER_APPLICATION_CONTEXT_NAME_NOT_SUPPORTED),
    (_no_authentication, SourceDiagnostic.USER_AUTHENTICATION_REQUIRED),
    (_value_without_mechanism, SourceDiagnostic.USER_AUTHENTICATION_MECHANISM_NAME_REQUIRED),
    (_other_mechanism, SourceDiagnostic.USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED),
    (_wrong_password, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
)

# The first check that holds refuses the xDLMS context with its error.
INITIATE_REFUSALS: tuple[tuple[Callable[[InitiateRequest, ServerLimits], bool], InitiateError], ...] = (
    (lambda request, _limits: request.version < DLMS_VERSION, InitiateError.DLMS_VERSION_TOO_LOW),
    (
        lambda request, limits: not request.conformance & limits.conformance,
        InitiateError.INCOMPATIBLE_CONFORMANCE,
    ),
    (
        lambda request, _limits: (
            request.max_receive_pdu != UNLIMITED_PDU and request.max_receive_pdu < MIN_PDU_OCTETS
        ),
        InitiateError.PDU_SIZE_TOO_SHORT,
    ),
)


def judge(
    aarq: Aarq, devices: LogicalDevices, client_sap: int, server_sap: int, limits: ServerLimits
) -> tuple[Aare, Association | None]:
    """Judge an association request: the answer, and the association when it is accepted."""
    device = devices.get(server_sap)
    profile = None if device is None else device.association(client_sap)
    if device is None or profile is None:
        return _refused(aarq, limits, SourceDiagnostic.USER_NO_REASON_GIVEN), None
    for refuses, diagnostic in REFUSALS:
        if refuses(aarq, profile):
            return _refused(aarq, limits, diagnostic), None
    request = aarq.user_information
    if not isinstance(request, InitiateRequest):
        return _refused_context(InitiateError.OTHER), None
    for refuses_context, error in INITIATE_REFUSALS:
        if refuses_context(request, limits):
            return _refused_context(error), None
    response = _grant(request, limits)
    facts = ContextFacts(
        client_sap,
        server_sap,
        profile.mechanism,
        int(response.conformance),
        limits.max_receive_pdu,
        request.max_receive_pdu,
    )
    aare = Aare(AssociationResult.ACCEPTED, SourceDiagnostic.USER_NULL, user_information=response)
    return aare, _open(devices, device, profile, facts, limits)


def _grant(request: InitiateRequest, limits: ServerLimits) -> InitiateResponse:
    return InitiateResponse(request.conformance & limits.conformance, limits.max_receive_pdu)


def _refused(aarq: Aarq, limits: ServerLimits, diagnostic: SourceDiagnostic) -> Aare:
    request = aarq.user_information
    information = _grant(request, limits) if isinstance(request, InitiateRequest) else None
    return Aare(AssociationResult.REJECTED_PERMANENT, diagnostic, user_information=information)


def _refused_context(error: InitiateError) -> Aare:
    information = ConfirmedServiceError.initiate(error)
    return Aare(
        AssociationResult.REJECTED_PERMANENT,
        SourceDiagnostic.USER_NO_REASON_GIVEN,
        user_information=information,
    )


def _open(
    devices: LogicalDevices,
    device: LogicalDevice,
    profile: AssociationProfile,
    facts: ContextFacts,
    limits: ServerLimits,
) -> Association:
    entries = [(item, read_only(item)) for item in devices.mandatory_objects(device)]
    for item in device.objects:
        rights = profile.rights(item)
        if rights is not None:
            entries.append((item, rights))
    entries.append(current_association(facts, entries))
    selective = bool(facts.conformance & Conformance.SELECTIVE_ACCESS)
    return Association(profile, device, facts, limits, AssociationView(entries, selective_access=selective))
