"""A concentrator: what it holds is taken once, meters behind it are spoken with, faults are told."""

from dataclasses import replace
from typing import Any

import pytest
from collecting import plan_of

from system.head_end.store_port import MeterTarget
from system.head_end.vocabulary import OrderKind, OrderState, Reason

LOAD = "1.0.99.1.0"


@pytest.mark.requirement("R3-02")
def test_rows_that_the_concentrator_holds_need_no_meter(make_field_bench) -> None:
    bench = make_field_bench(2, 3.0)
    bench.collect()  # scalers are not known yet: the meters are read
    assert [len(bench.store.instants(target.device_id, LOAD)) for target in bench.targets] == [11, 11]
    bench.world.run(bench.clock.now_s() + 3 * 3600)
    contacts = len(bench.store.contacts)
    bench.collect()
    assert [len(bench.store.instants(target.device_id, LOAD)) for target in bench.targets] == [24, 24]
    assert bench.store.contradicted == []
    later = bench.store.contacts[contacts:]
    assert [contact.device_id for contact in later].count(None) == 1
    assert bench.store.channels[1].reading_cursor > 0
    assert bench.told == []


def test_what_it_sees_and_what_it_tells_is_handed_in(make_field_bench) -> None:
    bench = make_field_bench(2, 3.0)
    bench.collect()
    assert {found.serial for found in bench.store.found} == {target.serial for target in bench.targets}
    assert {found.sap for found in bench.store.found} == {target.sap for target in bench.targets}
    events = {event.name for event in bench.store.events.values()}
    assert any("meter" in name for name in events)
    assert all(event.log == "uplink" for event in bench.store.events.values())
    before = len(bench.store.events)
    bench.collect("another")
    assert len(bench.store.events) == before


@pytest.mark.requirement("R4-02")
def test_an_order_goes_through_to_its_meter(make_field_bench) -> None:
    bench = make_field_bench(2, 0.5, profiles={})
    first, second = bench.targets
    soon = bench.utc().replace(hour=23)
    orders = [
        bench.store.add_order(OrderKind.CUT, first, soon),
        bench.store.add_order(OrderKind.READ, second, soon),
    ]
    bench.collect()
    assert [bench.store.orders[order].state for order in orders] == [OrderState.DONE] * 2
    switches = [place.meter.parts.switch.output_state for place in bench.world.sites[0].homes]
    assert switches == [False, True]


def test_several_meters_at_once_over_several_connections(make_field_bench) -> None:
    bench = make_field_bench(3, 3.0, sessions_max=3)
    bench.store.channels[1].channel = _without_uplink(bench)
    bench.collect()
    assert all(len(bench.store.instants(target.device_id, LOAD)) == 11 for target in bench.targets)


def _without_uplink(bench: Any) -> Any:
    return replace(bench.store.channels[1].channel, uplink_url="")


def test_a_wrong_secret_stops_the_uplink_and_nothing_else(make_field_bench) -> None:
    bench = make_field_bench(1, 2.0)
    bench.keys = {**bench.keys, "secrets": {"north": {"secret": "wrong"}}}
    bench.collect()
    assert bench.store.reasons(None)[0] is Reason.NO_UPLINK
    assert len(bench.store.instants(1, LOAD)) == 7


def test_a_silent_meter_is_told_from_a_dead_concentrator(make_field_bench) -> None:
    bench = make_field_bench(2, 2.0)
    bench.world.sites[0].homes[0].meter.ports["plc"].paused = True
    bench.work("one", 600.0)
    assert set(bench.store.reasons(1)) == {Reason.METER_SILENT}
    assert bench.store.reasons(2) == []
    assert len(bench.store.instants(2, LOAD)) >= 7
    bench.down.add("sim:north")
    bench.down.add("sim:uplink")
    bench.world.run(bench.clock.now_s() + 3600)
    bench.work("one", 600.0)
    assert bench.store.reasons(2)[0] is Reason.UNREACHABLE
    assert bench.store.releases[-1] is Reason.UNREACHABLE


def test_a_meter_that_the_concentrator_does_not_know(make_field_bench) -> None:
    bench = make_field_bench(1, 2.0)
    stranger = MeterTarget(9, "99999999", "", 999, "hls-gmac")
    bench.store.channels[1].meters[9] = plan_of(stranger, bench.since)
    bench.work("one", 300.0)
    assert set(bench.store.reasons(9)) == {Reason.UNKNOWN_METER}


def test_an_alarm_that_is_pushed_meanwhile_is_kept_and_taken(make_field_bench) -> None:
    bench = make_field_bench(1, 2.0, profiles={})
    home = bench.world.sites[0].homes[0].meter
    bench.store.add_order(OrderKind.READ, bench.targets[0], bench.utc().replace(hour=23))
    (concentrator,) = bench.world.sites[0].wire.concentrators.values()
    kept = []
    keep = bench.store.keep_events
    bench.store.keep_events = lambda lease, rows, cursor=None: (
        kept.append((cursor, [row.name for row in rows])),
        keep(lease, rows, cursor),
    )[1]

    def alarm(name: str) -> None:
        if name == "may_begin":  # the uplink is open meanwhile
            concentrator.context.events.record("meter-clock-far", home.profile.serial, "a test")

    bench.store.before = alarm
    bench.collect()
    pushed = [names for cursor, names in kept if cursor is None]
    assert pushed == [["meter-clock-far"]]
    names = [event.name for event in bench.store.events.values()]
    assert names.count("meter-clock-far") == 1  # pushed and pulled is once
