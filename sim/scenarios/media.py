"""The kinds of wire that a scenario may ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.grid.microgrid import Microgrid
from sim.kernel.environment import FieldEnvironment
from sim.kernel.medium import Medium
from sim.kernel.random import RandomStreams
from sim.plc_channel.generic import GenericMedium, GenericTerms
from sim.plc_channel.prime.medium import PrimeMedium
from sim.plc_channel.prime.terms import PrimeTerms, prime_terms
from sim.scenarios.channels import make_channel
from sim.scenarios.tables import ScenarioError, read_terms

MakeMedium = Callable[[FieldEnvironment, Mapping[str, Any], Microgrid, RandomStreams], Medium]


def _generic_terms(table: Mapping[str, Any]) -> GenericTerms:
    return read_terms(GenericTerms, table, "plc")


def _generic(
    env: FieldEnvironment, table: Mapping[str, Any], _grid: Microgrid, streams: RandomStreams
) -> Medium:
    return GenericMedium(env, streams, _generic_terms(table))


def _prime_terms(table: Mapping[str, Any]) -> PrimeTerms:
    try:
        return prime_terms({key: value for key, value in table.items() if key != _CHANNEL})
    except ValueError as error:
        raise ScenarioError(f"[plc] {error}") from error


def _prime(
    env: FieldEnvironment, table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams
) -> Medium:
    return PrimeMedium(
        env, streams, make_channel(table.get(_CHANNEL, {}), grid, streams), _prime_terms(table)
    )


#: Table within the table ``plc``: how well the places of a PRIME wire hear each other.
_CHANNEL = "channel"
_TERMS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "generic": _generic_terms,
    "prime": _prime_terms,
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
KINDS: dict[str, MakeMedium] = {"generic": _generic, "prime": _prime}


def make_medium(
    env: FieldEnvironment, table: Mapping[str, Any], grid: Microgrid, streams: RandomStreams
) -> Medium:
    """The wire that the table ``plc`` describes.

    Raises:
        ScenarioError: its kind or its terms do not exist.
    """
    return KINDS[_kind(table)](env, _rest(table), grid, streams)


def _kind(table: Mapping[str, Any]) -> str:
    kind = table.get("kind", "generic")
    if kind not in KINDS:
        raise ScenarioError(f"[plc] kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return str(kind)


def _rest(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in table.items() if key != "kind"}
