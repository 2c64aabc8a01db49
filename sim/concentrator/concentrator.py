"""Concentrator: its parts, its ports, and events of the world around it."""

import json
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from simpy import Environment
from simpy import Event as WorldEvent

from protocols.plc.cl432 import Lpdu
from sim.concentrator.assembly import Components, Hooks, make_components
from sim.concentrator.clock import ConcentratorClock, WorldClock
from sim.concentrator.context import ConcentratorContext, summary
from sim.concentrator.discovery import SilenceMonitor, WireEvents
from sim.concentrator.errors import TermsError
from sim.concentrator.events import Event
from sim.concentrator.faults import fault_injector
from sim.concentrator.front_panel import FrontPanel
from sim.concentrator.line_loss import DailyBalance
from sim.concentrator.meter_sessions import MeterKeys, MeterKeyStore
from sim.concentrator.nvm import Nvm
from sim.concentrator.orders import Order
from sim.concentrator.parameters import Language, Parameters, parameter_rows
from sim.concentrator.plans import Plan, parse_plan
from sim.concentrator.ports import ConcentratorPorts
from sim.concentrator.power import PowerCycle, PowerSupply
from sim.concentrator.registry import MeterRecord
from sim.concentrator.rs485 import BUSES_MAX, SerialLine
from sim.concentrator.settings import ConcentratorTerms
from sim.concentrator.terms import Uplink
from sim.concentrator.uplink_selection import UplinkSelector
from sim.concentrator.usb import UsbPort
from sim.kernel.faults import fault_handlers
from sim.kernel.medium import BaseNode, OnWireEvent, WireEvent
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from sim.concentrator.web.app import Post

_PLANS_SLOT, _BOOTS_SLOT = "plans", "boots"
#: A synchronisation that finds the clock this far off is told.
_TELL_SYNC_S = 1.0
Steps = Generator[WorldEvent, Any, None]


