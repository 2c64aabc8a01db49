"""Context of one concentrator for its faces.

Uplink, local page, front panel, USB; and its summary in numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sim.concentrator.assembly import Components
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.collection import Collector
from sim.concentrator.events import EventLog
from sim.concentrator.latest_values import LatestValues
from sim.concentrator.line_loss import LineLoss
from sim.concentrator.nvm import Nvm
from sim.concentrator.orders import Orders
from sim.concentrator.parameters import Parameters
from sim.concentrator.registry import MeterRecord, Registry
from sim.concentrator.settings import ConcentratorTerms
from sim.concentrator.statistics import MeterStatistics, Statistics
from sim.concentrator.storage import Storage
from sim.concentrator.uplink_selection import UplinkSelector
from sim.kernel.medium import BaseNode, NodeEntry, NodeState

# ---- context


@dataclass(slots=True)
class ConcentratorContext:
    """The parts of one concentrator, and what can be asked of them together.

    Attributes:
        summary: counts and states.
        uptime_s: device seconds since it booted.
        synchronise: sets the clock to what the uplink says; by how much it was ahead, s.
        decide: confirms or rejects a meter.
    """

    terms: ConcentratorTerms
    memory: Nvm
    clock: ConcentratorClock
    registry: Registry
    storage: Storage
    events: EventLog
    orders: Orders
    statistics: Statistics
    latest: LatestValues
    collector: Collector
    loss: LineLoss
    uplinks: UplinkSelector
    parameters: Parameters
    base: BaseNode
    now_s: Callable[[], float]
    summary: Callable[[], dict[str, Any]]
    uptime_s: Callable[[], float]
    synchronise: Callable[[datetime], float]
    decide: Callable[..., MeterRecord]

    def topology(self) -> dict[bytes, NodeEntry]:
        """The base node's table by address."""
        return {entry.eui48: entry for entry in self.base.topology()}

    def statistics_of(
        self, record: MeterRecord, topology: dict[bytes, NodeEntry] | None = None
    ) -> MeterStatistics:
        """Everything that was counted of a meter."""
        table = self.topology() if topology is None else topology
        wire = self.base.statistics(record.eui48)
        return self.statistics.report(record.serial, record.eui48, table, wire)

    def is_reachable(self, record: MeterRecord) -> bool:
        """True if its modem is registered on the wire."""
        entry = self.topology().get(record.eui48)
        return entry is not None and entry.state is not NodeState.DISCONNECTED

    def contact_utc_s(self, record: MeterRecord) -> int | None:
        """When it answered last, s since 1970; None: not since the power came."""
        at_s = self.statistics.of(record.serial).last_contact_s
        return None if at_s is None else self.clock.utc_s() - int(self.now_s() - at_s)

    def is_stale(self, record: MeterRecord) -> bool:
        """True if nothing has come from it for so long that no value of it may be called present."""
        at_s = self.statistics.of(record.serial).last_contact_s
        return at_s is None or self.now_s() - at_s > self.terms.wire.disconnected_s


# ---- summary


def summary(parts: Components, base: BaseNode, uplinks: UplinkSelector) -> dict[str, Any]:
    """Counts and states; rows are readings, Wh and the like stand in the readings themselves."""
    reads = parts.collector.reads
    reachable = {entry.eui48 for entry in base.topology() if entry.state is not NodeState.DISCONNECTED}
    silent = sum(record.is_registered and record.eui48 not in reachable for record in parts.registry)
    return {
        **parts.registry.counts(),
        "unreachable": silent,
        "reads_wanted": reads.wanted,
        "reads_done": reads.done,
        "reads_late": reads.late,
        "reads_failed": reads.failed,
        "rows_stored": parts.storage.stored,
        "rows_held": parts.storage.held,
        "rows_undelivered": parts.storage.undelivered,
        "rows_evicted": parts.storage.evicted_rows,
        "events": len(parts.events),
        "orders_waiting": parts.orders.waiting,
        "uplink": str(uplinks.active or ""),
        "uplink_switches": uplinks.switches,
    }
