"""View that one association has of a logical device: every access goes through here, in one order of checks.

The order: object, class, attribute and its right, selection, the object itself. The first that fails answers.
"""

from collections.abc import Iterable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.device import AccessRights
from protocols.dlms.cosem.measurement import ProfileGeneric
from protocols.dlms.cosem.objects import AccessError, CosemObject, Getter
from protocols.dlms.cosem.selection import Selection, selection_from
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)

# (class-id, attribute) pairs that take a selection.
_SELECTABLE = frozenset({(ProfileGeneric.class_id, ProfileGeneric.buffer.index)})
# The index that stands for every attribute of an object.
_ALL = 0
_NULL = DataTag.NULL


class AssociationView:
    """The objects that an association sees, with its rights.

    Args:
        entries: objects and rights.
        conformance: the services that were granted: selective access and attribute 0 depend on them.

    Attributes:
        control: security control octet of the request under way, 0 for a plain one; rights depend on it.
        getters: what is behind the references that were read before; see `getter`.
    """

    __slots__ = ("_all_read", "_all_written", "_entries", "_selective", "control", "getters")

    def __init__(self, entries: Iterable[Entry], conformance: int) -> None:
        self._entries = {item.logical_name: (item, rights) for item, rights in entries}
        self._selective = bool(conformance & int(Conformance.SELECTIVE_ACCESS))
        self._all_read = bool(conformance & int(Conformance.ATTRIBUTE0_SUPPORTED_WITH_GET))
        self._all_written = bool(conformance & int(Conformance.ATTRIBUTE0_SUPPORTED_WITH_SET))
        self.control = 0
        self.getters: dict[bytes, Getter] = {}

    def getter(self, raw: bytes) -> Getter | None:
        """The function behind a cosem-attribute-descriptor of nine octets; None where `read` must judge.

        Only attributes that any message may read are kept, so that their number bounds what is kept.
        """
        found = self.getters.get(raw)
        if found is None:
            entry, index = self._entries.get(Obis(*raw[2:8])), raw[8]
            if entry is None or entry[0].interface.class_id != int.from_bytes(raw[:2], "big"):
                return None
            found = entry[0].getters.get(index) if entry[1].may_read(index) else None
            if found is not None:
                self.getters[raw] = found
        return found

    def read(self, reference: AttributeReference) -> Data:
        """The value of an attribute, or the part of it that is selected.

        Raises:
            AccessError: with the result to answer.
        """
        target = reference.attribute
        item, rights = self._find(target.class_id, target.instance)
        if target.attribute == _ALL and self._all_read:
            return self._read_all(item, rights, reference.selection)
        if not rights.may_read(target.attribute, self.control):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if reference.selection is None:
            return item.read(target.attribute)
        return item.read(target.attribute, self._selection(target, reference.selection))

    def write(self, reference: AttributeReference, value: Data) -> None:
        """Set an attribute.

        Raises:
            AccessError: with the result to answer.
        """
        target = reference.attribute
        item, rights = self._find(target.class_id, target.instance)
        if target.attribute == _ALL and self._all_written:
            self._write_all(item, rights, value, reference.selection)
            return
        if not rights.may_write(target.attribute, self.control):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if reference.selection is None:
            item.write(target.attribute, value)
        else:
            item.write(target.attribute, value, self._selection(target, reference.selection))

    def _selection(self, target: AttributeDescriptor, selection: SelectiveAccess) -> Selection:
        if not self._selective or (target.class_id, target.attribute) not in _SELECTABLE:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        try:
            return selection_from(selection.selector, selection.parameters)
        except DecodeError as error:
            raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error

    def _read_all(self, item: CosemObject, rights: AccessRights, selection: SelectiveAccess | None) -> Data:
        """Every attribute in order, null-data for those that cannot be read now."""
        indexes = sorted(item.interface.attributes)
        if selection is not None:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        if not any(rights.may_read(index, self.control) for index in indexes):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        return axdr.structure(*(self._value_or_null(item, rights, index) for index in indexes))

    def _value_or_null(self, item: CosemObject, rights: AccessRights, index: int) -> Data:
        if not rights.may_read(index, self.control):
            return axdr.null()
        try:
            return item.read(index)
        except AccessError:
            return axdr.null()

    def _write_all(
        self, item: CosemObject, rights: AccessRights, value: Data, selection: SelectiveAccess | None
    ) -> None:
        """Write every attribute whose value is not null-data; none of them where one is not writable."""
        indexes = sorted(item.interface.attributes)
        if selection is not None:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        values = value.value
        if value.tag is not DataTag.STRUCTURE or not isinstance(values, tuple) or len(values) != len(indexes):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        given = [(index, data) for index, data in zip(indexes, values, strict=True) if data.tag is not _NULL]
        if not all(rights.may_write(index, self.control) for index, _data in given):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        for index, data in given:
            item.write(index, data)

    def invoke(self, target: MethodDescriptor, parameter: Data | None) -> Data | None:
        """Invoke a method; returns what it returns.

        Raises:
            AccessError: with the result to answer.
        """
        item, rights = self._find(target.class_id, target.instance)
        if not rights.may_invoke(target.method, self.control):
            raise AccessError(ActionResult.READ_WRITE_DENIED)
        return item.invoke(target.method, parameter)

    def _find(self, class_id: int, instance: Obis) -> Entry:
        entry = self._entries.get(instance)
        if entry is None:
            raise AccessError(DataAccessResult.OBJECT_UNDEFINED)
        if entry[0].interface.class_id != class_id:
            raise AccessError(DataAccessResult.OBJECT_CLASS_INCONSISTENT)
        return entry
