"""Mutants of the xDLMS services: requests, answers, lists (APPL_DATA_LN, EXTRA_SERVICES, EXTRA_ANSWERS)."""

import dataclasses

from conformance.mutants._parts import SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.server.association import Association
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.get import GetRequestWithList, GetResponseNormal, GetResponseWithList

_GET_RESPONSE, _NULL = bytes.fromhex("c401"), bytes.fromhex("0000")


_UNDEFINED = bytes((1, DataAccessResult.OBJECT_UNDEFINED))


@mutant(
    "answers-null-for-unknown-objects",
    "dlms-yb/APPL_DATA_LN_N1",
    Message("reads null-data from objects that do not exist"),
    SERVER,
)
class AnswersNullForUnknownObjects(ServerConnection):
    """A meter that reads null-data from objects that it does not have."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        unknown = answer is not None and answer[:2] == _GET_RESPONSE and answer[3:] == _UNDEFINED
        return answer[:3] + _NULL if answer and unknown else answer


@mutant(
    "dies-of-malformed-request",
    "dlms-yb/APPL_DATA_LN_N1",
    Message("a malformed request ends the association"),
    SERVER,
)
class DiesOfMalformedRequest(ServerConnection):
    """A meter that ends the association when a request does not decode."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer == error_responses.MALFORMED:
            self.link_lost(association.facts.client_sap)
        return answer


@mutant(
    "dies-of-long-request",
    "dlms-yb/EXTRA_ANSWERS",
    Message("a request too long ends the association"),
    SERVER,
)
class DiesOfLongRequest(ServerConnection):
    """A meter that ends the association when a request is longer than it takes."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but there is no association after too long a request."""
        answer = super().receive_apdu(apdu, client_sap, server_sap, now_s)
        if answer == error_responses.TOO_LONG:
            self.link_lost(client_sap)
        return answer


@mutant(
    "dies-of-short-name-services",
    "dlms-yb/APPL_DATA_LN_N4",
    Message("a short-name service ends the association"),
    SERVER,
)
class DiesOfShortNameServices(ServerConnection):
    """A meter that ends the association when it is asked by a short name."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer == error_responses.UNKNOWN_SERVICE:
            self.link_lost(association.facts.client_sap)
        return answer


_SET_RESPONSE, _SUCCESS = bytes.fromhex("c501"), b"\x00"


_DENIED = bytes((DataAccessResult.READ_WRITE_DENIED,))


@mutant(
    "writes-read-only-attributes",
    "dlms-yb/APPL_DATA_LN_N3",
    Message("says that a forbidden write was done"),
    SERVER,
)
class WritesReadOnlyAttributes(ServerConnection):
    """A meter that says yes to a write that it may not do."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        denied = answer is not None and answer[:2] == _SET_RESPONSE and answer[3:] == _DENIED
        return answer[:3] + _SUCCESS if answer and denied else answer


@mutant(
    "serves-what-was-not-agreed",
    "dlms-yb/EXTRA_SERVICES",
    Message("serves services that were not agreed"),
    SERVER,
)
class ServesWhatWasNotAgreed(ServerConnection):
    """A meter that serves every service that it has, whatever the association was opened with."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            association.facts = dataclasses.replace(association.facts, conformance=int(IMPLEMENTED))
        return answer


_RESPONSES = frozenset({0xC4, 0xC5, 0xC7})


_INVOKE_ID_BITS = 0x0F


@mutant(
    "answers-other-invoke-id",
    "dlms-yb/EXTRA_ANSWERS",
    Message("does not give back the invoke-id of a request"),
    SERVER,
)
class AnswersOtherInvokeId(ServerConnection):
    """A meter that does not give back the invoke-id of a request."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer is None or answer[0] not in _RESPONSES:
            return answer
        return answer[:2] + bytes((answer[2] & ~_INVOKE_ID_BITS,)) + answer[3:]


_REQUESTS = frozenset({0xC1, 0xC3})


_CONFIRMED_BIT = 0x40


@mutant(
    "answers-unconfirmed-requests",
    "dlms-yb/EXTRA_ANSWERS",
    Message("answers unconfirmed requests"),
    SERVER,
)
class AnswersUnconfirmedRequests(ServerConnection):
    """A meter that answers requests that are to get no answer."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        if apdu[0] in _REQUESTS and len(apdu) > 2:
            apdu = apdu[:2] + bytes((apdu[2] | _CONFIRMED_BIT,)) + apdu[3:]
        return super()._served(association, apdu)


_LIST_RESPONSE = bytes((GetResponseWithList.tag, GetResponseWithList.choice))


@mutant(
    "refuses-list-for-one-error",
    "dlms-yb/EXTRA_ANSWERS",
    Message("refuses a whole list for one wrong reference"),
    SERVER,
)
class RefusesListForOneError(ServerConnection):
    """A meter that refuses a whole list when one of its references is wrong."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        response = decode_apdu(answer) if answer and answer[:2] == _LIST_RESPONSE else None
        if not isinstance(response, GetResponseWithList):
            return answer
        error = next((result for result in response.results if isinstance(result, DataAccessResult)), None)
        return answer if error is None else GetResponseNormal(response.invoke, error).to_bytes()


_LIST_REQUEST = bytes((GetRequestWithList.tag, GetRequestWithList.choice))


@mutant(
    "swaps-list-results",
    "dlms-yb/7.3.11",
    Message("answers a list in the opposite order"),
    SERVER,
)
class SwapsListResults(ServerConnection):
    """A meter that answers a list of references from the last one to the first."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        request = decode_apdu(apdu) if apdu[:2] == _LIST_REQUEST else None
        if isinstance(request, GetRequestWithList):
            apdu = dataclasses.replace(request, references=request.references[::-1]).to_bytes()
        return super()._served(association, apdu)
