"""Station interfaces, each in a few lines. Names end with their unit; waits are device time."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Display:
    """Display of the customer unit: lines, lights and sounder."""

    lines: tuple[str, ...]
    leds: dict[str, bool]
    sounder: bool = False

    @property
    def text(self) -> str:
        """All lines as one."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class LoadReading:
    """Measurement at the load: zero current when the supply switch is open."""

    current_a: float
    power_w: float
    voltage_v: float


@dataclass(frozen=True, slots=True)
class PulseCounts:
    """Pulses seen at the metrology outputs since the station was set up."""

    active: int
    reactive: int


class Keypad(Protocol):
    """The customer unit's keys and screen."""

    def press(self, key: str) -> str:
        """Press ``0``–``9``, ``ok`` or ``del``; what the screen then shows."""

    def enter(self, digits: str) -> str:
        """Type `digits`, confirm, wait for the answer; what the screen then shows."""

    def display(self) -> Display:
        """Look at the unit."""


class Carrier(Protocol):
    """The meter's own port for tokens (IEC 62055-52), whatever its frames are."""

    def enter(self, digits: str) -> str:
        """Hand a token over; what the device says of it, "" where it says nothing."""


class AcSource(Protocol):
    """The supply's voltage and frequency."""

    def set(self, voltage_v: float, frequency_hz: float) -> None:
        """Apply this supply."""


class LoadStation(Protocol):
    """A load behind the meter, and a meter of the bench's own on it."""

    def set(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Draw `current_a` at `phase_deg` lagging; 0 A is no load."""

    def read(self) -> LoadReading:
        """Measure what flows."""


class PulseCounter(Protocol):
    """A pick-up on the metrology outputs."""

    def read(self) -> PulseCounts:
        """Counts so far."""


class Cover(Protocol):
    """A hand on the covers."""

    def open(self, which: str) -> None:
        """Open the ``terminal`` or the ``meter`` cover."""

    def close(self, which: str) -> None:
        """Close it."""


class Magnet(Protocol):
    """A strong magnet."""

    def apply(self) -> None:
        """Hold it to the meter."""

    def remove(self) -> None:
        """Take it away."""


class Supply(Protocol):
    """The mains switch before the meter."""

    def off(self) -> None:
        """Take the supply away."""

    def on(self) -> None:
        """Give it back."""


class Clock(Protocol):
    """The time in which the device lives."""

    def now_s(self) -> float:
        """Device time, seconds from an arbitrary instant."""

    def utc(self) -> str:
        """The same instant as ISO 8601, UTC."""

    def wait(self, seconds: float) -> None:
        """Let `seconds` of device time go by."""


class Pause(Protocol):
    """A device that can be made to fall silent: alive, but answering nothing."""

    def pause(self) -> None:
        """Fall silent."""

    def resume(self) -> None:
        """Speak again."""
