"""What flows from a source into a load: values and one pure function.

Sign convention, of the whole house: a positive phase angle is a current that lags the voltage (inductive); an
angle beyond 90° is power that runs from the customer into the grid (export).
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class LoadKind(StrEnum):
    """How a load answers to the voltage."""

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
        """What a voltmeter at the terminals shows: 0 while the line is dead."""
        return self.voltage_v if self.energised else 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the customer has switched on.

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
    """What flows from `source` into `load` through a switch.

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
