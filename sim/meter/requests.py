"""What a head-end may ask of the meter beyond reading: tokens, the switch, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
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
    """

    settle: Callable[[], None]
    log: Callable[[EventCode], None]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    clock_changed: Callable[[], None]


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

    def change_clock(change: Callable[[], None]) -> None:
        hooks.log(EventCode.CLOCK_BEFORE_ADJUSTMENT)
        change()
        hooks.log(EventCode.CLOCK_AFTER_ADJUSTMENT)
        hooks.clock_changed()

    def set_clock(instant: datetime) -> None:
        change_clock(lambda: clock.set_utc(instant))

    return Requests(
        enter_token=hooks.enter_token,
        remote_disconnect=lambda: remotely(switch.remote_disconnect, EventCode.REMOTE_DISCONNECTION),
        remote_reconnect=lambda: remotely(switch.remote_reconnect, EventCode.REMOTE_RECONNECTION),
        set_clock=set_clock,
        shift_clock=lambda seconds: change_clock(lambda: clock.shift(seconds)),
        adjust_clock=lambda period_s: change_clock(lambda: clock.adjust_to(period_s)),
    )
