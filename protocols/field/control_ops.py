"""The operations of the station-control channel, as data: what a bench may do to a simulated device.

A real laboratory does the same things with a finger, a programmable source, a relay and a magnet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protocols.field.errors import StationControlError
from protocols.field.shapes import Field, Shape


@dataclass(frozen=True)
class Operation:
    """One operation: its arguments, its results and what it does."""

    name: str
    does: str
    args: tuple[Field, ...] = ()
    results: tuple[Field, ...] = ()

    @cached_property
    def args_shape(self) -> Shape:
        """Shape of its arguments."""
        return Shape(self.args)

    @cached_property
    def results_shape(self) -> Shape:
        """Shape of its results."""
        return Shape(self.results)


def _number(name: str, low: float, high: float, *, required: bool = True) -> Field:
    return Field(name, "number", required=required, low=low, high=high)


KEYS: tuple[str, ...] = (*"0123456789", "ok", "del")
COVERS: tuple[str, ...] = ("terminal", "meter")

#: The bare standard name of a token's result, while the display shows one: a simulator's courtesy to a bench
#: that does not read display texts. Real units have no such field.
_RESULT = Field("result", "any text", required=False)
_SHOWN = (Field("display", "any texts"), _RESULT)
_DISPLAY = (
    Field("lines", "any texts"),
    Field("leds", "flags"),
    Field("sounder", "flag"),
    Field("backlight", "flag"),
    _RESULT,
)
_WHICH = (Field("which", "any text", choices=COVERS),)
_TIME = Field("device_time_s", "number")
_ACTIVE = Field("active", "any texts")
_YEAR_S = 366 * 86_400.0

_TABLE: tuple[Operation, ...] = (
    Operation(
        "keypad.press",
        "Presses one key of the customer unit.",
        (Field("key", "any text", choices=KEYS),),
        _SHOWN,
    ),
    Operation(
        "keypad.enter",
        "Presses each digit, then ok, and waits for the answer on the display.",
        (Field("digits", "any text"),),
        _SHOWN,
    ),
    Operation("keypad.display", "Reads the customer unit: lines, LEDs, sounder, light.", (), _DISPLAY),
    Operation("supply.off", "Takes the mains away from the meter."),
    Operation(
        "supply.cut_at_write",
        "Takes the mains away, unannounced, at that write of the meter's memory from now on; 0: not at all.",
        (
            Field("write", "integer", required=False, low=0, high=1_000_000),
            Field("moment", "any text", required=False, choices=("before", "during", "after")),
        ),
        (Field("writes", "integer"),),
    ),
    Operation("supply.on", "Gives the mains back."),
    Operation(
        "source.set",
        "Sets the mains that feeds the meter.",
        (_number("voltage_v", 0, 1000), _number("frequency_hz", 1, 1000, required=False)),
    ),
    Operation(
        "load.set",
        "Sets the load that the customer would draw at the present voltage; 0 A is no load.",
        (_number("current_a", 0, 1000), _number("phase_deg", -180, 180, required=False)),
    ),
    Operation(
        "load.read",
        "Reads what really flows: nothing when the supply-control switch is open.",
        (),
        (Field("current_a", "number"), Field("power_w", "number"), Field("voltage_v", "number")),
    ),
    Operation("cover.open", "Opens a cover.", _WHICH),
    Operation("cover.close", "Closes a cover.", _WHICH),
    Operation("magnet.apply", "Puts a strong magnet on the case."),
    Operation("magnet.remove", "Takes the magnet away."),
    Operation(
        "pulses.read",
        "Reads the count of LED flashes since the world began.",
        (),
        (Field("active_pulses", "integer"), Field("reactive_pulses", "integer")),
    ),
    Operation(
        "carrier.enter",
        "Hands a token to the local virtual carrier: its 66 bits in hexadecimal, or its digits.",
        (Field("token66", "any text", required=False), Field("digits", "any text", required=False)),
        (
            Field("token_result", "any text", required=False),
            Field("authentication_result", "any text", required=False),
            Field("validation_result", "any text", required=False),
        ),
    ),
    Operation("clock.now", "Tells the device's time.", (), (_TIME, Field("utc", "any text"))),
    Operation(
        "clock.wait",
        "Returns when so much device time has passed; a simulated world runs there as fast as it can.",
        (_number("seconds", 0, 10 * _YEAR_S),),
        (_TIME,),
    ),
    Operation(
        "clock.speed",
        "Sets how many device seconds pass in a second of the wall.",
        (_number("factor", 0.001, 1e6),),
        (Field("factor", "number"),),
    ),
    Operation("link.pause", "Makes the device fall silent: alive, but it hears and answers nothing."),
    Operation("link.resume", "Makes the device hear and answer again."),
    Operation(
        "fault.begin",
        "Begins a fault of the device; it may take a value in its own unit, and may end by itself.",
        (
            Field("fault", "any text"),
            Field("value", "number", required=False),
            _number("for_s", 0, 10 * _YEAR_S, required=False),
        ),
        (_ACTIVE,),
    ),
    Operation("fault.end", "Ends a fault of the device.", (Field("fault", "any text"),), (_ACTIVE,)),
    Operation(
        "fault.list",
        "Tells which faults the device offers, what each does, and which last now.",
        (),
        (Field("faults", "any texts"), _ACTIVE, Field("does", "any texts")),
    ),
    Operation(
        "device.info",
        "Tells which device this is.",
        (),
        (
            Field("drn", "any text"),
            Field("profile", "any text"),
            Field("mutant", "any text", required=False),
            Field("device", "any text", required=False),
        ),
    ),
    Operation(
        "device.list",
        "Tells which devices the world has; a request may name one.",
        (),
        (Field("devices", "any texts"),),
    ),
)

#: Name -> operation.
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}


def find(name: object) -> Operation:
    """The operation of that name.

    Raises:
        StationControlError: ``unknown-op``.
    """
    operation = OPERATIONS.get(name) if isinstance(name, str) else None
    if operation is None:
        raise StationControlError("unknown-op", f"there is no operation {str(name)[:40]!r}")
    return operation


def checked_args(name: object, args: object) -> dict[str, Any]:
    """`args` as a dict, once they fit the operation.

    Raises:
        StationControlError: ``unknown-op`` or ``bad-args``.
    """
    operation = find(name)
    complaint = operation.args_shape.complaint(args)
    if complaint is not None or not isinstance(args, Mapping):
        raise StationControlError("bad-args", f"{operation.name}: {complaint}")
    return dict(args)


def checked_result(name: str, result: object) -> dict[str, Any]:
    """`result` as a dict, once it fits what the operation promises.

    Raises:
        StationControlError: ``failed``: whoever serves the operation broke the promise.
    """
    complaint = find(name).results_shape.complaint(result)
    if complaint is not None or not isinstance(result, Mapping):
        raise StationControlError("failed", f"{name} answered wrongly: {complaint}")
    return dict(result)
