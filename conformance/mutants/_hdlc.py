"""What the HDLC mutants share: another station or another link in the place of the right one."""

import dataclasses
from functools import partial

from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.fcs import fcs_octets
from protocols.dlms.hdlc.frame import Frame, decode_frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.splitter import BadFrame
from sim.meter import DEFAULT_PARTS, Parts
from sim.meter.parts import hdlc_server

FRAMING = "hdlc"

_FORMAT_TYPE_A = 0xA0
_CHECK = 2
_PUBLIC_SAP = 16


def with_server(kind: type[HdlcServer]) -> Parts:
    """The default parts with another station."""
    return dataclasses.replace(DEFAULT_PARTS, hdlc_server=partial(hdlc_server, kind=kind))


def with_link(kind: type[ServerLink]) -> Parts:
    """The default parts with another link in the right station."""
    return with_server(type(f"StationOf{kind.__name__}", (HdlcServer,), {"link_type": kind}))


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
        body = body[:header] + fcs_octets(body[:header]) + body[header + _CHECK :]
    return decode_frame(raw[:1] + body + fcs_octets(body) + raw[-1:])


def _header_size(body: bytes) -> int:
    """Octets of format, addresses and control."""
    place = 2
    for _ in range(2):
        while not body[place] & 1:
            place += 1
        place += 1
    return place + 1


__all__ = ["FRAMING", "Forgiving", "Presuming", "mended", "with_link", "with_server"]
