"""Service node: it finds a subnetwork, registers, answers, and becomes a switch where it is asked to."""

from collections.abc import Callable
from typing import ClassVar

from protocols.plc.errors import PduError
from protocols.plc.prime.connections import Arq, Connection, Convergence, Reassembly
from protocols.plc.prime.control import BeaconSlot, ContentionFree, KeepAlive, Promotion, Registration
from protocols.plc.prime.pdu import BROADCAST, NO_SID, UNREGISTERED, Beacon, Gpdu, Packet, control_packet
from sim.kernel.medium import OnLpdu, checked_lpdu
from sim.kernel.timing import Timer
from sim.plc_channel.prime.arq import ArqConnection, ArqReceiver, ArqSender
from sim.plc_channel.prime.beacons import BeaconListener, BeaconSource, BeaconWatch
from sim.plc_channel.prime.interfaces import LCID, Transmission
from sim.plc_channel.prime.network import Network
from sim.plc_channel.prime.switching import (
    MEMBERS,
    TRANSITIONS,
    MemberModem,
    PromotionSeeker,
    ServiceNodeEvent,
    ServiceNodeState,
    Switching,
)

#: octets of data with which a node asks for a connection [M]
_CON_DATA = 16
_MAX_EXPONENT = 5


class ServiceNode(MemberModem):
    """Modem of a meter; fits `sim.kernel.medium.Node`.

    Args:
        network: the world around.
        watch: over beacons.
        eui48: its address, six octets.
        on_lpdu: called with each LPDU that comes for it.
        place: its point on the feeder.
        label: names its random stream.
    """

    def __init__(
        self, network: Network, watch: BeaconWatch, eui48: bytes, on_lpdu: OnLpdu, place: int, label: str
    ) -> None:
        super().__init__(network, watch, eui48, place, label)
        self._on_lpdu = on_lpdu
        self._detached = False
        self.listener = BeaconListener(
            self, network.streams, self._beacon, lambda: self.happens(ServiceNodeEvent.LOST)
        )
        self.promotion = PromotionSeeker(self)
        self.switching = Switching(self)
        self._alive = Timer(network.env, lambda: self.happens(ServiceNodeEvent.LOST))
        self._alive_counts = [0, 0]
        self._requests = 0
        self._joining = Reassembly()
        self.link = ArqConnection(
            ArqSender(network, self._send_data, self._ack_timeout_s, lambda _message, _done, _retries: None),
            ArqReceiver(self._send_data, on_lpdu),
        )

    # ------------------------------------------------------------ for the meter

    def send(self, lpdu: bytes) -> None:
        """Towards the base node; lost in silence when this node is not registered.

        Raises:
            ValueError: it is empty or too long.
        """
        data = checked_lpdu(lpdu)
        if self.state in MEMBERS:
            self.link.sender.put(data)

    def power(self, on: bool) -> None:
        """The modem has its supply, or not."""
        if on != self.powered and not self._detached:
            self.powered = on
            self.happens(ServiceNodeEvent.POWER_ON if on else ServiceNodeEvent.POWER_OFF)

    def detach(self) -> None:
        """The module was pulled out."""
        self.power(False)
        self._detached = True

    # ------------------------------------------------------------ states

    def happens(self, event: ServiceNodeEvent) -> None:
        """Change state, leaving one and entering the other; what does not fit is ignored."""
        new = TRANSITIONS.get((self.state, event))
        if new is None:
            return
        old, self.state = self.state, new
        self._ENTERING[old, new](self)

    def _search(self) -> None:
        """Belong to no subnetwork; listen for beacons, ask for a switch after a while."""
        self._leave()
        self.watch.search(self.listener)
        self.promotion.begin()

    def _stay(self) -> None:
        """Its identifier comes with the order; see `_on_promotion`."""

    def _end_switching(self) -> None:
        self.switching.end()

    def _leave(self) -> None:
        self.switching.end()
        self.promotion.end()
        self.watch.forget(self.listener)
        directory = self.network.directory
        directory.leave(("node", self.sid, self.lnid), self)
        directory.leave(("under", self.sid), self)
        directory.leave(("eui", self.eui48), self)
        self._alive.cancel()
        self._granted_until_s = -1.0
        self.link.sender.abandon()
        self.link.receiver.reset()
        self.silence()

    def _beacon(self, octets: bytes, source: BeaconSource) -> None:
        beacon = Beacon.from_bytes(octets)
        self.sid, self.level = beacon.sid, beacon.level
        self._source = source
        self.happens(ServiceNodeEvent.BEACON)

    def _register(self) -> None:
        """Ask the base node, through the switch that was heard."""
        self.promotion.end()
        self.watch.follow(self.listener, self._source)
        self.network.directory.join(("eui", self.eui48), self)
        self._requests += 1
        spread_s = (
            self.draw() * self.network.terms.registration_spread_s * min(self._requests, 1 << _MAX_EXPONENT)
        )
        self.ask(
            "REG", lambda: control_packet(self.sid, UNREGISTERED, self._registration(0)), first_s=spread_s
        )

    def _registration(self, negative: int) -> Registration:
        return Registration(negative, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, self.network.terms.alive_time, self.eui)

    def _registered(self) -> None:
        self._requests = 0
        self._alive_counts = [0, 0]
        directory = self.network.directory
        directory.join(("node", self.sid, self.lnid), self)
        directory.join(("under", self.sid), self)
        self._hear_alive()
        self._confirm()
        self.ask("CON", lambda: control_packet(self.sid, self.lnid, self._connection()))

    def _confirm(self) -> None:
        self.send_control(self._registration(0))

    def _connection(self) -> Connection:
        return Connection(0, 0, 1, LCID, Convergence.LLC_432, data=self.eui48.rjust(_CON_DATA, b"\0"))

    # ------------------------------------------------------------ upwards

    def ask(self, key: str, packet: Callable[[], Packet], *, first_s: float = 0.0) -> None:
        """A request of its own that the base node answers, repeated after growing times."""
        terms = self.network.terms

        def send(on_end: Callable[[bool], None]) -> None:
            takes_s = terms.turnaround_s + (first_s if key in self._fresh else 0.0)
            self._fresh.discard(key)
            self.send_packets((packet(),), takes_s=takes_s, on_end=on_end)

        self._fresh = {key}
        self.requests.ask(
            key,
            send,
            self._unanswered,
            wait_s=lambda count: terms.control_retry_s * count * (1.0 + self.draw()),
            transmissions=terms.control_transmissions,
            lasts_s=terms.control_fail_s,
        )

    def _unanswered(self) -> None:
        self.happens(ServiceNodeEvent.LOST if self.state in MEMBERS else ServiceNodeEvent.REFUSED)

    def _send_data(self, payload: bytes, on_end: Callable[[bool], None]) -> None:
        self.send_packets((Packet(self.sid, self.lnid, payload, LCID),), on_end=on_end)

    def _ack_timeout_s(self) -> float:
        return self.ack_timeout_s(self.level)

    # ------------------------------------------------------------ downwards

    def hear(self, transmission: Transmission) -> None:
        """A frame, or a neighbour that needs promotion."""
        if transmission.to[0] == "near":
            self.promotion.hear(transmission)
        else:
            super().hear(transmission)

    def take(self, packet: Packet, pdu: Gpdu, transmission: Transmission) -> None:
        """A packet of a frame that reached this node: for itself, or to be passed on."""
        if not pdu.downlink:
            self.switching.pass_up(packet)
        elif packet.lnid == BROADCAST:
            self._broadcast(packet)
            self.switching.pass_down(packet)
        elif self._is_mine(packet):
            self._mine(packet)
        else:
            self.switching.pass_down(packet)

    def _is_mine(self, packet: Packet) -> bool:
        if isinstance(packet.body, Registration):
            return packet.body.eui48 == self.eui
        return self.state in MEMBERS and (packet.sid, packet.lnid) == (self.sid, self.lnid)

    def _mine(self, packet: Packet) -> None:
        body = packet.body
        if isinstance(body, bytes):
            self.link.take(body)
            return
        handler = self._HANDLERS.get(type(body))
        if handler is not None:
            handler(self, body, packet)

    def _broadcast(self, packet: Packet) -> None:
        if self.state not in MEMBERS or not isinstance(packet.body, bytes):
            return
        try:
            _arq, data = Arq.decode(packet.body)
            message = self._joining.take(data)
        except PduError:
            return
        if message is not None:
            self._on_lpdu(message)

    def _on_registration(self, body: Registration, packet: Packet) -> None:
        if body.negative:
            self.happens(ServiceNodeEvent.LOST if self.state in MEMBERS else ServiceNodeEvent.REFUSED)
        elif self.state is ServiceNodeState.REGISTERING:
            self.requests.answered("REG")
            self.lnid = packet.lnid
            self.happens(ServiceNodeEvent.REGISTERED)
        elif (packet.sid, packet.lnid) == (self.sid, self.lnid):
            self._confirm()

    def _on_connection(self, body: Connection, packet: Packet) -> None:
        if self.requests.answered("CON") and body.negative:
            self.happens(ServiceNodeEvent.LOST)

    def _on_keep_alive(self, body: KeepAlive, packet: Packet) -> None:
        self._hear_alive()
        counts = self._alive_counts
        counts[0] = (counts[0] + 1) % 8
        counts[1] = (counts[1] + 1) % 8
        self.send_control(KeepAlive(counts[0], counts[1], body.time, self.switching.lsid or NO_SID))

    def _hear_alive(self) -> None:
        self._alive.set(self.network.now_s + self.network.terms.alive_timeout_s)

    def _on_promotion(self, body: Promotion, packet: Packet) -> None:
        if body.negative:
            return
        self.happens(ServiceNodeEvent.DEMOTED if body.nsid == NO_SID else ServiceNodeEvent.PROMOTED)
        if self.state is ServiceNodeState.SWITCH:
            self.switching.begin(body.nsid)
        self.send_control(Promotion(0, 0, body.time, body.nsid))

    def _on_contention_free(self, body: ContentionFree, packet: Packet) -> None:
        self._granted_until_s = self.network.now_s + self.network.terms.cfp_grant_s

    def _on_beacon_slot(self, body: BeaconSlot, packet: Packet) -> None:
        self.switching.send_beacons(body)
        self.send_control(body)

    _HANDLERS: ClassVar[dict[type, Callable[..., None]]] = {
        Registration: _on_registration,
        Connection: _on_connection,
        KeepAlive: _on_keep_alive,
        Promotion: _on_promotion,
        BeaconSlot: _on_beacon_slot,
        ContentionFree: _on_contention_free,
    }
    #: what a node does when it goes from one state to another
    _ENTERING: ClassVar[dict[tuple[ServiceNodeState, ServiceNodeState], Callable[["ServiceNode"], None]]] = {
        (ServiceNodeState.OFF, ServiceNodeState.SEARCHING): _search,
        (ServiceNodeState.SEARCHING, ServiceNodeState.REGISTERING): _register,
        (ServiceNodeState.REGISTERING, ServiceNodeState.TERMINAL): _registered,
        (ServiceNodeState.REGISTERING, ServiceNodeState.SEARCHING): _search,
        (ServiceNodeState.TERMINAL, ServiceNodeState.SWITCH): _stay,
        (ServiceNodeState.SWITCH, ServiceNodeState.TERMINAL): _end_switching,
        (ServiceNodeState.TERMINAL, ServiceNodeState.SEARCHING): _search,
        (ServiceNodeState.SWITCH, ServiceNodeState.SEARCHING): _search,
        (ServiceNodeState.SEARCHING, ServiceNodeState.OFF): _leave,
        (ServiceNodeState.REGISTERING, ServiceNodeState.OFF): _leave,
        (ServiceNodeState.TERMINAL, ServiceNodeState.OFF): _leave,
        (ServiceNodeState.SWITCH, ServiceNodeState.OFF): _leave,
    }
