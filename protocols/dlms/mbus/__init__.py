"""Wired M-Bus as far as customer interfaces use it to push DLMS APDUs: decode only.

    frame.py      one frame of format class FT1.2: short, control, long, acknowledgement
    splitter.py   frames in a stream of octets
    segments.py   the DLMS transport layer: CI 00 to 1f, one segment each, joined to an APDU

Source: EN 13757-2 (link layer), EN 13757-3 (CI field); IEC 60870-5-2 (FT1.2).
"""

from protocols.dlms.mbus.frame import MbusFault, MbusFrame, decode_mbus, starts_like_mbus
from protocols.dlms.mbus.segments import MbusApdu, SegmentFault, SegmentJoiner
from protocols.dlms.mbus.splitter import BadMbus, GoodMbus, MbusSplitter

__all__ = [
    "BadMbus",
    "GoodMbus",
    "MbusApdu",
    "MbusFault",
    "MbusFrame",
    "MbusSplitter",
    "SegmentFault",
    "SegmentJoiner",
    "decode_mbus",
    "starts_like_mbus",
]
