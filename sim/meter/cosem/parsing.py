"""What a client wrote, as Python values; anything else than what is due is refused."""

from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DlmsError
from sim.meter.clock import to_epoch_us

_NOT_SPECIFIED = b"\xff\xff"


def number(data: Data | None) -> int:
    """A whole number.

    Raises:
        AccessError: it is none.
    """
    if data is None or not isinstance(data.value, int) or isinstance(data.value, bool):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def boolean(data: Data | None) -> bool:
    """True or false.

    Raises:
        AccessError: neither.
    """
    if data is None or not isinstance(data.value, bool):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def octets(data: Data | None) -> bytes:
    """Octets.

    Raises:
        AccessError: they are none.
    """
    if data is None or not isinstance(data.value, bytes):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def elements(data: Data | None, count: int | None = None) -> tuple[Data, ...]:
    """The elements of an array or structure, `count` of them where that is given.

    Raises:
        AccessError: it is neither, or has another length.
    """
    if data is None or not isinstance(data.value, tuple):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    if count is not None and len(data.value) != count:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def instant_us(data: Data | None, deviation_minutes: int) -> int | None:
    """Twelve octets as microseconds since 1970; None where no year is specified: never.

    Raises:
        AccessError: they name no instant.
    """
    raw = octets(data)
    try:
        if raw[:2] == _NOT_SPECIFIED:
            return None
        return to_epoch_us(CosemDateTime.from_bytes(raw).to_utc(deviation_minutes))
    except DlmsError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error


def must(done: bool) -> None:
    """Refuse a method whose work could not be done in this state.

    Raises:
        AccessError: `done` is false.
    """
    if not done:
        raise AccessError(ActionResult.TEMPORARY_FAILURE)
