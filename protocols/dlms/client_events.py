"""What a `ClientConnection` reports about the APDUs that it receives."""

from dataclasses import dataclass

from protocols.dlms.acse import Aare
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.fields import Result
from protocols.dlms.xdlms.notification import DataNotification, EventNotification


@dataclass(frozen=True, slots=True)
class Associated:
    """The association is open; `aare` says what was granted."""

    aare: Aare


@dataclass(frozen=True, slots=True)
class AssociationRefused:
    """The server refused: an AARE with a rejection, or the error that came instead."""

    answer: Aare | ConfirmedServiceError | ExceptionResponse


@dataclass(frozen=True, slots=True)
class Released:
    """The association is closed."""


@dataclass(frozen=True, slots=True)
class GetResult:
    """Answer to a GET: the value, or why there is none."""

    result: Result

    @property
    def data(self) -> Data | None:
        """The value, None when it was refused."""
        return self.result if isinstance(self.result, Data) else None


@dataclass(frozen=True, slots=True)
class GetListResult:
    """Answer to a GET with list: one result for each reference, in the same order."""

    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class SetResult:
    """Answer to a SET."""

    result: DataAccessResult


@dataclass(frozen=True, slots=True)
class ActionDone:
    """Answer to an ACTION: its result, and what the method returned."""

    result: ActionResult
    data: Data | None = None


@dataclass(frozen=True, slots=True)
class ApduToSend:
    """The transfer goes on: this APDU must be sent."""

    apdu: bytes


@dataclass(frozen=True, slots=True)
class Notification:
    """The server sent something unasked."""

    apdu: DataNotification | EventNotification


@dataclass(frozen=True, slots=True)
class ExceptionReceived:
    """The server answered with an error APDU instead of an answer."""

    answer: ExceptionResponse | ConfirmedServiceError


ClientEvent = (
    Associated
    | AssociationRefused
    | Released
    | GetResult
    | GetListResult
    | SetResult
    | ActionDone
    | ApduToSend
    | Notification
    | ExceptionReceived
)
