"""Declaration of an interface class: a class body that reads like its page of the Blue Book, free of values.

>>> class Example(InterfaceClass, class_id=8192, version=0, source="manufacturer specific"):
...     value = attribute(2, dynamic=True)
...     reset = method(1, DataTag.INTEGER)
>>> Example.attributes[2].name, Example.methods[1].types
('value', (<DataTag.INTEGER: 15>,))
>>> Example.value.index
2
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.axdr import DataTag


@dataclass(slots=True)
class Attribute:
    """One attribute of an interface class.

    Args:
        index: 1 is always the logical name.
        types: tags that a value may have; empty means that the instance chooses (CHOICE).
        dynamic: the value changes by itself, as a measurement does.
        note: unit, range or values, in a few words.
    """

    index: int
    types: tuple[DataTag, ...] = ()
    dynamic: bool = False
    note: str = ""
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


@dataclass(slots=True)
class Method:
    """One method of an interface class; `types` are its parameter's tags, none where the instance chooses."""

    index: int
    types: tuple[DataTag, ...] = ()
    note: str = ""
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def attribute(index: int, *types: DataTag, dynamic: bool = False, note: str = "") -> Attribute:
    """Declare attribute `index` in a class body; see `Attribute`."""
    return Attribute(index, types, dynamic, note)


def method(index: int, *types: DataTag, note: str = "") -> Method:
    """Declare method `index` in a class body; see `Method`."""
    return Method(index, types, note)


class InterfaceClass:
    """Base of all interface classes: subclasses are declarations and are never instantiated.

    Args (of the class statement):
        class_id: number of the class.
        version: version of the class.
        source: clause that the declaration was written from.

    Class attributes `attributes` and `methods` map an index to its declaration.
    """

    class_id: ClassVar[int] = 0
    version: ClassVar[int] = 0
    source: ClassVar[str] = ""
    attributes: ClassVar[dict[int, Attribute]] = {}
    methods: ClassVar[dict[int, Method]] = {}

    logical_name = attribute(1, DataTag.OCTET_STRING, note="OBIS code, 6 octets")

    def __init_subclass__(cls, *, class_id: int, version: int, source: str) -> None:
        cls.class_id, cls.version, cls.source = class_id, version, source
        declared = {**InterfaceClass.__dict__, **cls.__dict__}.values()
        cls.attributes = {item.index: item for item in declared if isinstance(item, Attribute)}
        cls.methods = {item.index: item for item in declared if isinstance(item, Method)}


# Callers may name a class by its number or by its declaration.
ClassReference = int | type[InterfaceClass]


def class_id_of(cosem_class: ClassReference) -> int:
    """The class-id of a number or of a declaration."""
    return cosem_class if isinstance(cosem_class, int) else cosem_class.class_id
