"""What makes a service node a switch: its own beacons, and frames passed on in both directions."""

from dataclasses import replace
from typing import TYPE_CHECKING

from protocols.plc.prime.control import BeaconSlot, Promotion
from protocols.plc.prime.gpdu import Gpdu, Packet
from protocols.plc.prime.headers import BROADCAST, NO_SID
from sim.plc_channel.prime.beacons import Source
from sim.plc_channel.prime.routing import final_address

if TYPE_CHECKING:
    from sim.plc_channel.prime.service import ServiceNode


class Switching:
    """The switch in a service node; without an identifier it does nothing.

    Args:
        node: whose.
    """

    __slots__ = ("_node", "_routes", "_source", "lsid")

    def __init__(self, node: "ServiceNode") -> None:
        self._node = node
        self.lsid: int | None = None
        #: switch identifier further down -> that of the next switch on the way
        self._routes: dict[int, int] = {}
        self._source: Source | None = None

    @property
    def level(self) -> int:
        """Of its beacons and of what it sends down."""
        return self._node.level + 1

    def begin(self, lsid: int) -> None:
        """Be the switch `lsid` from now on."""
        if self.lsid not in (None, lsid):
            self.end()
        self.lsid = lsid
        self._node.network.directory.join(("switch", lsid), self._node)

    def send_beacons(self, slot: BeaconSlot) -> None:
        """Take this beacon slot."""
        node = self._node
        if self.lsid is None:
            return
        if self._source is not None:
            node.network.watch.end(self._source)
        self._source = Source(
            node,
            self.lsid,
            self.level,
            slot.slot,
            slot.frequency,
            slot.sequence % (1 << slot.frequency),
            node.network.terms.beacon_slots,
        )
        node.network.watch.begin(self._source)

    def end(self) -> None:
        """Be no switch any more."""
        node = self._node
        if self._source is not None:
            node.network.watch.end(self._source)
            self._source = None
        if self.lsid is not None:
            node.network.directory.leave(("switch", self.lsid), node)
            self.lsid = None
        self._routes.clear()

    def pass_up(self, packet: Packet) -> None:
        """Towards the base node."""
        if self.lsid is not None:
            node = self._node
            node.transmit(
                Gpdu(False, node.level, (packet,)),
                ("switch", node.sid),
                takes_s=node.network.terms.forwarding_s,
            )

    def pass_down(self, packet: Packet) -> None:
        """Towards the node that it is for, where that is below."""
        if self.lsid is None:
            return
        if packet.lnid == BROADCAST:
            packet = replace(packet, sid=self.lsid)
        if packet.sid == self.lsid:
            to = final_address(packet)
        elif packet.sid in self._routes:
            to = ("switch", self._routes[packet.sid])
        else:
            return
        body = packet.body
        if isinstance(body, Promotion) and body.nsid != NO_SID and not body.negative:
            self._routes[body.nsid] = body.nsid if packet.sid == self.lsid else self._routes[packet.sid]
        self._node.transmit(
            Gpdu(True, self.level, (packet,)), to, takes_s=self._node.network.terms.forwarding_s
        )
