"""Object list of an association: its objects, the access granted to each, and their values judged by type.

>>> from protocols.dlms.obis import Obis
>>> classes_of(Obis.from_string("0.0.1.0.0")), unit_of(Obis.from_string("1.0.1.8.0"))
(frozenset({8}), 30)

Source: IEC 62056-6-2, Association LN, object_list (access modes of versions 0 to 2, access bits of
version 3); DLMS UA 1001-6, 7.2 and 7.3; IEC 62056-6-1 and the tables of object definitions, as far as
they are public
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import Dialogue, items
from i18n import Message, Verbatim
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem import CLASSES
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused, ExceptionAnswered

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
        """True if attribute `index` is granted for reading."""
        access = self.attributes.get(index, 0)
        return bool(access & _READ_BIT) if self.bits else access in _READ_MODES

    def writable(self, index: int) -> bool:
        """True if attribute `index` is granted for writing."""
        access = self.attributes.get(index, 0)
        return bool(access & _WRITE_BIT) if self.bits else access in _WRITE_MODES

    def callable(self, index: int) -> bool:
        """True if method `index` may be invoked."""
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


# ---------------------------------------------------------------- values

LOGICAL_NAME = 1
_PROFILE_GENERIC, _BUFFER = 7, 2
_MAX_SHOWN = 12


@contextmanager
def listed(bench: Bench, association: str) -> Iterator[tuple[Dialogue, tuple[ListedObject, ...]]]:
    """An open association with its object list."""
    with bench.associated(association) as dialogue:
        yield dialogue, read_object_list(dialogue)


def of_class(objects: tuple[ListedObject, ...], *class_ids: int) -> list[ListedObject]:
    """The objects of these classes."""
    return [item for item in objects if item.class_id in class_ids]


def current_association(bench: Bench, objects: tuple[ListedObject, ...]) -> ListedObject:
    """The row of the current association, which every object list owes.

    Raises:
        CaseFails: the list does not name it.
    """
    found = next((item for item in objects if str(item.obis).startswith(ASSOCIATION)), None)
    bench.check(found is not None, Message("the list names the current association"))
    return cast(ListedObject, found)


def read_plainly(item: ListedObject) -> tuple[int, ...]:
    """The attributes granted for reading, without profile buffers: those have cases of their own."""
    return tuple(
        index
        for index in item.readable_attributes
        if (item.class_id, index) != (_PROFILE_GENERIC, _BUFFER) and index > 0
    )


def read_all(dialogue: Dialogue, item: ListedObject) -> tuple[dict[int, Data], list[str]]:
    """The values of an object's readable attributes, and what was wrong, in words that need no language."""
    values: dict[int, Data] = {}
    problems: list[str] = []
    for index in read_plainly(item):
        try:
            values[index] = dialogue.session.get(item.class_id, item.obis, index)
        except (AccessRefused, ExceptionAnswered) as refusal:
            problems.append(f"{item.short}:{index} {refusal}")
            continue
        fault = type_fault(item, index, values[index])
        if fault is not None:
            problems.append(f"{item.short}:{index} {fault}")
    return values, problems


def type_fault(item: ListedObject, index: int, data: Data) -> str | None:
    """Fault in the type of a value; None where it is the one that the class declares, if it does."""
    if index == LOGICAL_NAME:
        named = data.tag is DataTag.OCTET_STRING and data.value == item.obis.to_bytes()
        return None if named else f"{data.tag.name} {data.value!r} ≠ {item.obis}"
    declared = CLASSES.get(item.class_id)
    if declared is None or declared.version != item.version or index not in declared.attributes:
        return None
    types = declared.attributes[index].types
    if not types or data.tag in types:
        return None
    return f"{data.tag.name} ≠ {'/'.join(tag.name for tag in types)}"


def judge(bench: Bench, problems: list[str], text: Message) -> None:
    """One check over many values: each problem is shown, up to a dozen.

    Raises:
        CaseFails: there is a problem.
    """
    for problem in problems[:_MAX_SHOWN]:
        bench.observe(Verbatim(problem))
    left = len(problems) - _MAX_SHOWN
    if left > 0:
        bench.observe(Message("and {left} more", left=left))
    bench.check(not problems, text)


# ---------------------------------------------------------------- classes and units by logical name

_ABSTRACT, _ELECTRICITY = 0, 1
ANY: frozenset[int] = frozenset()

