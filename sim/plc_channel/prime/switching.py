"""Promotion and switching on a service node's side: its states, promotion needed, and what a switch does."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from protocols.plc.errors import PduError
from protocols.plc.prime.control import BeaconSlot, Promotion, PromotionRequest
from protocols.plc.prime.pdu import (
    ANY_SNA,
    BROADCAST,
    CONTROL_PRIORITY,
    NO_SID,
    Control,
    Gpdu,
    Packet,
    PromotionNeeded,
    control_packet,
)
from sim.plc_channel.prime.beacons import BeaconSource, BeaconWatch
from sim.plc_channel.prime.interfaces import LCID, Transmission
from sim.plc_channel.prime.modem import Modem
from sim.plc_channel.prime.network import Network, final_address


class ServiceNodeState(Enum):
    """States of a service node."""

    OFF = "off"
    SEARCHING = "searching"
    REGISTERING = "registering"
    TERMINAL = "terminal"
    SWITCH = "switch"


class ServiceNodeEvent(Enum):
    """Events that change it."""

    POWER_ON = "power on"
    POWER_OFF = "power off"
    BEACON = "beacon heard"
    REGISTERED = "registration answered"
    REFUSED = "registration refused or unanswered"
    LOST = "beacons, keep-alives or connection lost, or unregistered"
    PROMOTED = "promotion ordered"
    DEMOTED = "demotion ordered"


#: what is not here does not happen
TRANSITIONS: dict[tuple[ServiceNodeState, ServiceNodeEvent], ServiceNodeState] = {
    (ServiceNodeState.OFF, ServiceNodeEvent.POWER_ON): ServiceNodeState.SEARCHING,
    (ServiceNodeState.SEARCHING, ServiceNodeEvent.BEACON): ServiceNodeState.REGISTERING,
    (ServiceNodeState.REGISTERING, ServiceNodeEvent.REGISTERED): ServiceNodeState.TERMINAL,
    (ServiceNodeState.REGISTERING, ServiceNodeEvent.REFUSED): ServiceNodeState.SEARCHING,
    (ServiceNodeState.TERMINAL, ServiceNodeEvent.PROMOTED): ServiceNodeState.SWITCH,
    (ServiceNodeState.SWITCH, ServiceNodeEvent.DEMOTED): ServiceNodeState.TERMINAL,
    (ServiceNodeState.TERMINAL, ServiceNodeEvent.LOST): ServiceNodeState.SEARCHING,
    (ServiceNodeState.SWITCH, ServiceNodeEvent.LOST): ServiceNodeState.SEARCHING,
    (ServiceNodeState.SEARCHING, ServiceNodeEvent.POWER_OFF): ServiceNodeState.OFF,
    (ServiceNodeState.REGISTERING, ServiceNodeEvent.POWER_OFF): ServiceNodeState.OFF,
    (ServiceNodeState.TERMINAL, ServiceNodeEvent.POWER_OFF): ServiceNodeState.OFF,
    (ServiceNodeState.SWITCH, ServiceNodeEvent.POWER_OFF): ServiceNodeState.OFF,
}

#: states in which a node belongs to a subnetwork
MEMBERS = frozenset({ServiceNodeState.TERMINAL, ServiceNodeState.SWITCH})


def diagram() -> str:
    """The table as a Mermaid state diagram.

    >>> print(diagram().splitlines()[1])
        off --> searching: power on
    """
    rows = [f"    {old.value} --> {new.value}: {event.value}" for (old, event), new in TRANSITIONS.items()]
    return "\n".join(["stateDiagram-v2", *rows])


class MemberModem(Modem):
    """Service node's modem as a member of a subnetwork: its state and address, and packets upwards.

    Args:
        network: the world around.
        watch: over beacons.
        eui48: its address, six octets.
        place: its point on the feeder.
        label: names its random stream.

    Attributes:
        state: in `TRANSITIONS`.
        sid: identifier of its switch, 0 for the base node.
        lnid: its own identifier there.
        level: switches between it and the base node.
    """

    def __init__(self, network: Network, watch: BeaconWatch, eui48: bytes, place: int, label: str) -> None:
        super().__init__(network, eui48, place, label)
        self.watch = watch
        self.state = ServiceNodeState.OFF
        self.sid = self.lnid = self.level = 0
        self._granted_until_s = -1.0

    def send_control(self, body: Control) -> None:
        """A control packet of this node to the base node."""
        self.send_packets((control_packet(self.sid, self.lnid, body),))

    def send_packets(
        self,
        packets: tuple[Packet, ...],
        *,
        takes_s: float | None = None,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """Packets upwards, through its switch."""
        own_time = packets[0].lcid == LCID and self.network.now_s < self._granted_until_s
        self.transmit(
            Gpdu(False, self.level, packets),
            ("switch", self.sid),
            takes_s=takes_s,
            contention_free=own_time,
            on_end=on_end,
        )


#: a step of the quality of a promotion request, and the highest
_QUALITY_DB, _MAX_QUALITY = 3.0, 7


class PromotionSeeker:
    """Promotion on the node's side: frames of promotion needed, and offers to a neighbour that sends one.

    Args:
        node: whose.
    """

    __slots__ = ("_life", "_node", "_offered")

    def __init__(self, node: MemberModem) -> None:
        self._node = node
        self._life = 0
        #: EUI-48 -> until when this node does not offer itself again
        self._offered: dict[int, float] = {}

    def begin(self) -> None:
        """The node searches: ask for a switch when `search_time_s` has passed."""
        terms = self._node.network.terms
        self._life += 1
        self._later(terms.search_time_s * (1.0 + self._node.draw() / 8), float(terms.promotion_period_s_min))

    def end(self) -> None:
        """The node found something, or is off."""
        self._life += 1

    def _later(self, delay_s: float, period_s: float) -> None:
        life = self._life
        self._node.network.later(
            delay_s, lambda: self._ask_for_switch(period_s) if life == self._life else None
        )

    def _ask_for_switch(self, period_s: float) -> None:
        node = self._node
        network = node.network
        if network.neighbours.of(node, network.now_s):  # without neighbours it would change nothing
            octets = PromotionNeeded(ANY_SNA, node.eui).to_bytes()
            node.transmit_octets(
                octets, ("near", node.index), CONTROL_PRIORITY, takes_s=0.0, synchronised=False
            )
        longest_s = float(network.terms.promotion_period_s_max)
        self._later(period_s * (1.0 + node.draw() / 4), min(2 * period_s, longest_s))

    def hear(self, transmission: Transmission) -> None:
        """A neighbour needs promotion: offer oneself to the base node, once in a while."""
        node = self._node
        network = node.network
        try:
            needed = PromotionNeeded.from_bytes(transmission.octets)
        except PduError:
            return
        snr_db = network.links.snr_db(transmission.sender.place, node.place, network.now_s)
        if node.state is not ServiceNodeState.TERMINAL or snr_db < network.terms.join_snr_db:
            return
        if self._offered.get(needed.pna, 0.0) > network.now_s:
            return
        if len(self._offered) > network.terms.max_offers:
            self._offered.clear()
        self._offered[needed.pna] = network.now_s + network.terms.promotion_hold_s
        quality = max(0, min(_MAX_QUALITY, int(snr_db / _QUALITY_DB)))
        node.send_control(
            Promotion(0, quality, network.terms.alive_time, NO_SID, PromotionRequest(needed.pna, node.level))
        )


class Switching:
    """The switch in a service node; without an identifier it does nothing.

    Args:
        node: whose.
    """

    __slots__ = ("_node", "_routes", "_source", "lsid")

    def __init__(self, node: MemberModem) -> None:
        self._node = node
        self.lsid: int | None = None
        #: switch identifier further down -> that of the next switch on the way
        self._routes: dict[int, int] = {}
        self._source: BeaconSource | None = None

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
            node.watch.end(self._source)
        self._source = BeaconSource(
            node,
            self.lsid,
            self.level,
            slot.slot,
            slot.frequency,
            slot.sequence % (1 << slot.frequency),
            node.network.terms.beacon_slots,
        )
        node.watch.begin(self._source)

    def end(self) -> None:
        """Be no switch any more."""
        node = self._node
        if self._source is not None:
            node.watch.end(self._source)
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
