"""What can be read off the measuring element, by name: registers and load profile take their numbers here."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.meter.metrology import ACTIVE, REACTIVE_EXPORT, REACTIVE_IMPORT, Metrology, Quantity, Sample

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
    """What is measured now, in thousandths.

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
