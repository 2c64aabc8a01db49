"""Makes the live parts of one meter by its factories, as the profile says."""

from protocols.dlms.security import DeviceSecurity, SecuritySuite
from protocols.sts.acceptance import TokenResult
from sim.meter.agenda import Diary
from sim.meter.captured import CapturedProfiles
from sim.meter.components import Components
from sim.meter.control_terms import monitor_terms, parameter_terms, push_terms
from sim.meter.credentials import Credentials, factory_register
from sim.meter.events import EventCode
from sim.meter.monitors import ParameterMonitor, RegisterMonitors
from sim.meter.parts import AcceptanceParts, Parts
from sim.meter.payment.history import PaymentLog
from sim.meter.profile import MeterProfile
from sim.meter.push import PushSetups
from sim.meter.readings import energy_nj
from sim.meter.schedules import Schedule, SingleActions
from sim.meter.seams import WorldClock
from sim.meter.security import system_title
from sim.meter.tariff import RegisterActivation
from sim.meter.tokens import Effects
from sim.meter.unit_bindings import UnitBindings
from sim.meter.units import to_microseconds
from sim.meter.zone import LocalZone


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

    effects = Effects(prepayment.grant, prepayment.clear, limiter.set_limit, clear_tamper)
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
        diary=Diary(),
        tokens=parts.token_desk(acceptance, effects, world.now_s),
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


def _bound_units(profile: MeterProfile) -> UnitBindings:
    """The units that the meter knows; the one that it is sold with is bound at the factory."""
    link = profile.ciu.link
    units = UnitBindings(link.units_max, link.replace_after_s)
    if link.bound_at_factory:
        units.bind(profile.ciu.unit.address, 0)
    return units
