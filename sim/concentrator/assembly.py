"""Parts of a concentrator, made and joined; none knows of the concentrator itself."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from protocols.dlms.session import SessionTerms
from protocols.plc.cl432 import Lpdu
from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.collection import Collector, Fetcher, FetchTerms
from sim.concentrator.events import EventLog
from sim.concentrator.latest_values import LatestValues
from sim.concentrator.line_loss import LineLoss
from sim.concentrator.meter_sessions import MeterClients, MeterKeyStore, MeterSessions
from sim.concentrator.nvm import Nvm
from sim.concentrator.orders import Orders, workers
from sim.concentrator.parameters import ChangePlan
from sim.concentrator.pass_through import PassThrough
from sim.concentrator.registry import Registry
from sim.concentrator.settings import ConcentratorTerms
from sim.concentrator.southbound import Southbound
from sim.concentrator.statistics import Statistics
from sim.concentrator.storage import Storage
from sim.kernel.medium import BaseNode


@dataclass(frozen=True, slots=True)
class Hooks:
    """Callbacks of the parts into their concentrator.

    Args:
        spawn: begins a process that ends with the power.
        on_stray: told of every LPDU that nobody waits for, and whether it is a late answer.
        on_surplus: told of a modem behind which more came than was ever asked for.
        random_octets: gives so many random octets.
        change_plan: adds a plan, or replaces the one of that name, and keeps it.
    """

    spawn: Callable[[Generator[Event, Any, None]], object]
    on_stray: Callable[[bytes, Lpdu, bool], None]
    on_surplus: Callable[[bytes], None]
    random_octets: Callable[[int], bytes]
    change_plan: ChangePlan


@dataclass(frozen=True, slots=True)
class Components:
    """The parts, alive."""

    memory: Nvm
    clock: ConcentratorClock
    registry: Registry
    events: EventLog
    storage: Storage
    latest: LatestValues
    statistics: Statistics
    wire: Southbound
    clients: MeterClients
    meter_sessions: MeterSessions
    through: PassThrough
    fetcher: Fetcher
    collector: Collector
    orders: Orders
    loss: LineLoss


def make_components(
    env: Environment,
    terms: ConcentratorTerms,
    memory: Nvm,
    clock: ConcentratorClock,
    base: BaseNode,
    keys: MeterKeyStore,
    hooks: Hooks,
) -> Components:
    """Make the parts of a concentrator."""

    def now_s() -> float:
        return float(env.now)

    registry = Registry(memory, terms.wire.first_sap, terms.whitelist)
    events = EventLog(memory, terms.storage.events, clock.utc_s)
    storage = Storage(memory, terms.storage, clock.utc_s)
    latest, statistics = LatestValues(terms.wire.disconnected_s), Statistics()
    wire = Southbound(env, base, hooks.on_stray, hooks.on_surplus)
    patience = SessionTerms(terms.wire.response_timeout_s, terms.wire.retries)
    clients = MeterClients(terms.system_title, now_s, hooks.random_octets, patience)
    meter_sessions = MeterSessions(wire, clients, keys)
    through = PassThrough(env, wire, terms.wire, statistics, hooks.spawn)
    how = FetchTerms(terms.wire.rows_per_read, terms.clock.deviation_minutes)
    fetcher = Fetcher(storage, events, latest, how, clock.utc_s)
    collector = Collector(
        env, clock, meter_sessions, registry, fetcher, through, statistics, events, terms.clock
    )
    does = workers(meter_sessions, collector, clock.utc_s, hooks.change_plan)
    orders = Orders(env, memory, registry, events, clock.utc_s, does)
    loss = LineLoss(terms.balance, terms.clock.deviation_minutes)
    return Components(
        memory,
        clock,
        registry,
        events,
        storage,
        latest,
        statistics,
        wire,
        clients,
        meter_sessions,
        through,
        fetcher,
        collector,
        orders,
        loss,
    )
