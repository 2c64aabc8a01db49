"""What can be read off the measuring element, by name: registers and load profile take their numbers here."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.meter.metrology import ACTIVE, REACTIVE_EXPORT, REACTIVE_IMPORT, Metrology, Quantity

#: Powers of ten of what the parts hand out: thousandths, and whole Wh.
THOUSANDTHS = -3
WHOLE = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of a live part and the power of ten that it counts in."""

    read: Callable[[], int]
    exponent: int


_ENERGIES: dict[str, tuple[Quantity, ...]] = {
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


def readings(metrology: Metrology) -> dict[str, Reading]:
    """Every reading of `metrology` by name: what is measured now, and the energies."""
    instant: dict[str, Callable[[], int]] = {
        "voltage": lambda: metrology.sample.voltage_mv,
        "current": lambda: metrology.sample.current_ma,
        "power-factor": lambda: metrology.sample.power_factor_milli,
        "frequency": lambda: metrology.sample.frequency_mhz,
        "active-power-import": lambda: max(0, metrology.sample.active_mw),
        "active-power-export": lambda: max(0, -metrology.sample.active_mw),
        "reactive-power-import": lambda: max(0, metrology.sample.reactive_mvar),
        "reactive-power-export": lambda: max(0, -metrology.sample.reactive_mvar),
        "apparent-power-import": lambda: (
            metrology.sample.apparent_mva if metrology.sample.active_mw >= 0 else 0
        ),
        "apparent-power-export": lambda: (
            metrology.sample.apparent_mva if metrology.sample.active_mw < 0 else 0
        ),
    }
    return {name: Reading(read, THOUSANDTHS) for name, read in instant.items()} | {
        f"energy.{name}": Reading(_energy(metrology, quantities), WHOLE)
        for name, quantities in _ENERGIES.items()
    }


def _energy(metrology: Metrology, quantities: tuple[Quantity, ...]) -> Callable[[], int]:
    return lambda: metrology.energy_wh(*quantities)
