"""Table of bindings: the names that profiles use -> binder of the object."""

from collections.abc import Callable
from functools import partial

from sim.meter.cosem.binding import Bound
from sim.meter.cosem.clock import bind_clock, bind_schedule, bind_scripts, bind_single_action
from sim.meter.cosem.communication import NETWORK_BINDERS, bind_hdlc_setup, bind_tcp_setup
from sim.meter.cosem.image import bind_image
from sim.meter.cosem.load_profiles import bind_profile
from sim.meter.cosem.logical_device import Binder
from sim.meter.cosem.monitors import bind_parameter_monitor, bind_push, bind_register_monitor
from sim.meter.cosem.payment import bind_account, bind_charge, bind_credit
from sim.meter.cosem.profile_generic import bind_event_log, bind_excursions, bind_payment_log
from sim.meter.cosem.registers import (
    bind_demand,
    bind_limit,
    bind_maximum,
    bind_nominal,
    bind_outage_limit,
    bind_plain,
    bind_register,
    plain_values,
    plant_readings,
    register_values,
)
from sim.meter.cosem.requests import LiveParts
from sim.meter.cosem.security import bind_invocation_counter, bind_security_setup
from sim.meter.cosem.supply import bind_limiter, bind_protection_policies, bind_reverse_energy, bind_switch
from sim.meter.cosem.tariff import (
    bind_active_tariff,
    bind_calendar,
    bind_register_activation,
    bind_special_days,
)
from sim.meter.cosem.tokens import bind_gateway, bind_sts_attributes
from sim.meter.object_list import DEMAND, MAXIMUM
from sim.meter.profile import ObjectTerms

#: Makes every binder of a meter; a part that can be replaced.
CosemBindings = Callable[[LiveParts], dict[str, Binder]]

_OBJECTS: dict[str, Callable[[LiveParts, ObjectTerms], Bound]] = {
    **NETWORK_BINDERS,
    "account": bind_account,
    "image": bind_image,
    "limiter": bind_limiter,
    "parameter-monitor": bind_parameter_monitor,
    "payment-log": bind_payment_log,
    "protection-policies": bind_protection_policies,
    "push": bind_push,
    "reverse-energy": bind_reverse_energy,
    "register-monitor": bind_register_monitor,
    "charge": bind_charge,
    "active-tariff": bind_active_tariff,
    "calendar": bind_calendar,
    "clock": bind_clock,
    "credit": bind_credit,
    "event-log": bind_event_log,
    "excursions": bind_excursions,
    "hdlc-setup": bind_hdlc_setup,
    "nominal": bind_nominal,
    "outage-limit": bind_outage_limit,
    "invocation-counter": bind_invocation_counter,
    "security-setup": bind_security_setup,
    "profile": bind_profile,
    "register-activation": bind_register_activation,
    "schedule": bind_schedule,
    "scripts": bind_scripts,
    "single-action": bind_single_action,
    "special-days": bind_special_days,
    "sts-attributes": bind_sts_attributes,
    "switch": bind_switch,
    "tcp-setup": bind_tcp_setup,
    "token-gateway": bind_gateway,
}


def cosem_bindings(live: LiveParts) -> dict[str, Binder]:
    """Every binding that a profile may name."""
    registers, demands = register_values(live.parts) | plant_readings(live), live.parts.demands
    return {
        **{name: partial(bind, live) for name, bind in _OBJECTS.items()},
        **{name: partial(bind_plain, value) for name, value in plain_values(live).items()},
        **{name: partial(bind_register, reading) for name, reading in registers.items()},
        **{f"{DEMAND}{name}": partial(bind_demand, live) for name in demands.registers},
        **{f"{MAXIMUM}{name}": partial(bind_maximum, live) for name in demands.maxima},
        **{f"limit.{name}": partial(bind_limit, live, name) for name in live.parts.quality.watches},
    }
