"""Makes the live parts of one meter by its factories, as the profile says."""

from protocols.sts.acceptance import TokenResult
from sim.meter.components import Components
from sim.meter.credentials import Credentials, factory_register
from sim.meter.events import EventCode
from sim.meter.parts import AcceptanceParts, Parts
from sim.meter.profile import MeterProfile
from sim.meter.seams import WorldClock
from sim.meter.tokens import Effects
from sim.meter.unit_bindings import UnitBindings
from sim.meter.units import to_microseconds


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

    def clear_tamper() -> TokenResult:
        tamper.clear()
        events.record(EventCode.TAMPER_CLEARED, clock.epoch_us)
        return TokenResult.ACCEPT

    effects = Effects(prepayment.grant, prepayment.clear, limiter.set_limit, clear_tamper)
    return Components(
        metrology=parts.metrology(profile.metrology, to_microseconds(world.now_s())),
        prepayment=prepayment,
        limiter=limiter,
        switch=parts.supply_control(profile.control_mode),
        clock=clock,
        events=events,
        tamper=tamper,
        load_profile=parts.load_profile(profile.load_profile),
        tokens=parts.token_desk(acceptance, effects, world.now_s),
        units=_bound_units(profile),
    )


def _bound_units(profile: MeterProfile) -> UnitBindings:
    """The units that the meter knows; the one that it is sold with is bound at the factory."""
    link = profile.ciu.link
    units = UnitBindings(link.units_max, link.replace_after_s)
    if link.bound_at_factory:
        units.bind(profile.ciu.unit.address, 0)
    return units
