"""What the customer unit can show of a meter, by name: short codes and test tokens ask for these."""

from collections.abc import Callable
from datetime import timedelta

from protocols.dlms.cosem.disconnect import ControlState
from sim.meter.ciu.texts import kwh
from sim.meter.components import Components
from sim.meter.metrology import Quantity
from sim.meter.profile import MeterProfile
from sim.meter.units import MILLI

ALL_SEGMENTS = "8888888888888888"


def information(profile: MeterProfile, parts: Components) -> dict[str, Callable[[], str]]:
    """Name -> its value now, at most sixteen characters."""

    def local_time() -> str:
        return f"{parts.clock.utc - timedelta(minutes=profile.deviation_minutes):%d/%m/%y %H:%M}"

    def key() -> str:
        register = parts.tokens.register
        return f"{register.krn} {int(register.key_type)}"

    return {
        "credit": lambda: kwh(parts.prepayment.credit_wh),
        "total": lambda: kwh(parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT)),
        "last_amount": lambda: kwh(parts.prepayment.last_amount_wh),
        "drn": lambda: profile.drn,
        "sgc": lambda: parts.tokens.register.sgc,
        "key": key,
        "ken": lambda: str(parts.tokens.register.ken),
        "ea": lambda: parts.tokens.register.ea,
        "ti": lambda: f"{parts.tokens.register.ti:02d}",
        "power": lambda: f"{parts.metrology.sample.active_mw // MILLI} W",
        "voltage": lambda: f"{parts.metrology.sample.voltage_mv / MILLI:.1f} V",
        "power_limit": lambda: f"{parts.limiter.limit_w} W",
        "tamper": lambda: str(int(parts.tamper.alarm)),
        "version": lambda: parts.image.firmware,
        "clock": local_time,
        "switch": lambda: str(int(parts.switch.control_state)),
        "display": lambda: ALL_SEGMENTS,
    }


def idle_state(parts: Components) -> str:
    """What a meter at rest has to say first: cut, overload, exhausted, low or credit."""
    states = {
        "cut": parts.switch.control_state is ControlState.DISCONNECTED,
        "overload": parts.limiter.tripped,
        "exhausted": parts.prepayment.exhausted,
        "low": parts.prepayment.low,
    }
    return next((name for name, holds in states.items() if holds), "credit")
