"""The parts that a meter is built from, as factories: replace one, and you have another meter.

>>> import dataclasses
>>> from sim.meter.metrology import Metrology
>>> class Lazy(Metrology):
...     '''Sleeps instead of counting.'''
>>> dataclasses.replace(DEFAULT_PARTS, metrology=Lazy).metrology.__name__
'Lazy'
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocols.dlms.cosem.disconnect import ControlMode
from protocols.sts.acceptance import KeyRegister, TidStore, TokenAcceptance
from sim.meter.ciu.unit import CustomerUnit, UnitLink, UnitTerms
from sim.meter.clock import DeviceClock
from sim.meter.cosem.table import CosemBindings, cosem_bindings
from sim.meter.events import EventLog
from sim.meter.limiter import Limiter, LimiterTerms
from sim.meter.load_profile import LoadProfile, ProfileTerms
from sim.meter.metrology import Metrology, MetrologyConstants
from sim.meter.prepayment import CreditTerms, Prepayment
from sim.meter.seams import WorldClock
from sim.meter.supply_control import SupplyControl
from sim.meter.tamper import TamperDetector
from sim.meter.tokens import FUNCTIONS


def token_acceptance(register: KeyRegister, store: TidStore) -> TokenAcceptance:
    """The STS acceptance of this meter: what it can carry out, over one TID store."""
    return TokenAcceptance(register, tid_store=store, functions=FUNCTIONS)


def device_clock(world: WorldClock, drift_s_per_day: float) -> DeviceClock:
    """A clock that was set right at the factory."""
    return DeviceClock(world.now_s, world.utc(), drift_s_per_day=drift_s_per_day)


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
    load_profile: Callable[[ProfileTerms], LoadProfile] = LoadProfile
    tid_store: Callable[[int], TidStore] = TidStore
    token_acceptance: Callable[[KeyRegister, TidStore], TokenAcceptance] = token_acceptance
    ciu: Callable[[UnitTerms, UnitLink], CustomerUnit] = CustomerUnit
    cosem_bindings: CosemBindings = cosem_bindings


DEFAULT_PARTS = Parts()
