"""A concentrator in numbers: for the summary of a world, the status page and the uplink."""

from typing import Any

from sim.concentrator.assembly import Components
from sim.concentrator.uplinks import Uplinks
from sim.kernel.medium import BaseNode, NodeState


def summary(parts: Components, base: BaseNode, uplinks: Uplinks) -> dict[str, Any]:
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
