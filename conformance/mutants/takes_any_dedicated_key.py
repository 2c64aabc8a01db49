"""A meter that takes a dedicated key of any length: it fills up what is missing."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DlmsError
from protocols.dlms.security import Cipher
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.initiate import InitiateRequest

CLAUSE = "dlms-yb/SYMSEC_0_DedKey_N1"
DESCRIPTION = Text("completa claves dedicadas cortas", "fills up short dedicated keys")

_KEY_OCTETS = 16


class Filling(ServerConnection):
    """Adds zeros to a short key, and seals the request anew as its client would have."""

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


PARTS = with_server(Filling)
