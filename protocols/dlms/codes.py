"""Result, diagnostic and error codes of the application layer, named as the standard names them.

Every enumeration is a table of the Green Book's ASN.1; the `label` of a member is the standard's own spelling
(``read-write-denied``), which is what traces and reports show.

Source: IEC 62056-5-3, 7 (ASN.1 of the ACSE and xDLMS APDUs)
"""

from enum import Enum, IntEnum


class Code(IntEnum):
    """Base of the one-byte codes: an integer with the standard's own spelling of its name."""

    @property
    def label(self) -> str:
        """Name in the standard's spelling, for example ``object-undefined``."""
        return self.name.lower().replace("_", "-")


class DataAccessResult(Code):
    """Result of reading or writing one attribute.

    Source: IEC 62056-5-3, Data-Access-Result
    """

    SUCCESS = 0
    HARDWARE_FAULT = 1
    TEMPORARY_FAILURE = 2
    READ_WRITE_DENIED = 3
    OBJECT_UNDEFINED = 4
    OBJECT_CLASS_INCONSISTENT = 9
    OBJECT_UNAVAILABLE = 11
    TYPE_UNMATCHED = 12
    SCOPE_OF_ACCESS_VIOLATED = 13
    DATA_BLOCK_UNAVAILABLE = 14
    LONG_GET_ABORTED = 15
    NO_LONG_GET_IN_PROGRESS = 16
    LONG_SET_ABORTED = 17
    NO_LONG_SET_IN_PROGRESS = 18
    DATA_BLOCK_NUMBER_INVALID = 19
    OTHER_REASON = 250


class ActionResult(Code):
    """Result of invoking one method; the numbers run parallel to `DataAccessResult`.

    Source: IEC 62056-5-3, Action-Result
    """

    SUCCESS = 0
    HARDWARE_FAULT = 1
    TEMPORARY_FAILURE = 2
    READ_WRITE_DENIED = 3
    OBJECT_UNDEFINED = 4
    OBJECT_CLASS_INCONSISTENT = 9
    OBJECT_UNAVAILABLE = 11
    TYPE_UNMATCHED = 12
    SCOPE_OF_ACCESS_VIOLATED = 13
    DATA_BLOCK_UNAVAILABLE = 14
    LONG_ACTION_ABORTED = 15
    NO_LONG_ACTION_IN_PROGRESS = 16
    OTHER_REASON = 250


class StateError(Code):
    """First half of an exception-response: why the state of the server forbids the service."""

    SERVICE_NOT_ALLOWED = 1
    SERVICE_UNKNOWN = 2


class ServiceError(Code):
    """Second half of an exception-response: what is wrong with the service."""

    OPERATION_NOT_POSSIBLE = 1
    SERVICE_NOT_SUPPORTED = 2
    OTHER_REASON = 3
    PDU_TOO_LONG = 4
    DECIPHERING_ERROR = 5
    INVOCATION_COUNTER_ERROR = 6


class AssociationResult(Code):
    """Answer to an association request."""

    ACCEPTED = 0
    REJECTED_PERMANENT = 1
    REJECTED_TRANSIENT = 2


class SourceDiagnostic(Enum):
    """Diagnostic of a refused association (1 the ACSE service user, 2 the ACSE service provider) and why.

    The value is the pair (source, code) as the associate-source-diagnostic carries it.

    Source: IEC 62056-5-3, Associate-source-diagnostic
    """

    USER_NULL = (1, 0)
    USER_NO_REASON_GIVEN = (1, 1)
    USER_APPLICATION_CONTEXT_NAME_NOT_SUPPORTED = (1, 2)
    USER_CALLING_AP_TITLE_NOT_RECOGNIZED = (1, 3)
    USER_CALLING_AP_INVOCATION_IDENTIFIER_NOT_RECOGNIZED = (1, 4)
    USER_CALLING_AE_QUALIFIER_NOT_RECOGNIZED = (1, 5)
    USER_CALLING_AE_INVOCATION_IDENTIFIER_NOT_RECOGNIZED = (1, 6)
    USER_CALLED_AP_TITLE_NOT_RECOGNIZED = (1, 7)
    USER_CALLED_AP_INVOCATION_IDENTIFIER_NOT_RECOGNIZED = (1, 8)
    USER_CALLED_AE_QUALIFIER_NOT_RECOGNIZED = (1, 9)
    USER_CALLED_AE_INVOCATION_IDENTIFIER_NOT_RECOGNIZED = (1, 10)
    USER_AUTHENTICATION_MECHANISM_NAME_NOT_RECOGNIZED = (1, 11)
    USER_AUTHENTICATION_MECHANISM_NAME_REQUIRED = (1, 12)
    USER_AUTHENTICATION_FAILURE = (1, 13)
    USER_AUTHENTICATION_REQUIRED = (1, 14)
    PROVIDER_NULL = (2, 0)
    PROVIDER_NO_REASON_GIVEN = (2, 1)
    PROVIDER_NO_COMMON_ACSE_VERSION = (2, 2)

    @property
    def label(self) -> str:
        """Name in the standard's spelling without its source, for example ``authentication-failure``."""
        return self.name.split("_", 1)[1].lower().replace("_", "-")


class InitiateError(Code):
    """Why the xDLMS context proposed in an association request was refused."""

    OTHER = 0
    DLMS_VERSION_TOO_LOW = 1
    INCOMPATIBLE_CONFORMANCE = 2
    PDU_SIZE_TOO_SHORT = 3
    REFUSED_BY_THE_VDE_HANDLER = 4


class ReleaseRequestReason(Code):
    """Why the client releases the association."""

    NORMAL = 0
    URGENT = 1
    USER_DEFINED = 30


class ReleaseResponseReason(Code):
    """Reason in the answer to a release."""

    NORMAL = 0
    NOT_FINISHED = 1
    USER_DEFINED = 30
