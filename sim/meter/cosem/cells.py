"""A captured value as one integer and the kind that tells how to read it back.

Numbers keep their tag; a date-time of twelve octets is kept as its instant, a text of up to seven octets
(the name of a rate) as its octets. Anything else has no place in a row.
"""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.datetimes import SIZE, CosemDateTime
from protocols.dlms.errors import DlmsError
from sim.meter.clock import to_epoch_us
from sim.meter.load_profile import NO_VALUE

#: Kinds beyond the tags of `DataTag`.
TIME, TEXT = 1000, 1001
_LONGEST_TEXT = 7
_NUMBERS = frozenset(
    {
        DataTag.BOOLEAN,
        DataTag.DOUBLE_LONG,
        DataTag.DOUBLE_LONG_UNSIGNED,
        DataTag.INTEGER,
        DataTag.LONG,
        DataTag.UNSIGNED,
        DataTag.LONG_UNSIGNED,
        DataTag.LONG64,
        DataTag.ENUM,
    }
)


def pack(data: Data, deviation_minutes: int) -> tuple[int, int]:
    """(kind, integer) of a value.

    Args:
        data: what was read.
        deviation_minutes: of a time that names none.

    Raises:
        AccessError: a value that has no place in a row.
    """
    value = data.value
    if data.tag is DataTag.NULL:
        return 0, NO_VALUE
    if data.tag in _NUMBERS and isinstance(value, int):
        return int(data.tag), int(value)
    if isinstance(value, bytes) and len(value) == SIZE:
        return TIME, _instant(value, deviation_minutes)
    if isinstance(value, bytes) and len(value) <= _LONGEST_TEXT:
        return TEXT, int.from_bytes(bytes((len(value),)) + value, "big")
    raise AccessError(DataAccessResult.TYPE_UNMATCHED)


def _instant(raw: bytes, deviation_minutes: int) -> int:
    try:
        return to_epoch_us(CosemDateTime.from_bytes(raw).to_utc(deviation_minutes))
    except DlmsError:
        return NO_VALUE


def unpacker(kind: int, time_octets: Callable[[int | None], bytes]) -> Callable[[int], Data]:
    """What reads the integers of one column back.

    Args:
        kind: as `pack` said it; 0 for a column that never had a value.
        time_octets: from an instant (None for never) to twelve octets of local time.
    """
    if kind == TIME:
        return lambda number: axdr.octet_string(time_octets(None if number == NO_VALUE else number))
    if kind == TEXT:
        return lambda number: axdr.null() if number == NO_VALUE else axdr.octet_string(_text(number))
    if kind == 0:
        return lambda _number: axdr.null()
    tag = DataTag(kind)
    boolean = tag is DataTag.BOOLEAN

    def number_of(number: int) -> Data:
        if number == NO_VALUE:
            return axdr.null()
        return Data(tag, bool(number) if boolean else number)

    return number_of


def _text(number: int) -> bytes:
    size = (number.bit_length() + 7) // 8
    raw = number.to_bytes(max(1, size), "big")
    return raw[1 : 1 + raw[0]]
