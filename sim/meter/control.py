"""The station-control operations of one meter: fingers, loads, covers and magnets, as a table.

Names, arguments and results are those of `protocols.field.control_ops`; ``clock.*``, ``link.*`` and
``device.info`` belong to the world.
"""

from collections.abc import Callable, Generator
from dataclasses import asdict
from typing import Any

from simpy import Event

from protocols.field.control_ops import OPERATIONS
from protocols.field.errors import StationControlError
from sim.kernel.faults import fault_handlers
from sim.meter.ciu.keypad import OK
from sim.meter.ciu.messages import Display
from sim.meter.meter import Meter
from sim.meter.nvm import CutMoment, PowerLostError
from sim.meter.tamper import TamperKind

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


def shown(op: str, display: Display) -> dict[str, Any]:
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
