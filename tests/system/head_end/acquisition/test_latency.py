"""On demand and in time: how long an answer and an event take, in the devices' own time (R4-02, A-01)."""

from typing import Any

import pytest
from latencies import of_events, of_reads

from system.head_end.vocabulary import POLL_S

#: The classes of requirement A-01, s.
READ_IP_P95_S, READ_PLC_P95_S, EVENT_P95_S = 10.0, 60.0, 60.0


@pytest.mark.requirement("R4-02", "R3-01")
@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
def test_a_meter_of_its_own_answers_within_its_class(make_meter_bench: Any, framing: str) -> None:
    bench = make_meter_bench(0.5, framing=framing, profiles={})
    delays = of_reads(framing, bench, [bench.target], 30)
    assert 0 < delays.part(0.5) <= delays.part(0.95) <= READ_IP_P95_S


@pytest.mark.requirement("R4-02", "R3-01")
def test_a_meter_behind_a_concentrator_answers_within_its_class(make_field_bench: Any) -> None:
    bench = make_field_bench(2, 0.5, profiles={})
    delays = of_reads("concentrator", bench, bench.targets, 30)
    assert delays.part(0.95) <= READ_PLC_P95_S


@pytest.mark.requirement("R4-02")
def test_an_event_is_in_the_books_within_its_class(make_field_bench: Any) -> None:
    bench = make_field_bench(1, 0.5, profiles={})
    bench.store.uplink_every_s = POLL_S
    (concentrator,) = bench.world.sites[0].wire.concentrators.values()
    serial = bench.targets[0].serial

    def tell(number: int) -> str:
        concentrator.context.events.record("meter-clock-far", serial, f"event {number}")
        return f"event {number}"

    assert of_events("concentrator", bench, tell, 30).part(0.95) <= EVENT_P95_S
