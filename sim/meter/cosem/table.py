"""The table that profiles speak of: binding name -> how the object behind it is bound."""

from collections.abc import Callable

from sim.meter.cosem.account import bind_account, bind_charge, bind_credit
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.clock import bind_clock
from sim.meter.cosem.gateway import bind_gateway
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.profiles import bind_event_log, bind_load_profile
from sim.meter.cosem.setup import bind_hdlc_setup, bind_tcp_setup
from sim.meter.cosem.sts_attributes import bind_sts_attributes
from sim.meter.cosem.switch import bind_switch
from sim.meter.cosem.values import Value, bind_plain, bind_register, plain_values
from sim.meter.profile import ObjectTerms
from sim.meter.readings import Reading, readings

#: Binds one row of the object list.
Binder = Callable[[ObjectTerms], Bound]
#: Makes every binder of a meter; a part that can be replaced.
CosemBindings = Callable[[LiveParts], dict[str, Binder]]

_OBJECTS: dict[str, Callable[[LiveParts, ObjectTerms], Bound]] = {
    "account": bind_account,
    "charge": bind_charge,
    "clock": bind_clock,
    "credit": bind_credit,
    "event-log": bind_event_log,
    "hdlc-setup": bind_hdlc_setup,
    "sts-attributes": bind_sts_attributes,
    "switch": bind_switch,
    "tcp-setup": bind_tcp_setup,
    "token-gateway": bind_gateway,
}


def cosem_bindings(live: LiveParts) -> dict[str, Binder]:
    """Every binding that a profile may name."""
    registers = readings(live.parts.metrology)
    binders: dict[str, Binder] = {name: _object(live, name) for name in _OBJECTS}
    binders |= {name: _plain(value) for name, value in plain_values(live).items()}
    binders |= {name: _register(reading) for name, reading in registers.items()}
    binders["load-profile"] = lambda _row: _load_profile(live, registers)
    return binders


def _object(live: LiveParts, name: str) -> Binder:
    return lambda row: _OBJECTS[name](live, row)


def _plain(value: Value) -> Binder:
    return lambda row: bind_plain(value, row)


def _register(reading: Reading) -> Binder:
    return lambda row: bind_register(reading, row)


def _load_profile(live: LiveParts, registers: dict[str, Reading]) -> Bound:
    rows = {row.binding: row for row in live.profile.objects}
    names = live.profile.load_profile.channels
    return bind_load_profile(live, [rows[name] for name in names], [registers[name] for name in names])
