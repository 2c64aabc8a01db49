"""A meter that accepts an application context that does not exist."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq, ApplicationContextName
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_5"
DESCRIPTION = Text("acepta un contexto de aplicación desconocido", "accepts an unknown application context")


class Contextless(Retouching):
    """Takes every context that it does not know for the usual one."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Name the usual context in the place of a stranger."""
        known = aarq.application_context_name in {name.value for name in ApplicationContextName}
        usual = ApplicationContextName.LN_NO_CIPHERING.value
        return aarq if known else dataclasses.replace(aarq, application_context_name=usual)


PARTS = with_server(Contextless)
