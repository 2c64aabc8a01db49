"""The meter as the world sees it: its ports, what people do to it, and what a bench asks of it."""

from collections.abc import Callable
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.kernel.faults import FaultInjector
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams
from sim.meter.ciu.keypad_display import UnitDisplay
from sim.meter.ciu.unit import CustomerUnit
from sim.meter.credentials import Credentials
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.hardware import ModuleSlot
from sim.meter.interfaces import Supply, WorldClock
from sim.meter.parts import Parts
from sim.meter.payment.tokens import TokenRecord
from sim.meter.profile import MeterProfile
from sim.meter.storage.nvm import Memory
from sim.meter.wiring import MeterWiring


class Meter:
    """One virtual PPKW meter; made by `sim.meter.build`.

    Attributes:
        env: the event loop of its world.
        profile: the model that it was built from.
        supply: its terminals, on the service point that it is connected to.
        hardware: its hardware.
        hardware_monitor: between hardware and firmware; what a bench does to the hardware goes through it.
        parts: its live parts, for a bench that looks inside.
        automation: its monitors and pushes.
        carrier: the local virtual token carrier.
        customer: its side of the customer units' link.
        site: where its customer units hang; a further unit is installed there.
        outward: what it sends of its own accord goes out here.
        on_power: called with True when it wakes and with False when it dies, after it has.
    """

    __slots__ = (
        "_faults",
        "_make_faults",
        "_wiring",
        "automation",
        "carrier",
        "ciu_installation",
        "ciu_server",
        "env",
        "hardware",
        "hardware_monitor",
        "on_power",
        "parts",
        "profile",
        "push_transport",
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
        make_faults: Callable[["Meter"], FaultInjector],
    ) -> None:
        wiring = self._wiring = MeterWiring(profile, factories, env, world, supply, credentials, streams)
        self._make_faults = make_faults
        self._faults: FaultInjector | None = None
        self.env = env
        self.profile = profile
        self.supply = wiring.supply
        self.hardware = wiring.hardware
        self.hardware_monitor = wiring.hardware_monitor
        self.parts = wiring.parts
        self.automation = wiring.automation
        self.carrier = wiring.carrier
        self.ciu_server = wiring.ciu_server
        self.ciu_installation = wiring.ciu_installation
        self.push_transport = wiring.push_transport
        self.on_power = wiring.on_power

    # ------------------------------------------------------------ what the world sees

    @property
    def drn(self) -> str:
        """The decoder reference number, as printed on the case."""
        return self.profile.drn

    @property
    def ports(self) -> dict[str, Port]:
        """The byte ports: ``wrapper`` and ``hdlc``."""
        return self._wiring.links.ports

    @property
    def powered(self) -> bool:
        """True while the meter lives."""
        return self._wiring.powered

    @property
    def on_relay(self) -> list[Callable[[bool], None]]:
        """Called after the relay moved, with True where current can pass from now on."""
        return self.hardware_monitor.relay.on_move

    @property
    def modules(self) -> ModuleSlot:
        """The slot of the communication module."""
        return self.hardware.slot

    @property
    def faults(self) -> FaultInjector:
        """Faults that it can have."""
        if self._faults is None:
            self._faults = self._make_faults(self)
        return self._faults

    @property
    def unit(self) -> CustomerUnit:
        """The customer unit that it was sold with."""
        return self.ciu_installation.units[0]

    @property
    def memory(self) -> Memory:
        """The non-volatile memory, for a bench that counts and cuts its writes."""
        return self._wiring.persistence.memory

    def make_objects(self) -> None:
        """Make the COSEM objects now; else the first peer that comes to a port has them made.

        Raises:
            ProfileError: a row of the profile names a class or a binding that there is not.
        """
        self._wiring.make_objects()

    def hold_writes(self) -> None:
        """Write nothing into the memory until `write_held`: for a time in which the power cannot be cut."""
        self._wiring.persistence.hold()

    def write_held(self) -> None:
        """Write what has gathered since `hold_writes`, and from now on everything at once again."""
        self._wiring.persistence.release()

    def settle(self) -> None:
        """Bring every register to this instant; reading the parts without it reads the past."""
        self._wiring.guard(self._wiring.regulator.settle)()

    def power_cut(self) -> None:
        """Take the mains away."""
        self.supply.set_energised(False)

    def power_up(self) -> None:
        """Give the mains back."""
        self.supply.set_energised(True)

    def snapshot(self) -> dict[str, Any]:
        """State that outlives the power, at this instant. It holds keys: keep it as one keeps a key."""
        self.settle()
        return self.parts.snapshot()

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what `snapshot` gave, also that of another meter of this model."""
        self.settle()
        counters = self.parts.security.snapshot()
        self.parts.restore(kept)
        self.parts.security.not_before(counters)  # time goes back, invocation counters never do
        self._wiring.persistence.keep_everything()
        self._wiring.persistence.memory.supply(self._wiring.powered)
        self.settle()

    # ------------------------------------------------------------ what people do to it

    def press(self, key: str) -> None:
        """A finger on a key of the customer unit.

        Raises:
            ValueError: there is no such key.
        """
        self.unit.press(key)

    def display(self) -> UnitDisplay:
        """Display of the customer unit now."""
        return self.unit.display()

    def sense(self, kind: TamperKind, *, present: bool) -> None:
        """Open or close a cover, bring or remove a magnet. The sensors have their own battery."""
        self.hardware_monitor.sense(kind, present=present)

    def pause(self, paused: bool) -> None:
        """Let its ports hang, or speak again."""
        self._wiring.links.pause(paused)

    def set_clock_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self.hardware_monitor.set_drift(drift_s_per_day)

    def enter_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """Take a token in, whichever way it came, and let the switch follow.

        Raises:
            PowerLostError: the meter has no power, or lost it while it worked.
        """
        return self._wiring.enter_token(digits, delivery)
