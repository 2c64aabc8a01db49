"""What a meter offers a client: the object list of the current association, read into typed entries."""

from dataclasses import dataclass

from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession

OBJECT_LIST = 2
#: From this version of class 15 on, an access mode is a set of bits, of which bit 0 is reading.
_BITS_FROM_VERSION = 3
_READ_BIT = 1
#: READ_ONLY, READ_AND_WRITE and both with authentication
_READING_MODES = frozenset({1, 3, 4, 6})


@dataclass(frozen=True, slots=True)
class Listed:
    """One object.

    Args:
        class_id: interface class.
        version: of that class.
        obis: logical name.
        readable: attributes that this client may read.
    """

    class_id: int
    version: int
    obis: Obis
    readable: frozenset[int]


def object_list(session: DlmsSession) -> list[Listed]:
    """Every object that the association shows, in the meter's order.

    Raises:
        RemoteProtocolError: the list cannot be read, or is none.
    """
    data = session.get(AssociationLn, CURRENT_ASSOCIATION, OBJECT_LIST)
    rows = data.value if isinstance(data.value, tuple) else ()
    listed = [_entry(row) for row in rows]
    association = next((item for item in listed if item.obis == CURRENT_ASSOCIATION), None)
    by_bits = association is not None and association.version >= _BITS_FROM_VERSION
    return [_with_rights(item, row, by_bits=by_bits) for item, row in zip(listed, rows, strict=True)]


def _parts(data: Data, count: int) -> tuple[Data, ...]:
    if not isinstance(data.value, tuple) or len(data.value) < count:
        raise DecodeError("object_list: an entry has another shape")
    return data.value


def _number(data: Data) -> int:
    if not isinstance(data.value, int):
        raise DecodeError("object_list: a number is expected")
    return data.value


def _entry(row: Data) -> Listed:
    class_id, version, name, _rights = _parts(row, 4)[:4]
    if not isinstance(name.value, bytes):
        raise DecodeError("object_list: a logical name is expected")
    return Listed(_number(class_id), _number(version), Obis.from_bytes(name.value), frozenset())


def _with_rights(item: Listed, row: Data, *, by_bits: bool) -> Listed:
    attributes = _parts(_parts(row, 4)[3], 1)[0]
    readable = set()
    for attribute in attributes.value if isinstance(attributes.value, tuple) else ():
        index, mode = (_number(part) for part in _parts(attribute, 2)[:2])
        if mode & _READ_BIT if by_bits else mode in _READING_MODES:
            readable.add(index)
    return Listed(item.class_id, item.version, item.obis, frozenset(readable))
