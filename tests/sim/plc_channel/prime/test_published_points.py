"""The published points that the MAC can be held against: R5 to R7, R10, R13 to R15, and PLC-3, 7, 10, 11."""

import pytest

from sim.plc_channel.medium import NodeLost, NodeState
from sim.plc_channel.prime import measured
from sim.plc_channel.prime.states import State

PUBLISHED_R5_S = {5: 22.265, 10: 34.658, 15: 47.084, 20: 59.750}
PUBLISHED_R6_S = {5: (1.2267, 1.301), 10: (1.2326, 1.308), 15: (1.2361, 1.319), 20: (1.2443, 1.335)}
PUBLISHED_R7_S = {5: 0.706, 10: 1.225, 15: 1.811, 20: 2.452}
#: computed by others over 0 to 4 switches
COMPUTED_S = {
    ("token", "DBPSK_C"): (0.85, 1.02, 1.19, 1.38, 1.56),
    ("register", "DBPSK_C"): (0.64, 0.82, 0.96, 1.11, 1.28),
    ("profile", "DBPSK_C"): (1.21, 1.69, 2.14, 2.65, 3.11),
    ("profile", "D8PSK_C"): (1.03, 1.31, 1.59, 1.85, 2.16),
    ("profile", "R_DBPSK"): (4.24, 6.49, 9.58, 12.07, 14.42),
}


def test_r5_the_line_of_reading_times() -> None:
    """PLC-3."""
    slope_s, intercept_s = measured.polling_line()
    assert slope_s == pytest.approx(2.498, rel=0.05)
    assert intercept_s == pytest.approx(9.72, abs=1.0)


@pytest.mark.parametrize(("count", "expected_s"), PUBLISHED_R5_S.items())
def test_r5_every_point(count: int, expected_s: float) -> None:
    assert measured.polling(count).cycle_s[0] == pytest.approx(expected_s, rel=0.05)


def test_plc_3_the_turnaround_can_be_told_from_the_slope() -> None:
    without_s, _ = measured.polling_line(0.0)
    # an independent toy MAC gave 1.79 s
    assert without_s == pytest.approx(1.79, rel=0.05)
    assert measured.polling_line()[0] - without_s > 0.5


@pytest.mark.parametrize(("count", "expected"), PUBLISHED_R6_S.items())
def test_r6_round_trips(count: int, expected: tuple[float, float]) -> None:
    reading = measured.polling(count)
    assert reading.failed == 0
    assert reading.mean_s == pytest.approx(expected[0], rel=0.05)
    assert reading.quantile_s(0.95) == pytest.approx(expected[1], rel=0.10)


@pytest.mark.parametrize(("count", "expected_s"), PUBLISHED_R7_S.items())
def test_r7_registration(count: int, expected_s: float) -> None:
    """PLC-4; the other half, the loss of any one frame, is in test_registration."""
    assert measured.registration_s(count) == pytest.approx(expected_s, rel=0.30)


@pytest.mark.parametrize(("case", "expected_s"), COMPUTED_S.items())
def test_round_trips_over_switches(case: tuple[str, str], expected_s: tuple[float, ...]) -> None:
    """A toy MAC's table; it lets an answer wait until the acknowledgement went all the way, ours does not."""
    for hops in (0, 1, 2, 4):
        assert measured.round_trip_s(*case, hops) == pytest.approx(expected_s[hops], rel=0.05 + 0.06 * hops)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("grid", measured.FIELD_GRIDS)
def test_r10_networks_arrange_themselves_as_in_the_field(grid: str, seed: int) -> None:
    """PLC-7."""
    found = measured.field_topology(grid, seed)
    assert found.missing == 0
    assert found.depth <= 2
    assert found.switches <= 0.27 * int(grid)


def test_r10_shapes() -> None:
    assert measured.field_topology("20").levels == (20,)
    large = measured.field_topology("88")
    assert 19 <= large.levels[0] <= 30
    assert 50 <= large.levels[1] <= 68
    assert large.switches >= 0.02 * 88
    shallow = [measured.field_topology("92", seed) for seed in (1, 2, 3)]
    assert max(topology.switches for topology in shallow) >= 0.02 * 92
    assert all(topology.levels[0] >= 80 for topology in shallow)


def test_r13_spacing_of_short_exchanges() -> None:
    assert 0.5 <= measured.set_spacing_s() <= 4.0


@pytest.mark.parametrize(("grid", "bound_s"), [("92", 21.1), ("88", 73.0)])
def test_r14_seconds_a_meter(grid: str, bound_s: float) -> None:
    assert 2.0 <= measured.seconds_a_meter(grid) <= bound_s


def test_r15_age_of_the_last_contact() -> None:
    assert measured.contact_age_s() == pytest.approx(173.0, rel=0.5)


@pytest.mark.parametrize("count", [5, 20])
def test_plc_10_time_of_ones_own_makes_reading_slower(count: int) -> None:
    with_own_s = measured.polling(count, 0.05, 120).cycle_s[0]
    assert with_own_s >= measured.polling(count).cycle_s[0]


def test_plc_11_on_a_bad_grid_the_unreachable_are_known_as_such() -> None:
    plant = measured.bad_grid(12, broken=5)
    plant.env.run(7200.0)
    rows = plant.rows()
    # each pole is reached over the one before it, and none beyond the break was ever heard
    assert [row.eui48 for row in rows] == plant.euis[:5]
    assert [row.level for row in rows] == [0, 1, 2, 3, 4]
    assert {node.state for node in plant.nodes[5:]} == {State.SEARCHING}


def test_plc_11_what_breaks_later_is_reported_within_the_time() -> None:
    plant = measured.bad_grid(6, broken=6)
    plant.env.run(3600.0)
    assert measured.topology(plant).missing == 0
    breaks_s = float(plant.env.now)
    plant.network.air.vetoes.append(lambda sent, ear: (sent.sender.place < 3) != (ear.place < 3))
    plant.env.run(breaks_s + 86_400.0)
    lost = {event.eui48: at_s for at_s, event in plant.events if isinstance(event, NodeLost)}
    assert set(lost) == set(plant.euis[3:])
    # TimeDisconMeter is 86 400 s; keep-alives notice much sooner
    assert max(lost.values()) - breaks_s < 3600.0
    states = [row.state for row in plant.rows()]
    assert NodeState.DISCONNECTED not in states[:3]
    assert set(states[3:]) == {NodeState.DISCONNECTED}
