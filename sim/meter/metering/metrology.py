"""Metrology: integrates what flows into registers, exactly, and shows what flows now.

Inputs are constant between two calls of `observe`; code that changes the circuit calls `advance` first,
or simply `observe`, which does. Powers are whole milliwatts and times whole microseconds, so an energy is a
whole number of nanojoules: no slicing of time ever loses or makes energy, and `energy_wh` of a sum is the
floor of an exact sum.

An element is ideal, with at most a fixed error in ppm, or has constants of its own
(`sim.meter.metering.error_model`). Many elements in arrays, each of which looks like this one to its meter,
are in `sim.meter.bank`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sim.meter.interfaces import Flow
from sim.meter.metering.error_model import (
    UNDISTURBED,
    ElementErrors,
    ErrorTerms,
    Influences,
    Rated,
    draw,
    gain_ppm,
    offset_a,
    phase_shift_deg,
    radians,
    reactive_offset_a,
    read_terms,
)
from sim.meter.units import MILLI, NJ_PER_WH, PPM

if TYPE_CHECKING:
    from numpy.random import Generator


class Quantity(StrEnum):
    """The accumulators. The quadrants are those of IEC 62053-23, Annex C."""

    ACTIVE_IMPORT = "active-import"
    ACTIVE_EXPORT = "active-export"
    REACTIVE_QI = "reactive-q1"
    REACTIVE_QII = "reactive-q2"
    REACTIVE_QIII = "reactive-q3"
    REACTIVE_QIV = "reactive-q4"
    APPARENT_IMPORT = "apparent-import"
    APPARENT_EXPORT = "apparent-export"


ACTIVE = (Quantity.ACTIVE_IMPORT, Quantity.ACTIVE_EXPORT)
REACTIVE_IMPORT = (Quantity.REACTIVE_QI, Quantity.REACTIVE_QII)
REACTIVE_EXPORT = (Quantity.REACTIVE_QIII, Quantity.REACTIVE_QIV)

# (exports, leads) -> the accumulators that run
_RUNNING: dict[tuple[bool, bool], tuple[Quantity, Quantity, Quantity]] = {
    (False, False): (Quantity.ACTIVE_IMPORT, Quantity.REACTIVE_QI, Quantity.APPARENT_IMPORT),
    (True, False): (Quantity.ACTIVE_EXPORT, Quantity.REACTIVE_QII, Quantity.APPARENT_EXPORT),
    (True, True): (Quantity.ACTIVE_EXPORT, Quantity.REACTIVE_QIII, Quantity.APPARENT_EXPORT),
    (False, True): (Quantity.ACTIVE_IMPORT, Quantity.REACTIVE_QIV, Quantity.APPARENT_IMPORT),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Measurement at one instant, in thousandths of the SI unit; powers carry their sign."""

    voltage_mv: int = 0
    current_ma: int = 0
    active_mw: int = 0
    reactive_mvar: int = 0
    apparent_mva: int = 0
    frequency_mhz: int = 0

    @property
    def power_factor_milli(self) -> int:
        """Magnitude of the power factor, 0 to 1000; 1000 where nothing flows."""
        if self.apparent_mva == 0:
            return MILLI
        return min(MILLI, round(MILLI * abs(self.active_mw) / self.apparent_mva))


@dataclass(frozen=True, slots=True)
class MetrologyConstants:
    """The constants of the measuring element.

    Args:
        pulses_per_kwh: flashes of the active LED for each kWh.
        pulses_per_kvarh: flashes of the reactive LED for each kvarh.
        error_ppm: an error that is the same for everything it measures.
        spreads: what the elements of this model may differ by; None for ideal ones.
        errors: the constants of this one element, drawn from these; None for an ideal one.
    """

    pulses_per_kwh: int = 3200
    pulses_per_kvarh: int = 3200
    error_ppm: int = 0
    spreads: ErrorTerms | None = None
    errors: ElementErrors | None = None


