"""Base classes of mutants: servers that change a request or an object, HDLC stations that mend bad frames."""

import dataclasses

from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION, AccessRights, AssociationProfile
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.errors import DecodeError
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame, fcs_octets
from protocols.dlms.hdlc.splitter import BadFrame
from protocols.dlms.server.association import Association
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.initiate import InitiateRequest

_FORMAT_TYPE_A = 0xA0
_CHECK_OCTETS = 2
_PUBLIC_SAP = 16


class Retouching(ServerConnection):
    """Changes every association request before it is judged; `retouch` says how."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """The request that is judged in the place of `aarq`."""
        return aarq

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        try:
            aarq = decode_apdu(apdu)
        except DecodeError:
            aarq = None
        if profile is not None and isinstance(aarq, Aarq):
            apdu = self.retouch(aarq, profile).to_bytes()
        return super()._associate(apdu, client_sap, server_sap)

    def opened(self, client_sap: int, server_sap: int) -> Association | None:
        """The association that a client has open."""
        return self._associations.get((client_sap, server_sap))


class Misrepresenting(ServerConnection):
    """Shows another association object than the right one; `shown` says which."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """The object that is shown in the place of `item`, and its rights."""
        return item, rights

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            entries[CURRENT_ASSOCIATION] = self.shown(association, *entries[CURRENT_ASSOCIATION])
        return answer


def with_getter(item: CosemObject, attribute: int, value: Data) -> CosemObject:
    """The object with another value behind one of its attributes."""
    return dataclasses.replace(item, getters={**item.getters, attribute: constant(value)})


def with_initiate(aarq: Aarq, **changes: object) -> Aarq:
    """The request with some fields of its initiate request changed; as it is where that one is ciphered."""
    initiate = aarq.user_information
    if not isinstance(initiate, InitiateRequest):
        return aarq
    return dataclasses.replace(aarq, user_information=dataclasses.replace(initiate, **changes))  # type: ignore[arg-type]


def initiate_of(aarq: Aarq) -> InitiateRequest | None:
    """The plain initiate request inside, if there is one."""
    return aarq.user_information if isinstance(aarq.user_information, InitiateRequest) else None


class Forgiving(HdlcServer):
    """Mends frames of one fault and takes them; `fault` says which."""

    fault = ""

    def _take_bad(self, bad: BadFrame) -> None:
        if bad.error.fault == self.fault:
            self._take_frame(mended(bad.raw), bad.raw, self._last_octet_s)
        else:
            super()._take_bad(bad)


class Presuming(HdlcServer):
    """Takes what it cannot read for an SNRM of the public client; `fault` says which frames."""

    fault = ""

    def _take_bad(self, bad: BadFrame) -> None:
        if bad.error.fault == self.fault:
            self._take_frame(self.presumed(), bad.raw, self._last_octet_s)
        else:
            super()._take_bad(bad)

    def presumed(self) -> Frame:
        """An SNRM to the shortest of its own addresses."""
        size = min(self.address_bytes)
        own = HdlcAddress(min(self.server_saps), None if size == 1 else self.physical_address, size)
        return Frame(own, HdlcAddress(_PUBLIC_SAP), Control(Kind.SNRM, True))


def mended(raw: bytes) -> Frame:
    """The frame that `raw` would be with format type A and right check sequences."""
    body = bytes((_FORMAT_TYPE_A | raw[1] & 0x0F,)) + raw[2:-3]
    header = _header_size(body)
    if len(body) > header:
        body = body[:header] + fcs_octets(body[:header]) + body[header + _CHECK_OCTETS :]
    return decode_frame(raw[:1] + body + fcs_octets(body) + raw[-1:])


def _header_size(body: bytes) -> int:
    """Octets of format, addresses and control."""
    place = 2
    for _ in range(2):
        while not body[place] & 1:
            place += 1
        place += 1
    return place + 1
