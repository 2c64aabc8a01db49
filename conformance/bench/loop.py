"""Steps that the closed-loop cases share: credit to work with, and a load for a while."""

from dataclasses import dataclass

from conformance.bench.bench import Bench

ENERGY = "1.0.1.8.0"
_WS_PER_WH = 3600.0


@dataclass(frozen=True, slots=True)
class Consumed:
    """One stretch of load, as the bench measured it and as the meter registered it."""

    reference_wh: float
    registered_wh: float
    credit_wh: int
    active_pulses: int | None


def with_credit(bench: Bench, units: int) -> None:
    """Give the meter credit, in tenths of a kWh, so that its switch is closed."""
    bench.tokens.must_accept(bench.tokens.credit(units))
    bench.clock.wait(bench.statement.metrology.reconnect_within_s)


def credit_wh(bench: Bench) -> int:
    """The meter's credit, which these cases cannot do without."""
    found = bench.tokens.credit_wh()
    if found is None:
        raise bench.not_applicable("el crédito no se puede leer", "credit cannot be read")
    return found


def energy_wh(bench: Bench) -> float:
    """The meter's register of imported active energy, Wh."""
    with bench.associated("reader") as dialogue:
        register = dialogue.register(ENERGY)
    bench.measure("energy", register.raw, f"10^{register.scaler} {register.unit}")
    bench.observe(f"energía: {register.value:g} Wh", f"energy: {register.value:g} Wh")
    return register.value


def consume(bench: Bench, current_a: float, phase_deg: float, seconds: float) -> Consumed:
    """Let a load flow for a while; the reference is the load station's power over the clock's time."""
    pulses_before = bench.pulses.read().active if bench.has("pulses") else None
    energy_before, credit_before = energy_wh(bench), credit_wh(bench)
    bench.home.load(current_a, phase_deg)
    began_s = bench.clock.now_s()
    bench.clock.wait(seconds)
    reading = bench.load.read()
    bench.home.load(0.0)
    elapsed_s = bench.clock.now_s() - began_s
    reference_wh = reading.power_w * elapsed_s / _WS_PER_WH
    bench.measure("load power", f"{reading.power_w:.3f}", "W")
    bench.measure("reference energy", f"{reference_wh:.3f}", "Wh")
    energy_after, credit_after = energy_wh(bench), credit_wh(bench)
    pulses = bench.pulses.read().active - pulses_before if pulses_before is not None else None
    if pulses is not None:
        bench.measure("pulses", pulses, "imp")
    return Consumed(reference_wh, energy_after - energy_before, credit_before - credit_after, pulses)


def flows(bench: Bench) -> bool:
    """Whether current really flows in the load."""
    current_a = bench.load.read().current_a
    bench.measure("load current", f"{current_a:.3f}", "A")
    bench.observe(f"por la carga pasan {current_a:.3f} A", f"{current_a:.3f} A flow in the load")
    return current_a > 0.02  # a thousandth of the basic current and more: no contact leaks that
