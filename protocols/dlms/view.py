"""What one association sees of a logical device: every access goes through here, in one order of checks.

The order: object, class, attribute and its right, selection, the object itself. The first that fails answers.
"""

from collections.abc import Iterable

from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.measurement import ProfileGeneric
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import Selection, selection_from
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.descriptors import AttributeReference, MethodDescriptor, SelectiveAccess

# (class-id, attribute) pairs that take a selection.
_SELECTABLE = frozenset({(ProfileGeneric.class_id, ProfileGeneric.buffer.index)})


class AssociationView:
    """The objects that an association sees, with its rights.

    Args:
        entries: objects and rights.
        selective_access: whether the association negotiated selective access.
    """

    __slots__ = ("_entries", "_selective_access")

    def __init__(self, entries: Iterable[Entry], *, selective_access: bool) -> None:
        self._entries = {item.logical_name: (item, rights) for item, rights in entries}
        self._selective_access = selective_access

    def read(self, reference: AttributeReference) -> Data:
        """The value of an attribute, or the part of it that is selected.

        Raises:
            AccessError: with the result to answer.
        """
        target = reference.attribute
        item, rights = self._find(target.class_id, target.instance)
        if not rights.may_read(target.attribute):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if reference.selection is None:
            return item.read(target.attribute)
        if not self._selective_access or (target.class_id, target.attribute) not in _SELECTABLE:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        return item.read(target.attribute, _typed(reference.selection))

    def write(self, reference: AttributeReference, value: Data) -> None:
        """Set an attribute.

        Raises:
            AccessError: with the result to answer.
        """
        target = reference.attribute
        item, rights = self._find(target.class_id, target.instance)
        if not rights.may_write(target.attribute):
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if reference.selection is not None:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        item.write(target.attribute, value)

    def invoke(self, target: MethodDescriptor, parameter: Data | None) -> Data | None:
        """Invoke a method; returns what it returns.

        Raises:
            AccessError: with the result to answer.
        """
        item, rights = self._find(target.class_id, target.instance)
        if not rights.may_invoke(target.method):
            raise AccessError(ActionResult.READ_WRITE_DENIED)
        return item.invoke(target.method, parameter)

    def _find(self, class_id: int, instance: Obis) -> Entry:
        entry = self._entries.get(instance)
        if entry is None:
            raise AccessError(DataAccessResult.OBJECT_UNDEFINED)
        if entry[0].interface.class_id != class_id:
            raise AccessError(DataAccessResult.OBJECT_CLASS_INCONSISTENT)
        return entry


def _typed(selection: SelectiveAccess) -> Selection:
    try:
        return selection_from(selection.selector, selection.parameters)
    except DecodeError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error
