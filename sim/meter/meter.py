"""The meter: parts wired to each other, to the supply and to the world."""

from collections.abc import Callable
from functools import cache
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.dlms.xdlms.notification import DataNotification
from sim.kernel.faults import FaultBoard
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams
from sim.meter.agenda import Agenda
from sim.meter.assembly import make_components
from sim.meter.automation import Automation, AutomationHooks
from sim.meter.bookkeeping import Bookkeeping
from sim.meter.ciu.messages import Display
from sim.meter.ciu.unit import CustomerUnit
from sim.meter.clockwork import ClockworkHooks, clock_items
from sim.meter.comms_lamp import CommsLamp
from sim.meter.control import Handler, control_handlers
from sim.meter.cosem.captured import take_row
from sim.meter.cosem.device import logical_devices
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.monitors import noting_writes
from sim.meter.cosem.object_table import ObjectTable
from sim.meter.credentials import Credentials
from sim.meter.customer import CustomerHooks, CustomerSide
from sim.meter.customer_commands import ORDERS, customer_commands
from sim.meter.events import EventCode
from sim.meter.faults import meter_faults
from sim.meter.hardware.iron import Hardware, make_hardware
from sim.meter.hardware.module_slot import ModuleKind, ModuleSlot
from sim.meter.installation import UnitSite
from sim.meter.iron_side import IronHooks, IronSide
from sim.meter.limiter import ScriptReference
from sim.meter.nvm import Memory, PowerLostError
from sim.meter.outward import Outward
from sim.meter.parts import Parts
from sim.meter.persistence import Persistence
from sim.meter.ports import MeterPorts, PortHooks
from sim.meter.profile import MeterProfile
from sim.meter.push import PushTerms, Told
from sim.meter.quality_watch import QualityWatch
from sim.meter.regulation import Regulated, Regulator, RegulatorHooks
from sim.meter.requests import RequestHooks, make_requests
from sim.meter.scripts import ScriptRunner
from sim.meter.seams import NoPlant, Plant, Supply, WorldClock
from sim.meter.tamper import TamperKind
from sim.meter.tokens import TokenRecord


