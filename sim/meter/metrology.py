"""Metrology: integrates what flows into registers, exactly, and shows what flows now.

Inputs are constant between two calls of `observe`; whoever changes the circuit calls `advance` first, or
simply `observe`, which does. Powers are whole milliwatts and times whole microseconds, so an energy is a
whole number of nanojoules: no slicing of time ever loses or makes energy, and `energy_wh` of a sum is the
floor of an exact sum.
"""

from dataclasses import dataclass
from enum import StrEnum

from sim.meter.seams import Flow
from sim.meter.units import MILLI, NJ_PER_WH, PPM


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
    """What the meter measures at one instant, in thousandths of the SI unit; powers carry their sign."""

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
    """The constants of the measuring element: pulses for each kWh and kvarh, and its own error in ppm."""

    pulses_per_kwh: int = 3200
    pulses_per_kvarh: int = 3200
    error_ppm: int = 0


class Metrology:
    """The measuring element and its registers.

    Args:
        constants: of the measuring element.
        now_us: when it begins to measure, microseconds.
    """

    __slots__ = ("_constants", "_energy_nj", "_import_power_mw", "_rates_mw", "_sample", "_since_us")

    def __init__(self, constants: MetrologyConstants, now_us: int = 0) -> None:
        self._constants = constants
        self._energy_nj: dict[Quantity, int] = dict.fromkeys(Quantity, 0)
        self._rates_mw: tuple[tuple[Quantity, int], ...] = ()
        self._import_power_mw = 0
        self._sample = Sample()
        self._since_us = now_us

    @property
    def sample(self) -> Sample:
        """What is measured now."""
        return self._sample

    @property
    def constants(self) -> MetrologyConstants:
        """The constants of the measuring element."""
        return self._constants

    @property
    def import_power_mw(self) -> int:
        """Active power drawn from the grid now, mW; 0 while the customer exports."""
        return self._import_power_mw

    def observe(self, flow: Flow, now_us: int) -> int:
        """Close the books at `now_us`, then measure `flow` from here on; answers as `advance`."""
        imported_nj = self.advance(now_us)
        gain_ppm = PPM + self._constants.error_ppm
        self._sample = sample = Sample(
            voltage_mv=round(flow.voltage_v * MILLI),
            current_ma=round(flow.current_a * MILLI),
            active_mw=round(flow.active_power_w * MILLI) * gain_ppm // PPM,
            reactive_mvar=round(flow.reactive_power_var * MILLI) * gain_ppm // PPM,
            apparent_mva=round(flow.apparent_power_va * MILLI) * gain_ppm // PPM,
            frequency_mhz=round(flow.frequency_hz * MILLI),
        )
        magnitudes = (abs(sample.active_mw), abs(sample.reactive_mvar), sample.apparent_mva)
        running = _RUNNING[sample.active_mw < 0, sample.reactive_mvar < 0]
        rates_mw = zip(running, magnitudes, strict=True)
        self._rates_mw = tuple((quantity, rate_mw) for quantity, rate_mw in rates_mw if rate_mw)
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

    def snapshot(self) -> dict[str, int]:
        """The registers as plain data, to be kept without power."""
        return {quantity.value: energy_nj for quantity, energy_nj in self._energy_nj.items()}

    def restore(self, kept: dict[str, int]) -> None:
        """Take up the registers that were kept; nothing flows until the next `observe`."""
        self._energy_nj = {quantity: kept[quantity.value] for quantity in Quantity}
        self._rates_mw = ()
        self._import_power_mw = 0
        self._sample = Sample()
