"""Server side over APDUs: one `ServerConnection` per link, one association per client address.

It is total: whatever bytes come, it answers, or stays silent, and never raises because of them.

Source: IEC 62056-5-3, 6 and 7; which answer goes with which fault: DLMS UA 1001-6, cases
APPL_IDLE, APPL_OPEN, APPL_DATA_LN, APPL_REL
"""

from collections.abc import Callable
from typing import TypeVar

from protocols.dlms.acse import Aare, Aarq, Rlre, Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import AssociationResult, ReleaseResponseReason, SourceDiagnostic
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices
from protocols.dlms.errors import DecodeError, DlmsValueError, LocalProtocolError, SecurityError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import GbtEndpoint, block_octets_for, decode_block, stream
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.forms import Form, enclose
from protocols.dlms.security.general import GeneralSigner
from protocols.dlms.server.association import (
    TRANSITIONS,
    Association,
    AssociationEvent,
    AssociationState,
    HlsHandShake,
    RandomOctets,
    ServerLimits,
    hand_shake,
)
from protocols.dlms.server.association_request import answer_aarq
from protocols.dlms.server.dispatch import release_information, serve, serve_secured
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.notification import DataNotification, EventNotification

# General block transfer of a server: a request that came in blocks, and an answer that goes out in them.
#
# It stands outside of protection: what is in the blocks may be ciphered.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism

# Gives the answer to a whole request, None when there is none.
Serve = Callable[[Association, bytes], bytes | None]


def octets_max(association: Association) -> int:
    """Octets of the longest APDU that the client takes."""
    return association.facts.max_send_pdu or MAX_APDU_SIZE


def receive_block(association: Association, apdu: bytes, serve: Serve) -> tuple[bytes, ...]:
    """APDUs that must be sent because of a block, in order; perhaps none.

    Args:
        association: of the client.
        apdu: a general-block-transfer APDU.
        serve: gives the answer to the request that the blocks join to.
    """
    if not association.grants(Conformance.GENERAL_BLOCK_TRANSFER):
        return (error_responses.NOT_ALLOWED,)
    try:
        block = decode_block(apdu)
    except DecodeError:
        return (error_responses.MALFORMED,)
    endpoint = association.transfers.general or _endpoint(association)
    association.transfers.general = endpoint
    step = endpoint.receive(block)
    if step.whole is None:
        return step.to_send
    association.by_gbt = True
    try:
        answer = serve(association, step.whole)
    finally:
        association.by_gbt = False
    if not answer:
        return ()
    association.transfers.general = endpoint
    return endpoint.send(answer, block_octets_for(octets_max(association)))


def in_blocks(association: Association, answer: bytes) -> tuple[bytes, ...]:
    """The first blocks of an answer that is too long for one APDU."""
    association.transfers.general = endpoint = _endpoint(association)
    return endpoint.send(answer, block_octets_for(octets_max(association)))


def _endpoint(association: Association) -> GbtEndpoint:
    return GbtEndpoint(association.limits.gbt_window, association.limits.max_transfer_octets)


# Unsolicited APDUs of a server: protected as the client's association asks, in blocks if long.
#
# Source: IEC 62056-5-3, DataNotification and EventNotification services

UnsolicitedApdu = DataNotification | EventNotification


def notification_apdus(
    notification: UnsolicitedApdu,
    profile: AssociationProfile,
    association: Association | None,
    octets_max: int | None = None,
) -> tuple[bytes, ...]:
    """A notification as it travels: one APDU, or blocks that nobody acknowledges.

    Args:
        notification: what is sent.
        profile: the client's; its security protects the notification, also when no association is open.
        association: the client's, None when it has none open.
        octets_max: octets of the longest APDU; None takes what the client told when it associated.

    Raises:
        LocalProtocolError: the client associated without event-notification.
    """
    if association is not None and isinstance(notification, EventNotification):
        _check_granted(association)
    apdu = notification.to_bytes()
    if profile.security is not None:
        apdu = _protected(apdu, profile.security, 0 if association is None else association.least)
    if octets_max is None:
        octets_max = 0 if association is None else association.facts.max_send_pdu
    octets_max = octets_max or MAX_APDU_SIZE
    return (apdu,) if len(apdu) <= octets_max else tuple(stream(apdu, block_octets_for(octets_max)))


