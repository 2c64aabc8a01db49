"""The base node: it admits nodes, keeps connections, and carries LPDUs to and from them."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from protocols.plc.prime.connections import Arq, Connection, Convergence, segment
from protocols.plc.prime.control import (
    BeaconSlot,
    ContentionFree,
    KeepAlive,
    Promotion,
    Registration,
)
from protocols.plc.prime.pdu import BASE_SID, BROADCAST, UNREGISTERED, Control, Gpdu, Packet, control_packet
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
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.arq import ArqConnection, ArqReceiver, ArqSender
from sim.plc_channel.prime.base_control import KeepAlivePoller, PromotionPolicy
from sim.plc_channel.prime.beacons import BeaconSource
from sim.plc_channel.prime.modem import Modem
from sim.plc_channel.prime.network import LogEvent, final_address
from sim.plc_channel.prime.node_table import NodeRecord, NodeTable
from sim.plc_channel.prime.service_node import BROADCAST_LCID, LCID
from sim.plc_channel.prime.settings import FRAME_SYMBOLS

if TYPE_CHECKING:
    from sim.plc_channel.prime.network import Network
    from sim.plc_channel.prime.shared_medium import Transmission

_CON_DATA = 16
_MAX_CFP = 127


class BaseNode(Modem):
    """The concentrator's modem; fits `sim.kernel.medium.BaseNode`.

    Args:
        network: the world around.
        eui48: its address, which is the subnetwork's.
        on_event: told of everything that happens.
        label: names its random stream.
    """

    def __init__(self, network: "Network", eui48: bytes, on_event: OnWireEvent, label: str) -> None:
        super().__init__(network, eui48, BASE_PLACE, label)
        network.sna = eui48
        self._on_event = on_event
        self._life = 0
        self._source: BeaconSource | None = None
        self._granted: NodeRecord | None = None
        self._granted_until_s = -math.inf
        self.records = NodeTable(network.terms)
        self.promotions = PromotionPolicy(self)
        self.poller = KeepAlivePoller(self)
        network.directory.join(("switch", BASE_SID), self)

    # ------------------------------------------------------------ what the concentrator does with it

    def send(self, eui48: bytes, lpdu: bytes) -> None:
        """Queue `lpdu` for a node; it ends in nothing more, or in `SendFailed`.

        Raises:
            ValueError: it is empty or too long.
        """
        data = checked_lpdu(lpdu)
        record = self.records.find(eui48)
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
        return tuple(sorted(map(self.records.entry, self.records), key=lambda entry: entry.eui48))

    def statistics(self, eui48: bytes) -> NodeStatistics:
        """What was counted of a node."""
        return self.records.statistics(eui48)

    def power(self, on: bool) -> None:
        """The base node has its supply, or not; without, every node is lost."""
        if on == self.powered:
            return
        self.powered = on
        self._life += 1
        if on:
            self.network.clock.begin(self.network.now_s)
            self.network.journal.write(LogEvent.REBOOT, self.eui48)
            self._source = BeaconSource(self, BASE_SID, 0, count=self.network.terms.beacon_slots)
            self.network.watch.begin(self._source)
            self.poller.begin()
            return
        self.silence()
        self.poller.end()
        self.promotions.clear()
        for record in list(self.records):
            self._forget(record)
        if self._source is not None:
            self.network.watch.end(self._source)

    # ------------------------------------------------------------ downwards

    def send_down(
        self, record: NodeRecord, body: Control | bytes, on_end: Callable[[bool], None] | None = None
    ) -> None:
        """A packet to a node that has an address, along its path."""
        if record.lnid is None:
            return
        if isinstance(body, bytes):
            packet = Packet(record.sid, record.lnid, body, LCID)
        else:
            packet = control_packet(record.sid, record.lnid, body)
        path = self.records.path(record)
        to = ("switch", path[0].lsid or 0) if path else final_address(packet)
        own_time = isinstance(body, bytes) and not path and self._owns_time(record)
        self.transmit(Gpdu(True, 0, (packet,)), to, contention_free=own_time, on_end=on_end)

    def _owns_time(self, record: NodeRecord) -> bool:
        """Whether the contention free period is this node's; a free one is granted for a while."""
        terms, now_s = self.network.terms, self.network.now_s
        if not terms.cfp_symbols:
            return False
        if self._granted_until_s > now_s:
            return self._granted is record
        self._granted, self._granted_until_s = record, now_s + terms.cfp_grant_s
        position = FRAME_SYMBOLS - terms.cfp_symbols
        length = min(_MAX_CFP, terms.cfp_symbols)
        self.send_down(record, ContentionFree(0, 1, 0, LCID, length, position, 1, record.lnid or 0))
        return True

    def ask(
        self, kind: str, record: NodeRecord, body: Callable[[], Control], on_fail: Callable[[], None]
    ) -> None:
        """A request that the node answers, repeated after a while."""
        terms = self.network.terms
        level = len(self.records.path(record))
        self.exchanges.ask(
            (kind, record.eui48),
            lambda on_end: self.send_down(record, body(), on_end),
            on_fail,
            wait_s=lambda count: (terms.control_retry_s + terms.ack_timeout_level_s * level) * count,
            transmissions=terms.control_transmissions,
        )

    def answered(self, kind: str, record: NodeRecord) -> bool:
        """The node's answer came; whether it was awaited."""
        return self.exchanges.answered((kind, record.eui48))

    # ------------------------------------------------------------ upwards

    def hear(self, transmission: "Transmission") -> None:
        """A frame; cries for a switch are for the terminals."""
        if transmission.to[0] != "near":
            super().hear(transmission)

    def take(self, packet: Packet, pdu: Gpdu, transmission: "Transmission") -> None:
        """A packet that came up."""
        if pdu.downlink:
            return
        if packet.lnid == UNREGISTERED:
            if isinstance(packet.body, Registration):
                self._on_request(packet.body, packet.sid)
            return
        record = self.records.at(packet.sid, packet.lnid)
        if record is None:
            self.network.journal.write(LogEvent.UNKNOWN, b"", f"{packet.sid}/{packet.lnid}")
            return
        self._heard(record, transmission)
        if isinstance(packet.body, bytes):
            if record.link is not None:
                record.link.take(packet.body)
            return
        handler = self._HANDLERS.get(type(packet.body))
        if handler is not None:
            handler(self, record, packet.body)

    def _heard(self, record: NodeRecord, transmission: "Transmission") -> None:
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
        record = self.records.find(eui48)
        if sid != BASE_SID and sid not in self.records.switches:
            return
        if record is not None:
            if ("REG", eui48) in self.exchanges and record.sid == sid:
                return  # its answer is on the way, or will be repeated
            self._forget(record, tell="registers again")
        record = self.records.admit(eui48, sid)
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
        self.network.journal.write(LogEvent.REGISTER, record.eui48, f"{record.sid}/{record.lnid}")

    def drop(self, record: NodeRecord, reason: str) -> None:
        """The node is lost, and with it all that hang on it."""
        self._forget(record, tell=reason)

    def _forget(self, record: NodeRecord, tell: str = "") -> None:
        link, member, lsid = record.link, record.member, record.lsid
        if lsid is not None:
            below = self.records.under(lsid)
            self.records.end_switch(record)
            for child in below:
                self._forget(child, tell=tell and "switch lost")
        for kind in ("REG", "ALV", "PRO", "BSI"):
            self.exchanges.answered((kind, record.eui48))
        self.records.release(record)
        left = link.sender.abandon() if link is not None else []
        if not tell:
            return
        record.counts.failed += len(left)
        for lpdu in left:
            self._fail_later(record.eui48, lpdu, "lost")
        if member:
            self.network.journal.write(LogEvent.UNREGISTER, record.eui48, tell)
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
                lambda: self.ack_timeout_s(len(self.records.path(record))),
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
