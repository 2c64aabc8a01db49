"""What the meter notices of its own iron: memory that writes badly, a battery that is empty."""

from collections.abc import Callable

from sim.meter.events import EventCode
from sim.meter.hardware.crystal import ClockBattery
from sim.meter.nvm import Memory


class SelfTest:
    """Logs each defect once, when it is noticed.

    Args:
        memory: counts the writes that had to be made again.
        battery: of clock and sensors.
        log: writes an event.
    """

    __slots__ = ("_battery", "_log", "_memory", "_noted_battery", "_noted_faults")

    def __init__(self, memory: Memory, battery: ClockBattery, log: Callable[[EventCode], None]) -> None:
        self._memory = memory
        self._battery = battery
        self._log = log
        self._noted_faults = 0
        self._noted_battery = False

    def look(self) -> None:
        """Log what is new since the last look."""
        if self._memory.faults > self._noted_faults:
            self._log(EventCode.MEMORY_ERROR)
            self._noted_faults = self._memory.faults  # the writes of that event may have failed, too
        if self._battery.dead is not self._noted_battery:
            self._noted_battery = self._battery.dead
            if self._battery.dead:
                self._log(EventCode.REPLACE_BATTERY)
