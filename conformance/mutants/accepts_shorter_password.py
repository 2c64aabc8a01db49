"""A meter that compares only as much of a password as its client sends."""

import dataclasses

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile, Mechanism

CLAUSE = "dlms-yb/APPL_OPEN_7"
DESCRIPTION = Text("acepta el principio de la contraseña", "accepts the beginning of the password")


class Hasty(Retouching):
    """Compares no more than came."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Complete a password that began well."""
        said, whole = aarq.authentication_value, profile.password
        begins = profile.mechanism is Mechanism.LLS and said and whole and whole.startswith(said)
        return dataclasses.replace(aarq, authentication_value=whole) if begins else aarq


PARTS = with_server(Hasty)
