"""Errors of a session whose other side refuses or stays silent.

The tree::

    RemoteProtocolError
    └── SessionError
        ├── NoAnswer                nothing came within the time allowed
        │   └── OutcomeUnknown      … to a write or a method: it may have been carried out or not
        ├── LinkLost                the data link could not be set up, or fell
        ├── AssociationRefused      AARE with a rejection, or an error instead of it
        ├── AccessRefused           an attribute could not be read or written
        ├── ActionRefused           a method could not be invoked
        └── ExceptionAnswered       exception-response or confirmed-service-error instead of an answer

The wire's own code is in `code`, and as an enumeration in the attribute that each class names.
"""

# The names say what happened, not that it is an error: they are the interface that benches read.
# ruff: noqa: N818

from protocols.dlms.acse import Aare
from protocols.dlms.client.events import HlsRefused
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, StateError
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse


class SessionError(RemoteProtocolError):
    """Base of what a session raises."""


class NoAnswer(SessionError):
    """Nothing came within the time allowed.

    Args:
        waited_s: device time waited, seconds.
        what: what was asked.
    """

    def __init__(self, waited_s: float, what: str = "the request") -> None:
        super().__init__(f"no answer to {what} within {waited_s:g} s")
        self.waited_s = waited_s


class OutcomeUnknown(NoAnswer):
    """Nothing came to a write or a method, which may have been carried out: read back before asking again."""


class LinkLost(SessionError):
    """The data link could not be set up, or fell while needed; `reason` is the framing's short name."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the data link is down: {reason}")
        self.reason = reason


class AssociationRefused(SessionError):
    """The server refused the association.

    Args:
        answer: the AARE, the error that came instead of it, or the refusal of our proof (HLS).
    """

    def __init__(self, answer: Aare | ConfirmedServiceError | ExceptionResponse | HlsRefused) -> None:
        super().__init__(f"association refused: {answer.summary}")
        self.answer = answer

    @property
    def aare(self) -> Aare | None:
        """The AARE, None when an error came instead."""
        return self.answer if isinstance(self.answer, Aare) else None


class AccessRefused(SessionError):
    """An attribute could not be read or written."""

    def __init__(self, result: DataAccessResult) -> None:
        super().__init__(f"access refused: {result.label}", code=int(result))
        self.result = result


class ActionRefused(SessionError):
    """A method could not be invoked."""

    def __init__(self, result: ActionResult) -> None:
        super().__init__(f"action refused: {result.label}", code=int(result))
        self.result = result


class ExceptionAnswered(SessionError):
    """The server answered with an error APDU; `state` and `service` are of an exception-response only."""

    def __init__(self, answer: ExceptionResponse | ConfirmedServiceError) -> None:
        super().__init__(f"the server answered {answer.summary}")
        self.answer = answer
        self.state: StateError | None = answer.state if isinstance(answer, ExceptionResponse) else None
        self.service: ServiceError | None = answer.service if isinstance(answer, ExceptionResponse) else None
