"""APDUs that carry an error instead of an answer: exception-response and confirmed-service-error.

Source: IEC 62056-5-3, ExceptionResponse, ConfirmedServiceError
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.codes import InitiateError, ServiceError, StateError
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import read_code
from protocols.dlms.xdlms.service_errors import (
    CONFIRMED_SERVICES,
    ERROR_CLASSES,
    INITIATE_CLASS,
    INITIATE_SERVICE,
    error_name,
    service_name,
)


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
