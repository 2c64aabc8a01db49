"""APDUs that carry an error instead of an answer: exception-response and confirmed-service-error.

Source: IEC 62056-5-3, ExceptionResponse, ConfirmedServiceError
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.codes import InitiateError, ServiceError, StateError
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import read_code

# confirmed-service-error: the service that failed, and the class of its error.
_CONFIRMED_SERVICES = {1: "initiate-error", 5: "read", 6: "write"}
_ERROR_CLASSES = {
    0: "application-reference",
    1: "hardware-resource",
    2: "vde-state-error",
    3: "service",
    4: "definition",
    5: "access",
    6: "initiate",
    7: "load-data-set",
    8: "change-scope",
    9: "task",
    10: "other",
}
_INITIATE_SERVICE = 1
_INITIATE_CLASS = 6


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
        return cls(_INITIATE_SERVICE, _INITIATE_CLASS, int(error))

    @classmethod
    def read(cls, reader: Reader) -> "ConfirmedServiceError":
        """Read what follows the tag."""
        with reader.group("service") as group:
            service = reader.u8("choice")
            group.value = _CONFIRMED_SERVICES.get(service, service)
        with reader.group("service-error") as group:
            error_class = reader.u8("choice")
            if error_class not in _ERROR_CLASSES:
                raise DecodeError(f"service-error: class {error_class} is not known", code=error_class)
            if error_class == _INITIATE_CLASS:
                value = int(read_code(reader, InitiateError, "initiate"))
            else:
                value = reader.u8(_ERROR_CLASSES[error_class])
            group.value = _ERROR_CLASSES[error_class]
        return cls(service, error_class, value)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.service, self.error_class, self.value))

    @property
    def initiate_error(self) -> InitiateError | None:
        """The initiate error, None when it is another one."""
        return InitiateError(self.value) if self.error_class == _INITIATE_CLASS else None

    @property
    def summary(self) -> str:
        """One line for people."""
        error = self.initiate_error
        detail = error.label if error is not None else f"{_ERROR_CLASSES.get(self.error_class)} {self.value}"
        return f"confirmed-service-error: {_CONFIRMED_SERVICES.get(self.service, self.service)}, {detail}"
