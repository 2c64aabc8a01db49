"""References to attributes and methods, and selective access to an attribute.

Source: IEC 62056-5-3, Cosem-Attribute-Descriptor, Cosem-Method-Descriptor, Selective-Access-Descriptor
"""

from dataclasses import dataclass
from functools import lru_cache

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import read_data, read_optional

# A client asks for the same names again and again.
_obis = lru_cache(maxsize=1024)(Obis.from_bytes)


def _read_reference(reader: Reader, group_name: str, index_name: str) -> tuple[int, Obis, int]:
    with reader.group(group_name) as group:
        class_id = reader.u16("class-id")
        with reader.group("instance-id") as instance:
            obis = _obis(reader.take(6, "logical-name"))
            instance.value = str(obis) if reader.trace else None
        index = reader.i8(index_name)
        group.value = f"class {class_id}, {obis}, {index_name} {index}" if reader.trace else None
    return class_id, obis, index


def _reference_bytes(class_id: int, instance: Obis, index: int) -> bytes:
    return class_id.to_bytes(2, "big") + instance.to_bytes() + index.to_bytes(1, "big", signed=True)


@dataclass(frozen=True, slots=True)
class AttributeDescriptor:
    """An attribute of an object: class-id 0 to 65535, logical name, attribute index -128 to 127."""

    class_id: int
    instance: Obis
    attribute: int

    @classmethod
    def read(cls, reader: Reader) -> "AttributeDescriptor":
        """Read a cosem-attribute-descriptor."""
        return cls(*_read_reference(reader, "cosem-attribute-descriptor", "attribute-id"))

    def to_bytes(self) -> bytes:
        """Nine octets."""
        return _reference_bytes(self.class_id, self.instance, self.attribute)


@dataclass(frozen=True, slots=True)
class MethodDescriptor:
    """A method of an object: class-id 0 to 65535, logical name, method index -128 to 127."""

    class_id: int
    instance: Obis
    method: int

    @classmethod
    def read(cls, reader: Reader) -> "MethodDescriptor":
        """Read a cosem-method-descriptor."""
        return cls(*_read_reference(reader, "cosem-method-descriptor", "method-id"))

    def to_bytes(self) -> bytes:
        """Nine octets."""
        return _reference_bytes(self.class_id, self.instance, self.method)


@dataclass(frozen=True, slots=True)
class SelectiveAccess:
    """Selective access to an attribute: a selector and its parameters as they travel.

    `protocols.dlms.cosem.selection` has the typed form.
    """

    selector: int
    parameters: Data

    @classmethod
    def read(cls, reader: Reader) -> "SelectiveAccess":
        """Read a selective-access-descriptor."""
        with reader.group("selective-access-descriptor") as group:
            selector = reader.u8("access-selector")
            parameters = read_data(reader, "access-parameters")
            group.value = f"selector {selector}"
        return cls(selector, parameters)

    def to_bytes(self) -> bytes:
        """The selector and its parameters."""
        return bytes((self.selector,)) + axdr.encode(self.parameters)


@dataclass(frozen=True, slots=True)
class AttributeReference:
    """An attribute and, where only a part is meant, its selection: one item of a list request."""

    attribute: AttributeDescriptor
    selection: SelectiveAccess | None = None

    @classmethod
    def read(cls, reader: Reader) -> "AttributeReference":
        """Read a cosem-attribute-descriptor-with-selection."""
        attribute = AttributeDescriptor.read(reader)
        return cls(attribute, read_optional(reader, "access-selection", SelectiveAccess.read))

    def to_bytes(self) -> bytes:
        """The descriptor, the flag and the selection."""
        selection = b"\x00" if self.selection is None else b"\x01" + self.selection.to_bytes()
        return self.attribute.to_bytes() + selection
