"""Keeps availability counting, and closes its days by the meter's clock."""

from collections.abc import Callable

from simpy import Environment

from sim.meter.clockwork import next_multiple_us
from sim.meter.components import Components
from sim.meter.events import EventCode
from sim.meter.nominal import CUT
from sim.meter.units import S_PER_DAY, to_microseconds


class AvailabilityWatch:
    """There is supply where the voltage at the terminals is not missing, whatever the switch behind does.

    Args:
        env: the world's event loop.
        parts: measuring element, account, counters.
        log: writes an event.
    """

    __slots__ = ("_env", "_log", "_parts")

    def __init__(self, env: Environment, parts: Components, log: Callable[[EventCode], None]) -> None:
        self._env = env
        self._parts = parts
        self._log = log

    @property
    def wanted(self) -> bool:
        """Whether the model counts it at all."""
        return self._parts.availability.terms.promised_s > 0

    def look(self, *, powered: bool = True) -> None:
        """The circuit was measured, or the meter dies."""
        if self.wanted:
            parts = self._parts
            there = parts.metrology.sample.voltage_mv >= parts.quality.watches[CUT].limit
            parts.availability.look(available=powered and there, now_us=to_microseconds(self._env.now))

    # ------------------------------------------------------------ as an item of the agenda

    def next_us(self, after_us: int) -> int | None:
        """The next local midnight."""
        return next_multiple_us(self._parts.zone, S_PER_DAY, after_us) if self.wanted else None

    def fire(self, at_us: int) -> None:
        """A day ends: what was missing of it is given back. Its fee has been collected by now."""
        self.look()
        parts = self._parts
        charges = parts.prepayment.charges
        fee = next((item for item in charges if item.terms.obis == parts.availability.terms.fee), None)
        collected_nj = fee.last_nj if fee is not None and fee.last_us == at_us else 0
        back_nj = parts.availability.close_day(collected_nj)
        if back_nj:
            parts.prepayment.give_back(back_nj)
            self._log(EventCode.AVAILABILITY_REFUNDED)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """A day that ended in the dark is closed when the meter wakes, once: nobody counted in between."""
        if last_us is not None and self.wanted:
            midnight_us = next_multiple_us(self._parts.zone, S_PER_DAY, last_us)
            if midnight_us <= now_us:
                self._parts.availability.close_day(0)
