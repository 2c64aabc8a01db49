"""Hardware of one meter: terminals, clock crystal and battery, module slot, transmitter.

It is what it is, whatever the firmware believes; nothing here is kept in the meter's memory. The contacts
of the relay are in `sim.meter.supply.supply_control`.

Sources: drift of 0.5 s a day at most: F7-06; the parabola of an uncompensated fork is -0.003 s/day/K² [C],
what a compensated clock keeps of it is a parameter [A].
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.kernel.random import RandomStreams
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.interfaces import Flow, Supply
from sim.meter.supply.supply_control import Contacts, ContactTerms

if TYPE_CHECKING:
    from numpy.random import Generator

# ------------------------------------------------------------ crystal and battery

TURNOVER_C = 25.0


@dataclass(frozen=True, slots=True)
class CrystalTerms:
    """Crystal of a model's clock.

    Args:
        drift_max_s_per_day: drifts of its meters lie within ± this at 25 °C; 0: nothing is drawn.
        drift_s_per_day_k2: what each square kelvin of distance from 25 °C adds, usually negative.
    """

    drift_max_s_per_day: float = 0.0
    drift_s_per_day_k2: float = 0.0


class Crystal:
    """The crystal of one meter.

    Attributes:
        temperature_c: of the meter, °C.

    Args:
        terms: what the model allows.
        fixed_s_per_day: drift that every meter of the model has.
        random: gives the stream of this meter's clock; asked only where something is drawn.
    """

    __slots__ = ("_own_s_per_day", "_terms", "temperature_c")

    def __init__(
        self, terms: CrystalTerms, fixed_s_per_day: float, random: "Callable[[], Generator]"
    ) -> None:
        self._terms = terms
        self.temperature_c = TURNOVER_C
        drawn = terms.drift_max_s_per_day and random().uniform(-1.0, 1.0) * terms.drift_max_s_per_day
        self._own_s_per_day = fixed_s_per_day + float(drawn)

    @property
    def drift_s_per_day(self) -> float:
        """Seconds that the clock gains each day now; negative loses."""
        away_k = self.temperature_c - TURNOVER_C
        return self._own_s_per_day + self._terms.drift_s_per_day_k2 * away_k**2


class ClockBattery:
    """Battery of clock and sensors while the mains are away.

    Attributes:
        dead: True once it is empty.
        clock_lost: True where the clock stood still for a while: the meter finds out when it wakes.
    """

    __slots__ = ("clock_lost", "dead")

    def __init__(self) -> None:
        self.dead = False
        self.clock_lost = False

    def mains_lost(self) -> None:
        """From now on everything hangs on the battery."""
        self.clock_lost |= self.dead

    def die(self, *, mains: bool) -> None:
        """It is empty from now on; without the mains the clock stops at once."""
        self.dead = True
        self.clock_lost |= not mains

    def replace(self) -> None:
        """A new one; a clock that stood still stays lost."""
        self.dead = False

    def take_lost(self) -> bool:
        """True where the clock was lost since the last call."""
        lost, self.clock_lost = self.clock_lost, False
        return lost


# ------------------------------------------------------------ module slot


class ModuleKind(StrEnum):
    """Kinds of module. A bench's adapter carries every framing at once; no field meter has one."""

    NONE = "none"
    PLC = "plc"
    CELLULAR = "3g"
    RF = "rf"
    BENCH = "bench"


#: Kind -> ports that it carries. What stands nowhere here (HDLC, the optical port) is the meter's own.
CARRIED: dict[ModuleKind, tuple[str, ...]] = {
    ModuleKind.NONE: (),
    ModuleKind.PLC: ("plc",),
    ModuleKind.CELLULAR: ("wrapper",),
    ModuleKind.RF: ("rf",),
    ModuleKind.BENCH: ("wrapper", "plc", "rf"),
}
_CARRIED_BY_SOME = frozenset(CARRIED[ModuleKind.BENCH])


