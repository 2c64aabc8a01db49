"""Mutants of key transfer and of dedicated keys (SYMSEC_0_Key_Tx, SYMSEC_0_DedKey, APPL_OPEN_9)."""

import dataclasses
from collections.abc import Iterable

from conformance.mutants._bases import Retouching, initiate_of
from conformance.mutants._parts import SERVER, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DlmsError
from protocols.dlms.security import Cipher, DeviceSecurity
from protocols.dlms.security.suites import KEY_FIELDS
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.initiate import InitiateRequest


@mutant(
    "takes-unknown-key-id",
    "dlms-yb/SYMSEC_0_Key_Tx_N1",
    Message("takes a key of an unknown purpose"),
    part("device_security"),
)
class TakesUnknownKeyId(DeviceSecurity):
    """A meter that says yes to a key of which it does not know what it is for."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the keys that it knows."""
        super().transfer_keys([(key_id, key) for key_id, key in transfers if key_id in KEY_FIELDS])


@mutant(
    "takes-part-of-key-transfer",
    "dlms-yb/SYMSEC_0_Key_Tx_N2",
    Message("takes half a key transfer"),
    part("device_security"),
)
class TakesPartOfKeyTransfer(DeviceSecurity):
    """A meter that takes the good keys of a transfer of which one is wrong."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the keys one by one."""
        for transfer in transfers:
            super().transfer_keys([transfer])


@mutant(
    "keeps-old-encryption-key",
    "dlms-yb/SYMSEC_0_Key_Tx_P1",
    Message("goes on with the former key"),
    part("device_security"),
)
class KeepsOldEncryptionKey(DeviceSecurity):
    """A meter that says yes to a new encryption key and goes on with the old one."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Say yes, and change nothing."""
        keys = self.keys
        super().transfer_keys(transfers)
        self.keys = keys
        self._ciphers.clear()
        self._receivers.clear()
        self._unicast.clear()


@mutant(
    "keeps-old-authentication-key",
    "dlms-yb/SYMSEC_0_Key_Tx_P2",
    Message("goes on with the former authentication key"),
    part("device_security"),
)
class KeepsOldAuthenticationKey(DeviceSecurity):
    """A meter that says yes to a new authentication key and goes on with the old one."""

    __slots__ = ()

    def _replace_keys(self, found: dict[str, bytes]) -> None:
        super()._replace_keys({name: key for name, key in found.items() if name != "gak"})


@mutant(
    "takes-first-key-of-two",
    "dlms-yb/SYMSEC_0_Key_Tx_P3",
    Message("takes one key of a transfer"),
    part("device_security"),
)
class TakesFirstKeyOfTwo(DeviceSecurity):
    """A meter that takes one key of a transfer, however many it brings."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the first key."""
        super().transfer_keys(list(transfers)[:1])


_KEY_OCTETS = 16


@mutant(
    "takes-any-dedicated-key",
    "dlms-yb/SYMSEC_0_DedKey_N1",
    Message("fills up short dedicated keys"),
    SERVER,
)
class TakesAnyDedicatedKey(ServerConnection):
    """A meter that takes a dedicated key of any length: it fills up what is missing."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        if profile is not None and profile.security is not None:
            keys = profile.security.keys
            apdu = filled(apdu, Cipher(keys.guek, keys.gak))
        return super()._associate(apdu, client_sap, server_sap)


def filled(apdu: bytes, cipher: Cipher) -> bytes:
    """The association request with a dedicated key of the right length; as it is where it brings none."""
    try:
        aarq = decode_apdu(apdu)
        sealed = aarq.user_information if isinstance(aarq, Aarq) else None
        if not isinstance(aarq, Aarq) or not isinstance(sealed, Ciphered) or aarq.calling_ap_title is None:
            return apdu
        title, header = aarq.calling_ap_title[2:], sealed.security_header
        initiate = decode_apdu(cipher.open(title, header.to_bytes() + sealed.content))
    except DlmsError:
        return apdu
    if not isinstance(initiate, InitiateRequest) or not initiate.dedicated_key:
        return apdu
    key = initiate.dedicated_key[:_KEY_OCTETS].ljust(_KEY_OCTETS, b"\0")
    plain = dataclasses.replace(initiate, dedicated_key=key).to_bytes()
    anew = cipher.seal(header.control, title, header.invocation_counter, plain)
    information = dataclasses.replace(sealed, content=anew[len(header.to_bytes()) :])
    return dataclasses.replace(aarq, user_information=information).to_bytes()


@mutant(
    "forgets-dedicated-key",
    "dlms-yb/SYMSEC_0_SecDataX_P1",
    Message("does not serve under the dedicated key"),
    SERVER,
)
class ForgetsDedicatedKey(Retouching):
    """A meter that takes a dedicated key and does not open what comes under it."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self.opened(client_sap, server_sap)
        if association is not None and association.protection is not None:
            association.protection.dedicated = None
        return answer


@mutant(
    "drops-association-with-dedicated-key",
    "dlms-yb/APPL_OPEN_9",
    Message("a dedicated key without ciphering spoils the association"),
    SERVER,
)
class DropsAssociationWithDedicatedKey(ServerConnection):
    """A meter that accepts a dedicated key in the plain context and then has lost the association."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        aarq = decode_apdu(apdu)
        initiate = initiate_of(aarq) if isinstance(aarq, Aarq) else None
        if initiate is not None and initiate.dedicated_key is not None:
            self._associations.pop((client_sap, server_sap), None)
        return answer
