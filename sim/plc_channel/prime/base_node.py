"""Base node: it admits nodes, keeps connections, and carries LPDUs to and from them."""

from collections.abc import Callable
from typing import ClassVar

from protocols.plc.prime.connections import Arq, Connection, Convergence, segment
from protocols.plc.prime.control import BeaconSlot, KeepAlive, Promotion, Registration
from protocols.plc.prime.pdu import BASE_SID, BROADCAST, UNREGISTERED, Gpdu, Packet
from sim.kernel.medium import (
    LpduReceived,
    NodeEntry,
    NodeLost,
    NodeRegistered,
    NodeStatistics,
    OnWireEvent,
    SendFailed,
    checked_lpdu,
)
from sim.plc_channel.prime.arq import ArqConnection, ArqReceiver, ArqSender
from sim.plc_channel.prime.base_control import ControlPlane, KeepAlivePoller, PromotionPolicy
from sim.plc_channel.prime.beacons import BeaconSource, BeaconWatch
from sim.plc_channel.prime.interfaces import BROADCAST_LCID, LCID, Transmission
from sim.plc_channel.prime.network import LogEvent, Network, final_address
from sim.plc_channel.prime.node_table import NodeRecord

_CON_DATA = 16


class BaseNode(ControlPlane):
    """Modem of the concentrator; fits `sim.kernel.medium.BaseNode`.

    Args:
        network: the world around.
        watch: over its beacons.
        eui48: its address, which is the subnetwork's.
        on_event: called with everything that happens.
        label: names its random stream.
    """

    def __init__(
        self, network: Network, watch: BeaconWatch, eui48: bytes, on_event: OnWireEvent, label: str
    ) -> None:
        super().__init__(network, eui48, label)
        network.sna = eui48
        self._watch = watch
        self._on_event = on_event
        self._life = 0
        self._source: BeaconSource | None = None
        self.promotions = PromotionPolicy(self)
        self.poller = KeepAlivePoller(self, self.drop, self.promotions.review)
        network.directory.join(("switch", BASE_SID), self)

    # ------------------------------------------------------------ for the concentrator

    def send(self, eui48: bytes, lpdu: bytes) -> None:
        """Queue `lpdu` for a node; it ends in nothing more, or in `SendFailed`.

        Raises:
            ValueError: it is empty or too long.
        """
        data = checked_lpdu(lpdu)
        record = self.nodes.find(eui48)
        if not self.powered:
            return
        if record is None or record.link is None:
            self._fail_later(eui48, data, "unregistered")
        else:
            record.link.sender.put(data)

    def broadcast(self, lpdu: bytes) -> None:
        """To every registered node, without any promise."""
        for number, piece in enumerate(segment(checked_lpdu(lpdu), self.network.terms.segment_octets)):
            packet = Packet(BASE_SID, BROADCAST, Arq(number).encode() + piece, BROADCAST_LCID)
            if self.powered:
                self.transmit(Gpdu(True, 0, (packet,)), final_address(packet))

    def topology(self) -> tuple[NodeEntry, ...]:
        """Every node that was ever heard, by address."""
        return tuple(sorted(map(self.nodes.entry, self.nodes), key=lambda entry: entry.eui48))

    def statistics(self, eui48: bytes) -> NodeStatistics:
        """Counters of a node."""
        return self.nodes.statistics(eui48)

    def power(self, on: bool) -> None:
        """The base node has its supply, or not; without, every node is lost."""
        if on == self.powered:
            return
        self.powered = on
        self._life += 1
        if on:
            self.network.clock.begin(self.network.now_s)
            self.network.log.write(LogEvent.REBOOT, self.eui48)
            self._source = BeaconSource(self, BASE_SID, 0, count=self.network.terms.beacon_slots)
            self._watch.begin(self._source)
            self.poller.begin()
            return
        self.silence()
        self.poller.end()
        self.promotions.clear()
        for record in list(self.nodes):
            self._forget(record)
        if self._source is not None:
            self._watch.end(self._source)

    # ------------------------------------------------------------ upwards

    def hear(self, transmission: Transmission) -> None:
        """A frame; promotion needed is for the terminals."""
        if transmission.to[0] != "near":
            super().hear(transmission)

    def take(self, packet: Packet, pdu: Gpdu, transmission: Transmission) -> None:
        """A packet that came up."""
        if pdu.downlink:
            return
        if packet.lnid == UNREGISTERED:
            if isinstance(packet.body, Registration):
                self._on_request(packet.body, packet.sid)
            return
        record = self.nodes.at(packet.sid, packet.lnid)
        if record is None:
            self.network.log.write(LogEvent.UNKNOWN, b"", f"{packet.sid}/{packet.lnid}")
            return
        self._heard(record, transmission)
        if isinstance(packet.body, bytes):
            if record.link is not None:
                record.link.take(packet.body)
            return
        handler = self._HANDLERS.get(type(packet.body))
        if handler is not None:
            handler(self, record, packet.body)

    def _heard(self, record: NodeRecord, transmission: Transmission) -> None:
        record.last_heard_s = self.network.now_s
        if record.sid == BASE_SID:
            record.snr_db = self.network.links.snr_db(
                transmission.sender.place, self.place, self.network.now_s
            )
        if not record.member:
            self._admitted(record)

    # ------------------------------------------------------------ registration

    def _on_request(self, body: Registration, sid: int) -> None:
        eui48 = body.eui48.to_bytes(6, "big")
        record = self.nodes.find(eui48)
        if sid != BASE_SID and sid not in self.nodes.switches:
            return
        if record is not None:
            if ("REG", eui48) in self.requests and record.sid == sid:
                return  # its answer is on the way, or will be repeated
            self._forget(record, tell="registers again")
        record = self.nodes.admit(eui48, sid)
        answer = Registration(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, self.network.terms.alive_time, body.eui48)
        admitted = record
        self.ask("REG", record, lambda: answer, lambda: self.drop(admitted, "unconfirmed"))

    def _on_confirmation(self, record: NodeRecord, body: Registration) -> None:
        """Whatever comes from a node's new address confirms it; see `_heard`."""

    def _admitted(self, record: NodeRecord) -> None:
        self.answered("REG", record)
        record.member = True
        record.counts.registrations += 1
        self.poller.admit(record)
        self.network.log.write(LogEvent.REGISTER, record.eui48, f"{record.sid}/{record.lnid}")

    def drop(self, record: NodeRecord, reason: str) -> None:
        """The node is lost, and with it all that hang on it."""
        self._forget(record, tell=reason)

    def _forget(self, record: NodeRecord, tell: str = "") -> None:
        link, member, lsid = record.link, record.member, record.lsid
        if lsid is not None:
            below = self.nodes.under(lsid)
            self.nodes.end_switch(record)
            for child in below:
                self._forget(child, tell=tell and "switch lost")
        for kind in ("REG", "ALV", "PRO", "BSI"):
            self.requests.answered((kind, record.eui48))
        self.nodes.release(record)
        left = link.sender.abandon() if link is not None else []
        if not tell:
            return
        record.counts.failed += len(left)
        for lpdu in left:
            self._fail_later(record.eui48, lpdu, "lost")
        if member:
            self.network.log.write(LogEvent.UNREGISTER, record.eui48, tell)
        if link is not None:
            lost = NodeLost(record.eui48, tell.replace(" ", "-"))
            self._tell_later(lost)

    # ------------------------------------------------------------ connections

    def _on_connection(self, record: NodeRecord, body: Connection) -> None:
        if body.kind != Convergence.LLC_432 or body.negative:
            return
        if not record.answering:
            record.answering = True
            address = (record.lnid or 0).to_bytes(_CON_DATA, "big")
            answer = Connection(0, 0, 1, LCID, Convergence.LLC_432, data=address)
            self.send_down(record, answer, lambda _: self._answered_connection(record))
        if record.link is None:
            record.link = self._link(record)
            self._on_event(NodeRegistered(record.eui48))

    def _answered_connection(self, record: NodeRecord) -> None:
        record.answering = False

    def _link(self, record: NodeRecord) -> ArqConnection:
        return ArqConnection(
            ArqSender(
                self.network,
                lambda payload, on_end: self.send_down(record, payload, on_end),
                lambda: self.ack_timeout_s(len(self.nodes.path(record))),
                lambda lpdu, done, retries: self._sent(record, lpdu, retries, done=done),
            ),
            ArqReceiver(
                lambda payload, on_end: self.send_down(record, payload, on_end),
                lambda lpdu: self._received(record, lpdu),
            ),
        )

    def _sent(self, record: NodeRecord, lpdu: bytes, retries: int, *, done: bool) -> None:
        counts = record.counts
        counts.retries += retries
        if done:
            counts.sent += 1
            counts.bytes_out += len(lpdu)
        else:
            counts.failed += 1
            self._fail_later(record.eui48, lpdu, "retries")

    def _received(self, record: NodeRecord, lpdu: bytes) -> None:
        record.counts.received += 1
        record.counts.bytes_in += len(lpdu)
        self._on_event(LpduReceived(record.eui48, lpdu))

    def _fail_later(self, eui48: bytes, lpdu: bytes, reason: str) -> None:
        self._tell_later(SendFailed(bytes(eui48), lpdu, reason))

    def _tell_later(self, event: NodeLost | SendFailed) -> None:
        life = self._life
        self.network.later(0.0, lambda: self._on_event(event) if life == self._life else None)

    def _on_keep_alive(self, record: NodeRecord, body: KeepAlive) -> None:
        self.poller.answered(record, body)

    def _on_promotion(self, record: NodeRecord, body: Promotion) -> None:
        self.promotions.take(record, body)

    def _on_beacon_slot(self, record: NodeRecord, body: BeaconSlot) -> None:
        self.answered("BSI", record)

    _HANDLERS: ClassVar[dict[type, Callable[..., None]]] = {
        Registration: _on_confirmation,
        Connection: _on_connection,
        KeepAlive: _on_keep_alive,
        Promotion: _on_promotion,
        BeaconSlot: _on_beacon_slot,
    }