#: (C, D or None for any) of abstract objects, whatever their E -> classes.
_ABSTRACT_CLASSES: tuple[tuple[int, int | None, frozenset[int]], ...] = (
    (1, 0, frozenset({8})),
    (10, None, frozenset({9})),
    (11, None, frozenset({11})),
    (12, None, frozenset({10})),
    (13, None, frozenset({20})),
    (14, None, frozenset({6})),
    (15, None, frozenset({22})),
    (16, 0, frozenset({21})),
    (16, 1, frozenset({21})),
    (16, 2, frozenset({65})),
    (17, None, frozenset({71})),
    (20, 0, frozenset({19})),
    (22, 0, frozenset({23})),
    (25, 0, frozenset({41})),
    (25, 1, frozenset({42})),
    (25, 2, frozenset({43})),
    (25, 3, frozenset({44})),
    (25, 4, frozenset({45})),
    (25, 6, frozenset({47})),
    (25, 9, frozenset({40})),
    (25, 10, frozenset({100})),
    (40, 0, frozenset({12, 15})),
    (41, 0, frozenset({17})),
    (42, 0, frozenset({1})),
    (43, 0, frozenset({64})),
    (43, 1, frozenset({1})),
    (44, 0, frozenset({18})),
    (98, None, frozenset({7})),
    (99, None, frozenset({7})),
)
#: Prepayment objects share C and tell their class by E. Source: OBIS list, 0.b.19.D.e
_PAYMENT_CLASSES: tuple[tuple[range, frozenset[int]], ...] = (
    (range(10), frozenset({111})),
    (range(10, 20), frozenset({112})),
    (range(20, 30), frozenset({113})),
    (range(40, 50), frozenset({115})),
)
_PAYMENT_C = 19
_SWITCH_C, _SWITCH_D, _SWITCH_E = 96, 3, range(10, 20)
_PROFILE_CS = (98, 99)

#: D of electricity -> classes.
_ELECTRICITY_CLASSES: dict[int, frozenset[int]] = {
    2: frozenset({1, 3, 4}),
    4: frozenset({3, 4, 5}),
    6: frozenset({3, 4, 5}),
    7: frozenset({1, 3, 4}),
    8: frozenset({1, 3, 4}),
    9: frozenset({1, 3, 4}),
}

_W, _VA, _VAR, _WH, _VAH, _VARH, _A, _V, _HZ, _COUNT = 27, 28, 29, 30, 31, 32, 33, 35, 44, 255
_POWER_DS, _ENERGY_DS = frozenset({2, 4, 5, 6, 7, 14, 15, 16, 24, 25, 26, 27}), frozenset({8, 9})
_ALL_PHASES_CS = 20
#: C of all phases -> (unit of power, unit of energy).
_POWER_UNITS: dict[int, tuple[int, int]] = (
    dict.fromkeys((1, 2, 15, 16), (_W, _WH))
    | dict.fromkeys(range(3, 9), (_VAR, _VARH))
    | dict.fromkeys((9, 10), (_VA, _VAH))
)
#: C of all phases -> unit of what has no energy, for instantaneous values.
_OTHER_UNITS: dict[int, int] = {11: _A, 12: _V, 13: _COUNT, 14: _HZ}
_INSTANTANEOUS_D = 7
_PHASE_CS = range(1, 81)


def classes_of(obis: Obis) -> frozenset[int]:
    """The classes that an object of this name may be of; empty where nothing is known."""
    if obis.c in _PROFILE_CS:
        return frozenset({7})
    if obis.a == _ELECTRICITY and obis.c in _PHASE_CS:
        return _ELECTRICITY_CLASSES.get(obis.d, ANY)
    if obis.a != _ABSTRACT:
        return ANY
    if obis.c == _PAYMENT_C and obis.d == 0:
        return next((classes for es, classes in _PAYMENT_CLASSES if obis.e in es), ANY)
    if (obis.c, obis.d) == (_SWITCH_C, _SWITCH_D) and obis.e in _SWITCH_E:
        return frozenset({70})
    rows = (classes for c, d, classes in _ABSTRACT_CLASSES if c == obis.c and d in (None, obis.d))
    return next(rows, ANY)


def unit_of(obis: Obis) -> int | None:
    """The unit that a register of this name should have; None where nothing is known."""
    if obis.a != _ELECTRICITY or obis.c not in _PHASE_CS:
        return None
    quantity = (obis.c - 1) % _ALL_PHASES_CS + 1
    powers = _POWER_UNITS.get(quantity)
    if powers is not None:
        power, energy = powers
        return power if obis.d in _POWER_DS else energy if obis.d in _ENERGY_DS else None
    return _OTHER_UNITS.get(quantity) if obis.d == _INSTANTANEOUS_D else None
