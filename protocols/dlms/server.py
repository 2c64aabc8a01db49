"""Server side over APDUs: one `ServerConnection` per link, one association per client address.

It is total: whatever bytes come, it answers, or stays silent, and never raises because of them.

Source: IEC 62056-5-3, 6 and 7; which answer goes with which fault: DLMS UA 1001-6, cases
APPL_IDLE, APPL_OPEN, APPL_DATA_LN, APPL_REL
"""

from typing import TypeVar

from protocols.dlms.acse import Aare, Aarq, Rlre, Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import (
    TRANSITIONS,
    Association,
    AssociationEvent,
    AssociationState,
    ServerLimits,
)
from protocols.dlms.association_judging import judge
from protocols.dlms.association_security import HlsHandShake, RandomOctets, hand_shake
from protocols.dlms.codes import AssociationResult, ReleaseResponseReason, SourceDiagnostic
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices
from protocols.dlms.dispatch import serve
from protocols.dlms.errors import DecodeError, DlmsValueError, LocalProtocolError, SecurityError
from protocols.dlms.guarded import release_information, serve_guarded
from protocols.dlms.notifying import UnsolicitedApdu, notification_apdus
from protocols.dlms.server_gbt import in_blocks, octets_max, receive_block
from protocols.dlms.services import exceptions
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.ciphered import Ciphered

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
            return exceptions.NOT_ALLOWED
        if len(apdu) > self._limits.max_receive_pdu:
            return exceptions.TOO_LONG
        if tag == GeneralBlockTransfer.tag:
            return self._in_turn(receive_block(association, apdu, self._served))
        answer = self._served(association, apdu)
        if answer is not None and len(answer) > octets_max(association):
            return self._in_turn(in_blocks(association, answer))
        return answer

    def further_apdus(self) -> tuple[bytes, ...]:
        """What else must be sent after the last `receive_apdu` or `notify`, in order; gone once told."""
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
        """Whether a client confirmed one of the last data-notifications, by its long-invoke-id."""
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
        answer = serve_guarded(association, apdu)
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
            aare, association = judge(
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
