"""Requests of an association that ciphers, or whose client has yet to prove itself.

In this order: signature, open, policy, hand-shake, the service with its rights, protect.

Source: IEC 62056-5-3, 6; Green Book, 9.2.7; which answer goes with which fault: DLMS UA 1001-6, SYMSEC_0
"""

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.association_security import ciphered_information
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.current_association import REPLY_TO_HLS
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.dispatch import serve
from protocols.dlms.errors import DecipheringError, DecodeError, InvocationCounterError
from protocols.dlms.security.forms import GENERAL_SIGNING_TAG, PROTECTED_TAGS, Form
from protocols.dlms.security.server import Opened, ServerProtection
from protocols.dlms.services import exceptions
from protocols.dlms.xdlms.action import ActionRequestNormal
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.errors_apdu import ExceptionResponse
from protocols.dlms.xdlms.initiate import InitiateResponse

_GENERAL = (Form.GENERAL_GLO, Form.GENERAL_DED, Form.GENERAL_CIPHERING)


def serve_guarded(association: Association, apdu: bytes) -> bytes | None:
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
            return exceptions.NOT_ALLOWED
        try:
            if apdu[0] == GENERAL_SIGNING_TAG:
                apdu, signed = _content(protection, apdu)
            opened = protection.open(apdu)
        except InvocationCounterError as error:
            return exceptions.invocation_counter(error.expected)
        except DecipheringError:
            return exceptions.DECIPHERING
    plain, control = (apdu, 0) if opened is None else (opened.plain, opened.control)
    if protection is not None:
        device = protection.device
        if device.least_request & ~control or (device.signs_requests and signed is None):
            return exceptions.NOT_ALLOWED
    association.view.control = control
    if association.hand_shake is not None and not _replies_to_hls(plain):
        answer: bytes | None = exceptions.NOT_ALLOWED
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
    """What a signed request holds, and its transaction-id.

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
