"""Service point of one customer: source and load, constant between changes, and the flow between them."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# ---- flow


class LoadKind(StrEnum):
    """Answer of a load to the voltage."""

    CONSTANT_CURRENT = "constant-current"
    CONSTANT_IMPEDANCE = "constant-impedance"


@dataclass(frozen=True, slots=True)
class Source:
    """The voltage that the feeder offers at one service point.

    Args:
        voltage_v: RMS phase voltage, 0 or more.
        frequency_hz: above 0.
        energised: False while the line is dead, whatever `voltage_v` says.

    Raises:
        ValueError: a quantity is out of range.
    """

    voltage_v: float = 120.0
    frequency_hz: float = 60.0
    energised: bool = True

    def __post_init__(self) -> None:
        if not 0.0 <= self.voltage_v < math.inf:
            raise ValueError(f"voltage_v is {self.voltage_v}: it must be 0 or more")
        if not 0.0 < self.frequency_hz < math.inf:
            raise ValueError(f"frequency_hz is {self.frequency_hz}: it must be above 0")

    @property
    def terminal_voltage_v(self) -> float:
        """Reading of a voltmeter at the terminals: 0 while the line is dead."""
        return self.voltage_v if self.energised else 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """Load that the customer has switched on.

    Args:
        current_a: RMS current at `nominal_voltage_v`, 0 or more; 0 is no load.
        phase_deg: angle by which the current lags the voltage, any finite number.
        kind: how the current follows the voltage.
        nominal_voltage_v: only used by a constant impedance.

    Raises:
        ValueError: a quantity is out of range.
    """

    current_a: float = 0.0
    phase_deg: float = 0.0
    kind: LoadKind = LoadKind.CONSTANT_CURRENT
    nominal_voltage_v: float = 120.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.current_a < math.inf:
            raise ValueError(f"current_a is {self.current_a}: it must be 0 or more")
        if not math.isfinite(self.phase_deg):
            raise ValueError(f"phase_deg is {self.phase_deg}: it must be a finite angle")
        if not 0.0 < self.nominal_voltage_v < math.inf:
            raise ValueError(f"nominal_voltage_v is {self.nominal_voltage_v}: it must be above 0")


@dataclass(frozen=True, slots=True)
class Flow:
    """The electrical state at the terminals of one switch: what an ideal instrument would show."""

    voltage_v: float
    current_a: float
    phase_deg: float
    frequency_hz: float

    @property
    def active_power_w(self) -> float:
        """Active power, W; negative when the customer exports."""
        return self.voltage_v * self.current_a * math.cos(math.radians(self.phase_deg))

    @property
    def reactive_power_var(self) -> float:
        """Reactive power, var; positive when the current lags."""
        return self.voltage_v * self.current_a * math.sin(math.radians(self.phase_deg))

    @property
    def apparent_power_va(self) -> float:
        """Apparent power, VA; never negative."""
        return self.voltage_v * self.current_a


NOMINAL_SOURCE = Source()
NO_LOAD = Load()


def flow(source: Source, load: Load, *, switch_closed: bool) -> Flow:
    """Flow from `source` into `load` through a switch.

    An open switch, a dead line or no load: the voltage is still there (before the switch), the current is 0.
    """
    voltage_v = source.terminal_voltage_v
    current_a = 0.0
    if switch_closed and voltage_v > 0.0:
        current_a = load.current_a
        if load.kind is LoadKind.CONSTANT_IMPEDANCE:
            current_a *= voltage_v / load.nominal_voltage_v
    return Flow(
        voltage_v=voltage_v,
        current_a=current_a,
        phase_deg=load.phase_deg if current_a else 0.0,
        frequency_hz=source.frequency_hz if voltage_v else 0.0,
    )


# ---- service point

Watcher = Callable[[], None]


class ServicePoint:
    """The seam between the grid and whatever is connected at one place.

    Source and load are values that stay as they are until somebody sets new ones, so an observer that
    integrates needs to look only when it is told. Watchers are called *after* the change, in the order in
    which they came; an observer therefore closes its books with the flow that it saw last, and then looks
    again.

    Args:
        source: what the feeder offers at the start.
        load: what the customer has switched on at the start.
    """

    __slots__ = ("_load", "_source", "_watchers")

    def __init__(self, source: Source = NOMINAL_SOURCE, load: Load = NO_LOAD) -> None:
        self._source = source
        self._load = load
        self._watchers: list[Watcher] = []

    @property
    def source(self) -> Source:
        """Source that the feeder offers now."""
        return self._source

    @property
    def load(self) -> Load:
        """Load that the customer has switched on now, whether or not current can flow."""
        return self._load

    @property
    def energised(self) -> bool:
        """True while there is a voltage at the terminals."""
        return self._source.terminal_voltage_v > 0.0

    def flow(self, *, switch_closed: bool) -> Flow:
        """Flow now, behind a switch in that position."""
        return flow(self._source, self._load, switch_closed=switch_closed)

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called after every change of source or load."""
        self._watchers.append(watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage (RMS, V) and, where given, frequency (Hz).

        Raises:
            ValueError: a quantity is out of range.
        """
        kept_hz = self._source.frequency_hz if frequency_hz is None else frequency_hz
        self._change_source(dataclasses.replace(self._source, voltage_v=voltage_v, frequency_hz=kept_hz))

    def set_energised(self, energised: bool) -> None:
        """Cut the line, or bring it back with the voltage that was set."""
        self._change_source(dataclasses.replace(self._source, energised=energised))

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load on: current (RMS, A) that lags the voltage by `phase_deg`.

        Raises:
            ValueError: a quantity is out of range.
        """
        self._load = dataclasses.replace(self._load, current_a=current_a, phase_deg=phase_deg)
        self._tell()

    def _change_source(self, source: Source) -> None:
        self._source = source
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
