"""Base node's tables: every node ever heard, addresses, switches, beacon slots."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from protocols.plc.prime.pdu import BASE_SID, NO_SID
from sim.kernel.medium import NodeEntry, NodeState, NodeStatistics
from sim.plc_channel.prime.arq import ArqConnection
from sim.plc_channel.prime.settings import PrimeSettings

_MAX_LNID = 0x3FFD


@dataclass(slots=True, eq=False)
class NodeCounts:
    """Counters of one node since the world began; see `medium.NodeStatistics`."""

    sent: int = 0
    received: int = 0
    failed: int = 0
    retries: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    registrations: int = 0


@dataclass(slots=True, eq=False)
class KeepAliveState:
    """Keep-alives of one node.

    Args:
        due_s: when it will be asked next.
        heard_s: when it answered last, or registered.
        missed: rounds without an answer since.
        asked: TXCNT. answered: RXCNT. Both since it registered.
    """

    due_s: float = 0.0
    heard_s: float = 0.0
    missed: int = 0
    asked: int = 0
    answered: int = 0


@dataclass(slots=True, eq=False)
class NodeRecord:
    """One node.

    Args:
        eui48: its address.
        sid: of the switch that it hangs on.
        lnid: its number there; None when it is not registered, nor about to be.
        member: whether it confirmed its registration.
        lsid: its own identifier as a switch.
        link: its connection; None before it has one.
        answering: whether the answer to its request for one still waits for the wire.
        childless_s: since when it is a switch for nobody.
        last_heard_s: when anything came from it.
        snr_db: of its last frame, when it is a direct neighbour.
    """

    eui48: bytes
    sid: int = BASE_SID
    lnid: int | None = None
    member: bool = False
    lsid: int | None = None
    link: ArqConnection | None = None
    answering: bool = False
    childless_s: float = 0.0
    last_heard_s: float | None = None
    snr_db: float | None = None
    alive: KeepAliveState = field(default_factory=KeepAliveState)
    counts: NodeCounts = field(default_factory=NodeCounts)


class NodeTable:
    """All of them.

    Args:
        terms: beacon slots.
    """

    def __init__(self, terms: PrimeSettings) -> None:
        self._terms = terms
        self._by_eui: dict[bytes, NodeRecord] = {}
        self._by_address: dict[tuple[int, int], NodeRecord] = {}
        self.switches: dict[int, NodeRecord] = {}
        self._next_lnid = 1
        self._slots: dict[int, tuple[int, int]] = {}

    def __iter__(self) -> Iterator[NodeRecord]:
        return iter(self._by_eui.values())

    def __len__(self) -> int:
        """Registered nodes."""
        return len(self._by_address)

    # ------------------------------------------------------------ nodes

    def find(self, eui48: bytes) -> NodeRecord | None:
        """The node with this EUI-48, if it was ever heard."""
        return self._by_eui.get(eui48)

    def at(self, sid: int, lnid: int) -> NodeRecord | None:
        """The node with this address."""
        return self._by_address.get((sid, lnid))

    def admit(self, eui48: bytes, sid: int) -> NodeRecord:
        """Give a node an address under the switch `sid`; identifiers are not used again soon."""
        record = self._by_eui.setdefault(eui48, NodeRecord(eui48))
        self.release(record)
        while (sid, self._next_lnid) in self._by_address:
            self._next_lnid = self._next_lnid % _MAX_LNID + 1
        record.sid, record.lnid = sid, self._next_lnid
        self._next_lnid = self._next_lnid % _MAX_LNID + 1
        self._by_address[sid, record.lnid] = record
        return record

    def release(self, record: NodeRecord) -> None:
        """Take the node's address away."""
        if record.lnid is not None:
            self._by_address.pop((record.sid, record.lnid), None)
        record.lnid = None
        record.member = False
        record.link = None
        record.answering = False

    def under(self, lsid: int) -> list[NodeRecord]:
        """The nodes that hang on a switch."""
        return [record for record in self._by_address.values() if record.sid == lsid]

    # ------------------------------------------------------------ paths

    def path(self, record: NodeRecord) -> list[NodeRecord]:
        """The switches from the base node to a node, the nearest to the base node first."""
        path: list[NodeRecord] = []
        sid = record.sid
        while sid != BASE_SID and sid in self.switches and len(path) < len(self.switches):
            path.insert(0, self.switches[sid])
            sid = path[0].sid
        return path

    # ------------------------------------------------------------ switches

    def make_switch(self, record: NodeRecord, now_s: float) -> int | None:
        """A switch identifier and a beacon slot for a node; None when there are none left."""
        every = 1 << self._terms.beacon_frequency
        taken = set(self._slots.values())
        slots = (
            (slot, phase)
            for phase in range(every)
            for slot in range(1, self._terms.beacon_slots)
            if (slot, phase) not in taken
        )
        free = next(slots, None)
        lsid = next((number for number in range(1, NO_SID) if number not in self.switches), None)
        if free is None or lsid is None:
            return None
        self._slots[lsid] = free
        self.switches[lsid] = record
        record.lsid, record.childless_s = lsid, now_s
        return lsid

    def slot(self, lsid: int) -> tuple[int, int]:
        """Slot and phase of a switch's beacon."""
        return self._slots[lsid]

    def end_switch(self, record: NodeRecord) -> None:
        """The node is a terminal again."""
        if record.lsid is not None:
            self.switches.pop(record.lsid, None)
            self._slots.pop(record.lsid, None)
            record.lsid = None

    # ------------------------------------------------------------ for the concentrator

    def entry(self, record: NodeRecord) -> NodeEntry:
        """The row of the node table."""
        if not record.member or record.link is None:
            return NodeEntry(record.eui48, NodeState.DISCONNECTED, last_heard_s=record.last_heard_s)
        path = self.path(record)
        return NodeEntry(
            record.eui48,
            NodeState.TERMINAL if record.lsid is None else NodeState.SWITCH,
            len(path),
            path[-1].eui48 if path else None,
            record.lnid,
            record.last_heard_s,
            record.snr_db,
        )

    def statistics(self, eui48: bytes) -> NodeStatistics:
        """The counters of a node; zeros of one that was never heard."""
        record = self._by_eui.get(eui48)
        counts = record.counts if record else NodeCounts()
        return NodeStatistics(
            counts.sent,
            counts.received,
            counts.failed,
            counts.retries,
            counts.bytes_out,
            counts.bytes_in,
            counts.registrations,
        )