class Meter:
    """One virtual PPKW meter; made by `sim.meter.build`.

    Attributes:
        env: the event loop of its world.
        profile: the model that it was built from.
        supply: its terminals, on the service point that it is connected to.
        hardware: its iron.
        iron: its side of the iron: what can be done to sensors, wire, battery, clock and element.
        parts: its live parts, for a bench that looks inside.
        automation: its monitors and pushes.
        carrier: the local virtual token carrier.
        customer: its side of the customer units' link.
        site: where its customer units hang; a further unit is installed there.
        on_power: called with True when it wakes and with False when it dies, after it has.
    """

    __slots__ = (
        "_agenda",
        "_books",
        "_commands",
        "_faults",
        "_lamp",
        "_links",
        "_objects",
        "_octets",
        "_persistence",
        "_powered",
        "_quality",
        "_regulator",
        "_scripts",
        "_table",
        "automation",
        "carrier",
        "customer",
        "env",
        "hardware",
        "iron",
        "on_power",
        "outward",
        "parts",
        "profile",
        "site",
        "supply",
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
        self.hardware: Hardware = make_hardware(profile, supply, streams)
        plant = supply if isinstance(supply, Plant) else NoPlant()
        self.supply = supply = self.hardware.terminals
        self.on_power: list[Callable[[bool], None]] = []
        self._faults: FaultBoard | None = None
        self.parts = parts = make_components(profile, factories, world, credentials)
        memory = factories.memory(profile.storage)
        self._persistence = Persistence(parts, memory, factories.storage(memory))
        self._books = Bookkeeping(parts, self._persistence)
        self._lamp = CommsLamp(env)
        self._octets = streams.octets(f"{profile.drn}/challenges")
        parts.security.keep = self._persistence.keep_security
        self._powered = False
        regulated = Regulated(parts.metrology, parts.prepayment, parts.limiter, parts.switch)
        self._regulator = Regulator(env, supply, regulated, self._regulator_hooks())
        self._quality = QualityWatch(env, parts, self._log, self._guard(self._regulator.settle))
        self.iron = IronSide(env, profile, parts, self.hardware, memory, self._iron_hooks())
        self._table = ObjectTable(profile.objects)
        self._scripts = ScriptRunner(profile.rows.scripts, self._table.find)
        works = [
            self.iron.availability,  # a day is closed before its row is captured
            *clock_items(parts, ClockworkHooks(self._capture, self._scripts.run, self._log)),
        ]
        self._agenda = Agenda(env, parts.clock, parts.diary, works, self._guard, self._by_the_clock)
        self.automation = self._make_automation(streams)
        self.carrier = factories.carrier(self.enter_token)
        self.site = UnitSite(env, profile, factories, supply, lambda: self._powered, streams)
        self.customer = CustomerSide(env, profile, parts, self._customer_hooks(), self.site.medium)
        self.site.install(profile.ciu.unit)
        requests = make_requests(parts, self._request_hooks())
        self._commands = customer_commands(parts, requests.act)
        live = LiveParts(profile, parts, requests, self.modules, lambda: self.memory.faults, plant)
        self._table.bind(lambda: factories.cosem_bindings(live), lambda item: noting_writes(live, item))
        self._objects = cache(lambda: logical_devices(live, self._table, credentials.passwords))
        self._links = MeterPorts(env, self._objects, self._port_hooks(), profile.ports, factories)
        self.outward = Outward(self._links)
        supply.watch(self._guard(self._supply_changed))
        self._guard(self._supply_changed)()

    # ------------------------------------------------------------ what the world sees

    @property
    def drn(self) -> str:
        """The decoder reference number, as printed on the case."""
        return self.profile.drn

    @property
    def ports(self) -> dict[str, Port]:
        """The byte ports: ``wrapper`` and ``hdlc``."""
        return self._links.ports

    @property
    def powered(self) -> bool:
        """True while the meter lives."""
        return self._powered

    @property
    def on_relay(self) -> list[Callable[[bool], None]]:
        """Called after the relay moved, with True where current can pass from now on."""
        return self.iron.relay.on_move

    @property
    def modules(self) -> ModuleSlot:
        """The slot of the communication module."""
        return self.hardware.slot

    @property
    def faults(self) -> FaultBoard:
        """What can go wrong with it."""
        if self._faults is None:
            self._faults = meter_faults(self)
        return self._faults

    def control_handlers(self) -> dict[str, Handler]:
        """Operation of the station-control channel -> what it does to this meter."""
        return control_handlers(self)

    @property
    def unit(self) -> CustomerUnit:
        """The customer unit that it was sold with."""
        return self.site.units[0]

    @property
    def memory(self) -> Memory:
        """The non-volatile memory, for a bench that counts and cuts its writes."""
        return self._persistence.memory

    def make_objects(self) -> None:
        """Make the COSEM objects now; else the first peer that comes to a port has them made.

        Raises:
            ProfileError: a row of the profile names a class or a binding that there is not.
        """
        self._objects()

    def hold_writes(self) -> None:
        """Write nothing into the memory until `write_held`: for a time in which nobody can cut the power."""
        self._persistence.hold()

    def write_held(self) -> None:
        """Write what has gathered since `hold_writes`, and from now on everything at once again."""
        self._persistence.release()

    def settle(self) -> None:
        """Bring every register to this instant; reading the parts without it reads the past."""
        self._guard(self._regulator.settle)()

    def power_cut(self) -> None:
        """Take the mains away."""
        self.supply.set_energised(False)

    def power_up(self) -> None:
        """Give the mains back."""
        self.supply.set_energised(True)

    def snapshot(self) -> dict[str, Any]:
        """What the meter keeps without power, at this instant. It holds keys: keep it as one keeps a key."""
        self.settle()
        return self.parts.snapshot()

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what `snapshot` gave, also that of another meter of this model."""
        self.settle()
        counters = self.parts.security.snapshot()
        self.parts.restore(kept)
        self.parts.security.not_before(counters)  # time goes back, invocation counters never do
        self._persistence.keep_everything()
        self._persistence.memory.supply(self._powered)
        self.settle()

    # ------------------------------------------------------------ what people do to it

    def press(self, key: str) -> None:
        """A finger on a key of the customer unit.

        Raises:
            ValueError: there is no such key.
        """
        self.unit.press(key)

    def display(self) -> Display:
        """What the customer unit shows now."""
        return self.unit.display()

    def sense(self, kind: TamperKind, *, present: bool) -> None:
        """Open or close a cover, bring or remove a magnet. The sensors have their own battery."""
        self.iron.sense(kind, present=present)

    def pause(self, paused: bool) -> None:
        """Let its ports hang, or speak again."""
        self._links.pause(paused)

    def set_clock_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self.iron.set_drift(drift_s_per_day)

    def enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """Take a token in, whichever way it came, and let the switch follow.

        Raises:
            PowerLostError: the meter has no power, or lost it while it worked.
        """
        if not self._powered:
            raise PowerLostError
        try:
            return self._enter_token(digits, delivery)
        except PowerLostError:
            self.power_cut()
            raise

    def _enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """The same for who is inside: nothing that comes of the token shows before it is kept."""
        self._regulator.settle()
        record = self._books.take_token(digits, delivery)
        self._regulator.settle()
        self.customer.changed()
        return record

    # ------------------------------------------------------------ power

    def _guard(self, work: Callable[..., None]) -> Callable[..., None]:
        """`work` as the world may call it: where the power ends in the middle, the rest is never done."""

        def guarded(*args: Any) -> None:
            try:
                work(*args)
            except PowerLostError:
                self.power_cut()

        return guarded

    def _supply_changed(self) -> None:
        if self.supply.energised == self._powered:
            self._regulator.settle()
        elif self._powered:
            self._lose_power()
        else:
            self._gain_power()

    def _lose_power(self) -> None:
        self._powered = False
        self.iron.lose_power()
        self._persistence.lose_power(self._last_words)
        self._regulator.power(False)
        self._agenda.stop()
        self.automation.pusher.stop()
        self._links.reset()
        self.customer.power(False)
        self.site.feed_changed()
        self._tell_power()

    def _last_words(self) -> None:
        """What the hold-up is for."""
        self._regulator.power(False)
        self.iron.availability.look(powered=False)
        self._books.last_words()
        self.automation.last_gasp()

    def _gain_power(self) -> None:
        self._powered = True
        self._persistence.gain_power()
        self.iron.wake()
        self.parts.outages.end(self.parts.clock.epoch_us)
        self._log(EventCode.POWER_UP)
        self.iron.look_around()
        self._regulator.power(True)
        self._agenda.start()
        self.customer.power(True)
        self.site.feed_changed()
        self._tell_power()

    def _tell_power(self) -> None:
        for listener in tuple(self.on_power):
            listener(self._powered)

    # ------------------------------------------------------------ wiring

    def _iron_hooks(self) -> IronHooks:
        return IronHooks(
            powered=lambda: self._powered,
            log=self._log,
            settle=self._regulator.settle,
            guard=self._guard,
            clock_changed=self._restart_captures,
            tell_customer=lambda began: self.customer.changed(beep=began),
            close_sessions=self._close_sessions,
        )

    def _close_sessions(self, before: ModuleKind, after: ModuleKind) -> None:
        self._links.module_changed(before, after)

    def _customer_hooks(self) -> CustomerHooks:
        return CustomerHooks(
            powered=lambda: self._powered,
            talking=self._lamp.lit,
            settle=self._regulator.refresh,
            enter_token=self._enter_token,
            keep_units=self._persistence.keep_units,
            guard=self._guard,
            command=lambda name: self._commands[name](),
            orders=ORDERS,
        )

    def _regulator_hooks(self) -> RegulatorHooks:
        return RegulatorHooks(
            log=self._log,
            guard=self._guard,
            epoch_us=lambda: self.parts.clock.epoch_us,
            world_us_at=self.parts.clock.world_us_at,
            keep=self._books.keep,
            run_script=self._run_script,
            seen=self._seen,
            forbids=self.parts.protections.forbids_supply,
        )

    def _request_hooks(self) -> RequestHooks:
        return RequestHooks(
            settle=self._regulator.settle,
            log=self._log,
            enter_token=self._enter_token,
            clock_changed=self._restart_captures,
            run_script=self._scripts.run,
            capture=self._capture,
            changed=self._settings_changed,
            tariff_changed=self._tariff_changed,
            keep=self._persistence.keep_settings,
            push=self.automation.pusher.push,
            written=self.automation.written,
            random_octets=self._octets.take,
        )

    def _make_automation(self, streams: RandomStreams) -> Automation:
        hooks = AutomationHooks(
            find=self._table.find,
            run_script=self._scripts.run,
            log=self._log,
            send=self._push,
            guard=self._guard,
            random=cache(lambda: streams.stream(f"{self.profile.drn}/pushes")),
        )
        return Automation(self.env, self.parts, hooks)

    def _run_script(self, script: ScriptReference) -> None:
        self.automation.run(script)

    def _push(self, terms: PushTerms, notification: DataNotification, told: Told) -> None:
        self.outward.send(terms, notification, told, at_once=not self._powered)

    def _seen(self) -> None:
        self._quality.look()
        self.automation.look()
        self.iron.seen()

    def _port_hooks(self) -> PortHooks:
        return PortHooks(
            powered=lambda: self._powered,
            settle=self._regulator.refresh,
            traffic=self._lamp.note,
            wrong_password=lambda: self._log(EventCode.WRONG_PASSWORD),
            random_octets=self._octets.take,
            guard=self._guard,
            slot=self.hardware.slot,
            spoiler=self.hardware.spoiler,
        )

    def _log(self, code: EventCode) -> None:
        self.parts.events.record(code, self.parts.clock.epoch_us)
        self.iron.logged(code)
        if self._powered:
            self._persistence.keep_event()
            self.automation.logged(code)
        else:
            self._persistence.on_battery()

    def _capture(self, name: str, epoch_us: int) -> None:
        take_row(self._table, self.parts, name, epoch_us)

    def _by_the_clock(self, work: Callable[[], None]) -> None:
        """What is due acts on books that are closed at this instant, and is kept as a whole."""
        self._regulator.refresh()
        self.automation.look()
        work()
        self._persistence.checkpoint()

    def _settings_changed(self) -> None:
        self._persistence.keep_settings()
        if self._powered:
            self._agenda.changed()

    def _tariff_changed(self) -> None:
        self._persistence.keep_settings()
        self._restart_captures()

    def _restart_captures(self) -> None:
        if self._powered:
            self._agenda.start()
            self._regulator.settle()  # what is due by the clock may be due now, or not yet
