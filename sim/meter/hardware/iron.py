"""Everything of one meter that is iron, made as its profile says."""

from dataclasses import dataclass, field

from sim.kernel.random import RandomStreams
from sim.meter.hardware.contacts import Contacts, ContactTerms
from sim.meter.hardware.crystal import ClockBattery, Crystal, CrystalTerms
from sim.meter.hardware.module_slot import ModuleKind, ModuleSlot
from sim.meter.hardware.spoiler import FrameSpoiler
from sim.meter.hardware.terminals import Terminals
from sim.meter.seams import Supply
from sim.meter.tamper import TamperKind

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class HardwareTerms:
    """Hardware of a model.

    Args:
        crystal: of the clock.
        contacts: of the relay.
        module: fitted in the slot for communication.
        dropout_percent: share of the nominal voltage below which its own power supply gives out [A].
    """

    crystal: CrystalTerms = field(default_factory=CrystalTerms)
    contacts: ContactTerms = field(default_factory=ContactTerms)
    module: ModuleKind = ModuleKind.BENCH
    dropout_percent: int = 50


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


def make_hardware(
    terms: HardwareTerms,
    drn: str,
    nominal_v: float,
    drift_s_per_day: float,
    supply: Supply,
    streams: RandomStreams,
) -> Hardware:
    """New hardware of that model, on that service point.

    Args:
        terms: of the model.
        drn: of this meter, which its random streams are named by.
        nominal_v: nominal voltage, V.
        drift_s_per_day: drift that every clock of the model has.
        supply: the service point.
        streams: random streams of the world.
    """
    return Hardware(
        Terminals(supply, nominal_v * terms.dropout_percent / _PERCENT),
        Contacts(terms.contacts, lambda: streams.stream(f"{drn}/relay")),
        Crystal(terms.crystal, drift_s_per_day, lambda: streams.stream(f"{drn}/crystal")),
        ClockBattery(),
        ModuleSlot(terms.module),
        FrameSpoiler(),
        {},
    )
