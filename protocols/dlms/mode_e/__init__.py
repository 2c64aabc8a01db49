"""The IEC 62056-21 opening of a serial line, protocol mode E: from 300 baud and ASCII to HDLC; sans-io.

    messages.py   request, identification, option select; their lines, characters, events and states
    client.py     `ModeEClient`: asks, selects HDLC and a speed; `open_mode_e` over a blocking pipe
    server.py     `ModeEServer`: a framing that listens for the opening and then is HDLC
    readout.py    the data block of modes A to D, decoded

Source: IEC 62056-21, 6 and annex E; IEC 62056-46, annex (protocol mode E).
"""

from protocols.dlms.mode_e.client import ModeEClient, ModeEError, open_mode_e
from protocols.dlms.mode_e.messages import Identification, Opened, OpeningFailed
from protocols.dlms.mode_e.readout import ReadOut, decode_read_out
from protocols.dlms.mode_e.server import ModeEServer

__all__ = [
    "Identification",
    "ModeEClient",
    "ModeEError",
    "ModeEServer",
    "Opened",
    "OpeningFailed",
    "ReadOut",
    "decode_read_out",
    "open_mode_e",
]
