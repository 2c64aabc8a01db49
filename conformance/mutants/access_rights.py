"""Mutants of access rights (7.3, class 15)."""

from conformance.mutants._bases import Misrepresenting, with_getter
from conformance.mutants._parts import GRANTED_RIGHTS, SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.device import AccessRights, full_access
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.server.association import Association


@mutant(
    "ignores-read-rights",
    "dlms-yb/7.3",
    Message("gives attributes that it does not grant"),
    GRANTED_RIGHTS,
)
def ignores_read_rights(item: CosemObject, rights: AccessRights) -> AccessRights:
    """A meter that gives attributes that the object list does not grant for reading."""
    return AccessRights({**full_access(item).attributes, **rights.attributes}, rights.methods)


@mutant(
    "ignores-write-rights",
    "dlms-yb/7.3",
    Message("lets read-only attributes be written"),
    GRANTED_RIGHTS,
)
def ignores_write_rights(item: CosemObject, rights: AccessRights) -> AccessRights:
    """A meter that lets attributes be written that the object list grants for reading only."""
    everything = full_access(item).attributes
    return AccessRights(
        {index: everything.get(index, mode) for index, mode in rights.attributes.items()}, rights.methods
    )


@mutant(
    "ignores-method-rights",
    "dlms-bb/class-15",
    Message("carries out methods that it does not grant"),
    GRANTED_RIGHTS,
)
def ignores_method_rights(item: CosemObject, rights: AccessRights) -> AccessRights:
    """A meter that carries out methods that the object list does not grant."""
    return AccessRights(rights.attributes, full_access(item).methods)


_SECRET_ATTRIBUTE = 7


@mutant("shows-secret", "dlms-yb/7.3", Message("lets the password be read"), SERVER)
class ShowsSecret(Misrepresenting):
    """A meter whose association object gives the password."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """The password in its attribute, and every attribute readable."""
        secret = axdr.octet_string(association.profile.password or b"")
        item = with_getter(item, _SECRET_ATTRIBUTE, secret)
        return item, full_access(item)
