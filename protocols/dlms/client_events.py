"""What a `ClientConnection` reports about the APDUs that it receives."""

from dataclasses import dataclass

from protocols.dlms.acse import Aare
from protocols.dlms.axdr import Data
from protocols.dlms.client_access import AccessDone
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.fields import Result
from protocols.dlms.xdlms.notification import DataNotification, EventNotification


@dataclass(frozen=True, slots=True)
class Associated:
    """The association is open; `aare` says what was granted."""

    aare: Aare


@dataclass(frozen=True, slots=True)
class HlsRefused:
    """The server does not take the client's answer to its challenge."""

    result: ActionResult

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"the answer to the server's challenge is refused, {self.result.label}"


@dataclass(frozen=True, slots=True)
class AssociationRefused:
    """The server refused: an AARE with a rejection, the error that came instead, or a refused pass 3."""

    answer: Aare | ConfirmedServiceError | ExceptionResponse | HlsRefused


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
class GetOctets:
    """Answer to a GET that was wanted undecoded: the A-XDR octets of the value, joined from its blocks."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class GetListResult:
    """Answer to a GET with list: one result for each reference, in the same order."""

    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class SetResult:
    """Answer to a SET."""

    result: DataAccessResult


@dataclass(frozen=True, slots=True)
class SetListResult:
    """Answer to a SET with list: one result for each attribute; a single one when the transfer broke off."""

    results: tuple[DataAccessResult, ...]


@dataclass(frozen=True, slots=True)
class ActionDone:
    """Answer to an ACTION: its result, and what the method returned."""

    result: ActionResult
    data: Data | None = None


@dataclass(frozen=True, slots=True)
class ActionListDone:
    """Answer to an ACTION with list: one outcome for each method; a single one when it broke off."""

    outcomes: tuple[ActionDone, ...]


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
    | GetOctets
    | GetListResult
    | SetResult
    | SetListResult
    | ActionDone
    | ActionListDone
    | AccessDone
    | ApduToSend
    | Notification
    | ExceptionReceived
)