class ModuleSlot:
    """The slot and what is in it.

    Attributes:
        on_change: called with the old and the new kind, after a module was pulled out or fitted.

    Args:
        kind: what is fitted at the factory.
    """

    __slots__ = ("kind", "on_change")

    def __init__(self, kind: ModuleKind = ModuleKind.BENCH) -> None:
        self.kind = kind
        self.on_change: list[Callable[[ModuleKind, ModuleKind], None]] = []

    def carries(self, port: str) -> bool:
        """True where bytes can come and go at that port."""
        return port not in _CARRIED_BY_SOME or port in CARRIED[self.kind]

    def pull(self) -> ModuleKind:
        """Pull out what is fitted, and return it; nothing where the slot is empty."""
        pulled = self.kind
        self._change(ModuleKind.NONE)
        return pulled

    def fit(self, kind: ModuleKind) -> None:
        """Fit a module; whatever was fitted is pulled out before."""
        self._change(ModuleKind.NONE)
        self._change(kind)

    def _change(self, kind: ModuleKind) -> None:
        before, self.kind = self.kind, kind
        if before is not kind:
            for listener in tuple(self.on_change):
                listener(before, kind)


# ------------------------------------------------------------ frame corruption


class FrameCorrupter:
    """Corruption of frames between the meter's ports and the outside; none until `begin`.

    Attributes:
        every: spoil each so many-th frame, 1 or more; 0 spoils none.
        corrupted: how many it has corrupted.
    """

    __slots__ = ("_passed", "corrupted", "every")

    def __init__(self) -> None:
        self._passed = 0
        self.every = 0
        self.corrupted = 0

    def begin(self, every: int) -> None:
        """Spoil each `every`-th frame from now on.

        Raises:
            ValueError: it is below 1.
        """
        if every < 1:
            raise ValueError(f"each so many-th frame is 1 or more, not {every}")
        self.every, self._passed = every, 0

    def end(self) -> None:
        """Spoil no more."""
        self.every = 0

    def pass_on(self, frame: bytes) -> bytes:
        """`frame` as it leaves the meter."""
        if not self.every:
            return frame
        self._passed += 1
        if self._passed % self.every:
            return frame
        self.corrupted += 1
        middle = len(frame) // 2
        return frame[:middle] + bytes((frame[middle] ^ 0x01,)) + frame[middle + 1 :]


# ------------------------------------------------------------ terminals

_HALF_TURN_DEG = 180.0


@dataclass(frozen=True, slots=True)
class TerminalFlow:
    """A flow that differs from that of the service point; fits `sim.meter.interfaces.Flow`."""

    voltage_v: float
    current_a: float
    phase_deg: float
    frequency_hz: float

    @property
    def apparent_power_va(self) -> float:
        """Apparent power, VA."""
        return self.voltage_v * self.current_a

    @property
    def active_power_w(self) -> float:
        """Active power, W; negative for export."""
        return self.apparent_power_va * math.cos(math.radians(self.phase_deg))

    @property
    def reactive_power_var(self) -> float:
        """Reactive power, var; positive for a lagging current."""
        return self.apparent_power_va * math.sin(math.radians(self.phase_deg))