class Concentrator:
    """One concentrator.

    Args:
        env: the world's environment.
        clock: the world's true time.
        terms: what it is.
        base: gives its modem, once: called with what takes the wire's events.
        streams: random streams of the world.
        keys: keys or passwords of the meters by serial.
        totaliser: port "hdlc" of the meter at the transformer, on the first bus; None without one.
        totaliser_keys: password of its reader.
        serial_buses: ports of what else hangs on the two RS-485 buses.

    Attributes:
        parts: its parts, for a bench that looks inside.
        ports: ``dlms``, ``uplink`` and ``optical``.
        buses: the lines of its RS-485 buses, by name.
        faults: what can go wrong with it.
        front_panel: its screen and buttons.
        usb: its USB port.

    Raises:
        TermsError: more buses than there are.
    """

    def __init__(
        self,
        env: Environment,
        clock: WorldClock,
        terms: ConcentratorTerms,
        *,
        base: Callable[[OnWireEvent], BaseNode],
        streams: RandomStreams,
        keys: MeterKeyStore,
        totaliser: Port | None = None,
        totaliser_keys: MeterKeys | None = None,
        serial_buses: tuple[Port, ...] = (),
    ) -> None:
        self.env = env
        self.terms = terms
        self._world = clock
        self._random = streams.stream(f"{terms.serial}/concentrator")
        self.power_cycle = PowerCycle(env, self.power_cut)
        self.clock = ConcentratorClock(clock, terms.clock, self._random.random)
        self.base = base(self.power_cycle.guarded(self._on_wire))
        hooks = Hooks(
            self.power_cycle.spawn, self._on_stray, self._on_surplus, self._random.bytes, self._change_plan
        )
        memory = Nvm()
        self.parts = parts = make_components(env, terms, memory, self.clock, self.base, keys, hooks)
        self._expose(parts)
        self._watch = WireEvents(env, parts, terms.wire, self.power_cycle.spawn)
        self.language = Language(terms.web.lang)
        self.uplinks = UplinkSelector(env, terms.uplink, self.power_cycle.guarded(self._uplink_changed))
        self.context = self._make_context(parts)
        self._paused = False
        self.usb = UsbPort(self.context, terms.uplink.secret.encode(), self._change_plan)
        self.front_panel = FrontPanel(
            self.context, lambda: self.power_cycle.powered, lambda: self.language.lang
        )
        self._sockets = ConcentratorPorts(
            env,
            self.context,
            parts.through,
            self._random.bytes,
            lambda: self.power_cycle.powered,
            self._can_speak,
            self.power_cut,
        )
        self.ports = self._sockets.ports
        self._make_buses(totaliser, totaliser_keys, serial_buses)
        self.faults = fault_injector(env, self, terms.clock.drift_s_per_day)
        self._supply = PowerSupply(env, terms.power, self._gasp, self._die, self._boot)
        self.booted_s = 0.0
        self._boot()

    # ------------------------------------------------------------ what the world does to it

    def power(self, on: bool) -> None:
        """Mains on or off."""
        self._supply.set(on)

    def power_cut(self) -> None:
        """The supply ended this very moment, without any last gasp."""
        self._supply.die()

    def uplink(self, name: str, up: bool) -> None:
        """A way to the head-end comes or goes: ``lan`` or ``4g``.

        Raises:
            ValueError: there is no such way here.
        """
        self.uplinks.set(name, up)

    def pause(self, paused: bool) -> None:
        """It hangs: hears and says nothing, though it lives."""
        self._paused = paused
        for port in self.ports.values():
            port.paused = paused
        if not paused:
            self.power_cycle.guarded(self._watch.catch_up)(self.base.topology())

    def control_handlers(self) -> Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """Operation of the station-control channel -> what it does to this concentrator."""
        return fault_handlers(self.faults)

    def web(
        self, post: "Post | None" = None, random_octets: Callable[[int], bytes] = token_bytes
    ) -> "Starlette":
        """The local page, to be served on loopback.

        Args:
            post: does something in the world; of a served world, its `post`.
            random_octets: gives so many octets that nobody can guess.
        """
        from sim.concentrator.web import web_app  # here: worlds without a page need no web server

        return web_app(
            self.context,
            lambda: self.language.lang,
            lambda: self.power_cycle.powered,
            post=lambda action: (post or _at_once)(self.power_cycle.guarded(action)),
            random_octets=random_octets,
        )

    def summary(self) -> dict[str, Any]:
        """Counts and states, for a summary of the world."""
        return summary(self.parts, self.base, self.uplinks)

    # ------------------------------------------------------------ life

    def _boot(self) -> None:
        self.power_cycle.powered = True
        self.booted_s = float(self.env.now)
        self.base.power(True)
        self.power_cycle.guarded(self._start)()

    def _start(self) -> None:
        parts = self.parts
        parts.memory.mount()
        parts.registry.load()
        parts.events.load()
        parts.storage.load()
        parts.orders.load()
        for batch in parts.storage:
            parts.latest.take_batch(batch)
        kept = parts.memory.get(_PLANS_SLOT)
        plans = self.terms.plans if kept is None else tuple(map(parse_plan, json.loads(kept)))
        parts.collector.plans = plans
        self.context.parameters.load()
        self._sockets.uplink.boot = int(parts.memory.get(_BOOTS_SLOT) or "0") + 1
        parts.memory.put(_BOOTS_SLOT, str(self._sockets.uplink.boot))
        parts.events.record("power-up")
        silence = SilenceMonitor(self.env, parts, self.terms.wire.disconnected_s)
        for steps in (parts.collector.run(), parts.orders.run(), self._keep_time(), silence.run()):
            self.power_cycle.spawn(steps)
        if self._balancing is not None:
            self.power_cycle.spawn(self._balancing.run())

    def _gasp(self) -> None:
        """The mains failed: what the capacitor is for."""
        self.power_cycle.guarded(lambda: self.events.record("last-gasp"))()
        if self._can_speak():
            self._sockets.uplink.gasp(
                self.clock.utc().isoformat(), self.storage.undelivered, len(self.events)
            )

    def _die(self) -> None:
        self.power_cycle.powered = False
        self.power_cycle.end()
        self.base.power(False)
        self._sockets.reset()
        self.parts.wire.forget()
        self.parts.through.forget()
        self.parts.clients.forget()
        self.parts.fetcher.forget()
        self.parts.latest.clear()
        self.parts.statistics.clear()
        self._watch.forget()

    def _keep_time(self) -> Steps:
        """Synchronise with the uplink's time server, as often as the terms say."""
        while True:
            if self.uplinks.active is not None:
                self._synchronise(self._world.utc())
            yield self.env.timeout(self.terms.clock.sync_every_s)

    def _synchronise(self, reference: datetime) -> float:
        ahead_s = self.clock.synchronise(reference)
        if abs(ahead_s) > self.terms.clock.max_deviation_s:
            self.events.record("clock-deviation", detail=f"{ahead_s:+.1f} s")
        elif abs(ahead_s) > _TELL_SYNC_S:
            self.events.record("clock-synchronised", detail=f"{ahead_s:+.1f} s")
        return ahead_s

    # ------------------------------------------------------------ the wire

    def _on_wire(self, event: WireEvent) -> None:
        if not self._paused:
            self._watch.told(event)

    def _on_stray(self, eui48: bytes, lpdu: Lpdu, late: bool) -> None:
        self._watch.stray(eui48, lpdu, late=late)

    def _on_surplus(self, eui48: bytes) -> None:
        self._watch.surplus(eui48)

    def _decide(self, name: str, *, trusted: bool) -> MeterRecord:
        record = self.registry.decide(name, trusted=trusted)
        self.events.record("meter-confirmed" if trusted else "meter-rejected", record.serial)
        return record

    # ------------------------------------------------------------ north

    def _can_speak(self) -> bool:
        return self.power_cycle.powered and not self._paused and self.uplinks.active is not None

    def _uplink_changed(self, before: Uplink | None, now: Uplink | None) -> None:
        if now is None:
            self.events.record("uplink-down", detail=str(before or ""))
        else:
            preferred = now is self.uplinks.preferred and before is None
            self.events.record("uplink-up" if preferred else "uplink-switched", detail=str(now))
            self._sockets.uplink.try_now()

    def _on_event(self, event: Event) -> None:
        if event.kind.alarm:
            self._sockets.uplink.alarm(event)

    def _on_order_done(self, order: Order) -> None:
        self._sockets.uplink.order_done(order)

    def _change_plan(self, plan: Plan) -> None:
        self.parts.collector.change_plan(plan)
        tables = [item.to_table() for item in self.parts.collector.plans]
        self.parts.memory.put(_PLANS_SLOT, json.dumps(tables))
        self.events.record("plan-changed", detail=plan.name)

    # ------------------------------------------------------------ wiring

    def _expose(self, parts: Components) -> None:
        """The parts that everybody asks for, by short names."""
        self.registry, self.events, self.storage = parts.registry, parts.events, parts.storage
        self.statistics, self.collector, self.orders = parts.statistics, parts.collector, parts.orders
        self.memory, self.wire, self.loss = parts.memory, parts.wire, parts.loss
        self.events.on_event = self._on_event
        self.orders.on_done = self._on_order_done
        self.storage.on_evicted = lambda item: self.events.record(
            "storage-evicted", detail=f"rows {item.first} to {item.last}"
        )
        self.storage.on_full = self._tell_full

    def _tell_full(self) -> None:
        """Once, until something else has happened."""
        newest = self.events.after(self.events.newest - 1, 1)
        if not newest or newest[0].name != "storage-full":
            self.events.record("storage-full")

    def _make_context(self, parts: Components) -> ConcentratorContext:
        rows = parameter_rows(
            self.terms, parts.collector, parts.loss, self.uplinks, self.language, self._change_plan
        )
        parameters = Parameters(
            parts.memory,
            rows,
            lambda name, value: self.events.record("parameter-changed", detail=f"{name} = {value}"),
        )
        return ConcentratorContext(
            terms=self.terms,
            memory=parts.memory,
            clock=self.clock,
            registry=parts.registry,
            storage=parts.storage,
            events=parts.events,
            orders=parts.orders,
            statistics=parts.statistics,
            latest=parts.latest,
            collector=parts.collector,
            loss=parts.loss,
            uplinks=self.uplinks,
            parameters=parameters,
            base=self.base,
            now_s=lambda: float(self.env.now),
            summary=self.summary,
            uptime_s=lambda: float(self.env.now) - self.booted_s,
            synchronise=self._synchronise,
            decide=self._decide,
        )

    def _make_buses(self, totaliser: Port | None, keys: MeterKeys | None, others: tuple[Port, ...]) -> None:
        ports = ([] if totaliser is None else [totaliser]) + list(others)
        if len(ports) > BUSES_MAX:
            raise TermsError(f"it has {BUSES_MAX} RS-485 buses, not {len(ports)}")
        self.buses = {f"bus-{number}": SerialLine(self.env, port) for number, port in enumerate(ports, 1)}
        self._balancing = None
        if totaliser is not None:
            parts = self.parts
            self._balancing = DailyBalance(
                self.env,
                self.clock,
                self.buses["bus-1"],
                keys or MeterKeys(),
                parts.loss,
                parts.storage,
                parts.registry,
                parts.events,
                self.terms.clock,
            )


def _at_once(action: Callable[[], None]) -> None:
    action()
