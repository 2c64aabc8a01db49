"""The object list of an association, as the device tells it: which objects, and what may be done with each.

Source: IEC 62056-6-2, Association LN, object_list (access modes of versions 0 to 2, access bits of version 3)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.bench.dialogue import Dialogue, items
from protocols.dlms.axdr import Data
from protocols.dlms.obis import Obis

ASSOCIATION = "0.0.40.0.0"
_ASSOCIATION_LN = 15
_OBJECT_LIST = 2

#: Version from which access is a set of bits instead of a mode.
_BITS_SINCE_VERSION = 3
_READ_BIT, _WRITE_BIT, _METHOD_BIT = 0x01, 0x02, 0x01
_READ_MODES, _WRITE_MODES = frozenset({1, 3, 4, 6}), frozenset({2, 3, 5, 6})


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One row of an object list.

    Args:
        class_id: of the object.
        version: of its class.
        obis: its logical name.
        attributes: attribute index -> access mode, or access bits when `bits`.
        methods: method index -> access mode.
        bits: the association is of version 3 or later.
    """

    class_id: int
    version: int
    obis: Obis
    attributes: Mapping[int, int] = field(default_factory=dict)
    methods: Mapping[int, int] = field(default_factory=dict)
    bits: bool = False

    def readable(self, index: int) -> bool:
        """Whether attribute `index` is granted for reading."""
        access = self.attributes.get(index, 0)
        return bool(access & _READ_BIT) if self.bits else access in _READ_MODES

    def writable(self, index: int) -> bool:
        """Whether attribute `index` is granted for writing."""
        access = self.attributes.get(index, 0)
        return bool(access & _WRITE_BIT) if self.bits else access in _WRITE_MODES

    def callable(self, index: int) -> bool:
        """Whether method `index` may be invoked."""
        access = self.methods.get(index, 0)
        return bool(access & _METHOD_BIT) if self.bits else access != 0

    @property
    def readable_attributes(self) -> tuple[int, ...]:
        """The attributes granted for reading, in order."""
        return tuple(index for index in sorted(self.attributes) if self.readable(index))

    @property
    def short(self) -> str:
        """Class and logical name, for a record."""
        return f"{self.class_id}/{self.obis}"


def read_object_list(dialogue: Dialogue) -> tuple[ListedObject, ...]:
    """The rows of the current association's object list.

    Raises:
        CaseInconclusive: rights are no structure.
        DecodeError: a logical name is not six octets.
        DlmsError: the list cannot be read.
    """
    rows = [items(row) for row in items(dialogue.get(_ASSOCIATION_LN, ASSOCIATION, _OBJECT_LIST))]
    own = Obis.from_string(ASSOCIATION).to_bytes()
    bits = any(
        row[0].value == _ASSOCIATION_LN and row[2].value == own and _whole(row[1]) >= _BITS_SINCE_VERSION
        for row in rows
    )
    return tuple(_listed(row, bits) for row in rows)


def _listed(row: Sequence[Data], bits: bool) -> ListedObject:
    class_id, version, logical_name, rights = row
    attributes, methods = items(rights)
    return ListedObject(
        _whole(class_id),
        _whole(version),
        Obis.from_bytes(_octets(logical_name)),
        {_whole(index): _whole(mode) for index, mode, *_ in map(items, items(attributes))},
        {_whole(index): _whole(mode) for index, mode, *_ in map(items, items(methods))},
        bits,
    )


def _whole(data: Data) -> int:
    return int(data.value) if isinstance(data.value, int) else 0


def _octets(data: Data) -> bytes:
    return data.value if isinstance(data.value, bytes) else b""
