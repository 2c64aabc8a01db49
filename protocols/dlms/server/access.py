"""The ACCESS service of a server: the items in order, one result for each.

An answer that is too long travels by general-block-transfer; the service has no blocks of its own. With
break-on-error the items after the first that fails are not touched, and answered other-reason.

Source: IEC 62056-5-3, ACCESS service; Green Book, 9.3.11
"""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.server.association import Association
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.access import (
    ACTION,
    GET,
    SET,
    AccessRequest,
    AccessResponse,
    AccessSpecification,
)
from protocols.dlms.xdlms.fields import BREAK_ON_ERROR, LONG_CONFIRMED, SELF_DESCRIPTIVE, list_of, optional

_NULL = axdr.encode(axdr.null())
_NO_DATE_TIME = b"\x00"


def access(association: Association, request: AccessRequest) -> bytes | None:
    """Read, write and invoke; an unconfirmed request has no answer."""
    confirmed = request.long_invoke & LONG_CONFIRMED
    if len(request.specifications) != len(request.data):
        return error_responses.MALFORMED if confirmed else None
    values, results, broken = [], [], False
    room = association.limits.max_answer_octets
    for specification, data in zip(request.specifications, request.data, strict=True):
        if broken or room <= 0:
            value, code = _NULL, int(DataAccessResult.OTHER_REASON)
        else:
            value, code = _carry_out(association, specification, data)
        broken = broken or bool(code and request.long_invoke & BREAK_ON_ERROR)
        results.append(bytes((specification.kind, code)))
        values.append(value)
        room -= len(value)
    if not confirmed:
        return None
    answer = _head(request) + list_of(values) + list_of(results)
    return answer if len(answer) <= association.answer_octets_max else error_responses.TOO_LONG


def _head(request: AccessRequest) -> bytes:
    listed = None
    if request.long_invoke & SELF_DESCRIPTIVE:
        listed = list_of([item.to_bytes() for item in request.specifications])
    head = bytes((AccessResponse.tag,)) + request.long_invoke.to_bytes(4, "big") + _NO_DATE_TIME
    return head + optional(listed)


def _carry_out(association: Association, specification: AccessSpecification, data: Data) -> tuple[bytes, int]:
    """The encoded value of one item, and its result: the codes of attributes and methods run parallel."""
    try:
        value = _KINDS[specification.kind](association, specification, data)
        return (_NULL if value is None else axdr.encode(value)), DataAccessResult.SUCCESS
    except AccessError as refusal:
        action = specification.kind == ACTION
        return _NULL, refusal.action_result if action else refusal.data_access_result
    except DlmsValueError:
        # The device holds a value that its type cannot carry: its own fault, not the client's.
        return _NULL, DataAccessResult.HARDWARE_FAULT


def _get(association: Association, item: AccessSpecification, _data: Data) -> Data | None:
    return association.view.read(item.attribute)


def _set(association: Association, item: AccessSpecification, data: Data) -> Data | None:
    association.view.write(item.attribute, data)
    return None


def _action(association: Association, item: AccessSpecification, data: Data) -> Data | None:
    return association.view.invoke(item.method, data)


_KINDS: dict[int, Callable[[Association, AccessSpecification, Data], Data | None]] = {
    GET: _get,
    SET: _set,
    ACTION: _action,
}
