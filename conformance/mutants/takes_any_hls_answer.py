"""A meter that challenges its client and does not look at the answer."""

import dataclasses

from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.acse import Aarq
from protocols.dlms.association_security import HlsHandShake
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.security.hls import prove
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/APPL_OPEN_3"
DESCRIPTION = Text("acepta cualquier respuesta a su reto", "takes any answer to its challenge")


class Credulous(HlsHandShake):
    """Believes its client."""

    __slots__ = ()

    def reply(self, parameter: Data | None) -> Data:
        """Take the proof unseen, give the own one."""
        self.done = True
        return axdr.octet_string(prove(self.mechanism, self.proving, self.server, self.client))


class CredulousServer(ServerConnection):
    """Shakes hands with anybody."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        if shake is None:
            return None
        return Credulous(shake.mechanism, shake.proving, shake.client, shake.server)


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=CredulousServer)
