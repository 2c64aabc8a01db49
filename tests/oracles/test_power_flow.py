"""The feeder's own power flow beside pandapower: voltages agree to 0.1 %.

Our neutral is a conductor of its own that is tied at the plant only. Seen from a load, phase to neutral,
that is a line with the positive-sequence impedance of a phase conductor and a zero-sequence impedance of that
plus three times the neutral's: the two descriptions have the same voltages.
"""

from types import ModuleType

import numpy as np
import pytest

from sim.grid.feeder import cables, layout
from sim.grid.power_flow import Feeder, PowerFlow, Tree
from sim.grid.terms import FeederTerms
from sim.kernel.random import RandomStreams

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

SHARE = 0.001
LINE_V = 120.0 * np.sqrt(3.0)


@pytest.fixture(scope="module")
def pandapower() -> ModuleType:
    return pytest.importorskip("pandapower", reason="pandapower is in the oracles environment only")


def random_feeder(seed: int, *, poles: int = 20, loads: int = 40, phases: int = 3) -> Feeder:
    """A random tree with random cables, and random drops."""
    stream = RandomStreams(seed).stream("oracle")
    kinds = [row for row in cables().values() if row.phases >= phases and row.phase_ohm_km]
    parents = [0] + [int(stream.integers(max(0, node - 4), node)) for node in range(1, poles + 1)]
    lengths = stream.uniform(0.01, 0.06, poles + 1)
    spans = [kinds[int(stream.integers(len(kinds)))] for _ in range(poles + 1)]
    phase_ohm = np.array([span.phase_ohm_km * km for span, km in zip(spans, lengths, strict=True)])
    neutral_ohm = np.array([span.neutral_ohm_km * km for span, km in zip(spans, lengths, strict=True)])
    phase_ohm[0] = neutral_ohm[0] = 0.0
    return Feeder(
        Tree(parents),
        phase_ohm,
        neutral_ohm,
        stream.integers(1, poles + 1, loads),
        stream.integers(0, phases, loads),
        stream.uniform(0.01, 0.04, loads) * (4.6 + 0.17j),
        phases,
        120.0,
    )


def net_of(pandapower: ModuleType, feeder: Feeder):
    """The same feeder for pandapower; every drop is a line to a bus of its own."""
    net = pandapower.create_empty_network(f_hz=60.0)
    poles = [pandapower.create_bus(net, LINE_V / 1000.0) for _ in range(feeder.tree.count)]
    ends = [pandapower.create_bus(net, LINE_V / 1000.0) for _ in feeder.node]
    pandapower.create_ext_grid(
        net, poles[0], s_sc_max_mva=1e9, rx_max=0.1, x0x_max=1.0, r0x0_max=0.1, s_sc_min_mva=1e9, rx_min=0.1
    )
    for node in range(1, feeder.tree.count):
        parent = int(feeder.tree.parents[node])
        line(pandapower, net, poles[parent], poles[node], feeder.phase_ohm[node], feeder.neutral_ohm[node])
    for end, node, drop in zip(ends, feeder.node, feeder.drop_ohm, strict=True):
        line(pandapower, net, poles[int(node)], end, drop / 2.0, drop / 2.0)
    return net, ends


def line(pandapower: ModuleType, net, begin: int, end: int, phase_ohm: complex, neutral_ohm: complex) -> None:
    zero = phase_ohm + 3.0 * neutral_ohm
    pandapower.create_line_from_parameters(
        net,
        begin,
        end,
        length_km=1.0,
        r_ohm_per_km=phase_ohm.real,
        x_ohm_per_km=phase_ohm.imag,
        c_nf_per_km=0.0,
        max_i_ka=1.0,
        r0_ohm_per_km=zero.real,
        x0_ohm_per_km=zero.imag,
        c0_nf_per_km=0.0,
    )


