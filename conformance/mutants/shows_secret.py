"""A meter whose association object gives the password."""

from conformance.mutants._dlms import Misrepresenting, with_getter, with_server
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.association import Association
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, full_access

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("deja leer la contraseña", "lets the password be read")

_SECRET = 7


class Indiscreet(Misrepresenting):
    """Keeps no secret."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """The password in its attribute, and every attribute readable."""
        secret = axdr.octet_string(association.profile.password or b"")
        item = with_getter(item, _SECRET, secret)
        return item, full_access(item)


PARTS = with_server(Indiscreet)
