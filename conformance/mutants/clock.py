"""Mutants of the clock (class 8, EXTRA_CLOCK, F7-06)."""

import dataclasses

from conformance.mutants._parts import bindings, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.clock.device_clock import DeviceClock
from sim.meter.cosem.binding import Bound, number
from sim.meter.cosem.requests import LiveParts
from sim.meter.interfaces import WorldClock
from sim.meter.profile import ObjectTerms

_DEVIATION, _UNDEFINED = slice(9, 11), b"\x80\x00"


@mutant(
    "clock-without-deviation",
    "dlms-bb/class-8",
    Message("the clock does not say its deviation from UTC"),
    bindings("clock"),
)
def clock_without_deviation(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose clock does not say how far local time is from UTC."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        raw = found.value if isinstance(found.value, bytes) else b""
        return Data(found.tag, raw[: _DEVIATION.start] + _UNDEFINED + raw[_DEVIATION.stop :])

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "ignores-deviation-of-time",
    "dlms-yb/EXTRA_CLOCK",
    Message("does not look at the deviation of the time that it is set to"),
    bindings("clock"),
)
def ignores_deviation_of_time(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that takes every time for its own local time, whatever deviation it carries."""

    def set_time(value: Data) -> None:
        raw = value.value
        if isinstance(raw, bytes):
            value = Data(value.tag, raw[: _DEVIATION.start] + _UNDEFINED + raw[_DEVIATION.stop :])
        bound.setters[2](value)

    return dataclasses.replace(bound, setters={**bound.setters, 2: set_time})


_SHIFT_TIME = 6


@mutant(
    "shifts-clock-backwards",
    "dlms-yb/EXTRA_CLOCK",
    Message("shifts the clock the wrong way"),
    bindings("clock"),
)
def shifts_clock_backwards(live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose clock goes back when it is shifted forward."""

    def shift(parameter: Data | None) -> None:
        live.requests.shift_clock(-number(parameter))

    return dataclasses.replace(bound, methods={**bound.methods, _SHIFT_TIME: shift})


_GAINED_S = 10.0


@mutant(
    "clock-gains-ten-seconds-a-day",
    "ipse-teorama/F7-06",
    Message("the clock gains ten seconds a day"),
    part("clock"),
)
def clock_gains_ten_seconds_a_day(world: WorldClock, drift_s_per_day: float) -> DeviceClock:
    """A meter whose clock gains ten seconds a day, whatever its profile says."""
    return DeviceClock(world.now_s, world.utc(), drift_s_per_day=drift_s_per_day + _GAINED_S)
