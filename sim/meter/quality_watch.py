"""Keeps the watches of the supply looking: at each change of the circuit, and when time alone counts."""

from collections.abc import Callable

from simpy import Environment

from sim.kernel.timing import Timer
from sim.meter.components import Components
from sim.meter.events import EventCode
from sim.meter.readings import measured
from sim.meter.units import US_PER_S, to_microseconds


class QualityWatch:
    """Sags, swells, missing voltage and overload of one meter.

    Args:
        env: the world's event loop.
        parts: measuring element, clock and watches.
        log: writes an event.
        settle: brings the meter to this instant, which ends in `look`; called when an excursion will count.
    """

    __slots__ = ("_alarm", "_env", "_log", "_parts")

    def __init__(
        self,
        env: Environment,
        parts: Components,
        log: Callable[[EventCode], None],
        settle: Callable[[], None],
    ) -> None:
        self._env = env
        self._parts = parts
        self._log = log
        self._alarm = Timer(env, settle)

    def look(self) -> None:
        """Log whatever began or ended with the circuit as it is measured now."""
        quality, metrology = self._parts.quality, self._parts.metrology
        now_us = to_microseconds(self._env.now)
        for code in quality.look(lambda name: measured(metrology, name), now_us, self._parts.clock.epoch_us):
            self._log(code)
        look_us = quality.next_look_us
        self._alarm.set(None if look_us is None else look_us / US_PER_S)
        if metrology.wakes:
            metrology.within("quality", quality.quiet(lambda name: measured(metrology, name)))
            # A register monitor may watch anything: then the meter looks at every change.
            watched = any(monitor.thresholds for monitor in self._parts.monitors.items.values())
            metrology.within("monitors", {"any": (None, None)} if watched else {})
