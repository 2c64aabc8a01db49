"""The meter as the world sees it: its ports, what people do to it, and what a bench asks of it."""

from collections.abc import Callable
from typing import Any

from simpy import Environment

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
from sim.meter.profile import MeterProfile
from sim.meter.storage.nvm import Memory
from sim.meter.wiring import MeterWiring


class Meter(MeterWiring):
    """One virtual PPKW meter; made by `sim.meter.build`.

    Args:
        profile: the model that it is built from.
        factories: make its parts.
        env: the event loop of its world.
        world: the world's clock.
        supply: the service point that it is connected to.
        credentials: its keys and passwords.
        streams: its random streams.
        make_faults: makes the faults that it can have, when they are first asked for.
    """

    __slots__ = ("_faults", "_make_faults")

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
        self._make_faults = make_faults
        self._faults: FaultInjector | None = None
        super().__init__(profile, factories, env, world, supply, credentials, streams)

    # ------------------------------------------------------------ what the world sees

    @property
    def drn(self) -> str:
        """The decoder reference number, as printed on the case."""
        return self.profile.drn

    @property
    def ports(self) -> dict[str, Port]:
        """The byte ports: ``wrapper`` and ``hdlc``."""
        return self.links.ports

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
        return self.persistence.memory

    def make_objects(self) -> None:
        """Make the COSEM objects now; else the first peer that comes to a port has them made.

        Raises:
            ProfileError: a row of the profile names a class or a binding that there is not.
        """
        self.devices()

    def hold_writes(self) -> None:
        """Write nothing into the memory until `write_held`: for a time in which the power cannot be cut."""
        self.persistence.hold()

    def write_held(self) -> None:
        """Write what has gathered since `hold_writes`, and from now on everything at once again."""
        self.persistence.release()

    def settle(self) -> None:
        """Bring every register to this instant; reading the parts without it reads the past."""
        self.guard(self.regulator.settle)()

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
        self.persistence.keep_everything()
        self.persistence.memory.supply(self.powered)
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
        self.links.pause(paused)

    def set_clock_drift(self, drift_s_per_day: float) -> None:
        """Let the clock gain so many seconds a day from now on."""
        self.hardware_monitor.set_drift(drift_s_per_day)
