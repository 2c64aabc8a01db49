"""Kinds of PLC medium and channel that a scenario may ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.grid.microgrid import Microgrid
from sim.kernel.medium import Medium
from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment
from sim.plc_channel.channel.feeder import FeederChannel, FeederChannelTerms
from sim.plc_channel.channel.interface import Channel, IdealChannel
from sim.plc_channel.channel.transmission_lines import ChannelLine
from sim.plc_channel.generic import GenericMedium, GenericTerms
from sim.plc_channel.noise import NoiseTerms
from sim.plc_channel.prime.medium import PrimeMedium
from sim.plc_channel.prime.settings import PrimeSettings, prime_settings
from sim.scenarios.tables import ScenarioError, read_terms

# ---- channels

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
CHANNEL_KINDS: dict[str, MakeChannel] = {"feeder": _feeder, "ideal": _ideal}
DEFAULT_KIND = "feeder"


def make_channel(table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams) -> Channel:
    """The channel that the table ``plc.channel`` describes.

    Raises:
        ScenarioError: its kind does not exist.
    """
    kind = table.get("kind", DEFAULT_KIND)
    if kind not in CHANNEL_KINDS:
        raise ScenarioError(f"[plc.channel] kind must be one of {', '.join(CHANNEL_KINDS)}, not {kind!r}")
    return CHANNEL_KINDS[kind]({key: value for key, value in table.items() if key != "kind"}, grid, streams)


# ---- media

MakeMedium = Callable[[FieldEnvironment, Mapping[str, Any], Microgrid, RandomStreams], Medium]


def _generic_terms(table: Mapping[str, Any]) -> GenericTerms:
    return read_terms(GenericTerms, table, "plc")


def _generic(
    env: FieldEnvironment, table: Mapping[str, Any], _grid: Microgrid, streams: RandomStreams
) -> Medium:
    return GenericMedium(env, streams, _generic_terms(table))


def _prime_settings(table: Mapping[str, Any]) -> PrimeSettings:
    try:
        return prime_settings({key: value for key, value in table.items() if key != _CHANNEL_TABLE})
    except ValueError as error:
        raise ScenarioError(f"[plc] {error}") from error


def _prime(
    env: FieldEnvironment, table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams
) -> Medium:
    return PrimeMedium(
        env, streams, make_channel(table.get(_CHANNEL_TABLE, {}), grid, streams), _prime_settings(table)
    )


#: Table within the table ``plc``: how well the places of a PRIME wire hear each other.
_CHANNEL_TABLE = "channel"
_TERMS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "generic": _generic_terms,
    "prime": _prime_settings,
}


def check_medium(table: Mapping[str, Any]) -> None:
    """Read the table ``plc``; an empty one is a world without a wire.

    Raises:
        ScenarioError: its kind or its terms do not exist.
    """
    if table:
        kind = _kind(table)
        _TERMS[kind](_rest(table))


#: ``kind`` of the table ``plc`` -> what makes it.
MEDIUM_KINDS: dict[str, MakeMedium] = {"generic": _generic, "prime": _prime}


def make_medium(
    env: FieldEnvironment, table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams
) -> Medium:
    """The wire that the table ``plc`` describes.

    Raises:
        ScenarioError: its kind or its terms do not exist.
    """
    return MEDIUM_KINDS[_kind(table)](env, _rest(table), grid, streams)


def _kind(table: Mapping[str, Any]) -> str:
    kind = table.get("kind", "generic")
    if kind not in MEDIUM_KINDS:
        raise ScenarioError(f"[plc] kind must be one of {', '.join(MEDIUM_KINDS)}, not {kind!r}")
    return str(kind)


def _rest(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in table.items() if key != "kind"}
