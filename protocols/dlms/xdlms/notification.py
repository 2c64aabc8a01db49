"""Unsolicited APDUs of a server: data-notification and event-notification.

Source: IEC 62056-5-3, Data-Notification, Data-Notification-Confirm, Event-Notification-Request
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import (
    LONG_CONFIRMED,
    octets,
    optional,
    read_data,
    read_date_time,
    read_octets,
    read_optional,
    read_tagged_date_time,
)

# Some Kaifa meters put the tag of an octet-string before the length of the date-time.
TAGGED_DATE_TIME = "tagged-date-time"


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
        date_time, tagged = read_tagged_date_time(reader)
        tolerated = (TAGGED_DATE_TIME,) if tagged else ()
        return cls(invoke, date_time, read_data(reader, "notification-body"), tolerated)

    def to_bytes(self) -> bytes:
        """The whole APDU, in the standard's form."""
        head = bytes((self.tag,)) + self.long_invoke.to_bytes(4, "big")
        return head + octets(self.date_time or b"") + axdr.encode(self.body)

    @property
    def confirmed(self) -> bool:
        """True if the server wants a `DataNotificationConfirm`."""
        return bool(self.long_invoke & LONG_CONFIRMED)


@dataclass(frozen=True, slots=True)
class DataNotificationConfirm:
    """The client took a data-notification that wanted to be confirmed.

    Args:
        long_invoke: of the notification.
        date_time: 12 octets of a COSEM date-time, None when not given.
    """

    tag: ClassVar[int] = 0x10
    name: ClassVar[str] = "data-notification-confirm"
    long_invoke: int
    date_time: bytes | None = None

    @classmethod
    def read(cls, reader: Reader) -> "DataNotificationConfirm":
        """Read what follows the tag."""
        return cls(reader.u32("long-invoke-id-and-priority"), read_date_time(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag,)) + self.long_invoke.to_bytes(4, "big") + octets(self.date_time or b"")


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
