"""The meter: parts wired to each other, to the supply and to the world."""

from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.kernel.ports import Port
from sim.meter.assembly import make_components
from sim.meter.ciu.messages import Display
from sim.meter.control import Handler, control_handlers
from sim.meter.cosem.device import logical_devices
from sim.meter.cosem.live import LiveParts
from sim.meter.credentials import Credentials
from sim.meter.customer import CustomerHooks, unit_link
from sim.meter.events import EventCode
from sim.meter.load_capture import CaptureSchedule
from sim.meter.parts import Parts
from sim.meter.ports import MeterPorts, PortHooks
from sim.meter.profile import MeterProfile
from sim.meter.readings import readings
from sim.meter.regulation import Regulated, Regulator
from sim.meter.requests import RequestHooks, make_requests
from sim.meter.seams import Supply, WorldClock
from sim.meter.tamper import TamperKind
from sim.meter.tokens import TokenRecord, taken
from sim.meter.units import US_PER_S, to_microseconds

COMMS_LAMP_S = 2


class Meter:
    """One virtual PPKW meter; made by `sim.meter.build`.

    Attributes:
        profile: the model that it was built from.
        supply: the service point that it is connected to.
        parts: its live parts, for a bench that looks inside.
    """

    __slots__ = (
        "_captures",
        "_ciu",
        "_links",
        "_powered",
        "_readings",
        "_regulator",
        "_traffic_us",
        "_world",
        "parts",
        "profile",
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
    ) -> None:
        self.profile = profile
        self.supply = supply
        self.parts = parts = make_components(profile, factories, world, credentials)
        self._world = world
        self._powered = False
        self._readings = readings(parts.metrology)
        self._traffic_us: int | None = None
        regulated = Regulated(parts.metrology, parts.prepayment, parts.limiter, parts.switch)
        self._regulator = Regulator(env, supply, regulated, self._log)
        self._captures = CaptureSchedule(env, parts.clock, profile.load_profile.period_s, self._capture)
        customer = CustomerHooks(lambda: self._powered, self._talking, self.enter_token)
        self._ciu = factories.ciu(profile.ciu.unit, unit_link(profile, parts, customer))
        requests = RequestHooks(self.settle, self._log, self.enter_token, self._restart_captures)
        live = LiveParts(profile, parts, make_requests(parts, requests))
        devices = logical_devices(live, factories.cosem_bindings(live), credentials.passwords)
        hooks = PortHooks(lambda: self._powered, self.settle, self._note_traffic)
        self._links = MeterPorts(env, devices, hooks, profile.ports)
        supply.watch(self._supply_changed)
        self._supply_changed()

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

    def settle(self) -> None:
        """Bring every register to this instant; reading the parts without it reads the past."""
        self._regulator.settle()

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
        self.settle()

    # ------------------------------------------------------------ what people do to it

    def press(self, key: str) -> None:
        """A finger on a key of the customer unit.

        Raises:
            ValueError: there is no such key.
        """
        self.settle()
        self._ciu.press(key, self._now_us)

    def display(self) -> Display:
        """What the customer unit shows now."""
        self.settle()
        return self._ciu.display(self._now_us)

    def sense(self, kind: TamperKind, *, present: bool) -> None:
        """Open or close a cover, bring or remove a magnet. The sensors have their own battery."""
        event = self.parts.tamper.sense(kind, present=present, epoch_us=self.parts.clock.epoch_us)
        if event is not None:
            self._log(event)

    def set_clock_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self.parts.clock.set_drift(drift_s_per_day)
        self._restart_captures()

    def enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """Take a token in, whichever way it came, and let the switch follow."""
        self.settle()
        record = self.parts.tokens.enter(
            digits, delivery, epoch_us=self.parts.clock.epoch_us, now_s=self._world.now_s()
        )
        self._log(EventCode.TOKEN_ACCEPTED if taken(record.outcome) else EventCode.TOKEN_REFUSED)
        self.settle()
        return record

    # ------------------------------------------------------------ power

    def _supply_changed(self) -> None:
        if self.supply.energised == self._powered:
            self.settle()
        elif self._powered:
            self._lose_power()
        else:
            self._gain_power()

    def _lose_power(self) -> None:
        self._powered = False
        self._regulator.power(False)
        self._log(EventCode.POWER_DOWN)
        self.parts.restore(self.parts.snapshot())  # whatever is not in the snapshot is lost here
        self._captures.stop()
        self._links.reset()
        self._ciu.go_dark()

    def _gain_power(self) -> None:
        self._powered = True
        self._log(EventCode.POWER_UP)
        self._regulator.power(True)
        self._captures.start()

    # ------------------------------------------------------------ wiring

    @property
    def _now_us(self) -> int:
        return to_microseconds(self._world.now_s())

    def _log(self, code: EventCode) -> None:
        self.parts.events.record(code, self.parts.clock.epoch_us)

    def _capture(self, epoch_us: int) -> None:
        self.settle()
        channels = self.profile.load_profile.channels
        self.parts.load_profile.capture(epoch_us, tuple(self._readings[name].read() for name in channels))

    def _note_traffic(self) -> None:
        self._traffic_us = self._now_us

    def _talking(self) -> bool:
        traffic_us = self._traffic_us
        return traffic_us is not None and self._now_us < traffic_us + COMMS_LAMP_S * US_PER_S

    def _restart_captures(self) -> None:
        if self._powered:
            self._captures.start()
