"""Everything of one meter that is iron, made as its profile says."""

from dataclasses import dataclass

from sim.kernel.random import RandomStreams
from sim.meter.hardware.contacts import Contacts
from sim.meter.hardware.crystal import ClockBattery, Crystal
from sim.meter.hardware.module_slot import ModuleSlot
from sim.meter.hardware.spoiler import FrameSpoiler
from sim.meter.hardware.terminals import Terminals
from sim.meter.profile import MeterProfile
from sim.meter.seams import Supply
from sim.meter.tamper import TamperKind

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Hardware:
    """The iron of one meter.

    Args:
        terminals: what the measuring element is connected to.
        contacts: of the relay.
        crystal: of the clock.
        battery: of clock and sensors.
        slot: of the communication module.
        spoiler: between the ports and the outside.
        sensed: how covers and magnet are, whether or not the sensors can tell.
    """

    terminals: Terminals
    contacts: Contacts
    crystal: Crystal
    battery: ClockBattery
    slot: ModuleSlot
    spoiler: FrameSpoiler
    sensed: dict[TamperKind, bool]


def make_hardware(profile: MeterProfile, supply: Supply, streams: RandomStreams) -> Hardware:
    """New iron of that model, on that service point."""
    terms, drn = profile.hardware, profile.drn
    return Hardware(
        Terminals(supply, profile.nominal.voltage_v * terms.dropout_percent / _PERCENT),
        Contacts(terms.contacts, lambda: streams.stream(f"{drn}/relay")),
        Crystal(terms.crystal, profile.drift_s_per_day, lambda: streams.stream(f"{drn}/crystal")),
        ClockBattery(),
        ModuleSlot(terms.module),
        FrameSpoiler(),
        {},
    )
