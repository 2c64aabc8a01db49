"""PRIME's MAC over a feeder: who registers depends on loads, noise and where the inverter stands."""

from dataclasses import fields

import pytest

from sim.kernel.medium import NodeEntry, NodeState
from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment
from sim.plc_channel.channel.feeder import FeederChannel, FeederChannelTerms
from sim.plc_channel.channel.transmission_lines import ChannelLine
from sim.plc_channel.noise import NoiseTerms
from sim.plc_channel.prime.medium import PrimeMedium

HOMES_PER_POLE = 5


def village(branches: int, poles: int) -> tuple[list[ChannelLine], list[int]]:
    """Lines, and the node of each home: branches of poles 30 m apart, drops of 15 m."""
    lines: list[ChannelLine] = []
    homes: list[int] = []
    for _ in range(branches):
        before = 0
        for _ in range(poles):
            pole = len(lines) + 1
            lines.append(ChannelLine(before, pole, 30.0, "quadruplex-al-4/0"))
            before = pole
            for _ in range(HOMES_PER_POLE):
                home = len(lines) + 1
                lines.append(ChannelLine(pole, home, 15.0, "concentric-cu-8"))
                homes.append(home)
    return lines, homes


def registered(
    table: dict[str, object], branches: int = 2, poles: int = 2, *, hours: float = 0.5
) -> dict[int, NodeEntry]:
    """What is registered in the end, by place."""
    lines, homes = village(branches, poles)
    env, streams = FieldEnvironment(), RandomStreams(1)
    phases = [1 + place % 3 for place in range(len(homes))]
    noisy = {
        name: value for name, value in table.items() if name in {item.name for item in fields(NoiseTerms)}
    }
    loaded = {name: value for name, value in table.items() if name not in noisy}
    channel = FeederChannel(
        lines,
        homes,
        phases,
        streams=streams,
        terms=FeederChannelTerms(**loaded),
        noise=NoiseTerms(**noisy),
    )
    medium = PrimeMedium(env, streams, channel)
    base = medium.base(lambda event: None)
    for place in range(len(homes)):
        medium.node(bytes([2, 0, 0, 0, 0, place]), lambda lpdu: None, place=place)
    env.run(hours * 3600.0)
    alive = {NodeState.TERMINAL, NodeState.SWITCH}
    return {entry.eui48[-1]: entry for entry in base.topology() if entry.state in alive}


def test_a_quiet_village_registers_whole() -> None:
    found = registered({})
    assert sorted(found) == list(range(20))
    assert {entry.level for entry in found.values()} == {0}


def test_same_seed_same_network() -> None:
    table = {"state": "evening", "floor_dbm_hz": -75.0, "begin_hour": 18.0}
    assert registered(table) == registered(table)


@pytest.mark.parametrize("table", [{"state": "heavy", "floor_dbm_hz": -50.0}])
def test_a_hopeless_grid_registers_nobody(table: dict[str, object]) -> None:
    assert registered(table) == {}


def test_the_inverter_beside_the_coupler_costs_meters() -> None:
    table = {"state": "evening", "floor_dbm_hz": -71.0, "bursts_per_h": 0.0, "filter_cap_uf": 20.0}
    near = registered({**table, "injection_distance_m": 0.0})
    far = registered({**table, "injection_distance_m": 20.0})
    assert len(near) < len(far)


def test_a_village_in_the_evening_has_the_shape_of_real_substations() -> None:
    """PLC-7 on 120 homes: depth of 2 at most, 2 to 27 % switches, nearly all registered."""
    found = registered({"state": "evening", "begin_hour": 19.0}, branches=4, poles=6, hours=1.0)
    levels = [entry.level for entry in found.values()]
    switches = sum(entry.state is NodeState.SWITCH for entry in found.values())
    assert len(found) >= 0.9 * 120
    assert max(levels) <= 2
    assert levels.count(0) > levels.count(2)
    assert levels.count(1) > 0
    assert 0.02 <= switches / len(found) <= 0.27
