"""A meter that agrees a key and goes on with the old one."""

from conformance.mutants._suite import PROFILE, with_security
from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from protocols.dlms.security.suites import KeyId

__all__ = ["CLAUSE", "DESCRIPTION", "PARTS", "PROFILE"]

CLAUSE = "dlms-yb/SYMSEC_1_AGREEMENT"
DESCRIPTION = Text("acuerda una clave y sigue con la anterior", "agrees a key and goes on with the old one")


class Fickle(DeviceSecurity):
    """Agrees, and forgets what on."""

    __slots__ = ()

    def take_agreed_key(self, key_id: KeyId, key: bytes) -> None:
        """Change nothing."""


PARTS = with_security(Fickle)
