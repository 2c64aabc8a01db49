"""The meter: parts wired to each other, to the supply and to the world."""

from collections.abc import Callable
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams
from sim.meter.assembly import make_components
from sim.meter.ciu.messages import Display
from sim.meter.ciu.unit import CustomerUnit
from sim.meter.control import Handler, control_handlers
from sim.meter.cosem.device import logical_devices
from sim.meter.cosem.live import LiveParts
from sim.meter.credentials import Credentials
from sim.meter.customer import CustomerHooks, CustomerSide
from sim.meter.events import EventCode
from sim.meter.installation import UnitSite
from sim.meter.load_capture import CaptureSchedule
from sim.meter.nvm import Memory, PowerLostError
from sim.meter.parts import Parts
from sim.meter.persistence import Persistence
from sim.meter.ports import MeterPorts, PortHooks
from sim.meter.profile import MeterProfile
from sim.meter.readings import readings
from sim.meter.regulation import Regulated, Regulator, RegulatorHooks
from sim.meter.requests import RequestHooks, make_requests
from sim.meter.seams import Supply, WorldClock
from sim.meter.tamper import TamperKind
from sim.meter.token_events import token_events
from sim.meter.tokens import TokenRecord
from sim.meter.units import US_PER_S, to_microseconds

COMMS_LAMP_S = 2


class Meter:
    """One virtual PPKW meter; made by `sim.meter.build`.

    Attributes:
        env: the event loop of its world.
        profile: the model that it was built from.
        supply: the service point that it is connected to.
        parts: its live parts, for a bench that looks inside.
        carrier: the local virtual token carrier.
        customer: its side of the customer units' link.
        site: where its customer units hang; a further unit is installed there.
    """

    __slots__ = (
        "_captures",
        "_links",
        "_persistence",
        "_powered",
        "_readings",
        "_regulator",
        "_traffic_us",
        "_world",
        "carrier",
        "customer",
        "env",
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
        self.supply = supply
        self.parts = parts = make_components(profile, factories, world, credentials)
        memory = factories.memory(profile.storage)
        self._persistence = Persistence(parts, memory, factories.storage(memory))
        self._world = world
        self._powered = False
        self._readings = readings(parts.metrology)
        self._traffic_us: int | None = None
        regulated = Regulated(parts.metrology, parts.prepayment, parts.limiter, parts.switch)
        self._regulator = Regulator(env, supply, regulated, RegulatorHooks(self._log, self._guard))
        capture = self._guard(self._capture)
        self._captures = CaptureSchedule(env, parts.clock, profile.load_profile.period_s, capture)
        self.carrier = factories.carrier(self.enter_token)
        self.site = UnitSite(env, profile, factories, supply, lambda: self._powered, streams)
        self.customer = CustomerSide(env, profile, parts, self._customer_hooks(), self.site.medium)
        self.site.install(profile.ciu.unit)
        requests = RequestHooks(self._regulator.settle, self._log, self._enter_token, self._restart_captures)
        live = LiveParts(profile, parts, make_requests(parts, requests))
        devices = logical_devices(live, factories.cosem_bindings(live), credentials.passwords)
        self._links = MeterPorts(env, devices, self._port_hooks(), profile.ports)
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
        self.parts.restore(kept)
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
        event = self.parts.tamper.sense(kind, present=present, epoch_us=self.parts.clock.epoch_us)
        if event is not None:
            self._guard(lambda: self._log(event))()
            self.customer.changed(beep=present)

    def set_clock_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self.parts.clock.set_drift(drift_s_per_day)
        self._restart_captures()

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
        desk, clock = self.parts.tokens, self.parts.clock
        register, was_locked = desk.register, desk.locked_s > 0
        record = desk.enter(digits, delivery, epoch_us=clock.epoch_us)
        key_changed, locks = desk.register != register, desk.locked_s > 0 and not was_locked
        for code in token_events(record, key_changed=key_changed, locks=locks):
            self.parts.events.record(code, clock.epoch_us)
        self._persistence.keep_token()
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
        self._persistence.lose_power(self._last_words)
        self._regulator.power(False)
        self._captures.stop()
        self._links.reset()
        self.customer.power(False)
        self.site.feed_changed()

    def _last_words(self) -> None:
        """What the hold-up is for."""
        self._regulator.power(False)
        self.parts.events.record(EventCode.POWER_DOWN, self.parts.clock.epoch_us)
        self._persistence.checkpoint()

    def _gain_power(self) -> None:
        self._powered = True
        self._persistence.gain_power()
        self._log(EventCode.POWER_UP)
        self._regulator.power(True)
        self._captures.start()
        self.customer.power(True)
        self.site.feed_changed()

    # ------------------------------------------------------------ wiring

    @property
    def _now_us(self) -> int:
        return to_microseconds(self._world.now_s())

    def _customer_hooks(self) -> CustomerHooks:
        return CustomerHooks(
            powered=lambda: self._powered,
            talking=self._talking,
            settle=self._regulator.settle,
            enter_token=self._enter_token,
            keep_units=self._persistence.keep_units,
            guard=self._guard,
        )

    def _port_hooks(self) -> PortHooks:
        return PortHooks(
            powered=lambda: self._powered,
            settle=self._regulator.settle,
            traffic=self._note_traffic,
            wrong_password=lambda: self._log(EventCode.WRONG_PASSWORD),
            guard=self._guard,
        )

    def _log(self, code: EventCode) -> None:
        self.parts.events.record(code, self.parts.clock.epoch_us)
        if self._powered:
            self._persistence.keep_event()
        else:
            self._persistence.on_battery()

    def _capture(self, epoch_us: int) -> None:
        self._regulator.settle()
        channels = self.profile.load_profile.channels
        self.parts.load_profile.capture(epoch_us, tuple(self._readings[name].read() for name in channels))
        self._persistence.checkpoint()

    def _note_traffic(self) -> None:
        self._traffic_us = self._now_us

    def _talking(self) -> bool:
        traffic_us = self._traffic_us
        return traffic_us is not None and self._now_us < traffic_us + COMMS_LAMP_S * US_PER_S

    def _restart_captures(self) -> None:
        if self._powered:
            self._captures.start()
