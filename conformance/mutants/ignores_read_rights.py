"""A meter that gives attributes that the object list does not grant for reading."""

from conformance.mutants._rights import granting
from conformance.text import Text
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, full_access

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("entrega atributos que no concede", "gives attributes that it does not grant")


def _grant(item: CosemObject, rights: AccessRights) -> AccessRights:
    return AccessRights({**full_access(item).attributes, **rights.attributes}, rights.methods)


PARTS = granting(_grant)
