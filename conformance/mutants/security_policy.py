"""Mutants of security suite 0: policy, authentication, frame counters (SYMSEC_0_SecPol and others)."""

from typing import Any

from conformance.mutants._parts import SERVER, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.errors import DecipheringError
from protocols.dlms.security import Cipher, DeviceSecurity, ReceiveCounter
from protocols.dlms.server.connection import ServerConnection


@mutant(
    "ignores-security-policy",
    "dlms-yb/SYMSEC_0_SecPol_1",
    Message("ignores its security policy"),
    part("device_security"),
)
class IgnoresSecurityPolicy(DeviceSecurity):
    """A meter that shows its security policy and does not keep to it."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.least_request = 0


_ENCRYPT = 2


@mutant(
    "ignores-encryption-policy",
    "dlms-yb/SYMSEC_0_SecPol_2",
    Message("does not keep to the policy of encryption"),
    part("device_security"),
)
class IgnoresEncryptionPolicy(DeviceSecurity):
    """A meter that shows the policy "encrypt" and does not keep to it."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        if policy == _ENCRYPT:
            self.least_request = self.least_answer = 0


@mutant(
    "lowers-security-policy",
    "dlms-yb/SYMSEC_0_SecPol_3",
    Message("lets its security policy be lowered"),
    part("device_security"),
)
class LowersSecurityPolicy(DeviceSecurity):
    """A meter whose security policy can be lowered again."""

    __slots__ = ()

    def activate_policy(self, policy: int) -> None:
        """Take any policy."""
        self._set_policy(policy)
        self._keep()


@mutant(
    "demands-both-protections",
    "dlms-yb/SYMSEC_0_BasicCap_1",
    Message("demands both protections without a policy"),
    part("device_security"),
)
class DemandsBothProtections(DeviceSecurity):
    """A meter that demands both protections of every request, whatever its policy says."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.least_request = 0x30


_SECURITY_HEADER, _TAG = 5, 12


class UncheckedCipher(Cipher):
    """Cipher that opens without the tag."""

    __slots__ = ()

    def open(self, title: bytes, sealed: bytes) -> bytes:
        """Content, authentic or not."""
        try:
            return super().open(title, sealed)
        except DecipheringError:
            content = sealed[_SECURITY_HEADER:-_TAG]
            if not sealed[0] & 0x20:
                return content
            return self._encrypt(title + sealed[1:_SECURITY_HEADER], content, None)[: len(content)]

    def open_short(self, title: bytes, apdu: bytes) -> bytes:
        """Content of a whole APDU, authentic or not."""
        return self.open(title, apdu[2:])


@mutant(
    "ignores-authentication-tag",
    "dlms-yb/SYMSEC_0_SecDataX_N1",
    Message("ignores the authentication tag"),
    part("device_security"),
)
class IgnoresAuthenticationTag(DeviceSecurity):
    """A meter that deciphers whatever comes and looks at no authentication tag."""

    __slots__ = ()

    def cipher(self, *, broadcast: bool = False) -> Cipher | None:
        """A cipher that ignores the tag."""
        key = self.keys.gbek if broadcast else self.keys.guek
        return None if key is None else UncheckedCipher(key, self.keys.gak)


@mutant(
    "takes-replayed-requests",
    "dlms-yb/SYMSEC_0_FraCount_1",
    Message("takes replayed requests"),
    part("device_security"),
)
class TakesReplayedRequests(DeviceSecurity):
    """A meter that takes a ciphered request whose invocation counter was used before."""

    __slots__ = ()

    def received(self, title: bytes, *, broadcast: bool = False) -> ReceiveCounter:
        """A counter that is still unused."""
        return ReceiveCounter()


@mutant(
    "repeats-counter-after-cut",
    "dlms-yb/SYMSEC_0_FraCount_3",
    Message("repeats its invocation counter after a power cut"),
    part("device_security"),
)
class RepeatsCounterAfterCut(DeviceSecurity):
    """A meter whose own invocation counter begins anew when the power comes back."""

    __slots__ = ()

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up all but the counter."""
        super().restore({**kept, "send": 0})


@mutant(
    "takes-plain-release",
    "dlms-yb/SYMSEC_REL_N1",
    Message("releases a ciphered association without protection"),
    SERVER,
)
class TakesPlainRelease(ServerConnection):
    """A meter that lets an association that ciphers be released without protection."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            association.least = 0
        return answer
