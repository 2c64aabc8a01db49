"""Station control of one meter: fingers, loads, covers, magnets; and the faults it can have.

Names, arguments and results of the operations are those of `protocols.field.control_ops`; ``clock.*``,
``link.*`` and ``device.info`` belong to the world. Values of faults are in the unit that the sentence of
the fault says. A fault that leaves a mark (a worn contact, a lost clock, a register that counted wrong)
leaves it when it ends, as real hardware does; what can be exchanged is new then.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from simpy import Event

from protocols.field.control_ops import OPERATIONS
from protocols.field.errors import StationControlError
from sim.kernel.faults import Begin, End, FaultInjector, fault_handlers
from sim.meter.ciu.keypad_display import OK, UnitDisplay
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.hardware import ModuleKind
from sim.meter.meter import Meter
from sim.meter.storage.nvm import CutMoment, PowerLostError
from sim.meter.supply.supply_control import Sticking
from sim.meter.units import PPM

# ------------------------------------------------------------ operations

Steps = Generator[Event, Any, dict[str, Any]]
Handler = Callable[[dict[str, Any]], "dict[str, Any] | Steps | None"]

#: How often a finger waits before it looks at the display again, where an answer takes time.
LOOK_S = 0.05


def control_handlers(meter: Meter) -> dict[str, Handler]:
    """Operation -> what it does to `meter`."""
    supply = meter.supply

    def press(args: dict[str, Any]) -> dict[str, Any]:
        _press(meter, [args["key"]])
        return shown("keypad.press", meter.display())

    def enter(args: dict[str, Any]) -> dict[str, Any] | Steps:
        _press(meter, [*args["digits"], OK])
        if meter.unit.waiting:
            return wait_for_answer()
        return shown("keypad.enter", meter.display())

    def wait_for_answer() -> Steps:
        while meter.unit.waiting:
            yield meter.env.timeout(LOOK_S)
        return shown("keypad.enter", meter.display())

    def read_load(_args: dict[str, Any]) -> dict[str, Any]:
        flow = supply.flow(switch_closed=meter.parts.switch.relay_closed)
        return {
            "current_a": flow.current_a,
            "power_w": flow.active_power_w,
            "voltage_v": flow.voltage_v,
        }

    def read_pulses(_args: dict[str, Any]) -> dict[str, Any]:
        meter.settle()
        active, reactive = meter.parts.metrology.pulses()
        return {"active_pulses": active, "reactive_pulses": reactive}

    def cut_at_write(args: dict[str, Any]) -> dict[str, Any]:
        memory = meter.memory
        memory.cut_at(args.get("write", 0), CutMoment(args.get("moment", CutMoment.DURING)))
        return {"writes": memory.writes}

    return {
        "keypad.press": press,
        "keypad.enter": enter,
        "keypad.display": lambda _args: shown("keypad.display", meter.display()),
        "carrier.enter": lambda args: _hand_over(meter, args),
        "supply.cut_at_write": cut_at_write,
        "supply.off": lambda _args: meter.power_cut(),
        "supply.on": lambda _args: meter.power_up(),
        "source.set": lambda args: supply.set_source(args["voltage_v"], args.get("frequency_hz")),
        "load.set": lambda args: supply.set_load(args["current_a"], args.get("phase_deg", 0.0)),
        "load.read": read_load,
        "cover.open": lambda args: meter.sense(TamperKind(args["which"]), present=True),
        "cover.close": lambda args: meter.sense(TamperKind(args["which"]), present=False),
        "magnet.apply": lambda _args: meter.sense(TamperKind.MAGNET, present=True),
        "magnet.remove": lambda _args: meter.sense(TamperKind.MAGNET, present=False),
        "pulses.read": read_pulses,
        **fault_handlers(meter.faults),
    }


def _press(meter: Meter, keys: list[str]) -> None:
    try:
        for key in keys:
            meter.press(key)
    except ValueError as error:
        raise StationControlError("bad-args", str(error)) from error


def _hand_over(meter: Meter, args: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = (
            meter.carrier.enter(int(args["token66"], 16))
            if "token66" in args
            else meter.carrier.enter_digits(args.get("digits", ""))
        )
    except ValueError as error:
        raise StationControlError("bad-args", f"carrier.enter: {error}") from error
    except PowerLostError as error:
        raise StationControlError("failed", "the meter has no power, or lost it while it worked") from error
    return {name: value for name, value in asdict(answer).items() if value is not None}


def shown(op: str, display: UnitDisplay) -> dict[str, Any]:
    """A display as `op` answers it: whatever of it the table of operations declares.

    ``result`` is the bare name of a token's result, left out where no token was entered.
    """
    lamps = display.lamps
    everything: dict[str, Any] = {
        "display": list(display.lines),
        "lines": list(display.lines),
        "leds": {"comms": lamps.comms, "alarm": lamps.alarm, "credit": lamps.credit},
        "sounder": display.sounder,
        "backlight": display.backlight,
    }
    if display.result is not None:
        everything["result"] = display.result
    return {
        value.name: everything[value.name] for value in OPERATIONS[op].results if value.name in everything
    }


# ------------------------------------------------------------ faults

_DRIFT_S_PER_DAY = 5.0
_BROWN_OUT_SHARE = 0.7

#: Name of a fault, what begins it (given its value) and what ends it, and its effect in one sentence.
_Row = tuple[str, Begin, End, str]


def meter_faults(meter: Meter) -> FaultInjector:
    """Every fault of `meter`."""
    injector = FaultInjector(meter.env)
    for row in (*_faults_of_ports_and_clock(meter), *_faults_of_terminals(meter), *_faults_of_devices(meter)):
        injector.add(*row)
    return injector


def _ranged(value: float | None, default: float, low: float, high: float) -> float:
    chosen = default if value is None else value
    if not low <= chosen <= high:
        raise ValueError(f"the value must be from {low:g} to {high:g}, not {chosen:g}")
    return chosen


def _faults_of_ports_and_clock(meter: Meter) -> Iterator[_Row]:
    corrupter, monitor = meter.hardware.frame_corrupter, meter.hardware_monitor
    yield (
        "pause",
        lambda _value: meter.pause(True),
        lambda: meter.pause(False),
        "Its ports hang: it hears and answers nothing there, and measures on.",
    )
    yield (
        "corrupt",
        lambda value: corrupter.begin(int(_ranged(value, 1, 1, 1e6))),
        corrupter.end,
        "One bit of each so many-th frame that it sends is turned over (1: of each).",
    )
    yield (
        "drift",
        lambda value: meter.set_clock_drift(_ranged(value, _DRIFT_S_PER_DAY, -3600, 3600)),
        lambda: meter.set_clock_drift(meter.hardware.crystal.drift_s_per_day),
        "Its clock gains so many seconds a day (5); a negative number loses.",
    )
    yield (
        "temperature",
        lambda value: monitor.set_temperature(_ranged(value, 60, -60, 100)),
        monitor.set_temperature,
        "It is so many degrees Celsius (60); 25 else.",
    )


def _faults_of_terminals(meter: Meter) -> Iterator[_Row]:
    terminals, monitor = meter.hardware.terminals, meter.hardware_monitor

    def sensing(kind: TamperKind) -> tuple[Begin, End]:
        return lambda _value: meter.sense(kind, present=True), lambda: meter.sense(kind, present=False)

    begin_field, end_field = sensing(TamperKind.MAGNET)

    def bring_magnet(value: float | None) -> None:
        monitor.disturb(magnet_ppm=round((_ranged(value, 1, 0, 1) - 1) * PPM))
        begin_field(None)

    def remove_magnet() -> None:
        monitor.disturb(magnet_ppm=0)
        end_field()

    yield "terminal-cover", *sensing(TamperKind.TERMINAL_COVER), "Its terminal cover is off."
    yield "meter-cover", *sensing(TamperKind.METER_COVER), "Its cover is off."
    yield (
        "magnet",
        bring_magnet,
        remove_magnet,
        "A strong magnet is on it; it registers this share of the current (1: all).",
    )
    yield (
        "reverse",
        lambda _value: terminals.reverse(True),
        lambda: terminals.reverse(False),
        "Line and load are swapped at its terminals.",
    )
    yield (
        "cut",
        lambda _value: monitor.cut_wire(True),
        lambda: monitor.cut_wire(False),
        "The wire before it is cut.",
    )
    nominal_v = meter.profile.nominal.voltage_v
    yield (
        "brown-out",
        lambda value: terminals.brown_out(_ranged(value, _BROWN_OUT_SHARE * nominal_v, 0, 1000)),
        lambda: terminals.brown_out(None),
        "No more than so many volts reach it (70 % of the nominal voltage).",
    )


def _faults_of_devices(meter: Meter) -> Iterator[_Row]:
    contacts, memory, slot = meter.hardware.contacts, meter.memory, meter.hardware.slot
    pulled: list[ModuleKind] = []

    def stick(position: Sticking | None) -> None:
        contacts.stuck = position
        meter.settle()

    def wear(value: float | None) -> None:
        contacts.wear = _ranged(value, contacts.life, 0, 100)

    def replace_contacts() -> None:
        contacts.replace()
        meter.settle()

    def weaken_memory(value: float | None) -> None:
        memory.weak_every = int(_ranged(value, 1, 1, 1e6))

    def mend_memory() -> None:
        memory.weak_every = 0

    def pull_module(_value: float | None) -> None:
        if slot.kind is not ModuleKind.NONE:
            pulled[:] = [slot.pull()]

    def fit_module() -> None:
        slot.fit(pulled.pop() if pulled else slot.kind)

    free = partial(stick, None)
    yield "relay-weld", lambda _value: stick(Sticking.CLOSED), free, "Its relay does not open."
    yield "relay-open", lambda _value: stick(Sticking.OPEN), free, "Its relay does not close."
    worn = "So much of its relay's life is used up (all of it); a new relay ends it."
    yield "relay-wear", wear, replace_contacts, worn
    yield (
        "clock-battery",
        lambda _value: meter.hardware_monitor.battery_dies(),
        meter.hardware.battery.replace,
        "The battery of clock and sensors is empty; a new one ends it.",
    )
    failing = "Each so many-th write of its memory fails at first (1: of each)."
    yield "memory", weaken_memory, mend_memory, failing
    pulled_out = "Its communication module is pulled out; it is fitted again at the end."
    yield "module-out", pull_module, fit_module, pulled_out
