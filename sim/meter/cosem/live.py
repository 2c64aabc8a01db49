"""Everything of a meter that its COSEM objects may look at or ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.meter.components import Components
from sim.meter.profile import MeterProfile
from sim.meter.tokens import TokenRecord


@dataclass(frozen=True, slots=True)
class Requests:
    """What a client may ask of the meter; each request keeps the other parts in step.

    Args:
        enter_token: digits and how they came.
        remote_disconnect: open the switch; True when that changed its state.
        remote_reconnect: close it or make it ready; True when that changed its state.
        set_clock: show this instant.
        shift_clock: move the time by seconds.
        adjust_clock: move the time to the nearest multiple of seconds.
    """

    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    remote_disconnect: Callable[[], bool]
    remote_reconnect: Callable[[], bool]
    set_clock: Callable[[datetime], None]
    shift_clock: Callable[[int], None]
    adjust_clock: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The profile and the parts, for reading; and `requests`, for everything that changes something."""

    profile: MeterProfile
    parts: Components
    requests: Requests
