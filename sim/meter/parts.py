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

from numpy.random import Generator
from simpy import Environment

from protocols.dlms.cosem.disconnect import ControlMode
from protocols.sts.acceptance import (
    AcceptanceRules,
    KeyRegister,
    LockOut,
    LockOutTerms,
    PendingKeyChange,
    TidStore,
    TokenAcceptance,
)
from sim.meter.carrier import EnterToken, VirtualCarrier
from sim.meter.ciu.medium import Medium
from sim.meter.ciu.terms import LinkTerms, UnitTerms
from sim.meter.ciu.unit import CustomerUnit, UnitPlace
from sim.meter.clock import DeviceClock
from sim.meter.cosem.table import CosemBindings, cosem_bindings
from sim.meter.events import EventLog
from sim.meter.limiter import Limiter, LimiterTerms
from sim.meter.load_profile import LoadProfile, ProfileTerms
from sim.meter.metrology import Metrology, MetrologyConstants
from sim.meter.nvm import Memory, MemoryTerms
from sim.meter.prepayment import CreditTerms, Prepayment
from sim.meter.seams import WorldClock
from sim.meter.storage import Storage
from sim.meter.supply_control import SupplyControl
from sim.meter.tamper import TamperDetector
from sim.meter.tokens import FUNCTIONS, Effects, TokenDesk


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
    acceptance_rules: Callable[[], AcceptanceRules] = acceptance_rules
    key_change: Callable[[], PendingKeyChange] = PendingKeyChange
    lock_out: Callable[[LockOutTerms], LockOut] = LockOut
    token_acceptance: Callable[[AcceptanceParts], TokenAcceptance] = token_acceptance
    token_desk: Callable[[TokenAcceptance, Effects, Callable[[], float]], TokenDesk] = TokenDesk
    carrier: Callable[[EnterToken], VirtualCarrier] = VirtualCarrier
    memory: Callable[[MemoryTerms], Memory] = Memory
    storage: Callable[[Memory], Storage] = Storage
    ciu: Callable[[UnitTerms, LinkTerms, UnitPlace], CustomerUnit] = CustomerUnit
    ciu_medium: Callable[[Environment, LinkTerms, Generator | None, Callable[[], bool]], Medium] = Medium
    cosem_bindings: CosemBindings = cosem_bindings


DEFAULT_PARTS = Parts()
