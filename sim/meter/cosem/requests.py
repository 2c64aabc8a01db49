"""Requests of a COSEM client to the meter, and the live parts that its objects look at.

Each request keeps the other parts in step: log, registers, switch and schedule follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.events import EventCode
from sim.meter.components import Components
from sim.meter.hardware import ModuleSlot
from sim.meter.interfaces import Plant
from sim.meter.metering.load_profile import IntervalStatus
from sim.meter.payment.tokens import TokenRecord
from sim.meter.profile import MeterProfile


class Act(Protocol):
    """Action on a part on behalf of a client."""

    def __call__(self, change: Callable[[], bool], code: EventCode | None = None) -> bool:
        """Do `change`, which tells whether it changed anything."""
        ...


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of a client to the meter; each keeps the other parts in step.

    Args:
        enter_token: digits and how they came.
        remote_disconnect: open the switch; True when that changed its state.
        remote_reconnect: close it or make it ready; True when that changed its state.
        set_clock: show this instant.
        shift_clock: move the time by seconds.
        adjust_clock: move the time to the nearest multiple of seconds.
        run_script: table (six octets) and script; True where all of it could be done.
        capture: take a row into the profile of that name now.
        changed: something that outlives the power was set; whatever goes by it looks again.
        activate_mask: let the registers of another mask count.
        tariff_changed: the calendar was set: what holds by it now, holds.
        act: do something to a part, keep it, and let the others follow; logs the event where it changed
            something, which is what it returns.
        push: set a push off, by the logical name of its setup.
        written: tell the parameter monitor of a write: class, logical name and attribute; A-XDR octets.
        random_octets: gives so many random octets, for keys.
    """

    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    remote_disconnect: Callable[[], bool]
    remote_reconnect: Callable[[], bool]
    set_clock: Callable[[datetime], None]
    shift_clock: Callable[[int], None]
    adjust_clock: Callable[[int], None]
    run_script: Callable[[bytes, int], bool]
    capture: Callable[[str], None]
    changed: Callable[[], None]
    activate_mask: Callable[[bytes], None]
    tariff_changed: Callable[[], None]
    act: Act
    push: Callable[[bytes], None]
    written: Callable[[tuple[int, bytes, int], bytes], None]
    random_octets: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The profile and the parts, for reading; and `requests`, for everything that changes something.

    Args:
        profile: what the model says.
        parts: the live parts.
        requests: what a client may ask for.
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


# ------------------------------------------------------------ requests that keep the parts in step


@dataclass(frozen=True, slots=True)
class RequestHooks:
    """Meter as its requests see it.

    Args:
        settle: brings registers and switch in step.
        log: writes an event.
        enter_token: takes a token in.
        clock_changed: called after the clock was moved.
        run_script: runs a script of a table (six octets).
        capture: takes a row into a profile, ended at that instant.
        changed: called after something was set that outlives the power.
        tariff_changed: called after the calendar was set.
        keep: keeps everything that a head-end may set.
        push: sets a push off.
        written: hears of every write.
        random_octets: gives so many random octets, for keys.
    """

    settle: Callable[[], None]
    log: Callable[[EventCode], None]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    clock_changed: Callable[[], None]
    run_script: Callable[[bytes, int], bool]
    capture: Callable[[str, int], None]
    changed: Callable[[], None]
    tariff_changed: Callable[[], None]
    keep: Callable[[], None]
    push: Callable[[bytes], None]
    written: Callable[[tuple[int, bytes, int], bytes], None]
    random_octets: Callable[[int], bytes]


def make_requests(parts: Components, hooks: RequestHooks) -> Requests:
    """The requests, each wrapped so that log, registers and schedule follow."""
    clock, switch = parts.clock, parts.switch

    def remotely(act: Callable[[], bool], code: EventCode) -> bool:
        hooks.settle()
        changed = act()
        if changed:
            hooks.log(code)
        hooks.settle()
        return changed

    def act(change: Callable[[], bool], code: EventCode | None = None) -> bool:
        hooks.settle()
        changed = change()
        if changed and code is not None:
            parts.events.record(code, clock.epoch_us)
        hooks.keep()
        hooks.settle()
        return changed

    def change_clock(change: Callable[[], None]) -> None:
        hooks.log(EventCode.CLOCK_BEFORE_ADJUSTMENT)
        change()
        parts.captured.mark(IntervalStatus.CLOCK_ADJUSTED)
        hooks.log(EventCode.CLOCK_AFTER_ADJUSTMENT)
        hooks.clock_changed()

    def set_clock(instant: datetime) -> None:
        def change() -> None:
            clock.set_utc(instant)
            parts.zone.time_lost = False

        change_clock(change)

    def capture(name: str) -> None:
        hooks.settle()
        hooks.capture(name, clock.epoch_us)
        hooks.changed()

    def activate_mask(mask: bytes) -> None:
        hooks.settle()
        parts.activate_mask(mask)
        hooks.changed()

    return Requests(
        enter_token=hooks.enter_token,
        remote_disconnect=lambda: remotely(switch.remote_disconnect, EventCode.REMOTE_DISCONNECTION),
        remote_reconnect=lambda: remotely(switch.remote_reconnect, EventCode.REMOTE_RECONNECTION),
        set_clock=set_clock,
        shift_clock=lambda seconds: change_clock(lambda: clock.shift(seconds)),
        adjust_clock=lambda period_s: change_clock(lambda: clock.adjust_to(period_s)),
        run_script=hooks.run_script,
        capture=capture,
        changed=hooks.changed,
        activate_mask=activate_mask,
        tariff_changed=hooks.tariff_changed,
        act=act,
        push=hooks.push,
        written=hooks.written,
        random_octets=hooks.random_octets,
    )
