"""What a head-end may ask of the meter beyond reading: tokens, the switch, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.meter.captured import IntervalStatus
from sim.meter.components import Components
from sim.meter.cosem.live import Requests
from sim.meter.events import EventCode
from sim.meter.tokens import TokenRecord


@dataclass(frozen=True, slots=True)
class RequestHooks:
    """The meter as its requests see it.

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
