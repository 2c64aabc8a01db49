"""Parts of a meter as factories: replace one, and you have another meter. `make_components` calls them.

>>> import dataclasses
>>> from sim.meter.metering.metrology import Metrology
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
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.wrapper import WrapperServer
from protocols.field.events import EventCode
from protocols.sts.acceptance import (
    AcceptanceRules,
    KeyRegister,
    LockOut,
    LockOutTerms,
    PendingKeyChange,
    TidStore,
    TokenAcceptance,
    TokenResult,
)
from sim.meter.ciu.link import LinkTerms, Medium, UnitTerms
from sim.meter.ciu.pairing import PairedUnits
from sim.meter.ciu.unit import CustomerUnit, UnitContext
from sim.meter.clock.device_clock import DeviceClock, LocalZone
from sim.meter.clock.scheduler import SchedulerState
from sim.meter.clock.schedules import Schedule, SingleActions
from sim.meter.communication.push import PushSetups
from sim.meter.components import Components
from sim.meter.cosem.binding_table import CosemBindings, cosem_bindings
from sim.meter.credentials import Credentials, device_security, factory_register, suite_security, system_title
from sim.meter.events.event_log import EventLog
from sim.meter.events.monitors import ParameterMonitor, RegisterMonitors
from sim.meter.events.tamper_protections import Protections, ProtectionTerms, TamperDetector
from sim.meter.image_transfer import ImageStore, ImageTerms
from sim.meter.interfaces import WorldClock
from sim.meter.metering.demand import Demands, DemandTerms, Energy
from sim.meter.metering.load_profile import CapturedProfiles, LoadProfile, ProfileTerms
from sim.meter.metering.metrology import Metrology, MetrologyConstants, energy_nj
from sim.meter.metering.tariff import (
    ActivityCalendar,
    CalendarTables,
    RateRegisters,
    RegisterActivation,
    SpecialDays,
)
from sim.meter.object_list import monitor_terms, parameter_terms, push_terms
from sim.meter.payment.payment_log import PaymentLog
from sim.meter.payment.prepayment import CreditTerms, Prepayment
from sim.meter.payment.tokens import FUNCTIONS, EnterToken, TokenEffects, TokenProcessor, VirtualCarrier
from sim.meter.profile import MeterProfile, PortTerms
from sim.meter.storage.nvm import Memory, MemoryTerms, Storage
from sim.meter.supply.availability import Availability, AvailabilityTerms
from sim.meter.supply.limiter import Limiter, LimiterTerms
from sim.meter.supply.power_quality import Outages, Quality, WatchTerms
from sim.meter.supply.supply_control import SupplyControl
from sim.meter.units import to_microseconds

if TYPE_CHECKING:
    from numpy.random import Generator


MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class AcceptanceParts:
    """Parts of the STS acceptance of one meter."""

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
    token_processor: Callable[[TokenAcceptance, TokenEffects, Callable[[], float]], TokenProcessor] = (
        TokenProcessor
    )
    carrier: Callable[[EnterToken], VirtualCarrier] = VirtualCarrier
    memory: Callable[[MemoryTerms], Memory] = Memory
    storage: Callable[[Memory], Storage] = Storage
    ciu: Callable[[UnitTerms, LinkTerms, UnitContext], CustomerUnit] = CustomerUnit
    ciu_medium: "Callable[[Environment, LinkTerms, Generator | None, Callable[[], bool]], Medium]" = Medium
    image: Callable[[ImageTerms, str], ImageStore] = ImageStore
    cosem_bindings: CosemBindings = cosem_bindings
    device_security: Callable[[bytes, KeySet], DeviceSecurity] = device_security
    suite_security: Callable[[bytes, SecuritySuite, Credentials], DeviceSecurity] = suite_security
    hdlc_server: Callable[[PortTerms], HdlcServer] = hdlc_server
    wrapper_server: Callable[[PortTerms], WrapperServer] = wrapper_server
    server_connection: Callable[..., ServerConnection] = ServerConnection


DEFAULT_PARTS = Parts()


# ------------------------------------------------------------ assembly of the parts


def make_components(
    profile: MeterProfile, parts: Parts, world: WorldClock, credentials: Credentials
) -> Components:
    """Make every part as the profile says, fresh from the factory."""
    prepayment, limiter = parts.prepayment(profile.credit), parts.limiter(profile.limiter)
    clock, events, tamper = (
        parts.clock(world, profile.drift_s_per_day),
        parts.events(profile.event_capacity),
        parts.tamper(),
    )
    acceptance = parts.token_acceptance(
        AcceptanceParts(
            factory_register(profile.drn, profile.sts, credentials),
            parts.tid_store(profile.sts.tid_capacity),
            parts.acceptance_rules(),
            parts.key_change(),
            parts.lock_out(profile.lock_out) if profile.lock_out else None,
        )
    )

    protections = parts.protections(profile.protections)

    def clear_tamper() -> TokenResult:
        tamper.clear()
        protections.clear()
        events.record(EventCode.TAMPER_CLEARED, clock.epoch_us)
        return TokenResult.ACCEPT

    effects = TokenEffects(prepayment.grant, prepayment.clear, limiter.set_limit, clear_tamper)
    rows, metrology = profile.rows, parts.metrology(profile.metrology, to_microseconds(world.now_s()))
    masks = RegisterActivation(rows.masks, rows.registers)
    prepayment.rate = masks.active_mask
    return Components(
        metrology=metrology,
        prepayment=prepayment,
        limiter=limiter,
        switch=parts.supply_control(profile.control_mode),
        clock=clock,
        events=events,
        tamper=tamper,
        protections=protections,
        availability=parts.availability(profile.availability),
        captured=CapturedProfiles(rows.captured, parts.load_profile),
        rates=parts.rates({name: energy_nj(metrology, name) for name in rows.rated}, rows.rates),
        demands=parts.demands(rows.demands, lambda name: energy_nj(metrology, name), rows.rates),
        masks=masks,
        calendar=parts.calendar(rows.calendar, rows.special_days),
        single_actions=SingleActions(rows.single_actions),
        schedule=Schedule(rows.schedule),
        quality=parts.quality(profile.watches),
        outages=parts.outages(),
        zone=LocalZone(profile.deviation_minutes),
        scheduler_state=SchedulerState(),
        tokens=parts.token_processor(acceptance, effects, world.now_s),
        units=_bound_units(profile),
        payments=PaymentLog(profile.payment_log_entries),
        image=parts.image(profile.image, profile.firmware),
        monitors=RegisterMonitors(monitor_terms(profile.objects)),
        parameters=ParameterMonitor(parameter_terms(profile.objects)),
        push_setups=PushSetups(push_terms(profile.objects)),
        security=_security(profile, parts, credentials),
    )


def _security(profile: MeterProfile, parts: Parts, credentials: Credentials) -> DeviceSecurity:
    title, suite = system_title(profile), profile.security.suite
    if suite is SecuritySuite.SUITE_0:
        return parts.device_security(title, credentials.keys)
    return parts.suite_security(title, suite, credentials)


def _bound_units(profile: MeterProfile) -> PairedUnits:
    """The units that the meter knows; the one that it is sold with is bound at the factory."""
    link = profile.ciu.link
    units = PairedUnits(link.units_max, link.replace_after_s)
    if link.bound_at_factory:
        units.bind(profile.ciu.unit.address, 0)
    return units
