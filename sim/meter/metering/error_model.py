"""Error model of a measuring element: load, phase, voltage, frequency, heat, harmonics.

One element has constants (`ElementErrors`), drawn once from the spreads of its model (`ErrorTerms`) by the
meter's own random stream. The formulas take numbers or NumPy arrays: only operators that round alike in both
are used, so a bank of elements agrees with a single one to the last bit.

The element multiplies the voltage with a current that is turned by its phase error and to which a little of
the voltage couples over::

    P = U (I cos(φ + δ) + i)     Q = U (I sin(φ + δ) + j)

and then has a gain. Below its starting current it counts nothing, which also keeps ``i`` from creeping.
Self-heating is that of the steady state.

Source: IEC 62053-21 and IEC 62053-23, limits of error and of influence; the shape of the model is ours.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from tomllib import loads
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Number = TypeVar("Number", float, NDArray[np.float64])

REFERENCE_C = 23.0
_PERCENT = 100.0
_DEGREES_PER_MINUTE = 1.0 / 60.0
#: A spread is so many standard deviations; nothing is drawn beyond it.
_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Rated:
    """The values that a model is built for: its errors are relative to these.

    Args:
        voltage_v: reference voltage, V.
        frequency_hz: reference frequency, Hz.
        current_a: basic current, A.
        current_max_a: maximum current, A.
    """

    voltage_v: float = 120.0
    frequency_hz: float = 60.0
    current_a: float = 5.0
    current_max_a: float = 80.0


@dataclass(frozen=True, slots=True)
class ErrorTerms:
    """The spreads of a model: the most that the constant of one element is away from 0, on either side.

    Args:
        gain_ppm: of active and reactive power alike.
        reactive_gain_ppm: of the reactive power besides.
        heating_ppm: at the maximum current; it grows with the square of the current.
        offset_ma: current in phase with the voltage that couples over at the reference voltage, mA.
        reactive_offset_ma: the same, a quarter of a period late, mA.
        phase_minutes: phase error, minutes of arc.
        temperature_ppm: for each kelvin away from 23 °C.
        voltage_ppm: for each per cent away from the reference voltage.
        frequency_ppm: for each per cent away from the reference frequency.
        phase_frequency_minutes: phase error for each per cent away from it, minutes of arc.
        harmonics_ppm: for each per cent of distortion of the current.
        start_milli: starting current, thousandths of the basic current: (least, most).

    Raises:
        ValueError: a spread below 0, or starting currents that are no range.
    """

    gain_ppm: float = 0.0
    reactive_gain_ppm: float = 0.0
    heating_ppm: float = 0.0
    offset_ma: float = 0.0
    reactive_offset_ma: float = 0.0
    phase_minutes: float = 0.0
    temperature_ppm: float = 0.0
    voltage_ppm: float = 0.0
    frequency_ppm: float = 0.0
    phase_frequency_minutes: float = 0.0
    harmonics_ppm: float = 0.0
    start_milli: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start_milli", tuple(self.start_milli))
        negative = [name for name in SPREAD_NAMES if getattr(self, name) < 0.0]
        if negative:
            raise ValueError(f"spreads must be 0 or more: {', '.join(negative)}")
        if len(self.start_milli) != 2 or not 0.0 <= self.start_milli[0] <= self.start_milli[1]:
            raise ValueError(f"start_milli must be two numbers, the smaller first, not {self.start_milli}")


@dataclass(frozen=True, slots=True)
class ElementErrors:
    """The constants of one element; see `ErrorTerms` for units. All 0 is an ideal one."""

    gain_ppm: float = 0.0
    reactive_gain_ppm: float = 0.0
    heating_ppm: float = 0.0
    offset_ma: float = 0.0
    reactive_offset_ma: float = 0.0
    phase_minutes: float = 0.0
    temperature_ppm: float = 0.0
    voltage_ppm: float = 0.0
    frequency_ppm: float = 0.0
    phase_frequency_minutes: float = 0.0
    harmonics_ppm: float = 0.0
    start_a: float = 0.0
    rated: Rated = Rated()


#: The constants that are drawn from a spread, in the order in which they are drawn.
SPREAD_NAMES = tuple(item.name for item in fields(ElementErrors) if item.name not in ("start_a", "rated"))


@dataclass(frozen=True, slots=True)
class Influences:
    """Influences on an element besides what it measures.

    Args:
        ambient_c: temperature around it, °C.
        distortion_percent: harmonics in the current, per cent of its fundamental.
        magnet_ppm: what a magnet takes (negative) or gives, of all it measures.
        injected_ppm: an error that a bench adds.
    """

    ambient_c: float = REFERENCE_C
    distortion_percent: float = 0.0
    magnet_ppm: int = 0
    injected_ppm: int = 0


UNDISTURBED = Influences()


def draw(terms: ErrorTerms, rated: Rated, generator: "Generator") -> ElementErrors:
    """The constants of one element: normal, a spread is three standard deviations and the most there is."""
    deviations = generator.standard_normal(len(SPREAD_NAMES)).tolist()
    constants = {
        name: getattr(terms, name) * min(1.0, max(-1.0, deviation / _SIGMAS))
        for name, deviation in zip(SPREAD_NAMES, deviations, strict=True)
    }
    least, most = terms.start_milli
    start_milli = least + (most - least) * float(generator.random())
    return ElementErrors(**constants, start_a=start_milli * rated.current_a / 1000.0, rated=rated)


def read_terms(given: Mapping[str, Any] | str) -> ErrorTerms:
    """The spreads of a model from its profile: a table, or the name of a file in ``profiles/elements``.

    Raises:
        LookupError: there is no such file.
        TypeError, ValueError: an unknown key, or a value out of range.
    """
    return _file_terms(given) if isinstance(given, str) else ErrorTerms(**given)


@cache
def _file_terms(name: str) -> ErrorTerms:
    path = resources.files("sim.meter") / "profiles" / "elements" / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise LookupError(f"there are no spreads {name!r} in sim/meter/profiles/elements")
    return ErrorTerms(**loads(path.read_text(encoding="utf-8"))["errors"])


# ---------------------------------------------------------------- formulas, for numbers and arrays alike


def gain_ppm(
    errors: Any, voltage_v: "Number", current_a: "Number", frequency_hz: Any, ambient_c: Any, distortion: Any
) -> "Number":
    """The error of the gain that both powers share, ppm."""
    load = current_a / errors.rated.current_max_a
    voltage_off = (voltage_v / errors.rated.voltage_v - 1.0) * _PERCENT
    frequency_off = (frequency_hz / errors.rated.frequency_hz - 1.0) * _PERCENT
    total: Number = (
        errors.gain_ppm
        + errors.heating_ppm * load * load
        + errors.temperature_ppm * (ambient_c - REFERENCE_C)
        + errors.voltage_ppm * voltage_off
        + errors.frequency_ppm * frequency_off
        + errors.harmonics_ppm * distortion
    )
    return total


def phase_shift_deg(errors: Any, frequency_hz: Any) -> Any:
    """By how much more the element sees the current lag, degrees."""
    frequency_off = (frequency_hz / errors.rated.frequency_hz - 1.0) * _PERCENT
    return (errors.phase_minutes + errors.phase_frequency_minutes * frequency_off) * _DEGREES_PER_MINUTE


def offset_a(errors: Any) -> Any:
    """The current that couples over, in phase with the voltage, A."""
    return errors.offset_ma / 1000.0


def reactive_offset_a(errors: Any) -> Any:
    """The same a quarter of a period late, A."""
    return errors.reactive_offset_ma / 1000.0


def radians(degrees: Any) -> Any:
    """As `math.radians`, to the bit, for arrays as well."""
    return degrees * (math.pi / 180.0)
