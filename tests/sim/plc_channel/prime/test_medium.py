"""`PrimeMedium` as the world sees it, its parameters, and keep-alives."""

import statistics

import numpy as np
import pytest
from medium_checks import check_medium
from simpy import Environment

from sim.kernel.medium import NodeState
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import IdealChannel
from sim.plc_channel.channel.noisy import MatrixChannel, ReceiverTerms
from sim.plc_channel.phy.modem import phy_of
from sim.plc_channel.prime.medium import PrimeMedium
from sim.plc_channel.prime.network import LogEvent
from sim.plc_channel.prime.settings import SAR_OCTETS, PrimeSettings, pib_attributes, prime_settings
from tools.fidelity.mac_setups import Plant, TableChannel, ThresholdPhy


@pytest.mark.parametrize("floor", [0.0, 0.03])
def test_it_is_a_medium(floor: float) -> None:
    def factory() -> tuple[Environment, PrimeMedium]:
        env = Environment()
        phy = ThresholdPhy(floor=floor)
        return env, PrimeMedium(env, RandomStreams(1), TableChannel(phy), phy=phy)

    check_medium(factory)


def test_it_is_a_medium_over_the_modem_of_the_tables() -> None:
    def factory() -> tuple[Environment, PrimeMedium]:
        env = Environment()
        return env, PrimeMedium(env, RandomStreams(2), IdealChannel())

    check_medium(factory)


def test_the_modems_are_those_of_the_channel() -> None:
    receiver = ReceiverTerms(profile="simprime", sync_floor_db=None)
    channel = MatrixChannel(np.full((3, 3), 60.0), streams=RandomStreams(3), receiver=receiver)
    wires = [PrimeMedium(Environment(), RandomStreams(3), made) for made in (channel, IdealChannel())]
    lost = [wire.network.links._phy.error_rate(256, 2.0) for wire in wires]
    scheme = PrimeSettings().scheme
    assert lost == [receiver.phy(scheme).error_rate(256, 2.0), phy_of(scheme).error_rate(256, 2.0)]
    assert lost[0] != lost[1]


def test_one_more_node_draws_no_number_of_another() -> None:
    def numbers(count: int) -> list[float]:
        plant = Plant(count, seed=9)
        return [plant.nodes[0].draw() for _ in range(3)]

    # drawn before the world moves: the stream is the node's own
    assert numbers(1) == numbers(5)


@pytest.mark.parametrize(
    "table",
    [
        {"search_time_s": 15},
        {"beacon_slots": 6},
        {"turnaround_s": -0.1},
        {"scp_symbols": 277},
        {"cfp_symbols": 245},
        {"no_such": 1},
        {"sync_floor_db": 1.0},  # the channel's
        {"turnaround_s": "fast"},
        {"arq_transmissions": 0},
    ],
)
def test_terms_out_of_range(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        prime_settings(table)


def test_terms_of_a_table() -> None:
    assert prime_settings({"cfp_symbols": 60, "scheme": "D8PSK_C"}).cfp_symbols == 60
    assert prime_settings({}) == PrimeSettings()
    assert PrimeSettings(sar_size=4).segment_octets == SAR_OCTETS[4] == 64
    assert PrimeSettings(alive_time=0).alive_timeout_s == 32


def test_the_pib_says_how_sure_it_is() -> None:
    table = pib_attributes()
    assert {attribute.tag for attribute in table.values()} == {"E", "M", "I"}
    assert all(attribute.min <= attribute.default <= attribute.max for attribute in table.values())
    assert table["macMinSwitchSearchTime"].id == 0x10
    with pytest.raises(ValueError, match="macSARSize"):
        table["macSARSize"].checked(8)


def test_contact_is_as_fresh_as_in_the_field() -> None:
    """R15: 86 nodes, one asked every 4 s; the median age of the last contact was 173 s."""
    plant = Plant(86)
    plant.env.run(2 * 3600.0)
    now_s = float(plant.env.now)
    ages = [now_s - row.last_heard_s for row in plant.rows()]
    assert statistics.median(ages) == pytest.approx(173.0, rel=0.5)


def test_keep_alives_keep_a_short_time_out() -> None:
    plant = Plant(60, terms=PrimeSettings(alive_time=1))
    plant.env.run(1800.0)
    assert all(row.state is NodeState.TERMINAL for row in plant.rows())
    assert plant.network.log.counts[LogEvent.UNREGISTER] == 0


def test_strangers_on_the_wire_are_noted() -> None:
    plant = Plant(1)
    plant.env.run(30.0)
    plant.nodes[0].lnid = 77
    plant.nodes[0].send(b"x")
    plant.env.run(40.0)
    assert plant.network.log.counts[LogEvent.UNKNOWN] > 0


def test_a_frame_of_another_subnetwork_falls_on_the_floor() -> None:
    plant = Plant(1)
    plant.env.run(30.0)
    plant.network.medium.transmit(plant.nodes[0], ("switch", 0), bytes(20), lambda: None)
    plant.env.run(40.0)
    assert plant.network.medium.counts["undecodable"] == 1
