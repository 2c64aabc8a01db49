"""What a server sends unasked: data-notification and event-notification.

Source: IEC 62056-5-3, Data-Notification, Event-Notification-Request
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import octets, optional, read_data, read_octets, read_optional

_DATE_TIME_OCTETS = 12
_TAGGED = bytes((0x09, _DATE_TIME_OCTETS))

# Some Kaifa meters put the tag of an octet-string before the length of the date-time.
TAGGED_DATE_TIME = "tagged-date-time"


def _read_date_time(reader: Reader) -> tuple[bytes | None, tuple[str, ...]]:
    """Read a date-time: length 0 or 12 and its octets; a tag before the length is tolerated."""
    tolerated: tuple[str, ...] = ()
    with reader.group("date-time") as group:
        if reader.data[reader.pos : reader.pos + 2] == _TAGGED:
            reader.u8("tag of an octet-string (tolerated)")
            tolerated = (TAGGED_DATE_TIME,)
        size = reader.length()
        if size not in (0, _DATE_TIME_OCTETS):
            raise DecodeError(f"date-time: {size} octets, 0 or 12 are expected")
        raw = reader.take(size, "octets")
        group.value = _date_time_text(raw) if reader.trace else None
    return raw or None, tolerated


def _date_time_text(raw: bytes) -> str:
    if not raw:
        return "none"
    try:
        return CosemDateTime.from_bytes(raw).to_text()
    except DecodeError:
        return raw.hex()


@dataclass(frozen=True, slots=True)
class DataNotification:
    """Data pushed by the server.

    Args:
        long_invoke: long-invoke-id-and-priority, 32 bits.
        date_time: 12 octets of a COSEM date-time, None when not given.
        body: what is pushed.
        tolerated: short names of the faults that were let through when decoding.
    """

    tag: ClassVar[int] = 0x0F
    name: ClassVar[str] = "data-notification"
    long_invoke: int
    date_time: bytes | None
    body: Data
    tolerated: tuple[str, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> "DataNotification":
        """Read what follows the tag."""
        invoke = reader.u32("long-invoke-id-and-priority")
        date_time, tolerated = _read_date_time(reader)
        return cls(invoke, date_time, read_data(reader, "notification-body"), tolerated)

    def to_bytes(self) -> bytes:
        """The whole APDU, in the standard's form."""
        head = bytes((self.tag,)) + self.long_invoke.to_bytes(4, "big")
        return head + octets(self.date_time or b"") + axdr.encode(self.body)


def _read_time(reader: Reader) -> bytes:
    return read_octets(reader, "time")


@dataclass(frozen=True, slots=True)
class EventNotification:
    """One attribute sent unasked; `time` is the octets of a date-time, None when absent."""

    tag: ClassVar[int] = 0xC2
    name: ClassVar[str] = "event-notification-request"
    time: bytes | None
    attribute: AttributeDescriptor
    value: Data

    @classmethod
    def read(cls, reader: Reader) -> "EventNotification":
        """Read what follows the tag."""
        time = read_optional(reader, "time", _read_time)
        return cls(time, AttributeDescriptor.read(reader), read_data(reader, "attribute-value"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        time = None if self.time is None else octets(self.time)
        return bytes((self.tag,)) + optional(time) + self.attribute.to_bytes() + axdr.encode(self.value)
