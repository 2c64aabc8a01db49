"""Control requests of the base node: keep-alives, and promotion of terminals to switches."""

import heapq
import math
from collections.abc import Callable

from protocols.plc.prime.control import BeaconSlot, ContentionFree, KeepAlive, Promotion
from protocols.plc.prime.pdu import NO_SID, Control, Gpdu, Packet, control_packet
from sim.plc_channel.channel.interface import BASE_PLACE
from sim.plc_channel.prime.interfaces import LCID
from sim.plc_channel.prime.modem import Modem
from sim.plc_channel.prime.network import LogEvent, Network, final_address
from sim.plc_channel.prime.node_table import KeepAliveState, NodeRecord, NodeTable
from sim.plc_channel.prime.settings import FRAME_SYMBOLS

_MAX_CFP = 127
_COUNTS = 8
#: a node is asked so many times before it would drop out by itself
_ROUNDS_IN_TIMEOUT = 3


class ControlPlane(Modem):
    """Base node's modem with its node table: packets along the paths, and requests that nodes answer.

    Args:
        network: the world around.
        eui48: its address.
        label: names its random stream.
    """

    def __init__(self, network: Network, eui48: bytes, label: str) -> None:
        super().__init__(network, eui48, BASE_PLACE, label)
        self.nodes = NodeTable(network.terms)
        self._granted: NodeRecord | None = None
        self._granted_until_s = -math.inf

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
        path = self.nodes.path(record)
        to = ("switch", path[0].lsid or 0) if path else final_address(packet)
        own_time = isinstance(body, bytes) and not path and self._owns_time(record)
        self.transmit(Gpdu(True, 0, (packet,)), to, contention_free=own_time, on_end=on_end)

    def _owns_time(self, record: NodeRecord) -> bool:
        """True if the contention free period is this node's; a free one is granted for a while."""
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
        level = len(self.nodes.path(record))
        self.requests.ask(
            (kind, record.eui48),
            lambda on_end: self.send_down(record, body(), on_end),
            on_fail,
            wait_s=lambda count: (terms.control_retry_s + terms.ack_timeout_level_s * level) * count,
            transmissions=terms.control_transmissions,
        )

    def answered(self, kind: str, record: NodeRecord) -> bool:
        """The node's answer came; whether it was awaited."""
        return self.requests.answered((kind, record.eui48))


class KeepAlivePoller:
    """Keep-alives: the base node asks one node after the other, and drops those that no longer answer.

    Each node is asked once in `alive_period_s_min`, or as often as `alive_spacing_s` between any two allows,
    and in any case three times in the time after which it would drop out.

    Args:
        base: whose.
        drop: called with a node that no longer answers, and the reason.
        review: called with each node that answered, and the switch identifier that it gave, if any.
    """

    __slots__ = ("_base", "_drop", "_life", "_order", "_queue", "_review", "_ticking")

    def __init__(
        self,
        base: ControlPlane,
        drop: Callable[[NodeRecord, str], None],
        review: Callable[[NodeRecord, int | None], None],
    ) -> None:
        self._base = base
        self._drop = drop
        self._review = review
        self._life = 0
        self._ticking = False
        #: (when, order of entry, whose) of every node; an entry that is out of date is skipped
        self._queue: list[tuple[float, int, NodeRecord]] = []
        self._order = 0

    def begin(self) -> None:
        """The base node has power."""
        self._life += 1
        self._queue.clear()
        self._ticking = False

    def end(self) -> None:
        """It has none."""
        self._life += 1

    def admit(self, record: NodeRecord) -> None:
        """A node registered: it counts as heard now."""
        now_s = self._base.network.now_s
        record.alive = KeepAliveState(heard_s=now_s)
        self._due(record, now_s + self._period_s())
        if not self._ticking:
            self._ticking = True
            self._later(self._spacing_s())

    def answered(self, record: NodeRecord, body: KeepAlive) -> None:
        """A node answered."""
        base = self._base
        if not base.answered("ALV", record):
            return
        alive = record.alive
        alive.heard_s, alive.missed = base.network.now_s, 0
        alive.answered = (alive.answered + 1) % _COUNTS
        base.network.log.write(LogEvent.ALIVE, record.eui48)
        self._review(record, None if body.ssid == NO_SID else body.ssid)

    def _spacing_s(self) -> float:
        """Between any two keep-alives: as the terms say, but short enough for every node's time-out."""
        terms = self._base.network.terms
        return min(terms.alive_spacing_s, self._longest_s() / max(1, len(self._base.nodes)))

    def _period_s(self) -> float:
        terms = self._base.network.terms
        shortest_s = min(terms.alive_period_s_min, self._longest_s())
        return max(shortest_s, self._spacing_s() * len(self._base.nodes))

    def _longest_s(self) -> float:
        return self._base.network.terms.alive_timeout_s / _ROUNDS_IN_TIMEOUT

    def _later(self, delay_s: float) -> None:
        life = self._life
        self._base.network.later(delay_s, lambda: self._tick() if life == self._life else None)

    def _tick(self) -> None:
        """Ask the node that is due most; then wait for the next."""
        spacing_s, now_s = self._spacing_s(), self._base.network.now_s
        if self._first_s() <= now_s:
            self._ask(heapq.heappop(self._queue)[-1], now_s)
        first_s = self._first_s()
        self._ticking = first_s != math.inf
        if self._ticking:
            self._later(max(spacing_s, first_s - now_s))

    def _due(self, record: NodeRecord, at_s: float) -> None:
        record.alive.due_s = at_s
        self._order += 1
        heapq.heappush(self._queue, (at_s, self._order, record))

    def _first_s(self) -> float:
        """When a node is due first; inf for never."""
        queue = self._queue
        while queue and not (queue[0][-1].member and queue[0][-1].alive.due_s == queue[0][0]):
            heapq.heappop(queue)
        return queue[0][0] if queue else math.inf

    def _ask(self, record: NodeRecord, now_s: float) -> None:
        terms, alive = self._base.network.terms, record.alive
        self._due(record, now_s + self._period_s())
        alive.asked = (alive.asked + 1) % _COUNTS
        body = KeepAlive(alive.answered, alive.asked, terms.alive_time, NO_SID)
        self._base.ask("ALV", record, lambda: body, lambda: self._missed(record))

    def _missed(self, record: NodeRecord) -> None:
        base, terms, alive = self._base, self._base.network.terms, record.alive
        now_s = base.network.now_s
        alive.missed += 1
        # asked again soon: a node that is gone must not be shown as there for hours
        self._due(record, now_s + terms.control_retry_s * terms.control_transmissions * alive.missed)
        if alive.missed >= max(1, terms.alive_misses) or now_s - alive.heard_s > terms.alive_timeout_s:
            self._drop(record, "silent")


