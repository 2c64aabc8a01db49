"""Everything of a meter that its COSEM objects may look at or ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.meter.components import Components
from sim.meter.events import EventCode
from sim.meter.hardware.module_slot import ModuleSlot
from sim.meter.profile import MeterProfile
from sim.meter.seams import Plant
from sim.meter.tokens import TokenRecord


class Act(Protocol):
    """Does something to a part on behalf of a client."""

    def __call__(self, change: Callable[[], bool], code: EventCode | None = None) -> bool:
        """Do `change`, which tells whether it changed anything."""
        ...


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
