"""Supervision of the supply: power quality, protections and availability."""

from collections.abc import Callable

from simpy import Environment

from protocols.field.events import EventCode
from sim.kernel.timing import Timer
from sim.meter.clock.scheduled_jobs import next_multiple_us
from sim.meter.components import Components
from sim.meter.events.tamper_protections import Protection
from sim.meter.metering.metrology import Quantity, measured
from sim.meter.supply.power_quality import CUT
from sim.meter.units import NJ_PER_WH, S_PER_DAY, US_PER_S, to_microseconds

# ------------------------------------------------------------ power quality


class QualityWatch:
    """Watch of sags, swells, missing voltage and overload.

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
            metrology.within("quality", quality.quiet_bands(lambda name: measured(metrology, name)))
            # A register monitor may watch anything: then the meter looks at every change.
            watched = any(monitor.thresholds for monitor in self._parts.monitors.items.values())
            metrology.within("monitors", {"any": (None, None)} if watched else {})


# ------------------------------------------------------------ protections

#: While power flows backwards it may grow unseen: look again after so long at the latest.
_LOOK_US = 900 * US_PER_S


class ProtectionWatch:
    """Watch of significant reverse energy, and of the ends of rests.

    A window begins with the first energy backwards. At its end the count begins anew, and what was
    significant is over where less than the limit came backwards in that window.

    Args:
        env: the world's event loop.
        parts: measuring element and protections.
        log: writes an event, which raises or ends the protection.
        settle: brings the meter to this instant, which ends in `look`.
        guard: wraps what a timer calls, so that it ends where the power does.
    """

    __slots__ = ("_alarm", "_base_nj", "_began_us", "_env", "_log", "_parts", "_settle", "stale")

    def __init__(
        self,
        env: Environment,
        parts: Components,
        log: Callable[[EventCode], None],
        settle: Callable[[], None],
        guard: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        self._env = env
        self._parts = parts
        self._log = log
        self._settle = settle
        self._alarm = Timer(env, guard(settle))
        self._began_us: int | None = None
        self._base_nj = 0
        #: True where something was logged that the relay may have to follow: `look` lets it.
        self.stale = False

    def logged(self, code: EventCode) -> None:
        """Something was logged: raise or end what it stands for."""
        self.stale |= self._parts.protections.note(code, to_microseconds(self._env.now))

    def look(self) -> None:
        """The circuit was measured: judge the energy backwards, and let the relay follow what is new."""
        protections, now_us = self._parts.protections, to_microseconds(self._env.now)
        self.stale |= protections.look(now_us)
        looks = [
            look_us for look_us in (self._judge(now_us), protections.next_look_us) if look_us is not None
        ]
        self._alarm.set(min(looks) / US_PER_S if looks else None)
        if self.stale:
            self.stale = False
            self._settle()

    def begin_anew(self) -> None:
        """The power is back: the window begins with the next energy backwards."""
        self._began_us = None
        self._parts.protections.power_came_back()
        if self._parts.scheduler_state.begun_us is not None:  # not the first time: it was off in between
            self.logged(EventCode.POWER_DOWN)

    def _judge(self, now_us: int) -> int | None:
        """Raise or end what is significant; when to look again."""
        terms, metrology = self._parts.protections.terms, self._parts.metrology
        if not terms.sre_wh:
            return None
        exported_nj, exporting_mw = metrology.energy_nj(Quantity.ACTIVE_EXPORT), -metrology.sample.active_mw
        if self._began_us is None:
            if exporting_mw <= 0 and not self._raised:
                return None
            self._began_us, self._base_nj = now_us, exported_nj
        end_us = self._began_us + terms.sre_window_s * US_PER_S
        missing_nj = terms.sre_wh * NJ_PER_WH - (exported_nj - self._base_nj)
        if missing_nj <= 0 and not self._raised:
            self._log(EventCode.SIGNIFICANT_REVERSE_ENERGY)
        if now_us >= end_us:
            return self._close_window(now_us, exported_nj, over=missing_nj > 0)
        if exporting_mw <= 0 or self._raised:
            return end_us
        return min(end_us, now_us + _LOOK_US, now_us - (-missing_nj // exporting_mw))

    def _close_window(self, now_us: int, exported_nj: int, *, over: bool) -> int | None:
        if over and self._raised:
            self._log(EventCode.NO_SIGNIFICANT_REVERSE_ENERGY)
        exporting = self._parts.metrology.sample.active_mw < 0
        if not exporting and not self._raised:
            self._began_us = None
            return None
        self._began_us, self._base_nj = now_us, exported_nj
        window_us = self._parts.protections.terms.sre_window_s * US_PER_S
        return now_us + min(window_us, _LOOK_US if exporting else window_us)

    @property
    def _raised(self) -> bool:
        return Protection.SIGNIFICANT_REVERSE_ENERGY in self._parts.protections.active


# ------------------------------------------------------------ availability


class AvailabilityWatch:
    """Watch of availability: there is supply while the voltage is not missing, whatever the switch does.

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
        """True for a model that counts it at all."""
        return self._parts.availability.terms.promised_s > 0

    def look(self, *, powered: bool = True) -> None:
        """The circuit was measured, or the meter dies."""
        if self.wanted:
            parts = self._parts
            there = parts.metrology.sample.voltage_mv >= parts.quality.watches[CUT].limit
            parts.availability.look(available=powered and there, now_us=to_microseconds(self._env.now))

    # ------------------------------------------------------------ as a scheduled job

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
        """A day that ended in the dark is closed when the meter wakes, once, as uncounted."""
        if last_us is not None and self.wanted:
            midnight_us = next_multiple_us(self._parts.zone, S_PER_DAY, last_us)
            if midnight_us <= now_us:
                self._parts.availability.close_day(0)
