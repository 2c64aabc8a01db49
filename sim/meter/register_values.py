"""Every number that a register may show, by name: measurements, energies by rate, demands, quality.

`sim.meter.readings` has what the measuring element gives; this adds what the meter makes of it.
"""

from collections.abc import Callable

from sim.meter.components import Components
from sim.meter.demand import Demand
from sim.meter.quality import Watch
from sim.meter.rates import RateRegisters
from sim.meter.readings import THOUSANDTHS, WHOLE, Reading, readings
from sim.meter.row_terms import RATE
from sim.meter.units import MILLI, NJ_PER_WH, US_PER_S


def register_values(parts: Components) -> dict[str, Reading]:
    """Name -> how to read it, and the power of ten that it counts in."""
    found = readings(parts.metrology)
    account = parts.prepayment
    found["energy.postpaid"] = Reading(lambda: account.unpaid_nj // NJ_PER_WH, WHOLE)
    found |= {f"{RATE}{name}": Reading(_energy(parts.rates, name), WHOLE) for name in parts.rates.names}
    found |= {
        f"last-demand.{name}": Reading(_last(register), THOUSANDTHS)
        for name, register in parts.demands.registers.items()
    }
    for name, watch in parts.quality.watches.items():
        found |= _watched(name, watch)
    return found


def _energy(rates: RateRegisters, name: str) -> Callable[[], int]:
    return lambda: rates.energy_nj(name) // NJ_PER_WH


def _last(register: Demand) -> Callable[[], int]:
    return lambda: register.last_mw


def _watched(name: str, watch: Watch) -> dict[str, Reading]:
    return {
        f"duration.{name}": Reading(lambda: watch.last_us * MILLI // US_PER_S, THOUSANDTHS),
        f"magnitude.{name}": Reading(lambda: watch.last_magnitude, THOUSANDTHS),
    }
