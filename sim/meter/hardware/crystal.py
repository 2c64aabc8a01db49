"""The clock's crystal and its battery: how fast this very meter's clock runs, and what a dead battery costs.

A drift is drawn for each meter, evenly within what the model allows; it changes with the square of the
distance from 25 °C, as a tuning fork does.

Source: drift of 0.5 s a day at most: F7-06; the parabola of an uncompensated fork is -0.003 s/day/K² [C],
what a compensated clock keeps of it is a parameter [A].
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator

TURNOVER_C = 25.0


@dataclass(frozen=True, slots=True)
class CrystalTerms:
    """What a model's clock is made of.

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
    """Feeds clock and sensors while the mains are away.

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
        """Whether the clock was lost since this was last asked."""
        lost, self.clock_lost = self.clock_lost, False
        return lost
