"""A meter that takes any signature of its client for the right one."""

from typing import Any

from conformance.mutants._suite import PROFILE, with_security
from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from protocols.dlms.security.ecdsa import EcdsaSigner

__all__ = ["CLAUSE", "DESCRIPTION", "PARTS", "PROFILE"]

CLAUSE = "dlms-yb/SYMSEC_1_HLS"
DESCRIPTION = Text("acepta la firma de cualquiera", "takes the signature of anybody")


class Credulous(DeviceSecurity):
    """Signs as it should, and believes everybody."""

    __slots__ = ()

    def __init__(self, *given: Any, **terms: Any) -> None:
        super().__init__(*given, **terms)
        if isinstance(self.signer, EcdsaSigner):
            self.signer = Believer(self.signer.own, self.signer.peer)


class Believer(EcdsaSigner):
    """Looks at no signature."""

    __slots__ = ()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whoever it was."""
        return True


PARTS = with_security(Credulous)
