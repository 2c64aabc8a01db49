"""Which function serves which request, what it needs to be granted, and what else is answered.

Protection and general block transfer are already gone when a request comes here.

Source: IEC 62056-5-3, 6 and 7; which answer goes with which fault: DLMS UA 1001-6, APPL_DATA_LN
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError
from protocols.dlms.services import action, exceptions, get
from protocols.dlms.services import set as set_service
from protocols.dlms.services.access import access
from protocols.dlms.xdlms import action as action_apdu
from protocols.dlms.xdlms import get as get_apdu
from protocols.dlms.xdlms import set as set_apdu
from protocols.dlms.xdlms.access import AccessRequest
from protocols.dlms.xdlms.notification import DataNotificationConfirm


@dataclass(frozen=True, slots=True)
class Service:
    """How one kind of request is served.

    Args:
        serve: gives the answer, None when there is none.
        needs: the bits of the conformance block that must all be granted.
        continues: the request goes on with a transfer; any other one gives the transfer up.
    """

    serve: Callable[[Association, Any], bytes | None]
    needs: int
    continues: bool = False


# Bits as plain numbers: the arithmetic of flags costs more than serving a GET.
_GET = int(Conformance.GET)
_SET = int(Conformance.SET)
_ACTION = int(Conformance.ACTION)
_ACCESS = int(Conformance.ACCESS)
_LIST = int(Conformance.MULTIPLE_REFERENCES)
_GET_BLOCKS = _GET | int(Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ)
_SET_BLOCKS = _SET | int(Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE)
_ACTION_BLOCKS = _ACTION | int(Conformance.BLOCK_TRANSFER_WITH_ACTION)


def _confirmed(association: Association, confirmation: DataNotificationConfirm) -> None:
    """Remember which data-notification came through; nothing is answered."""
    association.confirmed.append(confirmation.long_invoke)


# Requests that this server serves; anything else that decodes is an unknown service.
SERVICES: dict[type[Any], Service] = {
    get_apdu.GetRequestNormal: Service(get.normal, _GET),
    get_apdu.GetRequestNext: Service(get.next_block, _GET_BLOCKS, continues=True),
    get_apdu.GetRequestWithList: Service(get.with_list, _GET | _LIST),
    set_apdu.SetRequestNormal: Service(set_service.normal, _SET),
    set_apdu.SetRequestFirstBlock: Service(set_service.first_block, _SET_BLOCKS),
    set_apdu.SetRequestBlock: Service(set_service.further_block, _SET_BLOCKS, continues=True),
    set_apdu.SetRequestWithList: Service(set_service.with_list, _SET | _LIST),
    set_apdu.SetRequestWithListFirstBlock: Service(set_service.list_first_block, _SET_BLOCKS | _LIST),
    AccessRequest: Service(access, _ACCESS),
    DataNotificationConfirm: Service(_confirmed, int(Conformance.DATA_NOTIFICATION), continues=True),
    action_apdu.ActionRequestNormal: Service(action.normal, _ACTION),
    action_apdu.ActionRequestNextBlock: Service(action.next_block, _ACTION_BLOCKS, continues=True),
    action_apdu.ActionRequestFirstBlock: Service(action.first_block, _ACTION_BLOCKS),
    action_apdu.ActionRequestBlock: Service(action.further_block, _ACTION_BLOCKS, continues=True),
    action_apdu.ActionRequestWithList: Service(action.with_list, _ACTION | _LIST),
    action_apdu.ActionRequestWithListFirstBlock: Service(action.list_first_block, _ACTION_BLOCKS | _LIST),
}
_SERVICE_TAGS = frozenset(
    {AccessRequest.tag, get_apdu.REQUEST_TAG, set_apdu.REQUEST_TAG, action_apdu.REQUEST_TAG}
)


def serve(association: Association, apdu: bytes) -> bytes | None:
    """The answer to a plain request of an association, None when there is none.

    Args:
        association: what the client may do.
        apdu: the whole APDU, not ciphered.
    """
    if len(apdu) == get.PLAIN_OCTETS and apdu[:2] == get.PLAIN_HEAD and association.facts.conformance & _GET:
        association.transfers.drop()
        answer = get.plain(association, apdu)
        if answer is not None:
            return answer
    try:
        request = decode_apdu(apdu)
    except DecodeError:
        return exceptions.MALFORMED if apdu[0] in _SERVICE_TAGS else exceptions.UNKNOWN_SERVICE
    service = SERVICES.get(type(request))
    if service is None or not service.continues:
        association.transfers.drop()
    if service is None:
        return exceptions.UNKNOWN_SERVICE
    if association.facts.conformance & service.needs != service.needs:
        return exceptions.NOT_ALLOWED
    return service.serve(association, request)
