"""Whom a frame is for, on its last hop."""

from typing import TYPE_CHECKING

from protocols.plc.prime.control import Registration
from protocols.plc.prime.gpdu import Packet
from protocols.plc.prime.headers import BROADCAST

if TYPE_CHECKING:
    from sim.plc_channel.prime.network import Address

_EUI48_OCTETS = 6


def final_address(packet: Packet) -> "Address":
    """The address under which the nodes of the last switch listen.

    A registration names its node by EUI-48: the node does not have its LNID yet.
    """
    if isinstance(packet.body, Registration):
        return ("eui", packet.body.eui48.to_bytes(_EUI48_OCTETS, "big"))
    if packet.lnid == BROADCAST:
        return ("under", packet.sid)
    return ("node", packet.sid, packet.lnid)
