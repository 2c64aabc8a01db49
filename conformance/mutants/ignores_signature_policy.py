"""A meter that shows a policy of signatures and takes what is not signed."""

from conformance.mutants._suite import PROFILE, with_security
from conformance.text import Text
from protocols.dlms.security import DeviceSecurity

__all__ = ["CLAUSE", "DESCRIPTION", "PARTS", "PROFILE"]

CLAUSE = "dlms-yb/SYMSEC_1_POLICY"
DESCRIPTION = Text("no exige las firmas de su política", "does not demand the signatures of its policy")


class Lenient(DeviceSecurity):
    """Demands of its policy only the ciphering."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.signs_requests = self.signs_answers = False


PARTS = with_security(Lenient)
