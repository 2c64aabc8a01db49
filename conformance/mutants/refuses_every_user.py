"""A meter whose list of users is empty, and which lets no user in for that."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_2"
DESCRIPTION = Text(
    "con la lista de usuarios vacía no admite a ninguno", "with an empty list of users it admits none"
)

_CALLING_AE_INVOCATION_ID = 0xA9  # the user of the client


class Exclusive(Retouching):
    """Takes an empty list for one that nobody is in."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        refused = any(tag == _CALLING_AE_INVOCATION_ID for tag, _ in aarq.ignored)
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq


PARTS = with_server(Exclusive)