#: a node that was given a switch is not given another before this many rounds of that switch's beacon
_ROUNDS = 2


class PromotionPolicy:
    """Promotion: which terminal becomes a switch for a node that needs one, and until when.

    Offers for the same node are collected for `promotion_window_s`; the lowest level wins, then the best
    heard.

    Args:
        base: whose.
    """

    __slots__ = ("_base", "_offers", "_served")

    def __init__(self, base: ControlPlane) -> None:
        self._base = base
        #: node that needs promotion -> (level, -quality, order of arrival, terminal) of each offer
        self._offers: dict[int, list[tuple[int, int, int, NodeRecord]]] = {}
        #: node that needs promotion -> until when it counts as served
        self._served: dict[int, float] = {}

    def clear(self) -> None:
        """The base node lost its power."""
        self._offers.clear()
        self._served.clear()

    def take(self, record: NodeRecord, body: Promotion) -> None:
        """A promotion packet of a node: an offer, or the answer to an order."""
        if body.request is not None:
            self._offer(record, body, body.request.pna)
        elif self._base.answered("PRO", record):
            if body.nsid == NO_SID:
                self._demoted(record)
            else:
                self._promoted(record)

    def review(self, record: NodeRecord, ssid: int | None) -> None:
        """A node says which switch it is: end what should not be."""
        base, terms = self._base, self._base.network.terms
        if ("PRO", record.eui48) in base.requests:
            return
        now_s = base.network.now_s
        if record.lsid is not None and base.nodes.under(record.lsid):
            record.childless_s = now_s
        idle = record.lsid is not None and now_s - record.childless_s > terms.demote_after_s
        if idle or (record.lsid is None and ssid is not None):
            self._order(record, NO_SID)

    # ------------------------------------------------------------ promotion

    def _offer(self, record: NodeRecord, body: Promotion, pna: int) -> None:
        base = self._base
        now_s = base.network.now_s
        if record.lsid is not None or self._served.get(pna, 0.0) > now_s or self._is_member(pna):
            return
        offers = self._offers.setdefault(pna, [])
        if not offers:
            base.network.later(base.network.terms.promotion_window_s, lambda: self._decide(pna))
        offers.append((len(base.nodes.path(record)), -body.quality, len(offers), record))

    def _is_member(self, pna: int) -> bool:
        found = self._base.nodes.find(pna.to_bytes(6, "big"))
        return found is not None and found.member

    def _decide(self, pna: int) -> None:
        base = self._base
        offers = self._offers.pop(pna, [])
        best = next(
            (offer[-1] for offer in sorted(offers, key=lambda offer: offer[:3]) if offer[-1].member), None
        )
        if best is None or best.lsid is not None or self._is_member(pna) or not base.powered:
            return
        lsid = base.nodes.make_switch(best, base.network.now_s)
        if lsid is None:
            return
        terms = base.network.terms
        self._served[pna] = base.network.now_s + _ROUNDS * float(terms.search_time_s)
        self._order(best, lsid)

    def _order(self, record: NodeRecord, nsid: int) -> None:
        body = Promotion(0, 0, self._base.network.terms.alive_time, nsid)
        self._base.ask("PRO", record, lambda: body, lambda: self._unanswered(record, nsid))

    def _unanswered(self, record: NodeRecord, nsid: int) -> None:
        if nsid != NO_SID:
            self._base.nodes.end_switch(record)

    def _promoted(self, record: NodeRecord) -> None:
        base = self._base
        if record.lsid is None:
            return
        base.network.log.write(LogEvent.PROMOTE, record.eui48, str(record.lsid))
        slot, phase = base.nodes.slot(record.lsid)
        body = BeaconSlot(base.network.terms.beacon_frequency, slot, phase)
        base.ask("BSI", record, lambda: body, lambda: self._order(record, NO_SID))

    def _demoted(self, record: NodeRecord) -> None:
        self._base.network.log.write(LogEvent.DEMOTE, record.eui48, str(record.lsid))
        self._base.nodes.end_switch(record)
