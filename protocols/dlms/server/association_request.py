"""Association requests at a server, as tables: refusals with their reasons, and the terms that are granted.

Source: IEC 62056-5-3, COSEM-OPEN; Green Book, table of the AARE's results and diagnostics
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from protocols.dlms.acse import (
    AUTHENTICATION_REQUIREMENT,
    Aare,
    Aarq,
    ApplicationContextName,
    ciphered_information,
    title_field,
    title_in,
)
from protocols.dlms.codes import AssociationResult, InitiateError, SourceDiagnostic
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.current_association import AssociationContext, current_association
from protocols.dlms.cosem.device import (
    AssociationProfile,
    LogicalDevice,
    LogicalDevices,
    Mechanism,
    read_only,
)
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.security.hls import MAX_CHALLENGE_OCTETS, MIN_CHALLENGE_OCTETS
from protocols.dlms.security.server import PROTECTION_MASK, Opened, ServerProtection
from protocols.dlms.server.association import (
    Association,
    HlsHandShake,
    ServerLimits,
    asks_ciphering,
    needs_title,
    open_initiate,
)
from protocols.dlms.server.view import AssociationView
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError
from protocols.dlms.xdlms.initiate import (
    DLMS_VERSION,
    MIN_PDU_OCTETS,
    UNLIMITED_PDU,
    InitiateRequest,
    InitiateResponse,
)

Check = Callable[[Aarq, AssociationProfile], bool]
Challenge = Callable[[Aarq, AssociationProfile], HlsHandShake | None]


def _no_version_1(aarq: Aarq, _profile: AssociationProfile) -> bool:
    return aarq.protocol_version is not None and not aarq.protocol_version.startswith("1")


def _other_context(aarq: Aarq, profile: AssociationProfile) -> bool:
    if profile.security is None:
        return aarq.application_context_name != ApplicationContextName.LN_NO_CIPHERING.value
    # A policy that protects every request leaves no use for the plain context.
    plain_too = not profile.security.least_request
    return not asks_ciphering(aarq) and not (
        plain_too and aarq.application_context_name == ApplicationContextName.LN_NO_CIPHERING.value
    )


def _other_title(aarq: Aarq, profile: AssociationProfile) -> bool:
    if not needs_title(aarq, profile) or profile.security is None:
        return False
    title, known = title_in(aarq.calling_ap_title), profile.security.client_title
    # A client with the server's own title would share its invocation counters.
    return title is None or known not in (None, title) or title == profile.security.system_title


def _no_authentication(aarq: Aarq, profile: AssociationProfile) -> bool:
    nothing = (
        aarq.mechanism_name in (None, Mechanism.NONE.mechanism_name.value)
        and aarq.authentication_value is None
    )
    return profile.mechanism is not Mechanism.NONE and (nothing or not aarq.asks_authentication)


def _value_without_mechanism(aarq: Aarq, profile: AssociationProfile) -> bool:
    return profile.mechanism is not Mechanism.NONE and aarq.mechanism_name is None


def _other_mechanism(aarq: Aarq, profile: AssociationProfile) -> bool:
    name = profile.mechanism.mechanism_name.value
    return aarq.mechanism_name not in ((None, name) if profile.mechanism is Mechanism.NONE else (name,))


def _wrong_password(aarq: Aarq, profile: AssociationProfile) -> bool:
    if profile.mechanism is not Mechanism.LLS:
        return False
    return not hmac.compare_digest(aarq.authentication_value or b"", profile.password or b"")


def _wrong_challenge(aarq: Aarq, profile: AssociationProfile) -> bool:
    octets = len(aarq.authentication_value or b"")
    high = profile.mechanism.hls_name is not None
    return high and not MIN_CHALLENGE_OCTETS <= octets <= MAX_CHALLENGE_OCTETS


# The first check that holds refuses the association with its diagnostic.
REFUSALS: tuple[tuple[Check, SourceDiagnostic], ...] = (
    (_no_version_1, SourceDiagnostic.PROVIDER_NO_COMMON_ACSE_VERSION),
    (_other_context, SourceDiagnostic.USER_APPLICATION_CONTEXT_NAME_NOT_SUPPORTED),
    (_other_title, SourceDiagnostic.USER_CALLING_AP_TITLE_NOT_RECOGNIZED),
    (_no_authentication, SourceDiagnostic.USER_AUTHENTICATION_REQUIRED),
    (_value_without_mechanism, SourceDiagnostic.USER_AUTHENTICATION_MECHANISM_NAME_REQUIRED),
    (_other_mechanism, SourceDiagnostic.USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED),
    (_wrong_password, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
    (_wrong_challenge, SourceDiagnostic.USER_AUTHENTICATION_FAILURE),
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


def answer_aarq(
    aarq: Aarq,
    devices: LogicalDevices,
    client_sap: int,
    server_sap: int,
    limits: ServerLimits,
    challenge: Challenge | None = None,
) -> tuple[Aare, Association | None]:
    """Judge an association request: the answer, and the association when it is accepted.

    Args:
        aarq: the request.
        devices: the logical devices.
        client_sap: address that it came from.
        server_sap: address of the logical device.
        limits: what is granted at most.
        challenge: begins the hand-shake of high level security.
    """
    device = devices.get(server_sap)
    profile = None if device is None else device.association(client_sap)
    if device is None or profile is None:
        return _refused(aarq, limits, SourceDiagnostic.USER_NO_REASON_GIVEN), None
    for refuses, diagnostic in REFUSALS:
        if refuses(aarq, profile):
            return _refused(aarq, limits, diagnostic), None
    opened: Opened | None = None
    request: object = aarq.user_information
    if profile.security is not None and asks_ciphering(aarq):
        try:
            opened, request = open_initiate(aarq, profile.security)
        except RemoteProtocolError:
            return _refused(aarq, limits, SourceDiagnostic.USER_AUTHENTICATION_FAILURE), None
    if not isinstance(request, InitiateRequest) or not _key_fits(request, opened, profile):
        return _refused_context(InitiateError.OTHER), None
    for refuses_context, error in INITIATE_REFUSALS:
        if refuses_context(request, limits):
            return _refused_context(error), None
    place = AssociationTarget(devices, device, profile, client_sap, limits)
    return accept(aarq, request, opened, place, None if challenge is None else challenge(aarq, profile))


def _key_fits(request: InitiateRequest, opened: Opened | None, profile: AssociationProfile) -> bool:
    """True if a dedicated key has the length of the suite; in a plain context it is ignored."""
    if opened is None or profile.security is None or request.dedicated_key is None:
        return True
    return len(request.dedicated_key) == profile.security.suite.key_octets


@dataclass(frozen=True, slots=True)
class AssociationTarget:
    """Where an association is opened: devices, device, profile, client address, limits."""

    devices: LogicalDevices
    device: LogicalDevice
    profile: AssociationProfile
    client_sap: int
    limits: ServerLimits


def accept(
    aarq: Aarq,
    request: InitiateRequest,
    opened: Opened | None,
    place: AssociationTarget,
    shake: HlsHandShake | None,
) -> tuple[Aare, Association]:
    """Open an association that nothing speaks against: pass 2 of high level security, or all of it."""
    profile, limits, security = place.profile, place.limits, place.profile.security
    response = _grant(request, limits, general_protection=opened is not None)
    facts = AssociationContext(
        place.client_sap,
        place.device.sap,
        profile.mechanism,
        int(response.conformance),
        limits.max_receive_pdu,
        _longest_answer(request.max_receive_pdu, limits.max_send_pdu),
        ciphered=opened is not None,
        security_setup=security is not None,
    )
    association = _open(place, facts, shake)
    information: InitiateResponse | Ciphered = response
    if opened is not None and security is not None:
        title = title_in(aarq.calling_ap_title) or b""
        association.protection = ServerProtection(security, title, request.dedicated_key)
        association.least = opened.control & PROTECTION_MASK
        information = ciphered_information(association.protection.answer(opened, response.to_bytes()))
        security.last_client_title = title
    aare = Aare(
        AssociationResult.ACCEPTED,
        SourceDiagnostic.USER_NULL,
        application_context_name=facts.context_name.value,
        user_information=information,
        responding_ap_title=None if security is None else title_field(security.system_title),
    )
    if shake is None:
        return aare, association
    return (
        replace(
            aare,
            diagnostic=SourceDiagnostic.USER_AUTHENTICATION_REQUIRED,
            mechanism_name=shake.mechanism.value,
            authentication_value=shake.server.challenge,
            responder_acse_requirements=AUTHENTICATION_REQUIREMENT,
        ),
        association,
    )


def _longest_answer(taken: int, carried: int) -> int:
    """Longest answer that the client takes and the medium carries; 0 where neither has a limit."""
    return min((size for size in (taken, carried) if size != UNLIMITED_PDU), default=UNLIMITED_PDU)


def _grant(
    request: InitiateRequest, limits: ServerLimits, *, general_protection: bool = False
) -> InitiateResponse:
    """The granted terms; a client that keeps to the letter sends no general-glo-ciphering without its bit."""
    offered = limits.conformance | (Conformance.GENERAL_PROTECTION if general_protection else 0)
    return InitiateResponse(request.conformance & offered, limits.max_receive_pdu)


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


def _open(place: AssociationTarget, facts: AssociationContext, shake: HlsHandShake | None) -> Association:
    entries = [(item, read_only(item)) for item in place.devices.mandatory_objects(place.device)]
    for item in place.device.objects:
        rights = place.profile.rights(item)
        if rights is not None:
            entries.append((item, rights))
    reply = None if shake is None else shake.reply
    entries.append(current_association(facts, entries, reply, place.profile.change_secret))
    view = AssociationView(entries, facts.conformance)
    return Association(place.profile, place.device, facts, place.limits, view, hand_shake=shake)
