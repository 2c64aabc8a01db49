"""Failures of communication: from the error that was raised to a reason that people understand, by a table.

The first row that fits counts.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from links.base import LinkClosedError, LinkError
from protocols.dlms.acse import Aare
from protocols.dlms.blocks import BlockError
from protocols.dlms.client.events import HlsRefused
from protocols.dlms.codes import ServiceError, SourceDiagnostic, StateError
from protocols.dlms.errors import DecipheringError, DlmsError, InvocationCounterError
from protocols.dlms.session.errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
)
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.field.errors import UplinkError
from system.head_end.acquisition.key_file import MissingKey
from system.head_end.acquisition.session_limits import HostileDevice
from system.head_end.vocabulary import Reason

_DETAIL_CHARACTERS_MAX = 200


class WrongMeter(Exception):
    """Another meter answers than the one that is expected."""


class ClockTooFar(Exception):
    """A clock is further off than anybody may correct from afar."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Failure of communication with a device.

    Args:
        reason: for people.
        detail: technical, one line; never a secret.
    """

    reason: Reason
    detail: str


def _answer(error: BaseException) -> object:
    return getattr(error, "answer", None)


def _state_and_service(state: StateError, service: ServiceError) -> Callable[[BaseException], bool]:
    def check(error: BaseException) -> bool:
        answer = _answer(error)
        return isinstance(answer, ExceptionResponse) and (answer.state, answer.service) == (state, service)

    return check


def _service(service: ServiceError) -> Callable[[BaseException], bool]:
    def check(error: BaseException) -> bool:
        answer = _answer(error)
        return isinstance(answer, ExceptionResponse) and answer.service == service

    return check


def _authentication_failed(error: BaseException) -> bool:
    answer = _answer(error)
    if isinstance(answer, Aare):
        return answer.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE
    return isinstance(answer, HlsRefused)


def _any(_: BaseException) -> bool:
    return True


_REFUSALS = (AssociationRefused, ExceptionAnswered)
#: What was raised, what must hold of it, what it means. How a concentrator answers for a meter that it cannot
#: reach, that another client holds, or that it does not know: plc.md 4 (pass-through).
_TABLE: tuple[
    tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[BaseException], bool], Reason], ...
] = (
    (HostileDevice, _any, Reason.HOSTILE),
    (BlockError, _any, Reason.HOSTILE),
    (MissingKey, _any, Reason.NO_KEY),
    (WrongMeter, _any, Reason.WRONG_SERIAL),
    (ClockTooFar, _any, Reason.CLOCK_OFF),
    (UplinkError, _any, Reason.NO_UPLINK),
    (LinkClosedError, _any, Reason.LINE_LOST),
    (LinkError, _any, Reason.UNREACHABLE),
    (_REFUSALS, _service(ServiceError.DECIPHERING_ERROR), Reason.WRONG_KEY),
    (_REFUSALS, _service(ServiceError.INVOCATION_COUNTER_ERROR), Reason.COUNTER_REFUSED),
    (
        _REFUSALS,
        _state_and_service(StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE),
        Reason.METER_SILENT,
    ),
    (
        _REFUSALS,
        _state_and_service(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON),
        Reason.METER_SILENT,
    ),
    (
        _REFUSALS,
        _state_and_service(StateError.SERVICE_UNKNOWN, ServiceError.OPERATION_NOT_POSSIBLE),
        Reason.UNKNOWN_METER,
    ),
    (AssociationRefused, _authentication_failed, Reason.WRONG_KEY),
    (AssociationRefused, _any, Reason.ASSOCIATION_REFUSED),
    (DecipheringError, _any, Reason.WRONG_KEY),
    (InvocationCounterError, _any, Reason.NOT_UNDERSTOOD),
    (NoAnswer, _any, Reason.METER_SILENT),
    (LinkLost, _any, Reason.LINE_LOST),
    ((AccessRefused, ActionRefused), _any, Reason.ACCESS_REFUSED),
    (DlmsError, _any, Reason.NOT_UNDERSTOOD),
    (asyncio.CancelledError, _any, Reason.COLLECTOR_STOPPED),
)
#: What may go wrong with a device; anything else is an error of ours and is not swallowed.
DEVICE_FAULTS = (HostileDevice, MissingKey, WrongMeter, ClockTooFar, UplinkError, LinkError, DlmsError)


def failure_of(error: BaseException) -> Failure:
    """Failure of an error that was raised, for people and for technicians.

    >>> failure_of(NoAnswer(30.0, "get 1.0.1.8.0")).reason.value
    'meter-silent'
    """
    reason = next(
        (reason for kind, holds, reason in _TABLE if isinstance(error, kind) and holds(error)),
        Reason.NOT_UNDERSTOOD,
    )
    detail = f"{type(error).__name__}: {error}".replace("\n", " ")
    return Failure(reason, detail[:_DETAIL_CHARACTERS_MAX])
