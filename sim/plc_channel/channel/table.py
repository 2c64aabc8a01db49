"""Channels from the table ``[plc.channel]`` of a scenario.

The keys of `FeederChannelTerms`, `NoiseTerms` and `ReceiverTerms` lie side by side in it; loads are
pairs of resistance and reactance in ohm, or false for none.

>>> table = {"filter_cap_uf": 10.0, "bursts_per_h": 5.0, "profile": "simprime"}
>>> terms, noise, receiver = channel_terms(table)
>>> terms.filter_cap_uf, noise.bursts_per_h, receiver.profile
(10.0, 5.0, 'simprime')
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.feeder import HOME_LOADS, FeederChannel, FeederChannelTerms
from sim.plc_channel.channel.noisy import MatrixChannel, ReceiverTerms
from sim.plc_channel.channel.transmission_lines import ChannelLine
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise import NoiseTerms

_TABLES = tuple(
    {field.name for field in fields(terms)} for terms in (FeederChannelTerms, NoiseTerms, ReceiverTerms)
)
_TUPLES = ("hourly_db",)


def channel_terms(table: Mapping[str, Any]) -> tuple[FeederChannelTerms, NoiseTerms, ReceiverTerms]:
    """What a table says of feeder, noise and modems.

    Raises:
        ChannelTermsError: a key does not exist, or a value makes no sense.
    """
    parts: list[dict[str, Any]] = [{}, {}, {}]
    for key, value in table.items():
        for part, names in zip(parts, _TABLES, strict=True):
            if key in names:
                part[key] = _value(key, value)
                break
        else:
            raise ChannelTermsError(f"the channel has no parameter {key!r}")
    feeder, noise, receiver = parts
    try:
        return FeederChannelTerms(**feeder), NoiseTerms(**noise), ReceiverTerms(**receiver)
    except TypeError as error:
        raise ChannelTermsError("a parameter of the channel has the wrong type") from error


def feeder_channel(
    table: Mapping[str, Any],
    lines: Sequence[ChannelLine],
    node_of_place: Sequence[int],
    phase_of_place: Sequence[int],
    streams: RandomStreams,
    name: str = "plc",
) -> FeederChannel:
    """The channel of a feeder that a table describes.

    Raises:
        ChannelTermsError: the table or the feeder makes no sense.
    """
    terms, noise, receiver = channel_terms(table)
    return FeederChannel(
        lines,
        node_of_place,
        phase_of_place,
        streams=streams,
        terms=terms,
        noise=noise,
        receiver=receiver,
        name=name,
    )


def matrix_channel(table: Mapping[str, Any], streams: RandomStreams, name: str = "plc") -> MatrixChannel:
    """The channel of measured losses that a table describes: ``loss_db``, noise and modems.

    Raises:
        ChannelTermsError: the table makes no sense.
    """
    rest = {key: value for key, value in table.items() if key != "loss_db"}
    if "loss_db" not in table:
        raise ChannelTermsError("a matrix channel needs its losses, loss_db")
    if any(key in _TABLES[0] for key in rest):
        raise ChannelTermsError("a matrix channel has no feeder")
    _, noise, receiver = channel_terms(rest)
    try:
        return MatrixChannel(table["loss_db"], streams=streams, noise=noise, receiver=receiver, name=name)
    except (TypeError, ValueError) as error:
        raise ChannelTermsError("loss_db is a square table of numbers, the concentrator last") from error


def _value(key: str, value: Any) -> Any:
    if key == "loads":
        return {**HOME_LOADS, **{state: _impedance(ohm) for state, ohm in dict(value).items()}}
    if key == "bus_ohm":
        return _impedance(value)
    return tuple(value) if key in _TUPLES else value


def _impedance(value: Any) -> complex | None:
    if value is False or value is None:
        return None
    try:
        resistance, reactance = value if isinstance(value, (list, tuple)) else (value, 0.0)
        return complex(resistance, reactance)
    except (TypeError, ValueError) as error:
        raise ChannelTermsError(f"{value!r} is no impedance: ohm, or [resistance, reactance]") from error
