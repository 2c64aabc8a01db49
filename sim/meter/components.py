"""The live parts of one meter, made by the factories; and what they keep without power, as one snapshot."""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.security import DeviceSecurity
from sim.meter.agenda import Diary
from sim.meter.availability import Availability
from sim.meter.captured import CapturedProfiles
from sim.meter.clock import DeviceClock
from sim.meter.demands import Demands
from sim.meter.events import EventLog
from sim.meter.image import ImageStore
from sim.meter.limiter import Limiter
from sim.meter.load_profile import LoadProfile
from sim.meter.metrology import Metrology
from sim.meter.monitors import ParameterMonitor, RegisterMonitors
from sim.meter.outages import Outages
from sim.meter.payment.history import PaymentLog
from sim.meter.prepayment import Prepayment
from sim.meter.protection import Protections
from sim.meter.push import PushSetups
from sim.meter.quality import Quality
from sim.meter.rates import RateRegisters
from sim.meter.row_terms import MAXIMUM, RATE
from sim.meter.schedules import Schedule, SingleActions
from sim.meter.supply_control import SupplyControl
from sim.meter.tamper import TamperDetector
from sim.meter.tariff import ActivityCalendar, RegisterActivation
from sim.meter.tokens import TokenDesk
from sim.meter.unit_bindings import UnitBindings
from sim.meter.zone import LocalZone

#: The parts whose state outlives the power. The clock runs on its battery; sessions and keypad forget.
NON_VOLATILE = (
    "metrology",
    "prepayment",
    "limiter",
    "switch",
    "events",
    "tamper",
    "protections",
    "availability",
    "captured",
    "rates",
    "demands",
    "masks",
    "calendar",
    "single_actions",
    "schedule",
    "quality",
    "outages",
    "zone",
    "diary",
    "tokens",
    "units",
    "payments",
    "image",
    "monitors",
    "parameters",
    "push_setups",
    "security",
)


@dataclass(frozen=True, slots=True)
class Components:
    """The parts, alive; none knows of another."""

    metrology: Metrology
    prepayment: Prepayment
    limiter: Limiter
    switch: SupplyControl
    clock: DeviceClock
    events: EventLog
    tamper: TamperDetector
    protections: Protections
    availability: Availability
    captured: CapturedProfiles
    rates: RateRegisters
    demands: Demands
    masks: RegisterActivation
    calendar: ActivityCalendar
    single_actions: SingleActions
    schedule: Schedule
    quality: Quality
    outages: Outages
    zone: LocalZone
    diary: Diary
    tokens: TokenDesk
    units: UnitBindings
    payments: PaymentLog
    image: ImageStore
    monitors: RegisterMonitors
    parameters: ParameterMonitor
    push_setups: PushSetups
    security: DeviceSecurity

    @property
    def load_profile(self) -> LoadProfile:
        """The profile that is called ``load``."""
        return self.captured.profiles["load"]

    def close_demand(self, name: str, epoch_us: int) -> None:
        """A period of demand `name` ends at that instant."""
        following = self.masks.counting(MAXIMUM)
        self.demands.close(name, epoch_us, following)

    def activate_mask(self, mask: bytes) -> None:
        """Let the registers of a mask count from now on.

        Raises:
            LookupError: there is no such mask.
        """
        self.masks.activate(mask)
        self.rates.activate(self.masks.counting(RATE))
        self.prepayment.rate = mask  # a unit charge may price by the name of the mask

    def snapshot(self) -> dict[str, Any]:
        """Everything that outlives the power, by part. It holds keys: keep it as one keeps a key."""
        return {name: getattr(self, name).snapshot() for name in NON_VOLATILE}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what `snapshot` gave."""
        for name in NON_VOLATILE:
            getattr(self, name).restore(kept[name])
        self.prepayment.rate = self.masks.active_mask
