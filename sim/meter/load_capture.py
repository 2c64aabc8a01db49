"""Captures on the clock's own period: the schedule that fills the load profile."""

from collections.abc import Callable

from simpy import Environment

from sim.kernel.alarm import Alarm
from sim.meter.clock import DeviceClock
from sim.meter.units import US_PER_S


class CaptureSchedule:
    """Calls `capture` whenever the meter's clock reaches a multiple of `period_s`.

    Args:
        env: the world's event loop.
        clock: the meter's clock, with its drift; after it was set, call `start` again.
        period_s: 900 for quarters of an hour.
        capture: called with the instant, microseconds since 1970, that ended the interval.
    """

    __slots__ = ("_alarm", "_capture", "_clock", "_next_epoch_us", "_period_s")

    def __init__(
        self, env: Environment, clock: DeviceClock, period_s: int, capture: Callable[[int], None]
    ) -> None:
        self._clock = clock
        self._period_s = period_s
        self._capture = capture
        self._next_epoch_us = 0
        self._alarm = Alarm(env, self._ring)

    def start(self) -> None:
        """Wait for the next multiple of the period by the clock as it goes now."""
        self._next_epoch_us = self._clock.next_multiple_us(self._period_s)
        self._alarm.set(self._clock.world_us_at(self._next_epoch_us) / US_PER_S)

    def stop(self) -> None:
        """Capture no more."""
        self._alarm.cancel()

    def _ring(self) -> None:
        epoch_us = self._next_epoch_us
        self.start()
        self._capture(epoch_us)
