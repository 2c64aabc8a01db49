"""Scheduled jobs of a meter: demand periods, captures, scripts that are due, the calendar.

A job knows its part and a few functions of the meter; the scheduler calls it when it is due.
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocols.field.events import EventCode
from sim.meter.clock.device_clock import LocalZone
from sim.meter.clock.schedules import NO_WINDOW_END, ScheduleEntry
from sim.meter.components import Components
from sim.meter.units import US_PER_S

_MINUTE_US = 60 * US_PER_S


@dataclass(frozen=True, slots=True)
class JobHooks:
    """Meter as its scheduled jobs see it.

    Args:
        capture: takes a row into the profile of that name, ended at that instant.
        run_script: table (six octets) and script; True where all of it could be done.
        log: writes an event.
    """

    capture: Callable[[str, int], None]
    run_script: Callable[[bytes, int], bool]
    log: Callable[[EventCode], None]


def next_multiple_us(zone: LocalZone, period_s: int, after_us: int) -> int:
    """The first multiple of a period in local time after an instant; a day begins at local midnight."""
    offset_us = zone.deviation_minutes(after_us) * _MINUTE_US
    period_us = period_s * US_PER_S
    return ((after_us - offset_us) // period_us + 1) * period_us + offset_us


class DemandPeriodJob:
    """Job that closes the periods of one demand."""

    __slots__ = ("_name", "_parts")

    def __init__(self, parts: Components, name: str) -> None:
        self._parts = parts
        self._name = name

    def next_us(self, after_us: int) -> int | None:
        """The next end of a period."""
        period_s = self._parts.demands.registers[self._name].period_s
        return next_multiple_us(self._parts.zone, period_s, after_us)

    def fire(self, at_us: int) -> None:
        """A period ends."""
        self._parts.close_demand(self._name, at_us)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Close the periods that ended meanwhile: the first holds all that came, the others are empty."""
        register = self._parts.demands.registers[self._name]
        period_us = register.period_s * US_PER_S
        begun_us = next_multiple_us(self._parts.zone, register.period_s, now_us) - period_us
        if last_us is None or not last_us <= now_us:
            register.begin(begun_us)
            return
        first_us = next_multiple_us(self._parts.zone, register.period_s, last_us)
        missed = max(0, (begun_us - first_us) // period_us + 1)
        if missed:
            self.fire(first_us)
        for back in range(min(missed - 1, register.periods), 0, -1):
            self.fire(begun_us - (back - 1) * period_us)


class CaptureJob:
    """Job that captures one profile on its own period."""

    __slots__ = ("_hooks", "_name", "_parts")

    def __init__(self, parts: Components, hooks: JobHooks, name: str) -> None:
        self._parts = parts
        self._hooks = hooks
        self._name = name

    def next_us(self, after_us: int) -> int | None:
        """The next capture; None for a profile that is captured by event."""
        period_s = self._parts.captured.profiles[self._name].period_s
        return next_multiple_us(self._parts.zone, period_s, after_us) if period_s else None

    def fire(self, at_us: int) -> None:
        """Take a row."""
        self._hooks.capture(self._name, at_us)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Rows that were missed stay missing."""


class SingleActionJob:
    """Job of one single action schedule; a run that was missed is made up for once."""

    __slots__ = ("_hooks", "_name", "_parts")

    def __init__(self, parts: Components, hooks: JobHooks, name: bytes) -> None:
        self._parts = parts
        self._hooks = hooks
        self._name = name

    def next_us(self, after_us: int) -> int | None:
        """Next instant at which it is due."""
        zone = self._parts.zone
        moment = self._parts.single_actions.items[self._name].next_moment(zone.local(after_us))
        return None if moment is None else max(zone.epoch_us(moment), after_us + 1)

    def fire(self, at_us: int) -> None:
        """Run it."""
        item = self._parts.single_actions.items[self._name]
        _run(self._hooks, item.script, item.selector)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Run it once where it was missed."""
        missed_us = None if last_us is None else self.next_us(last_us)
        if missed_us is not None and missed_us <= now_us:
            self.fire(missed_us)


class ScheduleJob:
    """Job of the schedule: runs its entries; one that was missed only within its validity window."""

    __slots__ = ("_hooks", "_parts")

    def __init__(self, parts: Components, hooks: JobHooks) -> None:
        self._parts = parts
        self._hooks = hooks

    def next_us(self, after_us: int) -> int | None:
        """Next instant at which entries are due."""
        found = self._next(after_us)
        return None if found is None else found[0]

    def fire(self, at_us: int) -> None:
        """Run the entries of this instant."""
        found = self._next(at_us - 1)
        for entry in found[1] if found and found[0] == at_us else ():
            _run(self._hooks, bytes.fromhex(entry.script), entry.selector)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Run what was missed and is valid still, in the order of its times, each entry once."""
        missed: dict[int, tuple[int, ScheduleEntry]] = {}
        probe_us = last_us
        while probe_us is not None and (found := self._next(probe_us)) and found[0] <= now_us:
            probe_us = found[0]
            missed |= {entry.index: (probe_us, entry) for entry in found[1]}
        for at_us, entry in sorted(missed.values(), key=lambda item: (item[0], item[1].index)):
            if entry.window_min == NO_WINDOW_END or now_us <= at_us + entry.window_min * _MINUTE_US:
                _run(self._hooks, bytes.fromhex(entry.script), entry.selector)

    def _next(self, after_us: int) -> tuple[int, list[ScheduleEntry]] | None:
        zone, special = self._parts.zone, self._parts.calendar.special
        found = self._parts.schedule.next_moment(zone.local(after_us), special)
        return None if found is None else (max(zone.epoch_us(found[0]), after_us + 1), found[1])


class CalendarJob:
    """Job of the calendar: runs the script of each action that begins to hold."""

    __slots__ = ("_hooks", "_parts")

    def __init__(self, parts: Components, hooks: JobHooks) -> None:
        self._parts = parts
        self._hooks = hooks

    def next_us(self, after_us: int) -> int | None:
        """Next begin of an action, or the activation of the passive copy."""
        return self._parts.calendar.next_us(after_us, self._parts.zone)

    def fire(self, at_us: int) -> None:
        """Let the copy and the action of this instant hold."""
        calendar = self._parts.calendar
        if calendar.activation_us is not None and calendar.activation_us <= at_us:
            calendar.activate_passive()
            self._hooks.log(EventCode.TARIFF_ACTIVATED)
        action = calendar.holding(self._parts.zone.local(at_us))
        if action is not None:
            _run(self._hooks, action.script, action.selector)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Let the action of now hold, whatever was missed."""
        self.fire(now_us)


class DaylightSavingJob:
    """Job that logs begin and end of daylight saving; everything else follows the zone by itself."""

    __slots__ = ("_hooks", "_parts")

    def __init__(self, parts: Components, hooks: JobHooks) -> None:
        self._parts = parts
        self._hooks = hooks

    def next_us(self, after_us: int) -> int | None:
        """Next begin or end."""
        return self._parts.zone.next_change_us(after_us)

    def fire(self, at_us: int) -> None:
        """Write the event."""
        self._hooks.log(EventCode.DAYLIGHT_SAVING_CHANGED)

    def resume(self, last_us: int | None, now_us: int) -> None:
        """A change that was missed is in the local time anyway."""


def _run(hooks: JobHooks, script: bytes, selector: int) -> None:
    """A script that there is not is not run: calendars and schedules may name anything."""
    try:
        hooks.run_script(script, selector)
    except LookupError:
        return


Job = DemandPeriodJob | CaptureJob | SingleActionJob | ScheduleJob | CalendarJob | DaylightSavingJob


def scheduled_jobs(parts: Components, hooks: JobHooks) -> list[Job]:
    """Everything, in the order in which it acts at one instant.

    A period is closed before its row is captured, rows are there before a billing period ends, and only then
    another rate begins.
    """
    return [
        *(DemandPeriodJob(parts, name) for name in parts.demands.registers),
        *(CaptureJob(parts, hooks, name) for name in parts.captured.profiles),
        DaylightSavingJob(parts, hooks),
        *(SingleActionJob(parts, hooks, name) for name in parts.single_actions.items),
        ScheduleJob(parts, hooks),
        CalendarJob(parts, hooks),
    ]
