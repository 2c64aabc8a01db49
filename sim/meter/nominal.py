"""Nominal values of a model, and the limits of voltage and current that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.meter.element_errors import Rated
from sim.meter.events import EventCode
from sim.meter.quality import WatchTerms
from sim.meter.units import MILLI

_PERCENT = 100
SAG, SWELL, CUT, OVERLOAD = "sag", "swell", "cut", "overload"


@dataclass(frozen=True, slots=True)
class Nominal:
    """What the type plate says.

    Args:
        voltage_v: nominal voltage, V.
        current_a: basic current, A.
        current_max_a: maximum current, A.
        frequency_hz: nominal frequency, Hz.
    """

    voltage_v: int
    current_a: int
    current_max_a: int
    frequency_hz: int


def rated(nominal: Nominal) -> Rated:
    """What the errors of its measuring element are relative to."""
    return Rated(
        float(nominal.voltage_v),
        float(nominal.frequency_hz),
        float(nominal.current_a),
        float(nominal.current_max_a),
    )


def watch_terms(nominal: Nominal, limits: Mapping[str, Any]) -> tuple[WatchTerms, ...]:
    """The watches of a model.

    Args:
        nominal: values that the limits are shares of.
        limits: ``sag_percent``, ``swell_percent``, ``cut_percent`` of the nominal voltage,
            ``voltage_after_s``, ``overload_after_s`` and ``entries``.

    Raises:
        KeyError: a limit is missing.
    """
    voltage_mv, after_s, entries = nominal.voltage_v * MILLI, limits["voltage_after_s"], limits["entries"]
    cut_mv = voltage_mv * limits["cut_percent"] // _PERCENT
    sag_mv = voltage_mv * limits["sag_percent"] // _PERCENT
    swell_mv = voltage_mv * limits["swell_percent"] // _PERCENT
    normal = EventCode.NORMAL_VOLTAGE
    return (
        WatchTerms(SAG, "voltage", sag_mv, False, after_s, EventCode.UNDER_VOLTAGE, normal, cut_mv, entries),
        WatchTerms(SWELL, "voltage", swell_mv, True, after_s, EventCode.OVER_VOLTAGE, normal, 0, entries),
        WatchTerms(CUT, "voltage", cut_mv, False, after_s, EventCode.MISSING_VOLTAGE, normal, 0, entries),
        WatchTerms(
            OVERLOAD,
            "current",
            nominal.current_max_a * MILLI,
            True,
            limits["overload_after_s"],
            EventCode.OVERLOAD,
            EventCode.NO_OVERLOAD,
            entries=0,
        ),
    )
