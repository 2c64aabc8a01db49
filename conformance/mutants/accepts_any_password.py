"""A meter that takes any password for the right one."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile, Mechanism

CLAUSE = "dlms-yb/APPL_OPEN_7"
DESCRIPTION = Text("acepta cualquier contraseña", "accepts any password")


class Trusting(Retouching):
    """Does not look at the password."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say the right password in the client's place."""
        asked = profile.mechanism is Mechanism.LLS and aarq.authentication_value is not None
        return dataclasses.replace(aarq, authentication_value=profile.password) if asked else aarq


PARTS = with_server(Trusting)
