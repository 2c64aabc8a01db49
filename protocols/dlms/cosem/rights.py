"""Access rights: what one association may read, write and invoke.

A right is given per object by a function, so that a profile may come from a table, from a rule or from both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.obis import Obis

_AUTHENTICATED = 0x10

# Modes that let a plain message read or write, and those that let an authenticated one (4 to 6 only that).
READABLE = frozenset({AccessMode.READ_ONLY, AccessMode.READ_AND_WRITE})
WRITABLE = frozenset({AccessMode.WRITE_ONLY, AccessMode.READ_AND_WRITE})
READABLE_AUTHENTICATED = READABLE | {
    AccessMode.AUTHENTICATED_READ_ONLY,
    AccessMode.AUTHENTICATED_READ_AND_WRITE,
}
WRITABLE_AUTHENTICATED = WRITABLE | {
    AccessMode.AUTHENTICATED_WRITE_ONLY,
    AccessMode.AUTHENTICATED_READ_AND_WRITE,
}


class MethodMode(IntEnum):
    """Whether a method may be invoked, and by which messages.

    Source: IEC 62056-6-2, Association LN, method_access_mode
    """

    NO_ACCESS = 0
    ACCESS = 1
    AUTHENTICATED_ACCESS = 2


@dataclass(frozen=True, slots=True)
class AccessRights:
    """Rights to one object; an index that is missing has no access.

    Args:
        attributes: attribute index -> mode.
        methods: method index -> whether it may be invoked: a `MethodMode`, or True for any message.
    """

    attributes: Mapping[int, AccessMode] = field(default_factory=dict)
    methods: Mapping[int, MethodMode | bool] = field(default_factory=dict)

    def may_read(self, index: int, control: int = 0) -> bool:
        """Whether attribute `index` may be read by a message with this security control octet."""
        return self.attributes.get(index) in (
            READABLE_AUTHENTICATED if control & _AUTHENTICATED else READABLE
        )

    def may_write(self, index: int, control: int = 0) -> bool:
        """Whether attribute `index` may be written by a message with this security control octet."""
        return self.attributes.get(index) in (
            WRITABLE_AUTHENTICATED if control & _AUTHENTICATED else WRITABLE
        )

    def may_invoke(self, index: int, control: int = 0) -> bool:
        """Whether method `index` may be invoked by a message with this security control octet."""
        mode = self.methods.get(index, MethodMode.NO_ACCESS)
        return mode == MethodMode.ACCESS or (
            mode == MethodMode.AUTHENTICATED_ACCESS and bool(control & _AUTHENTICATED)
        )


# None: the association does not see the object at all.
Rights = Callable[[CosemObject], AccessRights | None]


def read_only(item: CosemObject) -> AccessRights:
    """Every attribute that has a getter, nothing else."""
    return AccessRights(dict.fromkeys(sorted({1, *item.getters}), AccessMode.READ_ONLY))


def full_access(item: CosemObject) -> AccessRights:
    """Everything that the object can do: read by getters, write by setters, every method bound."""
    modes = {
        (True, False): AccessMode.READ_ONLY,
        (False, True): AccessMode.WRITE_ONLY,
        (True, True): AccessMode.READ_AND_WRITE,
    }
    indexes = sorted({1, *item.getters, *item.setters})
    return AccessRights(
        {index: modes[index == 1 or index in item.getters, index in item.setters] for index in indexes},
        dict.fromkeys(sorted(item.methods), True),
    )


def rights_table(table: Mapping[Obis, AccessRights], default: Rights | None = None) -> Rights:
    """Rights by logical name; objects that are not in `table` follow `default` (None: not seen)."""

    def rights(item: CosemObject) -> AccessRights | None:
        found = table.get(item.logical_name)
        if found is not None or default is None:
            return found
        return default(item)

    return rights