class Terminals:
    """Terminals of the measuring element. The setters of a `Supply` go through to the service point.

    Args:
        supply: the service point.
        dropout_v: below this voltage the meter's own power supply gives out; it counts only in a brown-out.
    """

    __slots__ = ("_brown_v", "_cut", "_dropout_v", "_supply", "_watchers", "reversed")

    def __init__(self, supply: Supply, dropout_v: float) -> None:
        self._supply = supply
        self._dropout_v = dropout_v
        self._watchers: list[Callable[[], None]] = []
        self._cut = False
        self._brown_v: float | None = None
        self.reversed = False
        supply.watch(self._tell)

    @property
    def energised(self) -> bool:
        """True while the meter is fed."""
        return self._supply.energised and not self._cut and not self.starved

    @property
    def starved(self) -> bool:
        """True in a brown-out that is too deep for the meter's own power supply."""
        return self._brown_v is not None and self._brown_v < self._dropout_v

    @property
    def sound(self) -> bool:
        """True while nothing is wrong here."""
        return not (self._cut or self.reversed or self._brown_v is not None)

    def flow(self, *, switch_closed: bool) -> Flow:
        """Flow with the meter's switch in that position, as the measuring element sees it."""
        flow = self._supply.flow(switch_closed=switch_closed and not self._cut)
        if self.sound:
            return flow
        if self._cut or self.starved:  # nothing flows, or the meter is dead
            return TerminalFlow(0.0, 0.0, 0.0, 0.0)
        voltage_v = flow.voltage_v if self._brown_v is None else min(flow.voltage_v, self._brown_v)
        turned_deg = _turned(flow.phase_deg) if self.reversed else flow.phase_deg
        return TerminalFlow(voltage_v, flow.current_a, turned_deg, flow.frequency_hz)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called after every change."""
        self._watchers.append(watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage, and frequency where given."""
        self._supply.set_source(voltage_v, frequency_hz)

    def set_energised(self, energised: bool) -> None:
        """Cut the line or bring it back."""
        self._supply.set_energised(energised)

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load on."""
        self._supply.set_load(current_a, phase_deg)

    # ------------------------------------------------------------ what goes wrong

    def cut(self, cut: bool) -> None:
        """Cut the wire between the service point and the meter, or mend it; the home is dark meanwhile."""
        self._cut = cut
        self._tell()

    def reverse(self, reversed_: bool) -> None:
        """Swap line and load terminals, or put them right."""
        self.reversed = reversed_
        self._tell()

    def brown_out(self, voltage_v: float | None) -> None:
        """Let no more than `voltage_v` through; None ends that."""
        self._brown_v = voltage_v
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _turned(phase_deg: float) -> float:
    """The opposite direction, within ±180 degrees."""
    return phase_deg - _HALF_TURN_DEG if phase_deg > 0 else phase_deg + _HALF_TURN_DEG


# ------------------------------------------------------------ all of it

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class HardwareTerms:
    """Hardware of a model.

    Args:
        crystal: of the clock.
        contacts: of the relay.
        module: fitted in the slot for communication.
        dropout_percent: share of the nominal voltage below which its own power supply gives out [A].
    """

    crystal: CrystalTerms = field(default_factory=CrystalTerms)
    contacts: ContactTerms = field(default_factory=ContactTerms)
    module: ModuleKind = ModuleKind.BENCH
    dropout_percent: int = 50


@dataclass(frozen=True, slots=True)
class Hardware:
    """Hardware of one meter.

    Args:
        terminals: what the measuring element is connected to.
        contacts: of the relay.
        crystal: of the clock.
        battery: of clock and sensors.
        slot: of the communication module.
        frame_corrupter: between the ports and the outside.
        sensed: how covers and magnet are, whether or not the sensors can tell.
    """

    terminals: Terminals
    contacts: Contacts
    crystal: Crystal
    battery: ClockBattery
    slot: ModuleSlot
    frame_corrupter: FrameCorrupter
    sensed: dict[TamperKind, bool]


def make_hardware(
    terms: HardwareTerms,
    drn: str,
    nominal_v: float,
    drift_s_per_day: float,
    supply: Supply,
    streams: RandomStreams,
) -> Hardware:
    """New hardware of that model, on that service point.

    Args:
        terms: of the model.
        drn: of this meter, which its random streams are named by.
        nominal_v: nominal voltage, V.
        drift_s_per_day: drift that every clock of the model has.
        supply: the service point.
        streams: random streams of the world.
    """
    return Hardware(
        Terminals(supply, nominal_v * terms.dropout_percent / _PERCENT),
        Contacts(terms.contacts, lambda: streams.stream(f"{drn}/relay")),
        Crystal(terms.crystal, drift_s_per_day, lambda: streams.stream(f"{drn}/crystal")),
        ClockBattery(),
        ModuleSlot(terms.module),
        FrameCorrupter(),
        {},
    )
