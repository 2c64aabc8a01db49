"""A meter that carries out methods that the object list does not grant."""

from conformance.mutants._rights import granting
from conformance.text import Text
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, full_access

CLAUSE = "dlms-bb/class-15"
DESCRIPTION = Text("ejecuta métodos que no concede", "carries out methods that it does not grant")


def _grant(item: CosemObject, rights: AccessRights) -> AccessRights:
    return AccessRights(rights.attributes, full_access(item).methods)


PARTS = granting(_grant)
