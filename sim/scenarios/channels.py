"""How well the places of a feeder hear each other: the kinds of channel that a scenario may ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.grid.microgrid import Microgrid
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.ideal import IdealChannel
from sim.plc_channel.channel.model import Channel
from sim.scenarios.tables import ScenarioError

MakeChannel = Callable[[Mapping[str, Any], Microgrid, RandomStreams], Channel]


def _ideal(table: Mapping[str, Any], _grid: Microgrid, _streams: RandomStreams) -> Channel:
    return IdealChannel(**table)


#: ``kind`` of the table ``plc.channel`` -> what makes it.
KINDS: dict[str, MakeChannel] = {"ideal": _ideal}
DEFAULT_KIND = "ideal"


def make_channel(table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams) -> Channel:
    """The channel that the table ``plc.channel`` describes.

    Raises:
        ScenarioError: its kind does not exist.
    """
    kind = table.get("kind", DEFAULT_KIND)
    if kind not in KINDS:
        raise ScenarioError(f"[plc.channel] kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return KINDS[kind]({key: value for key, value in table.items() if key != "kind"}, grid, streams)
