"""From asking to the answer, and from an event to the books: p50, p95, p99 for each way into the field.

    python benchmarks/head_end/measure_latency.py [MANY]

In the devices' own (virtual) time, so the same on every machine: what the wire, the meter, the concentrator
and the collector's looking for work take. What the processor takes beside it, `measure_collecting` says. The
wire behind the concentrator is the calibrated generic one of the world `teorama_nano`, not a measured one
(docs/reference/fidelity.md).
"""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]

from field_benches import FieldBench, field_bench, meter_bench  # noqa: E402
from latencies import IDLE_S, of_events, of_reads  # noqa: E402

from system.head_end.vocabulary import POLL_S  # noqa: E402


def reads(many: int) -> None:
    for framing in ("wrapper", "hdlc"):
        bench = meter_bench(0.5, framing=framing, profiles={})
        print(of_reads(f"read on demand, own connection, {framing}", bench, [bench.target], many).line())
    for homes in (2, 12):
        field = field_bench(homes, 0.5, profiles={})
        print(of_reads(f"read on demand, concentrator of {homes}", field, field.targets, many).line())


def events(many: int) -> None:
    bench = field_bench(2, 0.5, profiles={})
    bench.store.uplink_every_s = POLL_S

    def tell(number: int) -> str:
        events = _concentrator(bench).context.events
        events.record("meter-clock-far", bench.targets[0].serial, f"event {number}")
        return f"event {number}"

    print(of_events(f"event, concentrator asked every {POLL_S:g} s", bench, tell, many).line())


def _concentrator(bench: FieldBench) -> Any:
    (found,) = bench.world.sites[0].wire.concentrators.values()
    return found


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"the collector looks for work every {IDLE_S:g} s")
    reads(count)
    events(count)