def _check_granted(association: Association) -> None:
    if not association.grants(Conformance.EVENT_NOTIFICATION):
        raise LocalProtocolError("the client associated without event-notification")


def _protected(plain: bytes, security: DeviceSecurity, least: int) -> bytes:
    """As the policy says for answers, and no less than the association was opened with."""
    control = int(security.suite) | int(security.least_answer) | least
    cipher = security.cipher()
    if cipher is None or control == int(security.suite):
        return plain
    sealed = cipher.seal(control, security.system_title, security.send.take(), plain)
    apdu = enclose(Form.GENERAL_GLO, plain[0], security.system_title, sealed)
    if not security.signs_answers or security.signer is None:
        return apdu
    return GeneralSigner(security.signer, security.system_title, security.last_client_title).sign(apdu)


T = TypeVar("T")
_ASSOCIATING = frozenset({Aarq.tag, Rlrq.tag})


class ServerConnection:
    """The server of one link.

    Args:
        devices: the logical devices, or the only one.
        limits: what is granted at most.
        random_octets: gives so many random octets, for the challenges of high level security.

    Raises:
        DlmsValueError: an association with high level security, and no random octets.
    """

    __slots__ = ("_associations", "_devices", "_further", "_limits", "_random_octets")

    def __init__(
        self,
        devices: LogicalDevices | LogicalDevice,
        limits: ServerLimits | None = None,
        *,
        random_octets: RandomOctets | None = None,
    ) -> None:
        self._devices = LogicalDevices([devices]) if isinstance(devices, LogicalDevice) else devices
        self._limits = limits or ServerLimits()
        self._random_octets = random_octets
        profiles = (profile for device in self._devices for profile in device.associations)
        if random_octets is None and any(profile.mechanism.hls_name is not None for profile in profiles):
            raise DlmsValueError("high level security needs random octets for its challenges")
        self._associations: dict[tuple[int, int], Association] = {}
        self._further: tuple[bytes, ...] = ()

    def state(self, client_sap: int, server_sap: int = 1) -> AssociationState:
        """State of a client address at a logical device."""
        association = self._associations.get((client_sap, server_sap))
        return AssociationState.IDLE if association is None else association.state

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """Take an APDU and give the answer, None when there is none.

        Args:
            apdu: the whole APDU.
            client_sap: address that it came from.
            server_sap: address of the logical device.
            now_s: device time; no answer depends on it yet.
        """
        if not apdu:
            return None
        tag = apdu[0]
        association = self._associations.get((client_sap, server_sap))
        if association is None and self._devices.get(server_sap) is None:
            return None
        if tag in _ASSOCIATING:
            act = self._associate if tag == Aarq.tag else self._release
            return act(apdu, client_sap, server_sap)
        if association is None:
            return error_responses.NOT_ALLOWED
        if len(apdu) > self._limits.max_receive_pdu:
            return error_responses.TOO_LONG
        if tag == GeneralBlockTransfer.tag:
            return self._in_turn(receive_block(association, apdu, self._served))
        answer = self._served(association, apdu)
        if answer is not None and len(answer) > octets_max(association):
            return self._in_turn(in_blocks(association, answer))
        return answer

    def further_apdus(self) -> tuple[bytes, ...]:
        """APDUs left to send after the last `receive_apdu` or `notify`, in order; each is given once."""
        further, self._further = self._further, ()
        return further

    def notify(
        self,
        notification: UnsolicitedApdu,
        client_sap: int,
        server_sap: int = 1,
        octets_max: int | None = None,
    ) -> bytes:
        """The APDU to send unasked to a client, protected as its association asks; see `further_apdus`.

        Args:
            notification: what is sent.
            client_sap: address of the client; it needs a profile, but no open association.
            server_sap: the logical device that speaks.
            octets_max: octets of the longest APDU, None for what the client told.

        Raises:
            LocalProtocolError: no such client, or it associated without event-notification.
        """
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        if profile is None:
            raise LocalProtocolError(f"logical device {server_sap} knows no client {client_sap}")
        association = self._associations.get((client_sap, server_sap))
        apdus = notification_apdus(notification, profile, association, octets_max)
        self._further = apdus[1:]
        return apdus[0]

    def was_confirmed(self, long_invoke: int, client_sap: int, server_sap: int = 1) -> bool:
        """True if a client confirmed one of the last data-notifications, by its long-invoke-id."""
        association = self._associations.get((client_sap, server_sap))
        return association is not None and long_invoke in association.confirmed

    def _in_turn(self, apdus: tuple[bytes, ...]) -> bytes | None:
        self._further = apdus[1:]
        return apdus[0] if apdus else None

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        """The answer to a whole request: unprotect before and protect after `serve`."""
        if association.protection is None and association.hand_shake is None:
            return serve(association, apdu)
        shake = association.hand_shake
        answer = serve_secured(association, apdu)
        if shake is not None and (shake.done or shake.failed):
            event = AssociationEvent.HLS_PASSED if shake.done else AssociationEvent.HLS_FAILED
            self._move((association.facts.client_sap, association.facts.server_sap), event, association)
            association.hand_shake = None
        return answer

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        """The hand-shake that a profile asks for. A server that is wrong on purpose overrides this one."""
        return None if self._random_octets is None else hand_shake(aarq, profile, self._random_octets)

    def link_lost(self, client_sap: int | None = None) -> None:
        """The link of a client fell, or of all of them (None): their associations end."""
        for key in list(self._associations):
            if client_sap in (None, key[0]):
                self._move(key, AssociationEvent.LINK_LOST, None)

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        try:
            request = _decode(apdu, Aarq)
        except DecodeError:
            aare, association = (
                Aare(AssociationResult.REJECTED_PERMANENT, SourceDiagnostic.USER_NO_REASON_GIVEN),
                None,
            )
        else:
            aare, association = answer_aarq(
                request, self._devices, client_sap, server_sap, self._limits, self._hand_shake
            )
        if association is None:
            event = AssociationEvent.AARQ_REFUSED
        elif association.hand_shake is None:
            event = AssociationEvent.AARQ_ACCEPTED
        else:
            event = AssociationEvent.AARQ_CHALLENGED
        self._move((client_sap, server_sap), event, association)
        return aare.to_bytes()

    def _release(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        try:
            request = _decode(apdu, Rlrq)
        except DecodeError:
            return Rlre(ReleaseResponseReason.NOT_FINISHED).to_bytes()
        association = self._associations.get((client_sap, server_sap))
        information: Ciphered | None = None
        if association is not None and association.protection is not None:
            try:
                information = release_information(association, request.user_information)
            except SecurityError:
                return Rlre(ReleaseResponseReason.NOT_FINISHED).to_bytes()
        self._move((client_sap, server_sap), AssociationEvent.RLRQ, None)
        reason = None if request.reason is None else ReleaseResponseReason.NORMAL
        return Rlre(reason, information).to_bytes()

    def _move(self, key: tuple[int, int], event: AssociationEvent, association: Association | None) -> None:
        state = TRANSITIONS[self.state(*key), event]
        if state is not AssociationState.IDLE and association is not None:
            self._associations[key] = association
        else:
            self._associations.pop(key, None)


def _decode(apdu: bytes, kind: type[T]) -> T:
    request = decode_apdu(apdu)
    if not isinstance(request, kind):
        raise DecodeError(f"apdu: {request.name} is not expected")
    return request
