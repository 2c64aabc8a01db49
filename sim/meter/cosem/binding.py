"""Binding of one COSEM object: getters, setters and methods; from values to `Data` and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.declaration import InterfaceClass
from protocols.dlms.cosem.objects import AccessError, Getter, Invoker, Setter
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DlmsError
from sim.meter.clock.device_clock import from_epoch_us, to_epoch_us
from sim.meter.supply.limiter import ScriptReference

#: A date-time of which nothing is specified: "never".
NEVER = CosemDateTime(None, None, None, status=0xFF).to_bytes()


@dataclass(frozen=True, slots=True)
class Bound:
    """Functions behind the attributes and methods of one object, by index."""

    getters: Mapping[int, Getter] = field(default_factory=dict)
    setters: Mapping[int, Setter] = field(default_factory=dict)
    methods: Mapping[int, Invoker] = field(default_factory=dict)
    #: Where the object is of another version than the usual one of its class.
    interface: type[InterfaceClass] | None = None


#: Type names that profiles use -> how a Python value becomes `Data`.
TYPES: dict[str, Callable[[Any], Data]] = {
    "unsigned": axdr.unsigned,
    "integer": axdr.integer,
    "long": axdr.long,
    "long-unsigned": axdr.long_unsigned,
    "double-long": axdr.double_long,
    "double-long-unsigned": axdr.double_long_unsigned,
    "octet-string": axdr.octet_string,
    "visible-string": axdr.visible_string,
}

#: The types of text; those of numbers are the others.
TEXTS = frozenset({"octet-string", "visible-string"})

#: Registers wrap where their type ends.
MODULUS: dict[str, int] = {"unsigned": 2**8, "long-unsigned": 2**16, "double-long-unsigned": 2**32}


class NumberGetter:
    """A getter of a whole number, which a capture takes as it is.

    Attributes:
        kind: the tag of the value, as `sim.meter.cosem.load_profiles` counts it.
        number: the value.

    Args:
        type_name: a numeric one of `TYPES`.
        number: reads the value, which fits the type.
    """

    __slots__ = ("_make", "kind", "number")

    def __init__(self, type_name: str, number: Callable[[], int]) -> None:
        self._make = TYPES[type_name]
        self.kind = int(self._make(0).tag)
        self.number = number

    def __call__(self, _selection: Selection | None) -> Data:
        """The value as a client gets it."""
        return self._make(self.number())


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Plan by which a captured row is read without the detour over its objects.

    Args:
        numbers: of each column; None for the clock.
        kinds: of each number.
        complete: False where some column has to be read as a client would.
    """

    numbers: tuple[Callable[[], int] | None, ...]
    kinds: tuple[int, ...]
    complete: bool


def getter(read: Callable[[], Data]) -> Getter:
    """A getter that takes no selection."""
    return lambda _selection: read()


def time_octets(epoch_us: int | None, deviation_minutes: int) -> bytes:
    """Twelve octets of local time; all "not specified" for never."""
    if epoch_us is None:
        return NEVER
    return CosemDateTime.from_utc(from_epoch_us(epoch_us), deviation_minutes).to_bytes()


def script_data(reference: ScriptReference) -> Data:
    """Reference to a script as it travels: logical name of the table, and selector."""
    table, selector = reference
    return axdr.structure(axdr.octet_string(table), axdr.long_unsigned(selector))


def scaling(exponent: int, scaler: int) -> Callable[[int], int]:
    """`scaled` from one power of ten to another, worked out once."""
    shift = exponent - scaler
    if shift == 0:
        return lambda value: value
    if shift > 0:
        factor: int = 10**shift
        return lambda value: value * factor
    divisor: int = 10**-shift
    return lambda value: (2 * value + divisor) // (2 * divisor)


def scaled(value: int, exponent: int, scaler: int) -> int:
    """`value` × 10^`exponent` counted in units of 10^`scaler`, to the nearest.

    >>> scaled(120_456, -3, -2), scaled(5, 0, 0)
    (12046, 5)
    """
    return scaling(exponent, scaler)(value)


# ------------------------------------------------------------ values that a client wrote

_NOT_SPECIFIED = b"\xff\xff"


def number(data: Data | None) -> int:
    """A whole number.

    Raises:
        AccessError: it is none.
    """
    if data is None or not isinstance(data.value, int) or isinstance(data.value, bool):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def boolean(data: Data | None) -> bool:
    """True or false.

    Raises:
        AccessError: neither.
    """
    if data is None or not isinstance(data.value, bool):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def octets(data: Data | None) -> bytes:
    """Octets.

    Raises:
        AccessError: they are none.
    """
    if data is None or not isinstance(data.value, bytes):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def elements(data: Data | None, count: int | None = None) -> tuple[Data, ...]:
    """The elements of an array or structure, `count` of them where that is given.

    Raises:
        AccessError: it is neither, or has another length.
    """
    if data is None or not isinstance(data.value, tuple):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    if count is not None and len(data.value) != count:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return data.value


def instant_us(data: Data | None, deviation_minutes: int) -> int | None:
    """Twelve octets as microseconds since 1970; None where no year is specified: never.

    Raises:
        AccessError: they name no instant.
    """
    raw = octets(data)
    try:
        if raw[:2] == _NOT_SPECIFIED:
            return None
        return to_epoch_us(CosemDateTime.from_bytes(raw).to_utc(deviation_minutes))
    except DlmsError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error


def must(done: bool) -> None:
    """Refuse a method whose work could not be done in this state.

    Raises:
        AccessError: `done` is false.
    """
    if not done:
        raise AccessError(ActionResult.TEMPORARY_FAILURE)
