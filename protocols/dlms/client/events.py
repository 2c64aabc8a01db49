"""Events that a `ClientConnection` reports, and the table of its states."""

from dataclasses import dataclass
from enum import Enum

from protocols.dlms.acse import Aare
from protocols.dlms.axdr import Data
from protocols.dlms.client.requests import AccessDone
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
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


# States of a client and what each call makes of them, as a table.
#
# Source: IEC 62056-5-3, state diagram of the client-side control function


class ClientState(Enum):
    """State of a client: the answer that it waits for."""

    IDLE = "idle"
    AWAITING_AARE = "awaiting AARE"
    AWAITING_HLS = "awaiting the server's answer to the challenge"
    ASSOCIATED = "associated"
    AWAITING_GET = "awaiting get-response"
    AWAITING_SET = "awaiting set-response"
    AWAITING_ACTION = "awaiting action-response"
    AWAITING_ACCESS = "awaiting access-response"
    AWAITING_RLRE = "awaiting RLRE"

    # Members are compared by identity; hashing the name would cost more than looking a state up.
    __hash__ = object.__hash__


class ClientCall(Enum):
    """Call of a client."""

    ASSOCIATE = "associate"
    RELEASE = "release"
    GET = "get"
    SET = "set"
    ACTION = "action"
    ACCESS = "access"

    __hash__ = object.__hash__


# A pair that is not here is a mistake of the caller.
CALLS: dict[tuple[ClientState, ClientCall], ClientState] = {
    (ClientState.IDLE, ClientCall.ASSOCIATE): ClientState.AWAITING_AARE,
    (ClientState.ASSOCIATED, ClientCall.GET): ClientState.AWAITING_GET,
    (ClientState.ASSOCIATED, ClientCall.SET): ClientState.AWAITING_SET,
    (ClientState.ASSOCIATED, ClientCall.ACTION): ClientState.AWAITING_ACTION,
    (ClientState.ASSOCIATED, ClientCall.ACCESS): ClientState.AWAITING_ACCESS,
    (ClientState.ASSOCIATED, ClientCall.RELEASE): ClientState.AWAITING_RLRE,
}

# Where a client stands when the answer it waits for came, failed, or is given up.
AFTER_SUCCESS: dict[ClientState, ClientState] = {
    ClientState.AWAITING_AARE: ClientState.ASSOCIATED,
    ClientState.AWAITING_HLS: ClientState.ASSOCIATED,
    ClientState.AWAITING_GET: ClientState.ASSOCIATED,
    ClientState.AWAITING_SET: ClientState.ASSOCIATED,
    ClientState.AWAITING_ACTION: ClientState.ASSOCIATED,
    ClientState.AWAITING_ACCESS: ClientState.ASSOCIATED,
    ClientState.AWAITING_RLRE: ClientState.IDLE,
}
# Where it stands when the server accepts, but both sides have to prove themselves first.
AFTER_CHALLENGE: dict[ClientState, ClientState] = {ClientState.AWAITING_AARE: ClientState.AWAITING_HLS}
AFTER_FAILURE: dict[ClientState, ClientState] = {
    **AFTER_SUCCESS,
    ClientState.AWAITING_AARE: ClientState.IDLE,
    ClientState.AWAITING_HLS: ClientState.IDLE,
    ClientState.IDLE: ClientState.IDLE,
    ClientState.ASSOCIATED: ClientState.ASSOCIATED,
}
