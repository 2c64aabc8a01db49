"""Meter wiring: the parts of one meter joined to each other, to the supply, to the ports and to the clock."""

from collections.abc import Callable
from functools import cache
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.dlms.xdlms.notification import DataNotification
from protocols.field.events import EventCode
from sim.kernel.random import RandomStreams
from sim.meter.ciu.link import LinkTerms, LinkVariant, Medium, UnitTerms
from sim.meter.ciu.server import CiuServer, CiuServerHooks, customer_orders
from sim.meter.ciu.unit import CustomerUnit, UnitContext
from sim.meter.clock.scheduled_jobs import JobHooks, scheduled_jobs
from sim.meter.clock.scheduler import Scheduler
from sim.meter.clock.schedules import ScriptRunner
from sim.meter.communication.ports import CommsLamp, MeterPorts, PortHooks, PushTransport
from sim.meter.communication.push import OnSent, PushTerms
from sim.meter.cosem.load_profiles import take_row
from sim.meter.cosem.logical_device import ObjectTable, logical_devices
from sim.meter.cosem.monitors import noting_writes
from sim.meter.cosem.requests import LiveParts, Requests
from sim.meter.credentials import Credentials
from sim.meter.events.automation import Automation, AutomationHooks
from sim.meter.hardware import Hardware, ModuleKind, make_hardware
from sim.meter.hardware_monitor import HardwareMonitor, HardwareMonitorHooks
from sim.meter.interfaces import NoPlant, Plant, Supply, WorldClock
from sim.meter.parts import Parts, make_components
from sim.meter.payment.tokens import TokenRecord
from sim.meter.profile import MeterProfile
from sim.meter.storage.nvm import PowerLostError
from sim.meter.storage.persistence import Bookkeeping, Persistence
from sim.meter.supply.limiter import ScriptReference
from sim.meter.supply.regulator import Regulator, RegulatorHooks
from sim.meter.supply.supervision import QualityWatch

# ------------------------------------------------------------ installation of customer units


class UnitInstallation:
    """The units of one meter. A wired unit is fed by the meter, one on the power line by that line.

    Args:
        env: the world's event loop.
        profile: the model of meter.
        factories: of the medium and of units.
        supply: the service point of the meter.
        powered: False while the meter is dead.
        streams: where latency and loss come from.
    """

    __slots__ = ("_env", "_factories", "_fed", "_profile", "medium", "units")

    def __init__(
        self,
        env: Environment,
        profile: MeterProfile,
        factories: Parts,
        supply: Supply,
        powered: Callable[[], bool],
        streams: RandomStreams,
    ) -> None:
        self._env = env
        self._profile = profile
        self._factories = factories
        link = profile.ciu.link
        live = {LinkVariant.WIRED: powered, LinkVariant.PLC: lambda: supply.energised}
        self._fed = live[link.variant]
        stream = None if link.ideal else streams.stream(f"{profile.drn}/ciu-link")
        self.medium: Medium = factories.ciu_medium(env, link, stream, self._fed)
        self.units: list[CustomerUnit] = []

    def install(self, terms: UnitTerms, link: LinkTerms | None = None) -> CustomerUnit:
        """Hang a further unit; `link` where it differs from what the profile says."""
        place = UnitContext(self._env, self._fed, self._profile.ciu.lang)
        unit = self._factories.ciu(terms, link or self._profile.ciu.link, place)
        unit.attach(self.medium)
        self.units.append(unit)
        return unit

    def feed_changed(self) -> None:
        """The power of the units came or went."""
        for unit in self.units:
            unit.feed_changed()


# ------------------------------------------------------------ wiring


