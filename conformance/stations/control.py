"""Stations of a simulated field: one implementation over a `call(op, args)` seam.

The seam is the control surface itself for a world in this process, and JSON lines over a link for a served
one; the names of the operations are those of ``protocols.field.station_control``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.stations.interfaces import Display, LoadReading, PulseCounts
from protocols.field.errors import StationControlError

#: How the control channel says that an operation could not be done now.
_FAILED = "failed"

Call = Callable[[str, dict[str, Any]], Mapping[str, Any]]


class ControlStation:
    """Base of the stations behind the control channel."""

    def __init__(self, call: Call) -> None:
        self._call = call


class ControlKeypad(ControlStation):
    """The simulated customer unit."""

    def press(self, key: str) -> str:
        """Press one key."""
        return _shown(self._call("keypad.press", {"key": key}))

    def enter(self, digits: str) -> str:
        """Press every digit, then ok, and wait for the answer."""
        return _shown(self._call("keypad.enter", {"digits": digits}))

    def display(self) -> Display:
        """Lines, lights and sounder."""
        seen = self._call("keypad.display", {})
        leds = {str(name): bool(lit) for name, lit in dict(seen["leds"]).items()}
        return Display(tuple(map(str, seen["lines"])), leds, bool(seen["sounder"]))


class ControlCarrier(ControlStation):
    """The simulated local virtual carrier."""

    def enter(self, digits: str) -> str:
        """Hand over a token; the bare name of the result that decided it."""
        try:
            stages = self._call("carrier.enter", {"digits": digits})
        except StationControlError as error:
            if error.code == _FAILED:
                return ""  # the meter is dead, or died over this token
            raise
        decided = (stages.get(f"{stage}_result") for stage in ("token", "validation", "authentication"))
        return next((str(name) for name in decided if name), "")


class ControlSource(ControlStation):
    """The simulated supply."""

    def set(self, voltage_v: float, frequency_hz: float) -> None:
        """Apply this supply."""
        self._call("source.set", {"voltage_v": voltage_v, "frequency_hz": frequency_hz})


class ControlLoad(ControlStation):
    """The simulated load."""

    def set(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Draw this current."""
        self._call("load.set", {"current_a": current_a, "phase_deg": phase_deg})

    def read(self) -> LoadReading:
        """Measure what flows."""
        seen = self._call("load.read", {})
        return LoadReading(float(seen["current_a"]), float(seen["power_w"]), float(seen["voltage_v"]))


class ControlPulses(ControlStation):
    """The simulated pick-up."""

    def read(self) -> PulseCounts:
        """Counts so far."""
        seen = self._call("pulses.read", {})
        return PulseCounts(int(seen["active_pulses"]), int(seen["reactive_pulses"]))


class ControlCover(ControlStation):
    """The simulated covers."""

    def open(self, which: str) -> None:
        """Open one."""
        self._call("cover.open", {"which": which})

    def close(self, which: str) -> None:
        """Close it."""
        self._call("cover.close", {"which": which})


class ControlMagnet(ControlStation):
    """The simulated magnet."""

    def apply(self) -> None:
        """Hold it to the meter."""
        self._call("magnet.apply", {})

    def remove(self) -> None:
        """Take it away."""
        self._call("magnet.remove", {})


class ControlSupply(ControlStation):
    """The simulated mains switch."""

    def off(self) -> None:
        """Take the supply away."""
        self._call("supply.off", {})

    def on(self) -> None:
        """Give it back."""
        self._call("supply.on", {})


class ControlCut(ControlStation):
    """The simulated mains switch that watches the memory."""

    def arm(self, write: int, moment: str) -> int:
        """Cut at that write; the count of writes so far."""
        return int(self._call("supply.cut_at_write", {"write": write, "moment": moment})["writes"])


class ControlClock(ControlStation):
    """The world's time: a served world runs as fast as it can while the bench waits."""

    def now_s(self) -> float:
        """Device time in seconds."""
        return float(self._call("clock.now", {})["device_time_s"])

    def utc(self) -> str:
        """The same instant, UTC."""
        return str(self._call("clock.now", {})["utc"])

    def wait(self, seconds: float) -> None:
        """Return when the world got there."""
        self._call("clock.wait", {"seconds": seconds})


class ControlPause(ControlStation):
    """The simulated hang."""

    def pause(self) -> None:
        """Fall silent."""
        self._call("link.pause", {})

    def resume(self) -> None:
        """Speak again."""
        self._call("link.resume", {})


def _shown(answer: Mapping[str, Any]) -> str:
    """The screen as one line, with the standard's bare name of the result where the unit tells it."""
    lines, result = answer["display"], answer.get("result")
    return " ".join([*map(str, lines), *([str(result)] if result else [])])
