"""How well the places of a feeder hear each other: the kinds of channel that a scenario may ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.grid.microgrid import Microgrid
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.feeder import ChannelLine, FeederChannel
from sim.plc_channel.channel.ideal import IdealChannel
from sim.plc_channel.channel.model import Channel
from sim.plc_channel.channel.terms import FeederChannelTerms
from sim.plc_channel.noise.terms import NoiseTerms
from sim.scenarios.tables import ScenarioError, read_terms

MakeChannel = Callable[[Mapping[str, Any], Microgrid, RandomStreams], Channel]


def _ideal(table: Mapping[str, Any], _grid: Microgrid, _streams: RandomStreams) -> Channel:
    return IdealChannel(**table)


def _feeder(table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams) -> Channel:
    noise = read_terms(NoiseTerms, table.get("noise", {}), "plc.channel.noise")
    terms = {key: value for key, value in table.items() if key != "noise"}
    lines = [ChannelLine(line.from_node, line.to_node, line.length_m, line.cable) for line in grid.lines]
    return FeederChannel(
        lines,
        grid.node_of_point,
        grid.phase_of_point,
        streams=streams,
        terms=read_terms(FeederChannelTerms, terms, "plc.channel"),
        noise=noise,
    )


#: ``kind`` of the table ``plc.channel`` -> what makes it.
KINDS: dict[str, MakeChannel] = {"feeder": _feeder, "ideal": _ideal}
DEFAULT_KIND = "feeder"


def make_channel(table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams) -> Channel:
    """The channel that the table ``plc.channel`` describes.

    Raises:
        ScenarioError: its kind does not exist.
    """
    kind = table.get("kind", DEFAULT_KIND)
    if kind not in KINDS:
        raise ScenarioError(f"[plc.channel] kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return KINDS[kind]({key: value for key, value in table.items() if key != "kind"}, grid, streams)
