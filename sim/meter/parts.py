"""The parts that a meter is built from, as factories: replace one, and you have another meter.

>>> import dataclasses
>>> from sim.meter.metrology import Metrology
>>> class Lazy(Metrology):
...     '''Sleeps instead of counting.'''
>>> dataclasses.replace(DEFAULT_PARTS, metrology=Lazy).metrology.__name__
'Lazy'
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpy import Environment

from protocols.dlms.cosem.disconnect import ControlMode
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.security import DeviceSecurity, KeySet, SecuritySuite
from protocols.dlms.server import ServerConnection
from protocols.dlms.wrapper import WrapperServer
from protocols.sts.acceptance import (
    AcceptanceRules,
    KeyRegister,
    LockOut,
    LockOutTerms,
    PendingKeyChange,
    TidStore,
    TokenAcceptance,
)
from sim.meter.activity_calendar import CalendarTables, SpecialDays
from sim.meter.availability import Availability, AvailabilityTerms
from sim.meter.carrier import EnterToken, VirtualCarrier
from sim.meter.ciu.medium import Medium
from sim.meter.ciu.terms import LinkTerms, UnitTerms
from sim.meter.ciu.unit import CustomerUnit, UnitPlace
from sim.meter.clock import DeviceClock
from sim.meter.cosem.table import CosemBindings, cosem_bindings
from sim.meter.credentials import Credentials
from sim.meter.demand import DemandTerms, Energy
from sim.meter.demands import Demands
from sim.meter.events import EventLog
from sim.meter.image import ImageStore, ImageTerms
from sim.meter.limiter import Limiter, LimiterTerms
from sim.meter.load_profile import LoadProfile, ProfileTerms
from sim.meter.metrology import Metrology, MetrologyConstants
from sim.meter.nvm import Memory, MemoryTerms
from sim.meter.outages import Outages
from sim.meter.prepayment import CreditTerms, Prepayment
from sim.meter.profile import PortTerms
from sim.meter.protection import Protections, ProtectionTerms
from sim.meter.quality import Quality, WatchTerms
from sim.meter.rates import RateRegisters
from sim.meter.seams import WorldClock
from sim.meter.security import device_security, suite_security
from sim.meter.storage import Storage
from sim.meter.supply_control import SupplyControl
from sim.meter.tamper import TamperDetector
from sim.meter.tariff import ActivityCalendar
from sim.meter.tokens import FUNCTIONS, Effects, TokenDesk

if TYPE_CHECKING:
    from numpy.random import Generator

MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class AcceptanceParts:
    """What the STS acceptance of one meter is made of."""

    register: KeyRegister
    tid_store: TidStore
    rules: AcceptanceRules
    key_change: PendingKeyChange
    lock_out: LockOut | None


def acceptance_rules() -> AcceptanceRules:
    """The checks of this meter, and what it can carry out."""
    return AcceptanceRules(functions=FUNCTIONS)


def token_acceptance(parts: AcceptanceParts) -> TokenAcceptance:
    """The STS acceptance of this meter."""
    return TokenAcceptance(
        parts.register,
        tid_store=parts.tid_store,
        rules=parts.rules,
        pending=parts.key_change,
        lock_out=parts.lock_out,
    )


def device_clock(world: WorldClock, drift_s_per_day: float) -> DeviceClock:
    """A clock that was set right at the factory."""
    return DeviceClock(world.now_s, world.utc(), drift_s_per_day=drift_s_per_day)


def hdlc_server(terms: PortTerms, kind: type[HdlcServer] = HdlcServer) -> HdlcServer:
    """A data link with the addresses, sizes and times of the profile; one for each peer."""
    return kind(
        server_saps={terms.server_sap},
        physical_address=terms.physical_address,
        address_bytes=terms.hdlc_address_bytes,
        max_info=terms.hdlc_max_info,
        window=terms.hdlc_window,
        inactivity_timeout_s=terms.hdlc_inactivity_time_out_s,
        inter_octet_timeout_s=terms.hdlc_inter_octet_time_out_ms / MS_PER_S,
    )


def wrapper_server(terms: PortTerms, kind: type[WrapperServer] = WrapperServer) -> WrapperServer:
    """A wrapper on the port of the meter's logical device; one for each peer."""
    return kind({terms.server_sap})


@dataclass(frozen=True, slots=True)
class Parts:
    """One factory for each part; each is called once, with the terms of the profile."""

    metrology: Callable[[MetrologyConstants, int], Metrology] = Metrology
    supply_control: Callable[[ControlMode], SupplyControl] = SupplyControl
    prepayment: Callable[[CreditTerms], Prepayment] = Prepayment
    limiter: Callable[[LimiterTerms], Limiter] = Limiter
    clock: Callable[[WorldClock, float], DeviceClock] = device_clock
    events: Callable[[int], EventLog] = EventLog
    tamper: Callable[[], TamperDetector] = TamperDetector
    protections: Callable[[ProtectionTerms], Protections] = Protections
    availability: Callable[[AvailabilityTerms], Availability] = Availability
    load_profile: Callable[[ProfileTerms], LoadProfile] = LoadProfile
    rates: Callable[[dict[str, Energy], int], RateRegisters] = RateRegisters
    demands: Callable[[Iterable[DemandTerms], Callable[[str], Energy], int], Demands] = Demands
    calendar: Callable[[CalendarTables, SpecialDays], ActivityCalendar] = ActivityCalendar
    quality: Callable[[Iterable[WatchTerms]], Quality] = Quality
    outages: Callable[[], Outages] = Outages
    tid_store: Callable[[int], TidStore] = TidStore
    acceptance_rules: Callable[[], AcceptanceRules] = acceptance_rules
    key_change: Callable[[], PendingKeyChange] = PendingKeyChange
    lock_out: Callable[[LockOutTerms], LockOut] = LockOut
    token_acceptance: Callable[[AcceptanceParts], TokenAcceptance] = token_acceptance
    token_desk: Callable[[TokenAcceptance, Effects, Callable[[], float]], TokenDesk] = TokenDesk
    carrier: Callable[[EnterToken], VirtualCarrier] = VirtualCarrier
    memory: Callable[[MemoryTerms], Memory] = Memory
    storage: Callable[[Memory], Storage] = Storage
    ciu: Callable[[UnitTerms, LinkTerms, UnitPlace], CustomerUnit] = CustomerUnit
    ciu_medium: "Callable[[Environment, LinkTerms, Generator | None, Callable[[], bool]], Medium]" = Medium
    image: Callable[[ImageTerms, str], ImageStore] = ImageStore
    cosem_bindings: CosemBindings = cosem_bindings
    device_security: Callable[[bytes, KeySet], DeviceSecurity] = device_security
    suite_security: Callable[[bytes, SecuritySuite, Credentials], DeviceSecurity] = suite_security
    hdlc_server: Callable[[PortTerms], HdlcServer] = hdlc_server
    wrapper_server: Callable[[PortTerms], WrapperServer] = wrapper_server
    server_connection: Callable[..., ServerConnection] = ServerConnection


DEFAULT_PARTS = Parts()
