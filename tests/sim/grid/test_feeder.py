"""The tree, the layout and the power flow, each beside a slow and obvious calculation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grid.errors import PowerFlowError, TopologyError
from sim.grid.feeder import cables, layout
from sim.grid.power_flow import Feeder, PowerFlow, Tree
from sim.grid.terms import microgrid_terms
from sim.kernel.random import RandomStreams


@st.composite
def trees(draw) -> list[int]:
    count = draw(st.integers(1, 25))
    return [0] + [draw(st.integers(0, node - 1)) for node in range(1, count)]


def path(parents: list[int], node: int) -> list[int]:
    found = [node]
    while found[-1]:
        found.append(parents[found[-1]])
    return found


@given(trees(), st.integers(0, 2**32))
def test_sums_of_a_tree_are_those_of_walking_it(parents, seed):
    tree = Tree(parents)
    values = RandomStreams(seed).stream("v").normal(size=(2, len(parents))) + 0j
    paths = [path(parents, node) for node in range(len(parents))]
    along = np.stack([values[:, nodes].sum(axis=1) for nodes in paths], axis=1)
    below = np.stack(
        [values[:, [node in nodes for nodes in paths]].sum(axis=1) for node in range(len(parents))], axis=1
    )
    assert tree.along(values) == pytest.approx(along)
    assert tree.below(values) == pytest.approx(below)
    for node in range(len(parents)):
        assert list(tree.subtree(node)) == [node in nodes for nodes in paths]


def test_nodes_may_come_in_any_order():
    assert list(Tree([0, 2, 0]).subtree(2)) == [False, True, True]


@pytest.mark.parametrize("parents", [[0, 2, 1], [0, 1], [0, 7], [0, -1]])
def test_what_is_no_tree_is_refused(parents):
    with pytest.raises(TopologyError):
        Tree(parents)


def simple(phases: int = 1, loads: int = 1, ohm: complex = 0.1 + 0.02j) -> Feeder:
    """A bus, one span, loads at its end one after another on the phases, no drops."""
    node, phase = np.ones(loads, dtype=np.intp), np.arange(loads) % phases
    span = np.array([0j, ohm])
    return Feeder(Tree([0, 0]), span, span.copy(), node, phase, np.zeros(loads, complex), phases, 120.0)


def test_one_load_is_the_quadratic_equation():
    """With a resistance there and back: V·(120 − V) = R·P."""
    resistance, power = 0.2, 1000.0
    wanted = 60.0 + np.sqrt(3600.0 - resistance * power)
    solved = PowerFlow(simple(ohm=0.1 + 0j)).solve(np.array([power + 0j]), 0.0, 120.0)
    assert abs(solved.load_v[0]) == pytest.approx(wanted, rel=1e-6)


def test_a_constant_impedance_is_a_divider():
    resistance = 120.0**2 / 1000.0
    solved = PowerFlow(simple(ohm=0.1 + 0j)).solve(np.array([1000.0 + 0j]), 1.0, 120.0)
    assert abs(solved.load_v[0]) == pytest.approx(120.0 * resistance / (resistance + 0.2), rel=1e-6)


def test_the_neutral_carries_nothing_when_the_phases_are_alike():
    power = np.full(3, 1000.0 + 300.0j)
    solved = PowerFlow(simple(3, 3)).solve(power, 0.0, 120.0)
    assert abs(solved.load_a.sum()) < 1e-6
    assert np.abs(solved.load_v) == pytest.approx(np.full(3, abs(solved.load_v[0])))


def test_a_load_on_one_phase_lifts_the_others_through_the_neutral():
    solved = PowerFlow(simple(3, 3)).solve(np.array([3000.0 + 0j, 0.0, 0.0]), 0.0, 120.0)
    voltages = np.abs(solved.load_v)
    assert voltages[0] < 116.0
    assert voltages[1:].min() > 120.0


def test_a_split_phase_has_its_legs_opposite():
    solved = PowerFlow(simple(2, 2)).solve(np.full(2, 1000.0 + 0j), 0.0, 120.0)
    assert abs(solved.load_v[0] + solved.load_v[1]) < 1e-6


@pytest.mark.parametrize(
    ("power", "angle_low", "angle_high"),
    [(500 + 300j, 0, 90), (500 - 300j, -90, 0), (-500 + 300j, 90, 180), (-500 - 300j, -180, -90)],
)
def test_four_quadrants(power, angle_low, angle_high):
    """Lagging is positive; beyond 90° the load feeds in, and then the voltage rises."""
    solved = PowerFlow(simple()).solve(np.array([power]), 0.0, 120.0)
    flowing = solved.load_v[0] * np.conj(solved.load_a[0])
    assert angle_low < np.degrees(np.angle(flowing)) < angle_high
    assert flowing == pytest.approx(power, rel=1e-6)
    assert (abs(solved.load_v[0]) > 120.0) == (power.real < 0)
    assert (solved.source_va[0].real < 0) == (power.real < 0)


@given(st.integers(0, 2**32), st.floats(0.0, 1.0), st.sampled_from([1, 2, 3]))
def test_what_the_source_sends_is_taken_or_lost(seed, share, phases):
    """To rounding, and whatever the tolerance: both come from one set of currents and voltages."""
    stream = RandomStreams(seed).stream("loads")
    terms = microgrid_terms({"feeder": {"phases": phases}}).feeder
    feeder = layout(terms, 12, 2, stream).feeder(0.05 + 0.05j)
    power = stream.uniform(-200, 600, 14) + 1j * stream.uniform(-200, 300, 14)
    solved = PowerFlow(feeder, tolerance=1e-3).solve(power, share, 120.0)
    taken = (solved.load_v * np.conj(solved.load_a)).real.sum()
    assert solved.source_va.sum().real == pytest.approx(taken + solved.loss_w, abs=1e-8)
    assert solved.loss_w > 0.0


def by_admittances(feeder: Feeder, power_va: np.ndarray, source_v: float) -> np.ndarray:
    """Voltages at constant impedances from one linear system with every wire in it, the neutral too.

    Unknowns are the voltages of all conductors at all poles and behind all drops; a drop is drawn with its
    whole impedance in the phase wire, which is the same to the load.
    """
    poles, loads = feeder.tree.count, len(feeder.node)
    wires = feeder.phases + 1
    size = poles * wires + loads
    matrix, right = np.zeros((size, size), complex), np.zeros(size, complex)

    def join(one: int, other: int, ohm: complex) -> None:
        for here, there in ((one, other), (other, one)):
            matrix[here, here] += 1.0 / ohm
            matrix[here, there] -= 1.0 / ohm

    for node in range(1, poles):
        parent = int(feeder.tree.parents[node])
        for wire in range(wires):
            ohm = feeder.neutral_ohm[node] if wire == feeder.phases else feeder.phase_ohm[node]
            join(parent * wires + wire, node * wires + wire, ohm)
    for load, (node, phase) in enumerate(zip(feeder.node, feeder.phase, strict=True)):
        terminal = poles * wires + load
        join(int(node) * wires + int(phase), terminal, feeder.drop_ohm[load])
        join(terminal, int(node) * wires + feeder.phases, feeder.nominal_v**2 / np.conj(power_va[load]))
    angles = {1: [0.0], 2: [0.0, np.pi], 3: [0.0, -2 * np.pi / 3, 2 * np.pi / 3]}[feeder.phases]
    for wire in range(wires):  # the source's impedance makes voltages of currents; the neutral is tied
        ohm = 1e-9 if wire == feeder.phases else feeder.phase_ohm[0]
        matrix[wire, wire] += 1.0 / ohm
        right[wire] += 0.0 if wire == feeder.phases else source_v * np.exp(1j * angles[wire]) / ohm
    solved = np.linalg.solve(matrix, right)
    neutral = solved[feeder.node * wires + feeder.phases]
    return solved[poles * wires :] - neutral


@given(st.integers(0, 2**32), st.sampled_from([1, 2, 3]), st.integers(1, 15))
def test_constant_impedances_are_those_of_a_linear_system(seed, phases, loads):
    stream = RandomStreams(seed).stream("loads")
    terms = microgrid_terms({"feeder": {"phases": phases, "points_per_pole": 2}}).feeder
    feeder = layout(terms, loads, 0, stream).feeder(0.05 + 0.05j)
    power = stream.uniform(10, 900, loads) + 1j * stream.uniform(-300, 500, loads)
    ours = PowerFlow(feeder, tolerance=1e-10).solve(power, 1.0, 122.0)
    assert ours.load_v == pytest.approx(by_admittances(feeder, power, 122.0), rel=1e-6)


def test_a_dead_load_takes_nothing_and_a_second_solution_begins_where_the_first_stopped():
    flow = PowerFlow(simple(3, 6))
    power = np.full(6, 500.0 + 200.0j)
    live = np.array([True, False] * 3)
    first = flow.solve(power, 0.4, 120.0, live)
    assert np.abs(first.load_a[~live]).max() == 0.0
    again = flow.solve(power, 0.4, 120.0, live)
    assert again.sweeps < first.sweeps


def test_more_than_the_feeder_carries_is_refused_and_forgotten():
    flow = PowerFlow(simple())
    with pytest.raises(PowerFlowError, match="100000 W"):
        flow.solve(np.array([1e5 + 0j]), 0.0, 120.0)
    assert abs(flow.solve(np.array([100.0 + 0j]), 0.0, 120.0).load_v[0]) > 119.0


def test_without_voltage_nothing_flows():
    solved = PowerFlow(simple()).solve(np.array([500.0 + 0j]), 0.4, 0.0)
    assert abs(solved.load_a[0]) == 0.0


def test_drops_of_extra_currents_add_up_along_the_path():
    drop = PowerFlow(simple(ohm=0.5 + 0j)).voltage_drops(np.array([2.0 + 0j]))
    assert drop[0] == pytest.approx(2.0)


def test_a_layout_hangs_homes_in_feeder_order_and_deals_the_phases():
    terms = microgrid_terms({"feeder": {"points_per_pole": 3, "branches": 2, "drop_m": [10, 10]}}).feeder
    topology = layout(terms, 12, 1, RandomStreams(1).stream("x"))
    assert topology.pole_names == ("bus", "p1", "p2", "p3", "p4")
    assert [place.pole for place in topology.places[:12]] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    assert [place.phase for place in topology.places[:4]] == [0, 1, 2, 0]
    assert topology.node_of_point[0] == 5
    lines = topology.lines
    assert [(line.from_node, line.to_node) for line in lines[:4]] == [(0, 1), (1, 2), (0, 3), (3, 4)]
    assert (lines[4].from_node, lines[4].to_node, lines[4].length_m) == (1, 5, 10.0)
    assert len(lines) == 4 + 13


def test_the_length_of_a_drop_does_not_depend_on_who_comes_after():
    terms = microgrid_terms({}).feeder
    short = layout(terms, 6, 0, RandomStreams(3).stream("x")).places
    long = layout(terms, 9, 0, RandomStreams(3).stream("x")).places
    assert [place.drop_m for place in short] == [place.drop_m for place in long[:6]]


def test_cables_are_plausible():
    for row in cables().values():
        assert 0.0 <= row.phase_ohm_km.real < 5.0
        assert row.phase_ohm_km.imag <= 0.15
        assert row.phases in (1, 2, 3)
        assert row.ampacity_a > 0.0
