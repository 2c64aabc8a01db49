"""APDUs that carry an error instead of an answer: exception-response and confirmed-service-error.

Source: IEC 62056-5-3, ExceptionResponse, ConfirmedServiceError
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.codes import InitiateError, ServiceError, StateError
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import read_code

# The words of a confirmed-service-error: services, classes of error, and the errors of each class.
#
# Source: IEC 62056-5-3, ConfirmedServiceError, ServiceError

# Number of the confirmed service that failed -> its name.
CONFIRMED_SERVICES: dict[int, str] = {
    1: "initiate-error",
    2: "get-status",
    3: "get-name-list",
    4: "get-variable-attribute",
    5: "read",
    6: "write",
    7: "get-data-set-attribute",
    8: "get-ti-attribute",
    9: "change-scope",
    10: "start",
    11: "stop",
    12: "resume",
    13: "make-usable",
    14: "initiate-load",
    15: "load-segment",
    16: "terminate-load",
    17: "initiate-up-load",
    18: "up-load-segment",
    19: "terminate-up-load",
}

INITIATE_SERVICE = 1
INITIATE_CLASS = 6

# Number of the class -> its name, and the names of its errors from 0; reserved classes have no errors.
ERROR_CLASSES: dict[int, tuple[str, tuple[str, ...]]] = {
    0: (
        "application-reference",
        (
            "other",
            "time-elapsed",
            "application-unreachable",
            "application-reference-invalid",
            "application-context-unsupported",
            "provider-communication-error",
            "deciphering-error",
        ),
    ),
    1: (
        "hardware-resource",
        (
            "other",
            "memory-unavailable",
            "processor-resource-unavailable",
            "mass-storage-unavailable",
            "other-resource-unavailable",
        ),
    ),
    2: (
        "vde-state-error",
        ("other", "no-dlms-context", "loading-data-set", "status-nochange", "status-inoperable"),
    ),
    3: ("service", ("other", "pdu-size", "service-unsupported")),
    4: (
        "definition",
        ("other", "object-undefined", "object-class-inconsistent", "object-attribute-inconsistent"),
    ),
    5: (
        "access",
        (
            "other",
            "scope-of-access-violated",
            "object-access-violated",
            "hardware-fault",
            "object-unavailable",
        ),
    ),
    INITIATE_CLASS: (
        "initiate",
        (
            "other",
            "dlms-version-too-low",
            "incompatible-conformance",
            "pdu-size-too-short",
            "refused-by-the-vde-handler",
        ),
    ),
    7: (
        "load-data-set",
        (
            "other",
            "primitive-out-of-sequence",
            "not-loadable",
            "dataset-size-too-large",
            "not-awaited-segment",
            "interpretation-failure",
            "storage-failure",
            "data-set-not-ready",
        ),
    ),
    8: ("change-scope", ()),
    9: ("task", ("other", "no-remote-control", "ti-stopped", "ti-running", "ti-unusable")),
    10: ("other", ()),
}


def service_name(service: int) -> str:
    """Name of a confirmed service, its number when the standard gives it none."""
    return CONFIRMED_SERVICES.get(service, str(service))


def error_name(error_class: int, value: int) -> str:
    """Name of an error within its class, its number when the standard gives it none."""
    _name, errors = ERROR_CLASSES.get(error_class, ("", ()))
    return errors[value] if value < len(errors) else str(value)


@dataclass(frozen=True, slots=True)
class ExceptionResponse:
    """The server cannot serve the request at all.

    Args:
        state: what is wrong with the state.
        service: what is wrong with the service.
        invocation_counter: the counter expected, only with `ServiceError.INVOCATION_COUNTER_ERROR`.
    """

    tag: ClassVar[int] = 0xD8
    name: ClassVar[str] = "exception-response"
    state: StateError
    service: ServiceError
    invocation_counter: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> "ExceptionResponse":
        """Read what follows the tag."""
        state = read_code(reader, StateError, "state-error")
        service = read_code(reader, ServiceError, "service-error")
        counter = service is ServiceError.INVOCATION_COUNTER_ERROR
        return cls(state, service, reader.u32("invocation-counter") if counter else None)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        head = bytes((self.tag, self.state, self.service))
        if self.service is not ServiceError.INVOCATION_COUNTER_ERROR:
            return head
        return head + (self.invocation_counter or 0).to_bytes(4, "big")

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"exception-response: {self.state.label}, {self.service.label}"


@dataclass(frozen=True, slots=True)
class ConfirmedServiceError:
    """An error of the services that SN uses, and of the initiate service of both.

    Args:
        service: number of the confirmed service, 1 is initiate.
        error_class: number of the error class, 6 is initiate.
        value: code within the class.
    """

    tag: ClassVar[int] = 0x0E
    name: ClassVar[str] = "confirmed-service-error"
    service: int
    error_class: int
    value: int

    @classmethod
    def initiate(cls, error: InitiateError) -> "ConfirmedServiceError":
        """Why the xDLMS context was refused: ``0E 01 06`` and the code."""
        return cls(INITIATE_SERVICE, INITIATE_CLASS, int(error))

    @classmethod
    def read(cls, reader: Reader) -> "ConfirmedServiceError":
        """Read what follows the tag."""
        with reader.group("service") as group:
            service = reader.u8("choice")
            if service not in CONFIRMED_SERVICES:
                raise DecodeError(f"confirmed-service-error: service {service} is not known", code=service)
            group.value = service_name(service)
        with reader.group("service-error") as group:
            error_class = reader.u8("choice")
            if error_class not in ERROR_CLASSES:
                raise DecodeError(f"service-error: class {error_class} is not known", code=error_class)
            value = _read_error(reader, error_class)
            group.value = ERROR_CLASSES[error_class][0]
        return cls(service, error_class, value)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.service, self.error_class, self.value))

    @property
    def initiate_error(self) -> InitiateError | None:
        """The initiate error, None when it is another one."""
        return InitiateError(self.value) if self.error_class == INITIATE_CLASS else None

    @property
    def summary(self) -> str:
        """One line for people."""
        error = error_name(self.error_class, self.value)
        detail = (
            error if self.error_class == INITIATE_CLASS else f"{ERROR_CLASSES[self.error_class][0]} {error}"
        )
        return f"confirmed-service-error: {service_name(self.service)}, {detail}"


def _read_error(reader: Reader, error_class: int) -> int:
    """One octet; the initiate errors are a closed list, the others may be a maker's own."""
    if error_class == INITIATE_CLASS:
        return int(read_code(reader, InitiateError, "initiate"))
    name = ERROR_CLASSES[error_class][0]
    with reader.group(name) as group:
        value = reader.u8("value")
        group.value = error_name(error_class, value)
    return value


# The exception-responses that a server gives, by reason; ready bytes, since they never vary.
#
# Source: IEC 62056-5-3, ExceptionResponse; which pair goes with which fault is not fixed by the standard

# No association, or a service that was not negotiated.
NOT_ALLOWED = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED).to_bytes()
# A service that this server does not know in any association.
UNKNOWN_SERVICE = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED).to_bytes()
# A known service whose request does not decode.
MALFORMED = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON).to_bytes()
# A request longer than the server said it takes.
TOO_LONG = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.PDU_TOO_LONG).to_bytes()
# A protected request that does not open.
DECIPHERING = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.DECIPHERING_ERROR).to_bytes()


def invocation_counter(expected: int) -> bytes:
    """A protected request whose counter was used before; `expected` is the lowest that is taken."""
    state, service = StateError.SERVICE_NOT_ALLOWED, ServiceError.INVOCATION_COUNTER_ERROR
    return ExceptionResponse(state, service, min(expected, 0xFFFF_FFFF)).to_bytes()
