"""A third of all frames lost, and three days of outage: afterwards nothing is missing, nothing twice."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

LOAD = "1.0.99.1.0"


@pytest.mark.requirement("R3-02")
def test_nothing_is_lost_or_doubled_by_noise_and_a_long_outage(make_field_bench) -> None:
    bench = make_field_bench(1, 2.0, loss=0.3, every_s=6 * 3600.0)
    bench.store.uplink_every_s = 6 * 3600.0
    seen: Counter[tuple[int, object]] = Counter()
    keep = bench.store.keep_rows

    def counted(lease, batches):
        kept = keep(lease, batches)
        for batch, item in zip(batches, kept, strict=True):
            seen[batch.device_id, "new"] += item.new
        return kept

    bench.store.keep_rows = counted
    bench.work("collector", 4 * 3600.0)
    bench.down |= {"sim:north", "sim:uplink"}
    bench.work("collector", 72 * 3600.0)
    bench.down.clear()
    bench.work("collector", 3 * 3600.0)
    bench.store.channels[1].meters[1].every_s = 900.0
    bench.work("collector", 1800.0)

    kept = bench.store.instants(1, LOAD)
    assert {after - before for before, after in pairwise(kept)} == {timedelta(minutes=15)}
    assert kept[-1] - kept[0] >= timedelta(hours=80)
    assert bench.store.open_gaps(bench.utc() - timedelta(minutes=45)) == []
    assert bench.store.contradicted == []
    assert seen[1, "new"] == len(kept)
    rows = bench.store.series(1, LOAD, "1.0.1.8.0")
    assert rows == sorted(rows)  # the register never goes back
