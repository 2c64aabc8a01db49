"""Requests of a COSEM client to the meter, and the live parts that its objects look at.

Each request keeps the other parts in step: log, registers, switch and schedule follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.events import EventCode
from sim.meter.components import Components
from sim.meter.hardware import ModuleSlot
from sim.meter.interfaces import Plant
from sim.meter.metering.load_profile import IntervalStatus
from sim.meter.payment.tokens import TokenRecord
from sim.meter.profile import MeterProfile


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of a client to the meter; each keeps the other parts in step.

    Args:
        parts: the live parts.
        settle: brings registers and switch in step.
        log: writes an event.
        enter_token: takes a token in: digits and how they came.
        clock_changed: called after the clock was moved.
        run_script: runs a script of a table (six octets); True where all of it could be done.
        take_row: takes a row into a profile, ended at that instant.
        changed: something that outlives the power was set: it is kept, and whatever goes by it looks again.
        tariff_changed: the calendar was set: the action that holds by it now, holds.
        keep: keeps everything that a head-end may set.
        push: sets a push off, by the logical name of its setup.
        written: hears of every write: class, logical name and attribute; A-XDR octets.
        random_octets: gives so many random octets, for keys.
    """

    parts: Components
    settle: Callable[[], None]
    log: Callable[[EventCode], None]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    clock_changed: Callable[[], None]
    run_script: Callable[[bytes, int], bool]
    take_row: Callable[[str, int], None]
    changed: Callable[[], None]
    tariff_changed: Callable[[], None]
    keep: Callable[[], None]
    push: Callable[[bytes], None]
    written: Callable[[tuple[int, bytes, int], bytes], None]
    random_octets: Callable[[int], bytes]

    # ------------------------------------------------------------ settings

    def act(self, change: Callable[[], bool], code: EventCode | None = None) -> bool:
        """Do something to a part, keep it, and let the others follow; log the event of a change.

        Returns:
            True where it changed something, as `change` says.
        """
        self.settle()
        changed = change()
        if changed and code is not None:
            self.parts.events.record(code, self.parts.clock.epoch_us)
        self.keep()
        self.settle()
        return changed

    def do(self, change: Callable[[], object], code: EventCode | None = None) -> None:
        """The same for a change that always changes something."""

        def changed() -> bool:
            change()
            return True

        self.act(changed, code)

    def put(self, target: object, code: EventCode | None = None, /, **values: object) -> None:
        """The same for new values of attributes of a part."""

        def change() -> None:
            for name, value in values.items():
                setattr(target, name, value)

        self.do(change, code)

    # ------------------------------------------------------------ switch

    def remote_disconnect(self) -> bool:
        """Open the switch; True when that changed its state."""
        return self._remotely(self.parts.switch.remote_disconnect, EventCode.REMOTE_DISCONNECTION)

    def remote_reconnect(self) -> bool:
        """Close it or make it ready; True when that changed its state."""
        return self._remotely(self.parts.switch.remote_reconnect, EventCode.REMOTE_RECONNECTION)

    def _remotely(self, act: Callable[[], bool], code: EventCode) -> bool:
        self.settle()
        changed = act()
        if changed:
            self.log(code)
        self.settle()
        return changed

    # ------------------------------------------------------------ clock, captures, masks

    def set_clock(self, instant: datetime) -> None:
        """Show this instant from now on."""

        def change() -> None:
            self.parts.clock.set_utc(instant)
            self.parts.zone.time_lost = False

        self._change_clock(change)

    def shift_clock(self, seconds: int) -> None:
        """Move the time by seconds."""
        self._change_clock(lambda: self.parts.clock.shift(seconds))

    def adjust_clock(self, period_s: int) -> None:
        """Move the time to the nearest multiple of seconds."""
        self._change_clock(lambda: self.parts.clock.adjust_to(period_s))

    def _change_clock(self, change: Callable[[], None]) -> None:
        self.log(EventCode.CLOCK_BEFORE_ADJUSTMENT)
        change()
        self.parts.captured.mark(IntervalStatus.CLOCK_ADJUSTED)
        self.log(EventCode.CLOCK_AFTER_ADJUSTMENT)
        self.clock_changed()

    def capture(self, name: str) -> None:
        """Take a row into the profile of that name now."""
        self.settle()
        self.take_row(name, self.parts.clock.epoch_us)
        self.changed()

    def activate_mask(self, mask: bytes) -> None:
        """Let the registers of another mask count."""
        self.settle()
        self.parts.activate_mask(mask)
        self.changed()


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The profile and the parts, for reading; and `requests`, for everything that changes something.

    Args:
        profile: of the model.
        parts: the live parts.
        requests: of a client.
        slot: the communication module.
        memory_faults: how many writes of the memory had to be made twice.
        plant: battery and panels of an individual PV system.
    """

    profile: MeterProfile
    parts: Components
    requests: Requests
    slot: ModuleSlot
    memory_faults: Callable[[], int]
    plant: Plant
