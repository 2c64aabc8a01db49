"""A meter that takes the signature off a request and looks at it no more."""

import dataclasses

from conformance.mutants._suite import PROFILE
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.security.forms import GENERAL_SIGNING_TAG
from protocols.dlms.security.general import opened_by
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

__all__ = ["CLAUSE", "DESCRIPTION", "PARTS", "PROFILE"]

CLAUSE = "dlms-yb/SYMSEC_1_SIGN"
DESCRIPTION = Text("quita la firma sin mirarla", "takes the signature off without a look")


class Stripping(ServerConnection):
    """Serves what is within."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        if apdu[0] == GENERAL_SIGNING_TAG:
            apdu = opened_by(lambda _message, _signature: True, apdu).content
        return super()._served(association, apdu)


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=Stripping)
