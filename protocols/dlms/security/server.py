"""The server's side of one protected association.

Source: Green Book, 9.2.7 (protection of xDLMS APDUs); IEC 62056-5-3
"""

from typing import NamedTuple

from protocols.dlms.errors import DecipheringError
from protocols.dlms.security.client import OVERHEAD_OCTETS
from protocols.dlms.security.counters import ReceiveCounter
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.forms import GLO_TAGS, PLAIN_TAGS, Form, disclose, enclose
from protocols.dlms.security.gcm import (
    HEADER_OCTETS,
    SHORT_KIND,
    SHORT_OCTETS,
    Cipher,
    is_short,
)
from protocols.dlms.security.general import (
    SIGNING_OCTETS,
    GeneralHeader,
    GeneralSigner,
    KeyRing,
    open_general,
    seal_identified,
)
from protocols.dlms.security.suites import SUITE_MASK
from protocols.dlms.xdlms.ciphered import GENERAL_CIPHERING_TAG

_BROADCAST = 0x40
_GLO = Form.GLO
# protected tag -> plain tag, of services under the global unicast key
_GLO_REQUESTS = {tag: plain for tag, (plain, form) in PLAIN_TAGS.items() if form is _GLO}
PROTECTION_MASK = 0x30


class Opened(NamedTuple):
    """A request that was protected.

    Args:
        plain: the request.
        control: its security control octet.
        form: how it travelled; the answer travels likewise.
        cipher: what opened it; the answer is sealed with the same, whatever the request changes.
        ring: keys for the answer to a general-ciphering APDU, None for the other forms.
        transaction_id: of a general-ciphering APDU.
    """

    plain: bytes
    control: int
    form: Form
    cipher: Cipher | None
    ring: KeyRing | None = None
    transaction_id: bytes = b""


class ServerProtection:
    """Opens requests and protects answers in one association.

    Args:
        device: keys, counters and policy.
        client_title: of the client, from its AARQ.
        dedicated_key: from its initiate request, None when it gave none.

    Attributes:
        dedicated: cipher of the dedicated key, None where there is none.
    """

    __slots__ = ("_dedicated_received", "client_title", "dedicated", "device")

    def __init__(self, device: DeviceSecurity, client_title: bytes, dedicated_key: bytes | None) -> None:
        self.device = device
        self.client_title = client_title
        self.dedicated = None if dedicated_key is None else Cipher(dedicated_key, device.keys.gak)
        self._dedicated_received = ReceiveCounter()

    @property
    def seals(self) -> GeneralSigner | None:
        """Signs answers and judges signed requests; None where the device has no signing keys."""
        device = self.device
        if device.signer is None:
            return None
        return GeneralSigner(device.signer, device.system_title, self.client_title)

    @property
    def overhead_octets(self) -> int:
        """Octets that protection adds to an answer at most."""
        return OVERHEAD_OCTETS + (0 if self.device.signer is None else SIGNING_OCTETS)

    def open(self, apdu: bytes) -> Opened:
        """Open a request and use its counter up.

        Raises:
            DecipheringError: it does not open.
            InvocationCounterError: its counter was used before.
        """
        tag = _GLO_REQUESTS.get(apdu[0])
        if tag is not None and is_short(apdu, SHORT_KIND | self.device.suite):
            return self._open_short(tag, apdu)
        if apdu[0] == GENERAL_CIPHERING_TAG:
            return self._open_general(apdu)
        form, plain_tag, title, sealed = disclose(apdu)
        if title is not None and title != self.client_title:
            raise DecipheringError("the system title is not the client's")
        if len(sealed) < HEADER_OCTETS or (sealed[0] & SUITE_MASK) != self.device.suite:
            raise DecipheringError("the security control is not of this suite")
        control = sealed[0]
        cipher, received = self._means(form, broadcast=bool(control & _BROADCAST))
        counter = int.from_bytes(sealed[1:HEADER_OCTETS], "big")
        received.check(counter)
        plain = cipher.open(self.client_title, sealed)
        if not plain or (plain_tag is not None and plain[0] != plain_tag):
            raise DecipheringError("what was protected is not what its tag says")
        received.accept(counter)
        return Opened(plain, control, form, cipher)

    def _open_short(self, plain_tag: int, apdu: bytes) -> Opened:
        """`open` for nearly every request: a service under the global key, whose form is right."""
        cipher, received = self.device.unicast(self.client_title)
        counter = int.from_bytes(apdu[3:7], "big")
        received.check(counter)
        plain = cipher.open_short(self.client_title, apdu)
        if plain[0] != plain_tag:
            raise DecipheringError("what was protected is not what its tag says")
        received.accept(counter)
        return Opened(plain, apdu[2], _GLO, cipher)

    def answer(self, request: Opened, plain: bytes) -> bytes:
        """An answer, protected like its request and as the policy demands."""
        device = self.device
        control = request.control | device.least_answer
        if request.form is _GLO and request.cipher is not None and len(plain) <= SHORT_OCTETS:
            tag = GLO_TAGS.get(plain[0])
            if tag is not None and control & ~SUITE_MASK == SHORT_KIND:
                return request.cipher.seal_short(
                    tag, control, device.system_title, device.take_counter(), plain
                )
        if request.cipher is None or request.ring is not None:
            ring = request.ring or device.key_ring
            envelope = GeneralHeader(device.system_title, self.client_title, request.transaction_id)
            return seal_identified(ring, envelope, control & ~SUITE_MASK, device.take_counter(), plain)
        sealed = request.cipher.seal(control, device.system_title, device.take_counter(), plain)
        return enclose(request.form, plain[0], device.system_title, sealed)

    def _open_general(self, apdu: bytes) -> Opened:
        """General-ciphering. Whatever key it brings, its counter is one of the client's."""
        device = self.device
        ring = device.key_ring
        found, plain = open_general(ring, apdu)
        transaction_id, originator, recipient = found.addresses[:3]
        control = found.security_header.control
        if originator != self.client_title or recipient not in (b"", device.system_title):
            raise DecipheringError("the system titles are not those of this association")
        if (control & SUITE_MASK) != device.suite or control & _BROADCAST or not plain:
            raise DecipheringError("the security control is not of this suite")
        received, counter = device.received(originator), found.security_header.invocation_counter
        received.check(counter)
        received.accept(counter)
        return Opened(plain, control, Form.GENERAL_CIPHERING, None, ring, transaction_id)

    def _means(self, form: Form, *, broadcast: bool) -> tuple[Cipher, ReceiveCounter]:
        if form.dedicated:
            if self.dedicated is None or broadcast:
                raise DecipheringError("there is no dedicated key")
            return self.dedicated, self._dedicated_received
        cipher = self.device.cipher(broadcast=broadcast)
        if cipher is None:
            raise DecipheringError("there is no broadcast key")
        return cipher, self.device.received(self.client_title, broadcast=broadcast)
