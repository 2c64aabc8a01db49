"""Dispatch of requests: the function that serves each, the right that it needs, and the answer otherwise.

Protection and general block transfer are already gone when a request comes here.

Source: IEC 62056-5-3, 6 and 7; which answer goes with which fault: DLMS UA 1001-6, APPL_DATA_LN
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocols.dlms.acse import ciphered_information
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.current_association import REPLY_TO_HLS
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.errors import DecipheringError, DecodeError, InvocationCounterError
from protocols.dlms.security.forms import GENERAL_SIGNING_TAG, PROTECTED_TAGS, Form
from protocols.dlms.security.server import Opened, ServerProtection
from protocols.dlms.server import action, get
from protocols.dlms.server import set as set_service
from protocols.dlms.server.access import access
from protocols.dlms.server.association import Association
from protocols.dlms.xdlms import action as action_apdu
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms import get as get_apdu
from protocols.dlms.xdlms import set as set_apdu
from protocols.dlms.xdlms.access import AccessRequest
from protocols.dlms.xdlms.action import ActionRequestNormal
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.dlms.xdlms.initiate import InitiateResponse
from protocols.dlms.xdlms.notification import DataNotificationConfirm


@dataclass(frozen=True, slots=True)
class Service:
    """Service of one kind of request.

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
        return error_responses.MALFORMED if apdu[0] in _SERVICE_TAGS else error_responses.UNKNOWN_SERVICE
    service = SERVICES.get(type(request))
    if service is None or not service.continues:
        association.transfers.drop()
    if service is None:
        return error_responses.UNKNOWN_SERVICE
    if association.facts.conformance & service.needs != service.needs:
        return error_responses.NOT_ALLOWED
    return service.serve(association, request)


# Requests of an association that ciphers, or whose client has yet to prove itself.
#
# In this order: signature, open, policy, hand-shake, the service with its rights, protect.
#
# Source: IEC 62056-5-3, 6; Green Book, 9.2.7; which answer goes with which fault: DLMS UA 1001-6, SYMSEC_0

_GENERAL = (Form.GENERAL_GLO, Form.GENERAL_DED, Form.GENERAL_CIPHERING)


def serve_secured(association: Association, apdu: bytes) -> bytes | None:
    """The answer to a request, None when there is none.

    Args:
        association: with ciphering, or with a hand-shake under way.
        apdu: as it came.
    """
    opened: Opened | None = None
    signed: bytes | None = None
    protection = association.protection
    if apdu[0] in PROTECTED_TAGS or apdu[0] == GENERAL_SIGNING_TAG:
        if protection is None:
            return error_responses.NOT_ALLOWED
        try:
            if apdu[0] == GENERAL_SIGNING_TAG:
                apdu, signed = _content(protection, apdu)
            opened = protection.open(apdu)
        except InvocationCounterError as error:
            return error_responses.invocation_counter(error.expected)
        except DecipheringError:
            return error_responses.DECIPHERING
    plain, control = (apdu, 0) if opened is None else (opened.plain, opened.control)
    if protection is not None:
        device = protection.device
        if device.least_request & ~control or (device.signs_requests and signed is None):
            return error_responses.NOT_ALLOWED
    association.view.control = control
    if association.hand_shake is not None and not _replies_to_hls(plain):
        answer: bytes | None = error_responses.NOT_ALLOWED
    else:
        answer = serve(association, plain)
    answer = _protected(association, opened, answer)
    if protection is None or (signed is None and not protection.device.signs_answers):
        return answer
    return _signed(protection, signed or b"", answer)


def release_information(association: Association, information: object) -> Ciphered | None:
    """User-information of a release that is agreed to: a protected initiate response where one was sent.

    Args:
        association: with ciphering.
        information: user-information of the request.

    Raises:
        SecurityError: the request is protected less than its association was opened.
    """
    protection = association.protection
    if protection is None or not isinstance(information, Ciphered):
        if association.least:
            raise DecipheringError("a release of this association is protected")
        return None
    opened = protection.open(information.to_bytes())
    if association.least & ~opened.control:
        raise DecipheringError("the release is protected less than the association")
    facts = association.facts
    response = InitiateResponse(Conformance(facts.conformance), facts.max_receive_pdu)
    return ciphered_information(protection.answer(opened, response.to_bytes()))


def _content(protection: ServerProtection, apdu: bytes) -> tuple[bytes, bytes]:
    """Contents of a signed request, and its transaction-id.

    Raises:
        DecipheringError: nobody known signed it, or what it holds is not protected.
    """
    seals = protection.seals
    if seals is None:
        raise DecipheringError("this device knows no signatures")
    return seals.opened(apdu)


def _signed(protection: ServerProtection, transaction_id: bytes, answer: bytes | None) -> bytes | None:
    """A protected answer, signed; others stay as they are."""
    seals = protection.seals
    if seals is None or answer is None or answer[0] not in PROTECTED_TAGS:
        return answer
    return seals.sign(answer, transaction_id)


def _protected(association: Association, opened: Opened | None, answer: bytes | None) -> bytes | None:
    if opened is None or answer is None or association.protection is None:
        return answer
    # An exception has no ciphered tag of its own: it travels plain unless the request came in a general form.
    if answer[0] == ExceptionResponse.tag and opened.form not in _GENERAL:
        return answer
    return association.protection.answer(opened, answer)


def _replies_to_hls(plain: bytes) -> bool:
    try:
        request = decode_apdu(plain)
    except DecodeError:
        return False
    if not isinstance(request, ActionRequestNormal):
        return False
    return request.method.instance == CURRENT_ASSOCIATION and request.method.method == REPLY_TO_HLS
