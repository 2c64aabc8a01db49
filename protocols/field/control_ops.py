"""The operations of the station-control channel, as data: what a bench may do to a simulated device.

A real laboratory does the same things with a finger, a programmable source, a relay and a magnet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.field.errors import StationControlError


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


#: Type name -> (what a value of it is, in words; does this value fit).
_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "number": ("a finite number", _is_number),
    "integer": ("an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "text": ("a text", lambda value: isinstance(value, str)),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "texts": (
        "a list of texts",
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    ),
    "flags": (
        "an object of names and true or false",
        lambda value: isinstance(value, dict) and all(isinstance(item, bool) for item in value.values()),
    ),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One argument or result of an operation.

    Args:
        name: its key in the JSON object; the unit is its last part.
        type_name: a key of the table of types.
        required: False where it may be left out.
        choices: the only texts allowed, where that is a closed list.
        low: the smallest number allowed.
        high: the largest number allowed.
    """

    name: str
    type_name: str
    required: bool = True
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")

    def complaint(self, value: object) -> str | None:
        """What is wrong with `value`, or None."""
        words, fits = _TYPES[self.type_name]
        if not fits(value):
            return f"{self.name} must be {words}"
        if self.choices and value not in self.choices:
            return f"{self.name} must be one of {', '.join(self.choices)}"
        if isinstance(value, int | float) and not self.low <= value <= self.high:
            return f"{self.name} must be from {self.low:g} to {self.high:g}"
        return None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its arguments, its results and what it does."""

    name: str
    does: str
    args: tuple[Value, ...] = ()
    results: tuple[Value, ...] = ()


def _number(name: str, low: float, high: float, *, required: bool = True) -> Value:
    return Value(name, "number", required=required, low=low, high=high)


KEYS: tuple[str, ...] = (*"0123456789", "ok", "del")
COVERS: tuple[str, ...] = ("terminal", "meter")

#: The bare standard name of a token's result, while the display shows one: a simulator's courtesy to a bench
#: that does not read display texts. Real units have no such field.
_RESULT = Value("result", "text", required=False)
_SHOWN = (Value("display", "texts"), _RESULT)
_DISPLAY = (
    Value("lines", "texts"),
    Value("leds", "flags"),
    Value("sounder", "flag"),
    Value("backlight", "flag"),
    _RESULT,
)
_WHICH = (Value("which", "text", choices=COVERS),)
_TIME = Value("device_time_s", "number")
_ACTIVE = Value("active", "texts")
_YEAR_S = 366 * 86_400.0

_TABLE: tuple[Operation, ...] = (
    Operation(
        "keypad.press",
        "Presses one key of the customer unit.",
        (Value("key", "text", choices=KEYS),),
        _SHOWN,
    ),
    Operation(
        "keypad.enter",
        "Presses each digit, then ok, and waits for the answer on the display.",
        (Value("digits", "text"),),
        _SHOWN,
    ),
    Operation("keypad.display", "Reads the customer unit: lines, LEDs, sounder, light.", (), _DISPLAY),
    Operation("supply.off", "Takes the mains away from the meter."),
    Operation(
        "supply.cut_at_write",
        "Takes the mains away, unannounced, at that write of the meter's memory from now on; 0: not at all.",
        (
            Value("write", "integer", required=False, low=0, high=1_000_000),
            Value("moment", "text", required=False, choices=("before", "during", "after")),
        ),
        (Value("writes", "integer"),),
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
        (Value("current_a", "number"), Value("power_w", "number"), Value("voltage_v", "number")),
    ),
    Operation("cover.open", "Opens a cover.", _WHICH),
    Operation("cover.close", "Closes a cover.", _WHICH),
    Operation("magnet.apply", "Puts a strong magnet on the case."),
    Operation("magnet.remove", "Takes the magnet away."),
    Operation(
        "pulses.read",
        "Reads the count of LED flashes since the world began.",
        (),
        (Value("active_pulses", "integer"), Value("reactive_pulses", "integer")),
    ),
    Operation(
        "carrier.enter",
        "Hands a token to the local virtual carrier: its 66 bits in hexadecimal, or its digits.",
        (Value("token66", "text", required=False), Value("digits", "text", required=False)),
        (
            Value("token_result", "text", required=False),
            Value("authentication_result", "text", required=False),
            Value("validation_result", "text", required=False),
        ),
    ),
    Operation("clock.now", "Tells the device's time.", (), (_TIME, Value("utc", "text"))),
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
        (Value("factor", "number"),),
    ),
    Operation("link.pause", "Makes the device fall silent: alive, but it hears and answers nothing."),
    Operation("link.resume", "Makes the device hear and answer again."),
    Operation(
        "fault.begin",
        "Begins a fault of the device; it may take a value in its own unit, and may end by itself.",
        (
            Value("fault", "text"),
            Value("value", "number", required=False),
            _number("for_s", 0, 10 * _YEAR_S, required=False),
        ),
        (_ACTIVE,),
    ),
    Operation("fault.end", "Ends a fault of the device.", (Value("fault", "text"),), (_ACTIVE,)),
    Operation(
        "fault.list",
        "Tells which faults the device offers, what each does, and which last now.",
        (),
        (Value("faults", "texts"), _ACTIVE, Value("does", "texts")),
    ),
    Operation(
        "device.info",
        "Tells which device this is.",
        (),
        (
            Value("drn", "text"),
            Value("profile", "text"),
            Value("mutant", "text", required=False),
            Value("device", "text", required=False),
        ),
    ),
    Operation(
        "device.list",
        "Tells which devices the world has; a request may name one.",
        (),
        (Value("devices", "texts"),),
    ),
)

#: Name -> operation.
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}


def _complaint(values: tuple[Value, ...], given: object) -> str | None:
    if not isinstance(given, Mapping):
        return "an object was expected"
    names = [value.name for value in values]
    unknown = [str(name) for name in given if name not in names]
    if unknown:
        return f"{unknown[0]} is unknown; it takes {', '.join(names) or 'nothing'}"
    for value in values:
        if value.name in given:
            complaint = value.complaint(given[value.name])
            if complaint is not None:
                return complaint
        elif value.required:
            return f"{value.name} is missing"
    return None


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
    complaint = _complaint(operation.args, args)
    if complaint is not None or not isinstance(args, Mapping):
        raise StationControlError("bad-args", f"{operation.name}: {complaint}")
    return dict(args)


def checked_result(name: str, result: object) -> dict[str, Any]:
    """`result` as a dict, once it fits what the operation promises.

    Raises:
        StationControlError: ``failed``: whoever serves the operation broke the promise.
    """
    complaint = _complaint(find(name).results, result)
    if complaint is not None or not isinstance(result, Mapping):
        raise StationControlError("failed", f"{name} answered wrongly: {complaint}")
    return dict(result)
