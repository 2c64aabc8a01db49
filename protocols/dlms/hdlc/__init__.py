"""The HDLC data link of DLMS/COSEM, both roles, sans-io: frames, segmentation, windows, timers.

Source: IEC 62056-46; ISO/IEC 13239.
"""

from protocols.dlms.hdlc.client import HdlcClient
from protocols.dlms.hdlc.server import HdlcServer

__all__ = ["HdlcClient", "HdlcServer"]
