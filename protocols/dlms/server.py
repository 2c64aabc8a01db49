"""Server side over APDUs: one `ServerConnection` per link, one association per client address.

It is total: whatever bytes come, it answers, or stays silent, and never raises because of them.

Source: IEC 62056-5-3, 6 and 7; which answer goes with which fault: DLMS UA 1001-6, cases
APPL_IDLE, APPL_OPEN, APPL_DATA_LN, APPL_REL
"""

from collections.abc import Callable
from typing import Any, TypeVar

from protocols.dlms.acse import Aare, Aarq, Rlre, Rlrq
from protocols.dlms.apdu import Apdu, decode_apdu
from protocols.dlms.association import (
    TRANSITIONS,
    Association,
    AssociationEvent,
    AssociationState,
    ServerLimits,
    judge,
)
from protocols.dlms.codes import AssociationResult, ReleaseResponseReason, SourceDiagnostic
from protocols.dlms.cosem.device import LogicalDevice, LogicalDevices
from protocols.dlms.errors import DecodeError
from protocols.dlms.services import action, exceptions, get
from protocols.dlms.services import set as set_service
from protocols.dlms.xdlms import action as action_apdu
from protocols.dlms.xdlms import get as get_apdu
from protocols.dlms.xdlms import set as set_apdu

T = TypeVar("T")

Service = Callable[[Association, Any], bytes | None]

# Requests that this server serves; anything else that decodes is an unknown service.
SERVICES: dict[type[Any], Service] = {
    get_apdu.GetRequestNormal: get.normal,
    get_apdu.GetRequestNext: get.next_block,
    get_apdu.GetRequestWithList: get.with_list,
    set_apdu.SetRequestNormal: set_service.normal,
    set_apdu.SetRequestFirstBlock: set_service.first_block,
    set_apdu.SetRequestBlock: set_service.further_block,
    set_apdu.SetRequestWithList: set_service.with_list,
    action_apdu.ActionRequestNormal: action.normal,
    action_apdu.ActionRequestNextBlock: action.next_block,
    action_apdu.ActionRequestFirstBlock: action.first_block,
    action_apdu.ActionRequestBlock: action.further_block,
    action_apdu.ActionRequestWithList: action.with_list,
}
# Requests that go on with a transfer; any other request gives the transfer up.
_CONTINUATIONS = frozenset(
    {
        get_apdu.GetRequestNext,
        set_apdu.SetRequestBlock,
        action_apdu.ActionRequestNextBlock,
        action_apdu.ActionRequestBlock,
    }
)
_SERVICE_TAGS = frozenset({get_apdu.REQUEST_TAG, set_apdu.REQUEST_TAG, action_apdu.REQUEST_TAG})


class ServerConnection:
    """The server of one link.

    Args:
        devices: the logical devices, or the only one.
        limits: what is granted at most.
    """

    __slots__ = ("_associations", "_devices", "_limits")

    def __init__(self, devices: LogicalDevices | LogicalDevice, limits: ServerLimits | None = None) -> None:
        self._devices = LogicalDevices([devices]) if isinstance(devices, LogicalDevice) else devices
        self._limits = limits or ServerLimits()
        self._associations: dict[tuple[int, int], Association] = {}

    def state(self, client_sap: int, server_sap: int = 1) -> AssociationState:
        """State of a client address at a logical device."""
        associated = (client_sap, server_sap) in self._associations
        return AssociationState.ASSOCIATED if associated else AssociationState.IDLE

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """Take an APDU and give the answer, None when there is none.

        Args:
            apdu: the whole APDU.
            client_sap: address that it came from.
            server_sap: address of the logical device.
            now_s: device time; no answer depends on it yet.
        """
        if not apdu or self._devices.get(server_sap) is None:
            return None
        tag = apdu[0]
        if tag == Aarq.tag:
            return self._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if tag == Rlrq.tag:
            return self._release(apdu, client_sap, server_sap)
        if association is None:
            return exceptions.NOT_ALLOWED
        if len(apdu) > self._limits.max_receive_pdu:
            return exceptions.TOO_LONG
        return _serve(association, apdu)

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
            aare, association = judge(request, self._devices, client_sap, server_sap, self._limits)
        event = AssociationEvent.AARQ_ACCEPTED if association else AssociationEvent.AARQ_REFUSED
        self._move((client_sap, server_sap), event, association)
        return aare.to_bytes()

    def _release(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        try:
            request = _decode(apdu, Rlrq)
        except DecodeError:
            return Rlre(ReleaseResponseReason.NOT_FINISHED).to_bytes()
        self._move((client_sap, server_sap), AssociationEvent.RLRQ, None)
        return Rlre(None if request.reason is None else ReleaseResponseReason.NORMAL).to_bytes()

    def _move(self, key: tuple[int, int], event: AssociationEvent, association: Association | None) -> None:
        state = TRANSITIONS[self.state(*key), event]
        if state is AssociationState.ASSOCIATED and association is not None:
            self._associations[key] = association
        else:
            self._associations.pop(key, None)


def _decode(apdu: bytes, kind: type[T]) -> T:
    request = decode_apdu(apdu)
    if not isinstance(request, kind):
        raise DecodeError(f"apdu: {request.name} is not expected")
    return request


def _serve(association: Association, apdu: bytes) -> bytes | None:
    try:
        request: Apdu = decode_apdu(apdu)
    except DecodeError:
        return exceptions.MALFORMED if apdu[0] in _SERVICE_TAGS else exceptions.UNKNOWN_SERVICE
    kind = type(request)
    if kind not in _CONTINUATIONS:
        association.drop_transfers()
    service = SERVICES.get(kind)
    return exceptions.UNKNOWN_SERVICE if service is None else service(association, request)
