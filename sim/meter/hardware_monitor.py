"""Hardware monitor: what the firmware notices of contacts, sensors, battery, memory and module."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from simpy import Environment

from protocols.field.events import EventCode
from sim.meter.components import Components
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.hardware import TURNOVER_C, Hardware, ModuleKind
from sim.meter.metering.error_model import REFERENCE_C
from sim.meter.profile import MeterProfile
from sim.meter.storage.nvm import Memory
from sim.meter.supply.supervision import AvailabilityWatch, ProtectionWatch
from sim.meter.supply.supply_control import STARTING_MILLI, RelayWatch
from sim.meter.units import MILLI


@dataclass(frozen=True, slots=True)
class HardwareMonitorHooks:
    """Meter as its hardware monitor sees it.

    Args:
        powered: False while the meter is dead.
        log: writes an event.
        settle: brings the meter to this instant.
        guard: wraps what comes from outside, so that it ends where the power does.
        clock_changed: called after the clock runs otherwise.
        refresh_ciu: called after something that the customer unit shows; True where it began.
        close_sessions: called with the old and the new kind of module.
    """

    powered: Callable[[], bool]
    log: Callable[[EventCode], None]
    settle: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    clock_changed: Callable[[], None]
    refresh_ciu: Callable[[bool], None]
    close_sessions: Callable[[ModuleKind, ModuleKind], None]


class HardwareMonitor:
    """Hardware monitor of one meter, between its hardware and its firmware.

    Attributes:
        relay: tells when the contacts moved.
        protection: the six protections.
        availability: the hours of service; a scheduled job.

    Args:
        env: the world's event loop.
        profile: the model.
        parts: the meter's parts.
        hardware: the hardware.
        memory: where the meter keeps what outlives the power.
        hooks: the meter.
    """

    __slots__ = (
        "_hardware",
        "_hooks",
        "_memory",
        "_noted_battery",
        "_noted_faults",
        "_parts",
        "availability",
        "protection",
        "relay",
    )

    def __init__(
        self,
        env: Environment,
        profile: MeterProfile,
        parts: Components,
        hardware: Hardware,
        memory: Memory,
        hooks: HardwareMonitorHooks,
    ) -> None:
        self._parts = parts
        self._hardware = hardware
        self._memory = memory
        self._hooks = hooks
        parts.switch.contacts = hardware.contacts
        hardware.contacts.flowing_a = lambda: parts.metrology.sample.current_ma / MILLI
        if hardware.crystal.drift_s_per_day != profile.drift_s_per_day:
            parts.clock.set_drift(hardware.crystal.drift_s_per_day)
        starting_ma = STARTING_MILLI * profile.nominal.current_a
        self.relay = RelayWatch(parts.switch, parts.metrology, starting_ma, hooks.log)
        self.protection = ProtectionWatch(env, parts, hooks.log, hooks.settle, hooks.guard)
        self.availability = AvailabilityWatch(env, parts, hooks.log)
        self._noted_faults, self._noted_battery = 0, False
        hardware.slot.on_change.append(self._module_changed)

    # ------------------------------------------------------------ what is done to it from outside

    def sense(self, kind: TamperKind, *, present: bool) -> None:
        """Open or close a cover, bring or remove a magnet.

        The sensors have a battery of their own; where that is empty and the mains are away, too, the meter
        finds out when it wakes.
        """
        self._hardware.sensed[kind] = present
        if self._hooks.powered() or not self._hardware.battery.dead:
            self._notice(kind, present=present)

    def cut_wire(self, cut: bool) -> None:
        """Cut the wire before the meter, or mend it; the customer has no current meanwhile."""
        self._hardware.terminals.cut(cut)
        self.relay.wire(whole=not cut)

    def battery_dies(self) -> None:
        """The battery of clock and sensors is empty from now on."""
        self._hardware.battery.die(mains=self._hooks.powered())
        self._hooks.guard(self._hooks.settle)()

    def set_temperature(self, temperature_c: float | None = None) -> None:
        """Let it be so warm, °C (None: as at the factory), for the clock and the measuring element."""
        self._hardware.crystal.temperature_c = TURNOVER_C if temperature_c is None else temperature_c
        self.set_drift(self._hardware.crystal.drift_s_per_day)
        self.disturb(ambient_c=REFERENCE_C if temperature_c is None else temperature_c)

    def set_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self._parts.clock.set_drift(drift_s_per_day)
        self._hooks.guard(self._hooks.clock_changed)()

    def disturb(self, **influences: Any) -> None:
        """Let something act on the measuring element; the names are those of `Influences`."""
        metrology, settle = self._parts.metrology, self._hooks.guard(self._hooks.settle)
        settle()
        metrology.disturb(replace(metrology.influences, **influences))
        settle()

    # ------------------------------------------------------------ what the program does

    def logged(self, code: EventCode) -> None:
        """Something was logged."""
        self.protection.logged(code)

    def circuit_measured(self) -> None:
        """The circuit was measured."""
        metrology = self._parts.metrology
        if (
            metrology.wakes
        ):  # what is wrong at the terminals changes what the element sees: ask at every change
            metrology.within("terminals", {} if self._hardware.terminals.sound else {"any": (0, 0)})
        self.relay.look()
        self._test_itself()
        self.availability.look()
        self.protection.look()

    def lose_power(self) -> None:
        """The mains fail; in a slow death the processor is not even warned."""
        self._hardware.battery.mains_lost()
        if self._hardware.terminals.starved:
            self._memory.supply(False)

    def wake(self) -> None:
        """The memory is taken up again: see to the clock, which may have stood still meanwhile."""
        self.protection.begin_anew()
        if self._hardware.battery.take_lost():
            self._parts.clock.set_epoch_us(self._parts.scheduler_state.last_us or 0)
            self._parts.zone.time_lost = True
            self._hooks.log(EventCode.CLOCK_INVALID)

    def check_sensors(self) -> None:
        """Ask the sensors what they could not tell while the meter was dead."""
        for kind, present in self._hardware.sensed.items():
            self._notice(kind, present=present)

    def _test_itself(self) -> None:
        """Log each defect of memory and battery once, when it is noticed."""
        if self._memory.faults > self._noted_faults:
            self._hooks.log(EventCode.MEMORY_ERROR)
            self._noted_faults = self._memory.faults  # the writes of that event may have failed, too
        if self._hardware.battery.dead is not self._noted_battery:
            self._noted_battery = self._hardware.battery.dead
            if self._noted_battery:
                self._hooks.log(EventCode.REPLACE_BATTERY)

    def _notice(self, kind: TamperKind, *, present: bool) -> None:
        event = self._parts.tamper.sense(kind, present=present, epoch_us=self._parts.clock.epoch_us)
        if event is not None:
            self._hooks.guard(self._log_and_follow)(event)
            self._hooks.refresh_ciu(present)

    def _log_and_follow(self, event: EventCode) -> None:
        self._hooks.log(event)
        if self._hooks.powered() and self.protection.stale:
            self._hooks.settle()

    def _module_changed(self, before: ModuleKind, after: ModuleKind) -> None:
        self._hooks.close_sessions(before, after)
        fitted = after is not ModuleKind.NONE
        self._hooks.guard(self._hooks.log)(EventCode.MODULE_FITTED if fitted else EventCode.MODULE_REMOVED)
