"""Live parts of one meter, and the snapshot of those that outlive the power."""

from dataclasses import dataclass
from typing import Any

from protocols.dlms.security import DeviceSecurity
from sim.meter.ciu.pairing import PairedUnits
from sim.meter.clock.device_clock import DeviceClock, LocalZone
from sim.meter.clock.scheduler import SchedulerState
from sim.meter.clock.schedules import Schedule, SingleActions
from sim.meter.communication.push import PushSetups
from sim.meter.events.event_log import EventLog
from sim.meter.events.monitors import ParameterMonitor, RegisterMonitors
from sim.meter.events.tamper_protections import Protections, TamperDetector
from sim.meter.image_transfer import ImageStore
from sim.meter.metering.demand import Demands
from sim.meter.metering.load_profile import CapturedProfiles, LoadProfile
from sim.meter.metering.metrology import Metrology
from sim.meter.metering.tariff import ActivityCalendar, RateRegisters, RegisterActivation
from sim.meter.object_list import MAXIMUM, RATE
from sim.meter.payment.payment_log import PaymentLog
from sim.meter.payment.prepayment import Prepayment
from sim.meter.payment.tokens import TokenProcessor
from sim.meter.supply.availability import Availability
from sim.meter.supply.limiter import Limiter
from sim.meter.supply.power_quality import Outages, Quality
from sim.meter.supply.supply_control import SupplyControl

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
    "scheduler_state",
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
    """Live parts of one meter; none knows of another."""

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
    scheduler_state: SchedulerState
    tokens: TokenProcessor
    units: PairedUnits
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