@pytest.mark.parametrize("seed", range(6))
def test_unbalanced_loads_with_neutral(pandapower, seed):
    """Constant powers of every sign: loads, capacitive ones and customers who feed in."""
    feeder = random_feeder(seed)
    stream = RandomStreams(seed).stream("loads")
    power = stream.uniform(-300.0, 900.0, len(feeder.node)) + 1j * stream.uniform(
        -200.0, 400.0, len(feeder.node)
    )
    ours = PowerFlow(feeder).solve(power, 0.0, 120.0)
    net, ends = net_of(pandapower, feeder)
    for end, phase, wanted in zip(ends, feeder.phase, power, strict=True):
        per_phase = {f"p_{'abc'[phase]}_mw": wanted.real / 1e6, f"q_{'abc'[phase]}_mvar": wanted.imag / 1e6}
        pandapower.create_asymmetric_load(net, end, **per_phase)
    pandapower.pf.runpp_3ph.runpp_3ph(net, tolerance_mva=1e-10, max_iteration=100)
    theirs = np.array(
        [net.res_bus_3ph.at[end, f"vm_{'abc'[p]}_pu"] for end, p in zip(ends, feeder.phase, strict=True)]
    )
    assert np.abs(ours.load_v) / 120.0 == pytest.approx(theirs, rel=SHARE)
    assert np.abs(ours.load_v).min() < 118.0, "the feeder is hardly loaded: nothing was compared"
    losses_w = 1e6 * sum(float(net.res_line_3ph[f"pl_{p}_mw"].sum()) for p in "abc")
    assert ours.loss_w == pytest.approx(losses_w, rel=0.005)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_balanced_loads_that_follow_the_voltage(pandapower, share):
    """Constant power mixed with constant impedance, the same on all phases."""
    drawn = random_feeder(11)
    feeder = balanced(drawn)
    stream = RandomStreams(11).stream("loads")
    third = len(feeder.node) // 3
    power = np.tile(stream.uniform(100.0, 1500.0, third) * (1.0 + 0.5j), 3)
    ours = PowerFlow(feeder).solve(power, share, 120.0)
    net, ends = net_of(pandapower, drawn)
    for end, wanted in zip(ends[:third], power[:third], strict=True):
        zip_share = {
            key: 100.0 * share
            for key in ("const_z_percent", "const_z_p_percent", "const_z_q_percent")
            if key in net.load.columns
        }
        pandapower.create_load(net, end, 3.0 * wanted.real / 1e6, 3.0 * wanted.imag / 1e6, **zip_share)
    pandapower.runpp(net, tolerance_mva=1e-10, voltage_depend_loads=True)
    theirs = net.res_bus.vm_pu.loc[ends[:third]].to_numpy()
    assert np.abs(ours.load_v[:third]) / 120.0 == pytest.approx(theirs, rel=SHARE)
    assert theirs.min() < 0.985, "the feeder is hardly loaded: nothing was compared"


def balanced(feeder: Feeder) -> Feeder:
    """The same places on all three phases; the neutral then carries nothing, and drops count one way."""
    third = len(feeder.node) // 3
    return Feeder(
        feeder.tree,
        feeder.phase_ohm,
        feeder.neutral_ohm,
        np.tile(feeder.node[:third], 3),
        np.repeat(np.arange(3), third),
        np.tile(feeder.drop_ohm[:third] / 2.0, 3),
        3,
        120.0,
    )


def test_a_village_as_it_is_laid_out(pandapower):
    """The regular feeder of 60 homes at the hour of the peak."""
    terms = FeederTerms()
    topology = layout(terms, 60, 3, RandomStreams(5).stream("feeder"))
    feeder = topology.feeder(0.0j)
    stream = RandomStreams(5).stream("loads")
    power = stream.uniform(50.0, 700.0, 63) * (1.0 + 0.55j)
    ours = PowerFlow(feeder).solve(power, 0.0, 120.0)
    net, ends = net_of(pandapower, feeder)
    for end, phase, wanted in zip(ends, feeder.phase, power, strict=True):
        per_phase = {f"p_{'abc'[phase]}_mw": wanted.real / 1e6, f"q_{'abc'[phase]}_mvar": wanted.imag / 1e6}
        pandapower.create_asymmetric_load(net, end, **per_phase)
    pandapower.pf.runpp_3ph.runpp_3ph(net, tolerance_mva=1e-10, max_iteration=100)
    theirs = np.array(
        [net.res_bus_3ph.at[end, f"vm_{'abc'[p]}_pu"] for end, p in zip(ends, feeder.phase, strict=True)]
    )
    assert np.abs(ours.load_v) / 120.0 == pytest.approx(theirs, rel=SHARE)
