"""The ACCESS service of a client: the items of a request, and what came of each.

Source: IEC 62056-5-3, ACCESS service
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.client_requests import Target, attribute_reference, method_descriptor
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.declaration import ClassReference
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.access import ACTION, GET, SET, AccessRequest, AccessResponse, AccessSpecification
from protocols.dlms.xdlms.long_invoke import (
    BREAK_ON_ERROR,
    LONG_CONFIRMED,
    LONG_HIGH_PRIORITY,
    SELF_DESCRIPTIVE,
)


@dataclass(frozen=True, slots=True)
class AccessGet:
    """Read an attribute: class, logical name, index and, for a part of it, a selection."""

    target: Target


@dataclass(frozen=True, slots=True)
class AccessSet:
    """Write an attribute."""

    target: Target
    data: Data


@dataclass(frozen=True, slots=True)
class AccessAction:
    """Invoke a method; `data` None is sent as null-data."""

    cosem_class: ClassReference
    obis: Obis
    method: int
    data: Data | None = None


AccessItem = AccessGet | AccessSet | AccessAction


@dataclass(frozen=True, slots=True)
class AccessOutcome:
    """What came of one item: its result, and the value that was read or returned (null-data when none)."""

    result: DataAccessResult | ActionResult
    data: Data


@dataclass(frozen=True, slots=True)
class AccessDone:
    """Answer to an ACCESS: one outcome for each item, in the same order."""

    outcomes: tuple[AccessOutcome, ...]


def access_flags(*, confirmed: bool, break_on_error: bool, self_descriptive: bool) -> int:
    """The bits of long-invoke-id-and-priority beside the invoke-id."""
    flags = (
        (confirmed, LONG_CONFIRMED),
        (break_on_error, BREAK_ON_ERROR),
        (self_descriptive, SELF_DESCRIPTIVE),
    )
    return LONG_HIGH_PRIORITY | sum(bit for wanted, bit in flags if wanted)


def access_request(invoke: int, items: Sequence[AccessItem]) -> AccessRequest:
    """The APDU that asks for `items`."""
    specifications, data = [], []
    for item in items:
        kind, value = _KINDS[type(item)], axdr.null()
        if not isinstance(item, AccessGet):
            value = item.data or value
        if isinstance(item, AccessAction):
            specifications.append(
                AccessSpecification(kind, method_descriptor(item.cosem_class, item.obis, item.method))
            )
        else:
            specifications.append(AccessSpecification(kind, attribute_reference(*item.target)))
        data.append(value)
    return AccessRequest(invoke, None, tuple(specifications), tuple(data))


_KINDS = {AccessGet: GET, AccessSet: SET, AccessAction: ACTION}


def access_done(answer: AccessResponse) -> AccessDone:
    """What the answer says.

    Raises:
        RemoteProtocolError: it has not as many values as results.
    """
    if len(answer.data) != len(answer.results):
        raise RemoteProtocolError(
            f"access-response: {len(answer.data)} values and {len(answer.results)} results"
        )
    pairs = zip(answer.results, answer.data, strict=True)
    return AccessDone(tuple(AccessOutcome(item.result, data) for item, data in pairs))
