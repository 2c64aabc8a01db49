"""A meter that does not look at the versions of ACSE that its client speaks."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_4"
DESCRIPTION = Text("no mira la versión de ACSE", "does not look at the ACSE version")


class Versionless(Retouching):
    """Takes every client for one of version 1."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Leave the versions out."""
        return dataclasses.replace(aarq, protocol_version=None)


PARTS = with_server(Versionless)
