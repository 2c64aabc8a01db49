"""The exception-responses that a server gives, by reason; ready bytes, since they never vary.

Source: IEC 62056-5-3, ExceptionResponse; which pair goes with which fault is not fixed by the standard
"""

from protocols.dlms.codes import ServiceError, StateError
from protocols.dlms.xdlms.errors_apdu import ExceptionResponse

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
