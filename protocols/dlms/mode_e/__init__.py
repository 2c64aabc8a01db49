"""The IEC 62056-21 opening of a serial line, protocol mode E: from 300 baud and ASCII to HDLC; sans-io.

    characters.py   speeds by their letter, even parity in software, block check
    messages.py     request, identification, acknowledgement / option select
    tables.py       the states of both roles as data
    client.py       `ModeEClient`: asks, selects HDLC and a speed
    server.py       `ModeEServer`: a framing that listens for the opening and then is HDLC
    opening.py      `open_mode_e`: the client's part over a blocking pipe that can change its speed
    readout.py      the data block of modes A to D, decoded

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
