"""The published points that the MAC can be held against: R5 to R7, R10, R13 to R15, and PLC-3, 7, 10, 11."""

import pytest

from sim.kernel.medium import NodeLost, NodeState
from sim.plc_channel.prime.switching import ServiceNodeState
from tools.fidelity import mac_setups
from tools.fidelity.mac import Check, checks

CHECKS = checks()


@pytest.mark.parametrize("check", CHECKS, ids=[f"{check.ident} {check.what}" for check in CHECKS])
def test_every_point_holds(check: Check) -> None:
    """PLC-3, the first half of PLC-4 (the loss of any one frame is in test_registration), PLC-7."""
    assert check.low <= check.measure() <= check.high


def test_the_points_are_those_that_were_asked_for() -> None:
    idents = {check.ident for check in CHECKS}
    assert idents == {"R5", "R6", "R7", "R10", "R13", "R14", "R15", "PLC-3", "PLC-10", "PLC-11", "computed"}
    assert all(check.low <= check.published <= check.high for check in CHECKS)


def test_plc_3_the_turnaround_can_be_told_from_the_slope() -> None:
    without_s, _ = mac_setups.polling_line(0.0)
    # an independent toy MAC gave 1.79 s
    assert without_s == pytest.approx(1.79, rel=0.05)
    assert mac_setups.polling_line()[0] - without_s > 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("grid", mac_setups.FIELD_GRIDS)
def test_r10_networks_arrange_themselves_as_in_the_field(grid: str, seed: int) -> None:
    """PLC-7."""
    found = mac_setups.field_topology(grid, seed)
    assert found.missing == 0
    assert found.depth <= 2
    assert found.switches <= 0.27 * int(grid)


def test_r10_shapes() -> None:
    assert mac_setups.field_topology("20").levels == (20,)
    large = mac_setups.field_topology("88")
    assert 19 <= large.levels[0] <= 30
    assert 50 <= large.levels[1] <= 68
    assert large.switches >= 0.02 * 88
    shallow = [mac_setups.field_topology("92", seed) for seed in (1, 2, 3)]
    assert max(topology.switches for topology in shallow) >= 0.02 * 92
    assert all(topology.levels[0] >= 80 for topology in shallow)


@pytest.mark.parametrize("count", [5, 20])
def test_plc_10_time_of_ones_own_makes_reading_slower(count: int) -> None:
    with_own_s = mac_setups.polling(count, 0.05, 120).cycle_s[0]
    assert with_own_s >= mac_setups.polling(count).cycle_s[0]


def test_plc_11_on_a_bad_grid_the_unreachable_are_known_as_such() -> None:
    plant = mac_setups.bad_grid(12, broken=5)
    plant.env.run(7200.0)
    rows = plant.rows()
    # each pole is reached over the one before it, and none beyond the break was ever heard
    assert [row.eui48 for row in rows] == plant.euis[:5]
    assert [row.level for row in rows] == [0, 1, 2, 3, 4]
    assert {node.state for node in plant.nodes[5:]} == {ServiceNodeState.SEARCHING}


def test_plc_11_what_breaks_later_is_reported_within_the_time() -> None:
    plant = mac_setups.bad_grid(6, broken=6)
    plant.env.run(3600.0)
    assert mac_setups.topology(plant).missing == 0
    breaks_s = float(plant.env.now)
    plant.network.medium.vetoes.append(lambda sent, ear: (sent.sender.place < 3) != (ear.place < 3))
    plant.env.run(breaks_s + 86_400.0)
    lost = {event.eui48: at_s for at_s, event in plant.events if isinstance(event, NodeLost)}
    assert set(lost) == set(plant.euis[3:])
    # TimeDisconMeter is 86 400 s; keep-alives notice much sooner
    assert max(lost.values()) - breaks_s < 3600.0
    states = [row.state for row in plant.rows()]
    assert NodeState.DISCONNECTED not in states[:3]
    assert set(states[3:]) == {NodeState.DISCONNECTED}
