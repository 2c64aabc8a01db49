"""PRIME's MAC over a feeder: who registers depends on loads, noise and where the inverter stands."""

import pytest

from sim.kernel.environment import FieldEnvironment
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.feeder import ChannelLine
from sim.plc_channel.channel.table import feeder_channel
from sim.plc_channel.medium import NodeState
from sim.plc_channel.prime.medium import PrimeMedium


def registered(table: dict[str, object], *, seed: int = 1, hours: float = 0.5) -> list[int]:
    """Places of a feeder of two branches with two poles of five homes that are registered at the end."""
    lines: list[ChannelLine] = []
    homes: list[int] = []
    for branch in range(2):
        before = 0
        for _ in range(2):
            pole = len(lines) + 1
            lines.append(ChannelLine(before, pole, 30.0, "quadruplex-al-1/0"))
            before = pole
            for _ in range(5):
                home = len(lines) + 1
                lines.append(ChannelLine(pole, home, 15.0, "concentric-cu-8"))
                homes.append(home)
        assert len(homes) == 10 * (branch + 1)
    env, streams = FieldEnvironment(), RandomStreams(seed)
    phases = [1 + place % 3 for place in range(len(homes))]
    channel = feeder_channel(table, lines, homes, phases, streams)
    medium = PrimeMedium(env, streams, channel)
    base = medium.base(lambda event: None)
    for place in range(len(homes)):
        medium.node(bytes([2, 0, 0, 0, 0, place]), lambda lpdu: None, place=place)
    env.run(hours * 3600.0)
    alive = {NodeState.TERMINAL, NodeState.SWITCH}
    return sorted(entry.eui48[-1] for entry in base.topology() if entry.state in alive)


def test_a_quiet_village_registers_whole() -> None:
    assert registered({}) == list(range(20))


def test_same_seed_same_network() -> None:
    table = {"state": "evening", "floor_dbm_hz": -75.0, "begin_hour": 18.0}
    assert registered(table) == registered(table)


@pytest.mark.parametrize("table", [{"state": "heavy", "floor_dbm_hz": -50.0}])
def test_a_hopeless_grid_registers_nobody(table: dict[str, object]) -> None:
    assert registered(table) == []


def test_the_inverter_beside_the_coupler_costs_meters() -> None:
    table = {"state": "evening", "floor_dbm_hz": -71.0, "bursts_per_h": 0.0, "filter_cap_uf": 20.0}
    near = registered({**table, "injection_distance_m": 0.0})
    far = registered({**table, "injection_distance_m": 20.0})
    assert len(near) < len(far)
