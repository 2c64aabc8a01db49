"""A meter that guesses the mechanism of authentication."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_7"
DESCRIPTION = Text(
    "acepta la contraseña sin nombre de mecanismo", "accepts a password without the name of its mechanism"
)


class Guessing(Retouching):
    """Needs no name of a mechanism."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Name the mechanism in the client's place."""
        missing = aarq.mechanism_name is None and aarq.authentication_value is not None
        name = profile.mechanism.mechanism_name.value
        return dataclasses.replace(aarq, mechanism_name=name) if missing else aarq


PARTS = with_server(Guessing)
