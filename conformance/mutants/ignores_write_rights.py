"""A meter that lets attributes be written that the object list grants for reading only."""

from conformance.mutants._rights import granting
from conformance.text import Text
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, full_access

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("deja escribir atributos de solo lectura", "lets read-only attributes be written")


def _grant(item: CosemObject, rights: AccessRights) -> AccessRights:
    everything = full_access(item).attributes
    return AccessRights(
        {index: everything.get(index, mode) for index, mode in rights.attributes.items()}, rights.methods
    )


PARTS = granting(_grant)