class MeterWiring:
    """Wiring inside one meter's case; `sim.meter.meter.Meter` adds what the world does to it.

    Args:
        profile: the model that it is built from.
        factories: make its parts.
        env: the event loop of its world.
        world: the world's clock.
        supply: the service point that it is connected to.
        credentials: its keys and passwords.
        streams: its random streams.

    Attributes:
        supply: its terminals, on the service point.
        hardware: its hardware.
        hardware_monitor: between hardware and firmware; what a bench does to the hardware goes through it.
        parts: its live parts.
        persistence: what is kept in which record.
        regulator: keeps registers, credit, limiter and switch in step.
        automation: its monitors and pushes.
        carrier: the local virtual token carrier.
        ciu_installation: its customer units; a further unit is installed there.
        ciu_server: its side of the customer units' link.
        links: its byte ports.
        push_transport: transport of what it sends unasked.
        table: its COSEM objects by name; devices: gives its logical device, made when it is first asked for.
        powered: True while it lives.
        on_power: called with True when it wakes and with False when it dies, after it has.
    """

    __slots__ = (
        "_books",
        "_lamp",
        "_octets",
        "_orders",
        "_quality",
        "_scheduler",
        "_scripts",
        "automation",
        "carrier",
        "ciu_installation",
        "ciu_server",
        "devices",
        "env",
        "hardware",
        "hardware_monitor",
        "links",
        "on_power",
        "parts",
        "persistence",
        "powered",
        "profile",
        "push_transport",
        "regulator",
        "supply",
        "table",
    )

    def __init__(
        self,
        profile: MeterProfile,
        factories: Parts,
        env: Environment,
        world: WorldClock,
        supply: Supply,
        credentials: Credentials,
        streams: RandomStreams,
    ) -> None:
        self.env = env
        self.profile = profile
        self.hardware: Hardware = make_hardware(
            profile.hardware, profile.drn, profile.nominal.voltage_v, profile.drift_s_per_day, supply, streams
        )
        plant = supply if isinstance(supply, Plant) else NoPlant()
        self.supply = supply = self.hardware.terminals
        self.on_power: list[Callable[[bool], None]] = []
        self.parts = parts = make_components(profile, factories, world, credentials)
        memory = factories.memory(profile.storage)
        self.persistence = Persistence(parts, memory, factories.storage(memory))
        self._books = Bookkeeping(parts, self.persistence)
        self._lamp = CommsLamp(env)
        self._octets = streams.octets(f"{profile.drn}/challenges")
        parts.security.keep = self.persistence.keep_security
        self.powered = False
        self.regulator = Regulator(env, supply, parts, self._regulator_hooks())
        self._quality = QualityWatch(env, parts, self._log, self.guard(self.regulator.settle))
        self.hardware_monitor = HardwareMonitor(
            env, profile, parts, self.hardware, memory, self._monitor_hooks()
        )
        self.table = ObjectTable(profile.objects)
        self._scripts = ScriptRunner(profile.rows.scripts, self.table.find)
        jobs = [
            self.hardware_monitor.availability,  # a day is closed before its row is captured
            *scheduled_jobs(parts, JobHooks(self._capture, self._scripts.run, self._log)),
        ]
        self._scheduler = Scheduler(
            env, parts.clock, parts.scheduler_state, jobs, self.guard, self._by_the_clock
        )
        self.automation = self._make_automation(streams)
        self.carrier = factories.carrier(self.enter_token)
        self.ciu_installation = UnitInstallation(
            env, profile, factories, supply, lambda: self.powered, streams
        )
        self.ciu_server = CiuServer(env, profile, parts, self._ciu_hooks(), self.ciu_installation.medium)
        self.ciu_installation.install(profile.ciu.unit)
        requests = self._requests()
        self._orders = customer_orders(requests)
        live = LiveParts(profile, parts, requests, self.hardware.slot, lambda: memory.faults, plant)
        self.table.bind(lambda: factories.cosem_bindings(live), lambda item: noting_writes(live, item))
        self.devices = cache(lambda: logical_devices(live, self.table, credentials.passwords))
        self.links = MeterPorts(env, self.devices, self._port_hooks(), profile.ports, factories)
        self.push_transport = PushTransport(self.links)
        supply.watch(self.guard(self._supply_changed))
        self.guard(self._supply_changed)()

    def enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """Take a token in, whichever way it came, and let the switch follow.

        Raises:
            PowerLostError: the meter has no power, or lost it while it worked.
        """
        if not self.powered:
            raise PowerLostError
        try:
            return self._enter_token(digits, delivery)
        except PowerLostError:
            self._cut()
            raise

    def _enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """The same for who is inside: nothing that comes of the token shows before it is kept."""
        self.regulator.settle()
        record = self._books.take_token(digits, delivery)
        self.regulator.settle()
        self.ciu_server.changed()
        return record

    # ------------------------------------------------------------ power

    def guard(self, work: Callable[..., None]) -> Callable[..., None]:
        """`work` as the world may call it: where the power ends in the middle, the rest is never done."""

        def guarded(*args: Any) -> None:
            try:
                work(*args)
            except PowerLostError:
                self._cut()

        return guarded

    def _cut(self) -> None:
        self.supply.set_energised(False)

    def _supply_changed(self) -> None:
        if self.supply.energised == self.powered:
            self.regulator.settle()
        elif self.powered:
            self._lose_power()
        else:
            self._gain_power()

    def _lose_power(self) -> None:
        self.powered = False
        self.hardware_monitor.lose_power()
        self.persistence.lose_power(self._use_hold_up)
        self.regulator.power(False)
        self._scheduler.stop()
        self.automation.pusher.stop()
        self.links.reset()
        self.ciu_server.power(False)
        self.ciu_installation.feed_changed()
        self._announce_power()

    def _use_hold_up(self) -> None:
        """Record the end of the power within the hold-up; send the last gasp."""
        self.regulator.power(False)
        self.hardware_monitor.availability.look(powered=False)
        self._books.record_power_fail()
        self.automation.last_gasp()

    def _gain_power(self) -> None:
        self.powered = True
        self.persistence.gain_power()
        self.hardware_monitor.wake()
        self.parts.outages.end(self.parts.clock.epoch_us)
        self._log(EventCode.POWER_UP)
        self.hardware_monitor.check_sensors()
        self.regulator.power(True)
        self._scheduler.start()
        self.ciu_server.power(True)
        self.ciu_installation.feed_changed()
        self._announce_power()

    def _announce_power(self) -> None:
        for listener in tuple(self.on_power):
            listener(self.powered)

    # ------------------------------------------------------------ wiring

    def _monitor_hooks(self) -> HardwareMonitorHooks:
        return HardwareMonitorHooks(
            powered=lambda: self.powered,
            log=self._log,
            settle=self.regulator.settle,
            guard=self.guard,
            clock_changed=self._restart_captures,
            refresh_ciu=lambda began: self.ciu_server.changed(beep=began),
            close_sessions=self._close_sessions,
        )

    def _close_sessions(self, before: ModuleKind, after: ModuleKind) -> None:
        self.links.module_changed(before, after)

    def _ciu_hooks(self) -> CiuServerHooks:
        return CiuServerHooks(
            powered=lambda: self.powered,
            talking=self._lamp.lit,
            settle=self.regulator.refresh,
            enter_token=self._enter_token,
            keep_units=self.persistence.keep_units,
            guard=self.guard,
            command=lambda name: self._orders[name](),
        )

    def _regulator_hooks(self) -> RegulatorHooks:
        return RegulatorHooks(
            log=self._log,
            guard=self.guard,
            keep=self._books.keep,
            run_script=self._run_script,
            measured=self._circuit_measured,
        )

    def _requests(self) -> Requests:
        return Requests(
            parts=self.parts,
            settle=self.regulator.settle,
            log=self._log,
            enter_token=self._enter_token,
            clock_changed=self._restart_captures,
            run_script=self._scripts.run,
            take_row=self._capture,
            changed=self._settings_changed,
            tariff_changed=self._tariff_changed,
            keep=self.persistence.keep_settings,
            push=self.automation.pusher.push,
            written=self.automation.written,
            random_octets=self._octets.take,
        )

    def _make_automation(self, streams: RandomStreams) -> Automation:
        hooks = AutomationHooks(
            find=self.table.find,
            run_script=self._scripts.run,
            log=self._log,
            send=self._push,
            guard=self.guard,
            random=cache(lambda: streams.stream(f"{self.profile.drn}/pushes")),
        )
        return Automation(self.env, self.parts, hooks)

    def _run_script(self, script: ScriptReference) -> None:
        self.automation.run(script)

    def _push(self, terms: PushTerms, notification: DataNotification, on_sent: OnSent) -> None:
        self.push_transport.send(terms, notification, on_sent, at_once=not self.powered)

    def _circuit_measured(self) -> None:
        self._quality.look()
        self.automation.look()
        self.hardware_monitor.circuit_measured()

    def _port_hooks(self) -> PortHooks:
        return PortHooks(
            powered=lambda: self.powered,
            settle=self.regulator.refresh,
            traffic=self._lamp.note,
            wrong_password=lambda: self._log(EventCode.WRONG_PASSWORD),
            random_octets=self._octets.take,
            guard=self.guard,
            slot=self.hardware.slot,
            frame_corrupter=self.hardware.frame_corrupter,
        )

    def _log(self, code: EventCode) -> None:
        self.parts.events.record(code, self.parts.clock.epoch_us)
        self.hardware_monitor.logged(code)
        if self.powered:
            self.persistence.keep_event()
            self.automation.logged(code)
        else:
            self.persistence.on_battery()

    def _capture(self, name: str, epoch_us: int) -> None:
        take_row(self.table, self.parts, name, epoch_us)

    def _by_the_clock(self, work: Callable[[], None]) -> None:
        """Run what is due on books that are closed at this instant, and keep it as a whole."""
        self.regulator.refresh()
        self.automation.look()
        work()
        self.persistence.checkpoint()

    def _settings_changed(self) -> None:
        self.persistence.keep_settings()
        if self.powered:
            self._scheduler.changed()

    def _tariff_changed(self) -> None:
        self.persistence.keep_settings()
        self._restart_captures()

    def _restart_captures(self) -> None:
        if self.powered:
            self._scheduler.start()
            self.regulator.settle()  # what is due by the clock may be due now, or not yet