#: Name of a reading -> the least and the most at which nothing happens; None for no limit.
Bands = Mapping[str, tuple[int | None, int | None]]


class Metrology:
    """The measuring element and its registers.

    Attributes:
        wakes: True where the element itself wakes its meter, which then has to say when (`within`).

    Args:
        constants: of the measuring element.
        now_us: when it begins to measure, microseconds.
    """

    __slots__ = (
        "_constants",
        "_energy_nj",
        "_import_power_mw",
        "_influences",
        "_rates_mw",
        "_sample",
        "_since_us",
    )

    wakes: ClassVar[bool] = False

    def __init__(self, constants: MetrologyConstants, now_us: int = 0) -> None:
        self._constants = constants
        self._influences = UNDISTURBED
        self._energy_nj: dict[Quantity, int] = dict.fromkeys(Quantity, 0)
        self._rates_mw: tuple[tuple[Quantity, int], ...] = ()
        self._import_power_mw = 0
        self._sample = Sample()
        self._since_us = now_us

    @property
    def sample(self) -> Sample:
        """Sample of this instant."""
        return self._sample

    @property
    def constants(self) -> MetrologyConstants:
        """The constants of the measuring element."""
        return self._constants

    @property
    def import_power_mw(self) -> int:
        """Active power drawn from the grid now, mW; 0 while the customer exports."""
        return self._import_power_mw

    @property
    def influences(self) -> Influences:
        """Influences on the element besides what it measures."""
        return self._influences

    def disturb(self, influences: Influences) -> None:
        """Let these act on the element from the next look at the circuit on."""
        self._influences = influences

    def observe(self, flow: Flow, now_us: int) -> int:
        """Close the books at `now_us`, then measure `flow` from here on; answers as `advance`."""
        imported_nj = self.advance(now_us)
        self._sample = sample = measure(flow, self._constants, self._influences)
        self._rates_mw = running_powers(sample)
        self._import_power_mw = max(0, sample.active_mw)
        return imported_nj

    def advance(self, now_us: int) -> int:
        """Integrate up to `now_us`.

        Returns:
            The active energy imported since the last call, nJ. Exported energy is never in it.
        """
        elapsed_us = now_us - self._since_us
        self._since_us = now_us
        for quantity, rate_mw in self._rates_mw:
            self._energy_nj[quantity] += rate_mw * elapsed_us
        return self._import_power_mw * elapsed_us

    # ------------------------------------------------------------ when the meter must look again

    def us_until_import(self, energy_nj: int | None) -> int | None:
        """Microseconds until so much more will have been imported, at the power that flows now, rounded up.

        Args:
            energy_nj: above 0; None for an energy that never comes.

        Returns:
            None for never, and where the element itself wakes the meter then.
        """
        return None if energy_nj is None else _us_until(energy_nj, self._import_power_mw)

    def overdue(self, now_us: int) -> bool:
        """True where the energy last asked for has been imported, and the meter has yet to be woken."""
        return False

    def within(self, who: str, bands: Bands) -> None:
        """Let the meter sleep while the readings stay within these bands; only of an element that `wakes`.

        Args:
            who: asks; what the same one asked for before no longer holds.
            bands: by the name of a reading. One that the element cannot watch wakes at every change.
        """

    def energy_nj(self, *quantities: Quantity) -> int:
        """The exact sum of these accumulators, nJ (or nvars, nVAs)."""
        return sum(map(self._energy_nj.__getitem__, quantities))

    def energy_wh(self, *quantities: Quantity) -> int:
        """The register over these accumulators, whole Wh (varh, VAh), as the wire shows it."""
        return sum(map(self._energy_nj.__getitem__, quantities)) // NJ_PER_WH

    def pulses(self) -> tuple[int, int]:
        """Flashes of the active and the reactive LED since the meter was made; both directions count."""
        reactive_nj = self.energy_nj(*REACTIVE_IMPORT, *REACTIVE_EXPORT)
        return (
            self.energy_nj(*ACTIVE) * self._constants.pulses_per_kwh // (MILLI * NJ_PER_WH),
            reactive_nj * self._constants.pulses_per_kvarh // (MILLI * NJ_PER_WH),
        )

    def us_until_pulse(self) -> tuple[int | None, int | None]:
        """Microseconds until the next flash of the active and of the reactive LED, if the same flows on.

        Returns:
            None for an LED that will not flash. It counts from the last `advance` or `observe`.
        """
        sample, constants, flashes = self.sample, self._constants, self.pulses()
        leds = (
            (self.energy_nj(*ACTIVE), constants.pulses_per_kwh, abs(sample.active_mw)),
            (
                self.energy_nj(*REACTIVE_IMPORT, *REACTIVE_EXPORT),
                constants.pulses_per_kvarh,
                abs(sample.reactive_mvar),
            ),
        )
        active, reactive = (
            _us_until(-(-(count + 1) * MILLI * NJ_PER_WH // per_kwh) - energy_nj, power_mw)
            for (energy_nj, per_kwh, power_mw), count in zip(leds, flashes, strict=True)
        )
        return active, reactive

    def snapshot(self) -> dict[str, int]:
        """The registers as plain data, to be kept without power."""
        return {quantity.value: energy_nj for quantity, energy_nj in self._energy_nj.items()}

    def restore(self, kept: dict[str, int]) -> None:
        """Take up the registers that were kept; nothing flows until the next `observe`."""
        self._energy_nj = {quantity: kept[quantity.value] for quantity in Quantity}
        self._rates_mw = ()
        self._import_power_mw = 0
        self._sample = Sample()


def _us_until(energy_nj: int, power_mw: int) -> int | None:
    return -(-energy_nj // power_mw) if power_mw else None


def running_powers(sample: Sample) -> tuple[tuple[Quantity, int], ...]:
    """Which accumulators run at what is measured, and how fast, mW."""
    magnitudes = (abs(sample.active_mw), abs(sample.reactive_mvar), sample.apparent_mva)
    running = _RUNNING[sample.active_mw < 0, sample.reactive_mvar < 0]
    return tuple((quantity, power) for quantity, power in zip(running, magnitudes, strict=True) if power)


def read_constants(given: Mapping[str, Any]) -> MetrologyConstants:
    """The constants of a model from its profile: ``errors`` there are the spreads of its elements.

    Raises:
        LookupError, TypeError, ValueError: an unknown key, or a value out of range.
    """
    values = dict(given)
    spreads = values.pop("errors", None)
    return MetrologyConstants(**values, spreads=None if spreads is None else read_terms(spreads))


def own_constants(
    model: MetrologyConstants, rated: Rated, stream: Callable[[], "Generator"]
) -> MetrologyConstants:
    """The constants of one element of a model: drawn from its stream where its elements differ."""
    if model.spreads is None or model.errors is not None:
        return model
    return replace(model, errors=draw(model.spreads, rated, stream()))


def measure(flow: Flow, constants: MetrologyConstants, influences: Influences = UNDISTURBED) -> Sample:
    """Sample that an element shows of a flow."""
    errors = constants.errors
    scale_ppm = PPM + constants.error_ppm + influences.magnet_ppm + influences.injected_ppm
    if errors is None:
        active_w, reactive_var = flow.active_power_w, flow.reactive_power_var
        apparent_va, reactive_ppm = flow.apparent_power_va, scale_ppm
    elif flow.current_a < errors.start_a:
        active_w = reactive_var = apparent_va = 0.0
        reactive_ppm = scale_ppm
    else:
        voltage_v, frequency_hz = flow.voltage_v, flow.frequency_hz
        apparent_va = flow.apparent_power_va
        angle = radians(flow.phase_deg + phase_shift_deg(errors, frequency_hz))
        active_w = apparent_va * math.cos(angle) + voltage_v * offset_a(errors)
        reactive_var = apparent_va * math.sin(angle) + voltage_v * reactive_offset_a(errors)
        common_ppm = gain_ppm(
            errors,
            voltage_v,
            flow.current_a,
            frequency_hz,
            influences.ambient_c,
            influences.distortion_percent,
        )
        reactive_ppm = scale_ppm + round(common_ppm + errors.reactive_gain_ppm)
        scale_ppm += round(common_ppm)
    return Sample(
        voltage_mv=round(flow.voltage_v * MILLI),
        current_ma=round(flow.current_a * MILLI),
        active_mw=round(active_w * MILLI) * scale_ppm // PPM,
        reactive_mvar=round(reactive_var * MILLI) * reactive_ppm // PPM,
        apparent_mva=round(apparent_va * MILLI) * scale_ppm // PPM,
        frequency_mhz=round(flow.frequency_hz * MILLI),
    )


# ------------------------------------------------------------ readings by name

#: Powers of ten of what the parts hand out: thousandths, and whole Wh.
THOUSANDTHS = -3
WHOLE = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of a live part and the power of ten that it counts in."""

    read: Callable[[], int]
    exponent: int


#: Name of an energy -> the accumulators that it is the sum of.
ENERGIES: dict[str, tuple[Quantity, ...]] = {
    "active-import": (Quantity.ACTIVE_IMPORT,),
    "active-export": (Quantity.ACTIVE_EXPORT,),
    "active-absolute": ACTIVE,
    "reactive-import": REACTIVE_IMPORT,
    "reactive-export": REACTIVE_EXPORT,
    "reactive-q1": (Quantity.REACTIVE_QI,),
    "reactive-q2": (Quantity.REACTIVE_QII,),
    "reactive-q3": (Quantity.REACTIVE_QIII,),
    "reactive-q4": (Quantity.REACTIVE_QIV,),
    "apparent-import": (Quantity.APPARENT_IMPORT,),
    "apparent-export": (Quantity.APPARENT_EXPORT,),
}


#: What is measured now, in thousandths of the SI unit.
_INSTANT: dict[str, Callable[[Sample], int]] = {
    "voltage": lambda sample: sample.voltage_mv,
    "current": lambda sample: sample.current_ma,
    "power-factor": lambda sample: sample.power_factor_milli,
    "frequency": lambda sample: sample.frequency_mhz,
    "active-power-import": lambda sample: max(0, sample.active_mw),
    "active-power-export": lambda sample: max(0, -sample.active_mw),
    "reactive-power-import": lambda sample: max(0, sample.reactive_mvar),
    "reactive-power-export": lambda sample: max(0, -sample.reactive_mvar),
    "apparent-power-import": lambda sample: sample.apparent_mva if sample.active_mw >= 0 else 0,
    "apparent-power-export": lambda sample: sample.apparent_mva if sample.active_mw < 0 else 0,
}


def measured(metrology: Metrology, name: str) -> int:
    """Instantaneous value by name, in thousandths.

    Raises:
        KeyError: there is no such measurement.
    """
    return _INSTANT[name](metrology.sample)


def readings(metrology: Metrology) -> dict[str, Reading]:
    """Every reading of `metrology` by name: what is measured now, and the energies."""
    return {name: Reading(_measured(metrology, pick), THOUSANDTHS) for name, pick in _INSTANT.items()} | {
        f"energy.{name}": Reading(_energy(metrology, quantities), WHOLE)
        for name, quantities in ENERGIES.items()
    }


def _measured(metrology: Metrology, pick: Callable[[Sample], int]) -> Callable[[], int]:
    return lambda: pick(metrology.sample)


def _energy(metrology: Metrology, quantities: tuple[Quantity, ...]) -> Callable[[], int]:
    return lambda: metrology.energy_wh(*quantities)


def energy_nj(metrology: Metrology, name: str) -> Callable[[], int]:
    """The exact energy of that name, nJ.

    Raises:
        KeyError: there is no such energy.
    """
    quantities = ENERGIES[name]
    return lambda: metrology.energy_nj(*quantities)
