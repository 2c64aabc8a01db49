"""A push layout that is not A-XDR `Data`: attribute descriptors without tags before each value.

Czech meters (EG.D, Sagemcom XT211) push structures of two whose first element is a bare attribute descriptor:
class-id in two octets, logical name in six, attribute index in one; the second is ordinary `Data`. This is
used only after the strict one failed, and what it gives is named as non-standard.

Source: none; seen on the wire.
"""

from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import MAX_DEPTH, TYPE_NAMES, DataTag
from protocols.dlms.errors import DecodeError
from protocols.dlms.explain.class_names import class_name
from protocols.dlms.explain.readings import Reading
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Reader, Trace

TAG = 0x0F
_DESCRIPTOR_SIZE = 9
_MAX_ATTRIBUTE = 30
_SEQUENCES = (DataTag.ARRAY, DataTag.STRUCTURE)
_TAGS = frozenset(int(tag) for tag in DataTag)


@dataclass(frozen=True, slots=True)
class UntaggedNotification:
    """A data-notification in this layout: what else it holds does not matter here.

    Args:
        date_time: 12 octets, empty when not sent.
        readings: the values with their descriptors.
    """

    date_time: bytes
    readings: tuple[Reading, ...]


def read_notification(raw: bytes, trace: Trace | None = None) -> UntaggedNotification:
    """Read a data-notification whose body has untagged descriptors.

    Raises:
        DecodeError: it is none, or holds not one such descriptor.
    """
    reader = Reader(raw, trace)
    found: list[Reading] = []
    with reader.group("data-notification") as group:
        group.value = "non-standard: attribute descriptors without tags"
        if reader.u8("tag") != TAG:
            raise DecodeError("tag: not a data-notification", position=0)
        reader.u32("long-invoke-id-and-priority")
        with reader.group("date-time"):
            date_time = reader.take(reader.length(), "octets")
        with reader.group("notification-body"):
            _read(reader, found, 0)
        reader.expect_end("apdu")
    if not found:
        raise DecodeError("notification-body: no attribute descriptor without tags", position=0)
    return UntaggedNotification(date_time, tuple(found))


def _read(reader: Reader, found: list[Reading], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DecodeError(f"data: nested deeper than {MAX_DEPTH} levels", position=reader.pos)
    if reader.peek_u8() not in _SEQUENCES:
        axdr.read(reader)
        return
    with reader.group("data") as group:
        tag = DataTag(reader.u8("tag"))
        group.name = TYPE_NAMES[tag]
        count = reader.length("count")
        group.value = count
        if tag is DataTag.STRUCTURE and count == 2 and _has_descriptor(reader):
            found.append(_entry(reader, len(found)))
            return
        for _ in range(count):
            _read(reader, found, depth + 1)


def _has_descriptor(reader: Reader) -> bool:
    """Whether nine octets of a plausible descriptor and a tag follow."""
    ahead = reader.data[reader.pos : reader.pos + _DESCRIPTOR_SIZE + 1]
    if len(ahead) <= _DESCRIPTOR_SIZE:
        return False
    known_class = class_name(int.from_bytes(ahead[:2], "big"), "en") is not None
    return known_class and 1 <= ahead[8] <= _MAX_ATTRIBUTE and ahead[9] in _TAGS


def _entry(reader: Reader, position: int) -> Reading:
    with reader.group("cosem-attribute-descriptor") as group:
        class_id = reader.u16("class-id")
        obis = Obis.from_bytes(reader.take(6, "logical-name"))
        attribute = reader.u8("attribute-id")
        group.value = f"class {class_id}, {obis}, attribute {attribute} (untagged)"
    return Reading(axdr.read(reader), position, obis, class_id, attribute)
