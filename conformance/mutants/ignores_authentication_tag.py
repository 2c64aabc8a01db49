"""A meter that deciphers whatever comes and looks at no authentication tag."""

import dataclasses

from conformance.text import Text
from protocols.dlms.errors import DecipheringError
from protocols.dlms.security import Cipher, DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_SecDataX_N1"
DESCRIPTION = Text("no mira la etiqueta de autenticación", "ignores the authentication tag")

_HEADER, _TAG = 5, 12


class Careless(Cipher):
    """Opens what it can without the tag."""

    __slots__ = ()

    def open(self, title: bytes, sealed: bytes) -> bytes:
        """What came, authentic or not."""
        try:
            return super().open(title, sealed)
        except DecipheringError:
            content = sealed[_HEADER:-_TAG]
            if not sealed[0] & 0x20:
                return content
            return self._encrypt(title + sealed[1:_HEADER], content, None)[: len(content)]

    def open_short(self, title: bytes, apdu: bytes) -> bytes:
        """The same of a whole APDU."""
        return self.open(title, apdu[2:])


class Trusting(DeviceSecurity):
    """Has careless ciphers."""

    __slots__ = ()

    def cipher(self, *, broadcast: bool = False) -> Cipher | None:
        """A careless one."""
        key = self.keys.gbek if broadcast else self.keys.guek
        return None if key is None else Careless(key, self.keys.gak)


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Trusting)
