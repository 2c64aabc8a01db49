"""Steps that the closed-loop cases share: credit to work with, and a load for a while."""

from contextlib import suppress
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.dialogue import Dialogue, answers_well
from conformance.bench.endings import CaseFails
from conformance.text import Text
from protocols.dlms.axdr import integer
from protocols.dlms.cosem.enumerations import CreditType
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis

ENERGY = "1.0.1.8.0"
SWITCH = "0.0.96.3.10"
DISCONNECT, RECONNECT = 1, 2
_CREDIT, _AMOUNT, _TYPE = 112, 2, 3
_CREDIT_INSTANCES = 10
_SHARE_LOAD_A = 10.0
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
    reclose(bench)


def reclose(bench: Bench) -> None:
    """Reconnect by DLMS a meter that declares that it does not close by itself.

    Ready for reconnection it waits for somebody's hand in some modes: an order to disconnect leads out of
    that state first.
    """
    if "self-closing" not in bench.statement.capabilities.absent:
        return
    with bench.associated("reader") as dialogue:
        closed = bool(dialogue.get(70, SWITCH, 2).value)
    if not closed:
        with suppress(CaseFails):
            order(bench, DISCONNECT)
        order(bench, RECONNECT)
        bench.clock.wait(bench.statement.metrology.reconnect_within_s)


def order(bench: Bench, method: int) -> None:
    """Order disconnection or reconnection by DLMS.

    Raises:
        CaseFails: the order is refused.
    """
    es, en = {DISCONNECT: ("desconectar", "disconnect"), RECONNECT: ("reconectar", "reconnect")}[method]
    with (
        bench.associated("reader") as dialogue,
        answers_well(Text(f"la orden de {es}", f"the order to {en}")),
    ):
        dialogue.session.action(70, Obis.from_string(SWITCH), method, integer(0))
    bench.stimulus(f"orden DLMS: {es}", f"DLMS order: {en}")


def use_up_share(bench: Bench) -> None:
    """Use up what comes by the clock and goes before tokens, on a meter that declares such a share."""
    if "daily-share" not in bench.statement.capabilities.present or not bench.has("load"):
        return
    with bench.associated("reader") as dialogue:
        left_wh = sum(_share_wh(dialogue, instance) for instance in range(1, _CREDIT_INSTANCES))
    if left_wh <= 0:
        return
    bench.home.load(_SHARE_LOAD_A)
    power_w = bench.load.read().power_w
    if power_w > 0:
        bench.clock.wait(left_wh * _WS_PER_WH / power_w)
    bench.home.load(0.0)
    bench.note(f"se gastan {left_wh} Wh del día", f"{left_wh} Wh of the day's share are used up")


def _share_wh(dialogue: Dialogue, instance: int) -> int:
    """What is left in a time-based credit; nothing in any other, or where there is none."""
    name = f"0.0.19.10.{instance}"
    try:
        timed = dialogue.integer(_CREDIT, name, _TYPE) == CreditType.TIME_BASED
        return dialogue.integer(_CREDIT, name, _AMOUNT) if timed else 0
    except RemoteProtocolError:
        return 0


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
