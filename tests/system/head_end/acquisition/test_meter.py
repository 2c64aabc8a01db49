"""A lone meter: its rows by gap, registers, clock, mode and events, over both framings and every access."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from sim.kernel.virtual_time import run_in_virtual_time
from system.head_end.acquisition import ClockLimits, Collector, CollectorSettings
from system.head_end.vocabulary import OrderKind, OrderState, Reason

LOAD, DAILY = "1.0.99.1.0", "1.0.99.2.0"


@pytest.mark.requirement("R3-02")
@pytest.mark.parametrize(
    ("access", "framing"),
    [("hls-gmac", "wrapper"), ("hls-gmac", "hdlc"), ("low", "wrapper"), ("low", "hdlc")],
)
def test_a_night_fills_the_gap_once(make_meter_bench, access: str, framing: str) -> None:
    bench = make_meter_bench(6.0, access=access, framing=framing)
    bench.collect()
    kept = bench.store.instants(1, LOAD)
    assert bench.told == []
    assert len(kept) == 23  # the last quarter of an hour is too fresh
    assert {after - before for before, after in pairwise(kept)} == {timedelta(minutes=15)}
    assert bench.store.open_gaps(bench.utc()) == []
    assert bench.collect("another").visits == 0


def test_a_later_night_reads_only_what_is_new(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    bench.collect()
    bench.world.run(bench.clock.now_s() + 2 * 3600)
    bench.collect()
    rows = list(bench.store.batches.values())
    assert [(item.new, item.known) for item in rows] == [(11, 0), (8, 0)]


def test_a_long_gap_comes_in_pieces_that_are_kept_one_by_one(make_meter_bench) -> None:
    bench = make_meter_bench(8.0)
    bench.settings = CollectorSettings(rows_per_request=8)
    bench.collect()
    assert [item.new for item in bench.store.batches.values()] == [8, 8, 8, 7]


def test_rows_bear_status_scalers_and_units(make_meter_bench) -> None:
    bench = make_meter_bench(2.0)
    seen = []
    keep = bench.store.keep_rows
    bench.store.keep_rows = lambda lease, batches: (seen.extend(batches), keep(lease, batches))[1]
    bench.collect()
    (batch,) = seen
    assert [(item.obis, item.scaler, item.unit) for item in batch.columns] == [
        ("1.0.1.8.0", 0, 30),
        ("1.0.2.8.0", 0, 30),
        ("1.0.12.7.0", -2, 35),
    ]
    assert batch.period_s == 900
    assert batch.raw[:1] == b"\x01"
    assert all(row.status == 0 for row in batch.rows)
    assert batch.rows[0].values[2] == 12_000  # 120 V


def test_scalers_are_read_once(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    sent = []
    bench.wrap = lambda link: _counting(link, sent)
    parts = bench.parts()
    collector, counts = Collector("one", parts), []

    async def main() -> None:
        for _ in range(2):
            before = len(sent)
            await collector.run(once=True)
            counts.append(len(sent) - before)
            await bench.clock.sleep(3600)

    run_in_virtual_time(bench.world.env, main())
    parts.runner.close()
    assert counts[0] - counts[1] == 2  # neither the period nor the scalers again
    assert counts[1] == 5  # association, proof, introduction, rows, release


def _counting(link, sent):
    send = link.send

    async def counted(data: bytes) -> None:
        sent.append(data)
        await send(data)

    link.send = counted
    return link


@pytest.mark.requirement("R4-02")
def test_registers_are_read_on_demand_with_scaler_and_unit(make_meter_bench) -> None:
    bench = make_meter_bench(1.0, profiles={})
    asked = ["1.0.1.8.0", "3/1.0.12.7.0/2", "0.0.96.1.1"]
    order = bench.store.add_order(OrderKind.READ, bench.target, bench.soon(), obis=asked)
    bench.collect()
    line = bench.store.orders[order]
    assert line.state is OrderState.DONE
    values = [(item["obis"], item["value"], item["scaler"], item["symbol"]) for item in line.result["values"]]
    assert values[:2] == [("1.0.1.8.0", 0, 0, "Wh"), ("1.0.12.7.0", 12_000, -2, "V")]
    assert values[2][1] == bench.world.meter.drn
    assert bench.store.series(1, "on-demand", "1.0.12.7.0") == [12_000]


@pytest.mark.parametrize(
    "obis", [["1.0.99.99.0"], ["1.0.1.8.0", "1.0.99.99.0"], ["1.0.99.99.0", "1.0.1.8.0"]]
)
def test_a_reading_of_a_register_that_the_meter_lacks_is_refused(make_meter_bench, obis: list[str]) -> None:
    bench = make_meter_bench(1.0, profiles={})
    order = bench.store.add_order(OrderKind.READ, bench.target, bench.soon(), obis=obis)
    bench.collect()
    line = bench.store.orders[order]
    assert (line.state, line.reason) == (OrderState.REFUSED, Reason.NOT_SUPPORTED)
    assert line.result["detail"] == "without a value: 1.0.99.99.0"
    assert [item["value"] for item in line.result["values"]] == [
        None if code == "1.0.99.99.0" else 0 for code in obis
    ]
    assert bench.store.series(1, "on-demand", "1.0.1.8.0") == [0] * ("1.0.1.8.0" in obis)


#: Quantity -> OBIS code at the meter.
INSTANTANEOUS = {
    "voltage_v": "1.0.12.7.0",
    "current_a": "1.0.11.7.0",
    "power_factor": "1.0.13.7.0",
    "power_w": "1.0.1.7.0",
    "reactive_var": "1.0.3.7.0",
}


@pytest.mark.requirement("R4.1-03")
@pytest.mark.parametrize(("voltage_v", "current_a", "phase_deg"), [(121.5, 8.0, 36.87), (112.0, 2.5, 0.0)])
def test_a_known_waveform_is_what_registers_scalers_and_units_say(
    make_meter_bench, voltage_v: float, current_a: float, phase_deg: float
) -> None:
    bench = make_meter_bench(1.0, profiles={})
    bench.store.add_order(OrderKind.TOKEN, bench.target, bench.soon(), digits=bench.mint(100))
    bench.collect()  # without credit nothing flows
    bench.world.supply.set_source(voltage_v)
    bench.world.supply.set_load(current_a, phase_deg)
    bench.world.run(bench.clock.now_s() + 30)
    order = bench.store.add_order(
        OrderKind.READ, bench.target, bench.soon(), obis=list(INSTANTANEOUS.values())
    )
    bench.collect()
    read = {
        name: value["value"] * 10.0 ** value["scaler"]
        for name, value in zip(INSTANTANEOUS, bench.store.orders[order].result["values"], strict=True)
    }
    phase = math.radians(phase_deg)
    true = {
        "voltage_v": voltage_v,
        "current_a": current_a,
        "power_factor": math.cos(phase),
        "power_w": voltage_v * current_a * math.cos(phase),
        "reactive_var": voltage_v * current_a * math.sin(phase),
    }
    assert read == pytest.approx(true, rel=0.01, abs=1.0)


@pytest.mark.parametrize("obis", [["not a code"], ["1/2"], ["x/1.0.1.8.0/2"], ["1.0.1.8.0"] * 101, [7]])
def test_a_reading_of_nonsense_fails_for_good(make_meter_bench, obis: list[object]) -> None:
    bench = make_meter_bench(0.5, profiles={})
    order = bench.store.add_order(OrderKind.READ, bench.target, bench.soon(), obis=obis)
    bench.collect()
    assert bench.store.orders[order].state is OrderState.FAILED


def test_what_may_not_be_read_is_refused(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, access="public", profiles={})
    order = bench.store.add_order(OrderKind.READ, bench.target, bench.soon(), obis=["1/1.0.0.3.0/2"])
    bench.collect()
    line = bench.store.orders[order]
    assert (line.state, line.reason) == (OrderState.REFUSED, Reason.ACCESS_REFUSED)


# ---------------------------------------------------------------- clock


@pytest.mark.parametrize(
    ("off_s", "left_s", "was_set"),
    [(3.0, 3.0, False), (40.0, 0.0, True), (-40.0, 0.0, True), (600.0, 0.0, True)],
)
def test_a_clock_is_kept_within_its_limits(
    make_meter_bench, shift_clock, off_s: float, left_s: float, was_set: bool
) -> None:
    bench = make_meter_bench(1.0, profiles={}, clock=True, every_s=60.0)
    shift_clock(bench, off_s)
    bench.collect()
    assert bench.store.contacts[-1].clock_off_s == pytest.approx(off_s, abs=0.5)
    assert bench.store.contacts[-1].clock_set is was_set
    order = bench.store.add_order(OrderKind.CLOCK, bench.target, bench.soon())
    bench.settings = CollectorSettings(clocks=ClockLimits(tolerance_s=1e6))
    bench.world.run(bench.clock.now_s() + 60)
    bench.collect()
    assert bench.store.orders[order].result["clock_off_s"] == pytest.approx(left_s, abs=0.6)


@pytest.mark.requirement("R3-02")
def test_a_clock_two_hours_off_is_told_of_left_alone_and_its_rows_are_not_believed(
    make_meter_bench, shift_clock
) -> None:
    bench = make_meter_bench(4.0, clock=True)
    shift_clock(bench, 7_200.0)
    bench.collect()
    assert bench.store.reasons(1) == [Reason.CLOCK_OFF]
    assert not bench.store.contacts[0].clock_set
    assert bench.store.instants(1, LOAD) == []
    assert [reason for _, reason in bench.store.quarantined] == [Reason.CLOCK_OFF]


def test_an_order_sets_a_clock_however_far_it_is_off(make_meter_bench, shift_clock) -> None:
    bench = make_meter_bench(1.0, profiles={})
    shift_clock(bench, 7_200.0)
    order = bench.store.add_order(OrderKind.CLOCK, bench.target, bench.soon())
    bench.collect()
    result = bench.store.orders[order].result
    assert result["clock_set"] is True
    assert result["clock_off_s"] == pytest.approx(7_200.0, abs=0.5)
    assert result["clock_off_after_s"] == pytest.approx(0.0, abs=0.5)


# ---------------------------------------------------------------- mode, events


@pytest.mark.requirement("R4.1-04")
def test_the_mode_is_changed_once_and_read_back(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    orders = [
        bench.store.add_order(OrderKind.MODE, bench.target, bench.soon(), mode=mode)
        for mode in ("postpaid", "postpaid", "prepaid", "gift")
    ]
    bench.collect()
    lines = [bench.store.orders[order] for order in orders]
    assert [line.result.get("already") for line in lines] == [False, True, False, None]
    assert [line.result.get("mode") for line in lines] == ["postpaid", "postpaid", "prepaid", None]
    assert lines[3].state is OrderState.FAILED


def test_a_client_without_the_right_cannot_change_the_mode(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, access="low", profiles={})
    order = bench.store.add_order(OrderKind.MODE, bench.target, bench.soon(), mode="postpaid")
    other = bench.store.add_order(OrderKind.READ, bench.target, bench.soon())
    bench.collect()
    line = bench.store.orders[order]
    assert (line.state, line.reason) == (OrderState.REFUSED, Reason.ACCESS_REFUSED)
    assert bench.store.orders[other].state is OrderState.DONE  # the session went on
    assert bench.store.reasons(1) == []


@pytest.mark.requirement("R4.1-06")
def test_events_come_once_with_their_names(make_meter_bench) -> None:
    bench = make_meter_bench(1.0, profiles={}, logs=("0.0.99.98.2", "0.0.99.98.5"), every_s=600.0)
    meter = bench.target
    bench.store.add_order(OrderKind.CUT, meter, bench.soon())
    bench.store.add_order(OrderKind.MODE, meter, bench.soon(), mode="postpaid")
    bench.collect()
    for _ in range(3):
        bench.world.run(bench.clock.now_s() + 900)
        bench.collect()
    names = sorted(event.name for event in bench.store.events.values())
    assert names.count("remote-disconnection") == 1
    assert names.count("payment-mode-changed") == 1
    assert not any(event.alarm for event in bench.store.events.values())


# ---------------------------------------------------------------- who answers, and with which keys


@pytest.mark.parametrize(("serial", "ldn"), [("00000099", ""), ("", "AMB0000000000099")])
def test_another_meter_is_told_of_and_nothing_of_it_is_kept(make_meter_bench, serial: str, ldn: str) -> None:
    bench = make_meter_bench(3.0)
    plan = bench.store.channels[1].meters[1]
    plan.meter = replace(plan.meter, serial=serial, ldn=ldn)
    order = bench.store.add_order(OrderKind.CUT, plan.meter, bench.soon())
    bench.work("one", 100.0)
    assert bench.store.reasons(1)[0] is Reason.WRONG_SERIAL
    assert bench.store.values == {}
    assert bench.store.orders[order].state is OrderState.WAITING
    assert bench.store.orders[order].reason is Reason.WRONG_SERIAL
    assert bench.world.meter.parts.switch.control_state.name == "READY_FOR_RECONNECTION"  # as it was


@pytest.mark.parametrize("access", ["hls-gmac", "low"])
def test_wrong_keys_are_told_from_a_counter_that_was_used(make_meter_bench, access: str) -> None:
    bench = make_meter_bench(3.0, access=access, key_name="wrong")
    bench.work("one", 100.0)
    assert set(bench.store.reasons(1)) == {Reason.WRONG_KEY}
    assert bench.store.releases[0] is Reason.WRONG_KEY


def test_a_counter_that_somebody_used_up_is_read_and_passed(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    bench.store.counters[1] = 50_000
    bench.collect()
    bench.store.counters[1] = 1  # a store that was restored from an old copy
    bench.world.run(bench.clock.now_s() + 3600)
    bench.collect()
    assert bench.store.reasons(1) == []
    assert len(bench.store.instants(1, LOAD)) == 15
    assert bench.store.counters[1] > 50_000


def test_a_meter_without_keys_is_not_called(make_meter_bench) -> None:
    bench = make_meter_bench(3.0, key_name="nobody")
    bench.work("one", 10.0)
    assert bench.store.reasons(1) == [Reason.NO_KEY]
    assert "keys.nobody" in bench.store.contacts[0].detail


def test_a_meter_that_nobody_can_reach_leaves_its_channel_alone_for_a_while(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    bench.down.add("sim:meter")
    bench.work("one", 3_600.0)
    assert set(bench.store.reasons(1)) == {Reason.UNREACHABLE}
    assert 3 <= len(bench.store.contacts) <= 10
    bench.down.clear()
    bench.work("one", 1_000.0)
    assert bench.store.open_gaps(bench.utc() - timedelta(minutes=20)) == []


def test_a_meter_that_is_silent_on_its_own_line_is_unreachable(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    bench.ports["sim:meter"].paused = True
    bench.work("one", 200.0)
    assert bench.store.reasons(1)[0] is Reason.UNREACHABLE
