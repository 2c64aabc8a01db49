"""Long-Invoke-Id-And-Priority, 32 bits, and the date-time that goes with it: of ACCESS and data-notification.

Source: IEC 62056-5-3, Long-Invoke-Id-And-Priority
"""

from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader

# bits 0-23 invoke-id, 28 self-descriptive, 29 processing-option, 30 service class, 31 priority
LONG_INVOKE_ID_MASK = 0x00FF_FFFF
SELF_DESCRIPTIVE = 1 << 28
BREAK_ON_ERROR = 1 << 29
LONG_CONFIRMED = 1 << 30
LONG_HIGH_PRIORITY = 1 << 31

_DATE_TIME_OCTETS = 12
_TAGGED = bytes((0x09, _DATE_TIME_OCTETS))


def read_date_time(reader: Reader) -> bytes | None:
    """Read a length of 0 or 12 and its octets; None for 0.

    Raises:
        DecodeError: another length.
    """
    with reader.group("date-time") as group:
        size = reader.length()
        if size not in (0, _DATE_TIME_OCTETS):
            raise DecodeError(f"date-time: {size} octets, 0 or 12 are expected")
        raw = reader.take(size, "octets")
        group.value = _text(raw) if reader.trace else None
    return raw or None


def read_tagged_date_time(reader: Reader) -> tuple[bytes | None, bool]:
    """As `read_date_time`; the tag of an octet-string before the length is tolerated, and whether it came."""
    tagged = reader.data[reader.pos : reader.pos + 2] == _TAGGED
    if tagged:
        reader.u8("tag of an octet-string (tolerated)")
    return read_date_time(reader), tagged


def _text(raw: bytes) -> str:
    if not raw:
        return "none"
    try:
        return CosemDateTime.from_bytes(raw).to_text()
    except DecodeError:
        return raw.hex()
