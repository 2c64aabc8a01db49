"""A meter whose association object names another client than the one that speaks."""

from conformance.mutants._dlms import Misrepresenting, with_getter, with_server
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.association import Association
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights

CLAUSE = "dlms-yb/7.3.6"
DESCRIPTION = Text("la asociación nombra a otro cliente", "the association names another client")

_PARTNERS = 3


class Mistaken(Misrepresenting):
    """Writes down the wrong client address."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """The partners with the next client address."""
        facts = association.facts
        wrong = axdr.structure(axdr.integer(facts.client_sap + 1), axdr.long_unsigned(facts.server_sap))
        return with_getter(item, _PARTNERS, wrong), rights


PARTS = with_server(Mistaken)
