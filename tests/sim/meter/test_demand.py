"""Demand registers: windows against a plain recomputation, maxima by rate, classes 4 and 5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.metering.demand import Demand, Demands, DemandTerms, Maximum
from sim.meter.units import US_PER_S

MAXIMUM, DEMAND, LAST = "1.0.1.6.0", "1.0.1.4.0", "1.0.1.27.0"
PERIOD_S = 900
energies = st.lists(st.integers(0, 10**17), min_size=1, max_size=30)


@given(energies, st.integers(1, 6), st.integers(1, 3600))
def test_a_window_is_the_mean_of_its_last_periods(parts_nj, periods, period_s):
    total = [0]
    demand = Demand(DemandTerms("x", period_s, periods), lambda: total[0])
    demand.begin(0)
    for number, part_nj in enumerate(parts_nj, 1):
        total[0] += part_nj
        shown = demand.close(number * period_s * US_PER_S)
        window = parts_nj[max(0, number - periods) : number]
        assert shown == demand.last_mw == sum(window) // (periods * period_s * US_PER_S)
        assert demand.started_us == demand.captured_us == number * period_s * US_PER_S
        held = sum(parts_nj[max(0, number - periods + 1) : number]) if periods > 1 else 0
        assert demand.current_mw <= max(shown, (held + part_nj) // (periods * period_s * US_PER_S))


@given(energies, st.integers(1, 6), st.integers(0, 29))
def test_what_is_kept_goes_on_where_it_was(parts_nj, periods, cut):
    total, other_total = [0], [0]
    demand = Demand(DemandTerms("x", 60, periods), lambda: total[0])
    other = Demand(DemandTerms("x", 60, periods), lambda: other_total[0])
    for number, part_nj in enumerate(parts_nj):
        total[0] += part_nj
        demand.close(number)
        if number == cut:
            other.restore(demand.snapshot())
        other_total[0] = total[0]
        if number > cut:
            other.close(number)
    if cut < len(parts_nj):
        assert other.snapshot() == demand.snapshot()


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), max_size=30))
def test_a_maximum_is_the_largest_since_its_reset_and_the_first_of_equals(steps):
    maximum, offered = Maximum("x"), []
    for instant, (value, reset) in enumerate(steps):
        if reset:
            maximum.reset()
            offered = []
        maximum.offer(value, instant)
        offered.append((value, -instant))
        best, when = max(offered)
        assert (maximum.value_mw, maximum.captured_us) == (best, -when)


def test_a_maximum_of_a_rate_follows_only_while_that_rate_counts():
    total = [0]
    demands = Demands([DemandTerms("x", 1)], lambda _name: lambda: total[0], 2)
    for energy_mw, rate in ((5, 1), (9, 2), (7, 1)):
        total[0] += energy_mw * US_PER_S
        demands.close("x", energy_mw, frozenset({f"x.{rate}"}))
    assert {name: item.value_mw for name, item in demands.maxima.items()} == {"x.0": 9, "x.1": 7, "x.2": 9}
    other = Demands([DemandTerms("x", 1)], lambda _name: lambda: total[0], 2)
    other.restore(demands.snapshot())
    assert other.snapshot() == demands.snapshot()


@pytest.mark.parametrize(("period_s", "periods"), [(0, 1), (1, 0), (-1, 1)])
def test_a_demand_needs_time(period_s, periods):
    with pytest.raises(ValueError, match="period"):
        DemandTerms("x", period_s, periods)


# ------------------------------------------------------------ over the wire


@pytest.fixture
def metered(bench):
    bench.recharge(5000)
    return bench


def local_minutes(raw):
    shown = CosemDateTime.from_bytes(raw)
    return shown.hour * 60 + shown.minute


def test_the_maximum_is_that_of_the_quarter_with_the_most(metered):
    for current_a in (2.0, 10.0, 6.0):
        metered.supply.set_load(current_a)
        metered.run(PERIOD_S - metered.env.now % PERIOD_S)
    session = metered.session()
    assert session.get(4, MAXIMUM, 2).value == 12_000, "10 A at 120 V in tenths of a watt"
    assert session.get(4, MAXIMUM, 3).python() == [-1, 27]
    assert local_minutes(session.get(4, MAXIMUM, 5).value) == 30
    assert session.get(5, DEMAND, 3).value == session.get(3, LAST, 2).value == 7_200
    assert local_minutes(session.get(5, DEMAND, 6).value) == 45
    assert local_minutes(session.get(5, DEMAND, 7).value) == 45
    assert (session.get(5, DEMAND, 8).value, session.get(5, DEMAND, 9).value) == (900, 1)


def test_the_running_demand_grows_with_the_quarter(metered):
    metered.run(PERIOD_S - metered.env.now % PERIOD_S)
    metered.supply.set_load(10.0)
    metered.run(450)
    assert metered.session().get(5, DEMAND, 2).value == pytest.approx(6_000, abs=10)


def test_export_has_its_own_demand(metered):
    metered.run(PERIOD_S - metered.env.now % PERIOD_S)
    metered.supply.set_load(10.0, 180.0)
    metered.run(PERIOD_S)
    session = metered.session()
    assert session.get(4, "1.0.2.6.0", 2).value == 12_000
    assert session.get(4, MAXIMUM, 2).value == 0


def test_management_resets_and_reshapes_and_the_reader_may_not(metered):
    metered.supply.set_load(10.0)
    metered.run(2 * PERIOD_S)
    reader, manager = metered.session(), metered.manager()
    with pytest.raises(ActionRefused):
        reader.action(4, MAXIMUM, 1, axdr.integer(0))
    manager.action(4, MAXIMUM, 1, axdr.integer(0))
    assert manager.get(4, MAXIMUM, 2).value == 0
    assert manager.get(4, MAXIMUM, 5).value[:2] == b"\xff\xff"
    manager.set(5, DEMAND, 9, axdr.long_unsigned(4))
    manager.set(5, DEMAND, 8, axdr.double_long_unsigned(300))
    metered.run(1200)
    assert manager.get(5, DEMAND, 3).value == pytest.approx(12_000, abs=300)
    with pytest.raises(AccessRefused):
        manager.set(5, DEMAND, 8, axdr.double_long_unsigned(0))
    manager.action(5, DEMAND, 2, axdr.integer(0))
    manager.action(5, DEMAND, 1, axdr.integer(0))
    assert manager.get(5, DEMAND, 3).value == 0


def test_a_cut_in_a_quarter_closes_it_with_what_had_come(metered):
    metered.run(PERIOD_S - metered.env.now % PERIOD_S)
    metered.supply.set_load(10.0)
    metered.run(450)
    metered.meter.power_cut()
    metered.run(3 * PERIOD_S)
    metered.meter.power_up()
    session = metered.session()
    assert session.get(4, MAXIMUM, 2).value == pytest.approx(6_000, abs=10)
    assert session.get(5, DEMAND, 3).value == 0, "the quarters without power are empty"
