"""A meter that refuses a client that says a quality of service."""

import dataclasses

from conformance.mutants._dlms import Retouching, initiate_of, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_11"
DESCRIPTION = Text("rechaza la calidad de servicio propuesta", "refuses a proposed quality of service")


class Picky(Retouching):
    """Wants no word of quality."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        initiate = initiate_of(aarq)
        refused = initiate is not None and initiate.quality_of_service is not None
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq


PARTS = with_server(Picky)
