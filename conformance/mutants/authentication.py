"""Mutants of authentication by password and by HLS (APPL_OPEN_3, APPL_OPEN_7)."""

import dataclasses

from conformance.mutants._bases import Retouching
from conformance.mutants._parts import SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.acse import Aarq
from protocols.dlms.axdr import Data
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem.device import AssociationProfile, Mechanism
from protocols.dlms.security.hls import prove
from protocols.dlms.server.association import HlsHandShake
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU, InitiateRequest


@mutant(
    "accepts-any-password",
    "dlms-yb/APPL_OPEN_7",
    Message("accepts any password"),
    SERVER,
)
class AcceptsAnyPassword(Retouching):
    """A meter that takes any password for the right one."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say the right password in the client's place."""
        asked = profile.mechanism is Mechanism.LLS and aarq.authentication_value is not None
        return dataclasses.replace(aarq, authentication_value=profile.password) if asked else aarq


@mutant(
    "accepts-shorter-password",
    "dlms-yb/APPL_OPEN_7",
    Message("accepts the beginning of the password"),
    SERVER,
)
class AcceptsShorterPassword(Retouching):
    """A meter that compares only as much of a password as its client sends."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Complete a password that began well."""
        said, whole = aarq.authentication_value, profile.password
        begins = profile.mechanism is Mechanism.LLS and said and whole and whole.startswith(said)
        return dataclasses.replace(aarq, authentication_value=whole) if begins else aarq


@mutant(
    "accepts-password-without-mechanism",
    "dlms-yb/APPL_OPEN_7",
    Message("accepts a password without the name of its mechanism"),
    SERVER,
)
class AcceptsPasswordWithoutMechanism(Retouching):
    """A meter that guesses the mechanism of authentication."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Name the mechanism in the client's place."""
        missing = aarq.mechanism_name is None and aarq.authentication_value is not None
        name = profile.mechanism.mechanism_name.value
        return dataclasses.replace(aarq, mechanism_name=name) if missing else aarq


@mutant(
    "serves-after-rejection",
    "dlms-yb/APPL_OPEN_7",
    Message("serves whom it has just rejected"),
    SERVER,
)
class ServesAfterRejection(Retouching):
    """A meter that rejects a client by words and serves it all the same."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        rejected = super()._associate(apdu, client_sap, server_sap)
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        if profile is not None and profile.password and self.opened(client_sap, server_sap) is None:
            initiate = InitiateRequest(IMPLEMENTED, UNLIMITED_PDU)
            super()._associate(
                Aarq.with_password(profile.password, initiate).to_bytes(), client_sap, server_sap
            )
        return rejected


class UncheckedHandShake(HlsHandShake):
    """HLS hand-shake without a check of the client's proof."""

    __slots__ = ()

    def reply(self, parameter: Data | None) -> Data:
        """Take the proof unseen, give the own one."""
        self.done = True
        return axdr.octet_string(prove(self.mechanism, self.proving, self.server, self.client))


@mutant(
    "takes-any-hls-answer",
    "dlms-yb/APPL_OPEN_3",
    Message("takes any answer to its challenge"),
    SERVER,
)
class TakesAnyHlsAnswer(ServerConnection):
    """A meter that challenges its client and does not look at the answer."""

    __slots__ = ()

    def _hand_shake(self, aarq: Aarq, profile: AssociationProfile) -> HlsHandShake | None:
        shake = super()._hand_shake(aarq, profile)
        if shake is None:
            return None
        return UncheckedHandShake(shake.mechanism, shake.proving, shake.client, shake.server)
