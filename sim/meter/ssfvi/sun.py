"""What the panels could give: the height of the sun, the clearness of the day, passing clouds.

>>> from sim.kernel.random import RandomStreams
>>> from sim.meter.ssfvi.terms import load_system
>>> sky = Sky(load_system().panels, RandomStreams(1), "home-1")
>>> sky.power_mw(0), sky.power_mw(12 * 3600 * 1_000_000) > 0
(0, True)

Source: declination after Cooper (1969); the power follows the sine of the height with an exponent for the air
mass [A]. `sim.grid` has the better sky; a single home needs no more.
"""

import math
from functools import cache
from typing import TYPE_CHECKING

from sim.kernel.random import RandomStreams
from sim.meter.ssfvi.terms import PanelTerms
from sim.meter.units import MILLI, S_PER_DAY, US_PER_S

if TYPE_CHECKING:
    from numpy.random import Generator

DAY_US = S_PER_DAY * US_PER_S
#: The sky changes at the multiples of this.
STEP_US = 300 * US_PER_S
_QUARTER_US = 900 * US_PER_S
_QUARTERS = 96
_AIR_MASS_EXPONENT = 1.15
_YEAR_DAYS = 365.25
_TILT_DEG = 23.45
_PERCENT = 100


class Sky:
    """The sky over one system; times are local, microseconds since 1970.

    Args:
        terms: the panels.
        streams: of the world.
        name: of the system: the same name and seed have the same weather.
    """

    __slots__ = ("_day", "_terms")

    def __init__(self, terms: PanelTerms, streams: RandomStreams, name: str) -> None:
        self._terms = terms

        @cache
        def clearness(day: int) -> tuple[float, ...]:
            return _clearness(terms, streams.stream(f"{name}/sky/{day}"))

        self._day = clearness

    def power_mw(self, local_us: int) -> int:
        """What the panels could give now, mW."""
        step_us = local_us // STEP_US * STEP_US
        day, in_day_us = divmod(step_us, DAY_US)
        height = _sine_of_height(self._terms.latitude_deg, day, in_day_us / DAY_US)
        if height <= 0:
            return 0
        clear = self._day(day)[in_day_us // _QUARTER_US]
        usable = self._terms.peak_w * self._terms.derating_percent / _PERCENT
        return round(MILLI * usable * clear * math.pow(height, _AIR_MASS_EXPONENT))

    @staticmethod
    def next_us(local_us: int) -> int:
        """When that changes next."""
        return (local_us // STEP_US + 1) * STEP_US


def _sine_of_height(latitude_deg: float, day: int, share: float) -> float:
    declination = math.radians(_TILT_DEG) * math.sin(2 * math.pi * (day % _YEAR_DAYS - 81) / _YEAR_DAYS)
    latitude, hour = math.radians(latitude_deg), 2 * math.pi * (share - 0.5)
    return math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour
    )


def _clearness(terms: PanelTerms, random: "Generator") -> tuple[float, ...]:
    """Of every quarter of an hour of a day."""
    of_day = random.uniform(terms.clearness_min, terms.clearness_max)
    flicker = random.uniform(1 - terms.flicker, 1 + terms.flicker, _QUARTERS)
    return tuple(min(1.0, float(of_day * value)) for value in flicker)
