"""Mutants of security suite 1: signatures and key agreement (SYMSEC_1)."""

from typing import Any

from conformance.mutants._parts import SERVER, SUITE_SECURITY
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.security import DeviceSecurity
from protocols.dlms.security.ecdsa import EcdsaSigner
from protocols.dlms.security.forms import GENERAL_SIGNING_TAG
from protocols.dlms.security.general import opened_by
from protocols.dlms.security.suites import KeyId
from protocols.dlms.server.association import Association
from protocols.dlms.server.connection import ServerConnection


@mutant(
    "believes-any-signer",
    "dlms-yb/SYMSEC_1_HLS",
    Message("takes any signature"),
    SUITE_SECURITY,
)
class BelievesAnySigner(DeviceSecurity):
    """A meter that takes any signature of its client for the right one."""

    __slots__ = ()

    def __init__(self, *given: Any, **terms: Any) -> None:
        super().__init__(*given, **terms)
        if isinstance(self.signer, EcdsaSigner):
            self.signer = AnySignature(self.signer.own, self.signer.peer)


class AnySignature(EcdsaSigner):
    """ECDSA signer that takes every signature."""

    __slots__ = ()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True for every signature."""
        return True


@mutant(
    "ignores-signature-policy",
    "dlms-yb/SYMSEC_1_POLICY",
    Message("does not demand the signatures of its policy"),
    SUITE_SECURITY,
)
class IgnoresSignaturePolicy(DeviceSecurity):
    """A meter that shows a policy of signatures and takes what is not signed."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.signs_requests = self.signs_answers = False


@mutant(
    "takes-signatures-off",
    "dlms-yb/SYMSEC_1_SIGN",
    Message("takes the signature off without a look"),
    SERVER,
    profile="ppkw-suite1",
)
class TakesSignaturesOff(ServerConnection):
    """A meter that takes the signature off a request and looks at it no more."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        if apdu[0] == GENERAL_SIGNING_TAG:
            apdu = opened_by(lambda _message, _signature: True, apdu).content
        return super()._served(association, apdu)


@mutant(
    "throws-agreed-keys-away",
    "dlms-yb/SYMSEC_1_AGREEMENT",
    Message("agrees a key and goes on with the old one"),
    SUITE_SECURITY,
)
class ThrowsAgreedKeysAway(DeviceSecurity):
    """A meter that agrees a key and goes on with the old one."""

    __slots__ = ()

    def take_agreed_key(self, key_id: KeyId, key: bytes) -> None:
        """Change nothing."""
