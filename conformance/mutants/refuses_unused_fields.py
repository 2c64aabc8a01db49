"""A meter that refuses an association request with titles that it has no use for."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_6"
DESCRIPTION = Text("rechaza los campos sin uso", "refuses unused fields")


class Strict(Retouching):
    """Wants no field that it does not use."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        refused = bool(aarq.ignored)
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq


PARTS = with_server(Strict)
