"""Mutants of an association's beginning and end (APPL_IDLE, APPL_REL)."""

from conformance.mutants._bases import Retouching
from conformance.mutants._parts import SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.acse import Aarq
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU, InitiateRequest

_OPENING = Aarq(user_information=InitiateRequest(IMPLEMENTED, UNLIMITED_PDU)).to_bytes()


@mutant(
    "serves-without-association",
    "dlms-yb/APPL_IDLE_N1",
    Message("serves without association"),
    SERVER,
)
class ServesWithoutAssociation(Retouching):
    """A meter that serves every client, associated or not."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but a client needs no association."""
        if self.opened(client_sap, server_sap) is None and apdu[:1] != bytes((Aarq.tag,)):
            self._associate(_OPENING, client_sap, server_sap)
        return super().receive_apdu(apdu, client_sap, server_sap, now_s)


@mutant(
    "shares-association-between-clients",
    "dlms-yb/APPL_IDLE_N1",
    Message("the association of one client is good for another"),
    SERVER,
)
class SharesAssociationBetweenClients(ServerConnection):
    """A meter to which an association of one client is good for every other on the same link."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but a stranger speaks in the name of the client that is associated."""
        if (client_sap, server_sap) not in self._associations and apdu[:1] != bytes((Aarq.tag,)):
            client_sap = next((client for client, _ in self._associations), client_sap)
        return super().receive_apdu(apdu, client_sap, server_sap, now_s)


@mutant(
    "stays-associated-after-release",
    "dlms-yb/APPL_REL_P1",
    Message("stays associated after the release"),
    SERVER,
)
class StaysAssociatedAfterRelease(ServerConnection):
    """A meter that confirms a release and goes on serving."""

    __slots__ = ()

    def _release(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        association = self._associations.get((client_sap, server_sap))
        answer = super()._release(apdu, client_sap, server_sap)
        if association is not None:
            self._associations[client_sap, server_sap] = association
        return answer


@mutant(
    "stays-associated-without-link",
    "dlms-yb/APPL_REL_P1",
    Message("the association outlives its link"),
    SERVER,
    framing="hdlc",  # with the wrapper the connection itself is the link
)
class StaysAssociatedWithoutLink(ServerConnection):
    """A meter whose association outlives the data link that it was opened on."""

    __slots__ = ()

    def link_lost(self, client_sap: int | None = None) -> None:
        """Forget nothing."""
