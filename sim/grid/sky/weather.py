"""The weather of a day on the panels, minute by minute."""

import math
from dataclasses import dataclass

import numpy as np

from sim.grid.almanac import MINUTES, Almanac
from sim.grid.sky.clear_sky import Irradiance, clear_sky
from sim.grid.sky.clouds import Clouds, climate, on_day
from sim.grid.sky.position import Floats, extraterrestrial_w_m2, sun
from sim.grid.terms import PlantTerms

_ALBEDO = 0.2
#: The hour at which the air is warmest.
_WARMEST_H = 14.0
#: The middle of every minute.
_HOURS = (np.arange(MINUTES, dtype=np.float64) + 0.5) / 60.0


@dataclass(frozen=True, slots=True)
class WeatherDay:
    """One local day: irradiance on the plane of the panels (W/m²), on the level, air temperature (°C)."""

    day: int
    panel_w_m2: Floats
    level_w_m2: Floats
    clear_level_w_m2: Floats
    air_c: Floats
    index: Floats


class Weather:
    """Sun and clouds over one plant; days may be asked for in any order.

    Args:
        terms: place and panels.
        clouds: the drawn part.
        almanac: of the place.
    """

    __slots__ = ("_almanac", "_clouds", "_terms")

    def __init__(self, terms: PlantTerms, clouds: Clouds, almanac: Almanac) -> None:
        self._terms, self._clouds, self._almanac = terms, clouds, almanac

    def clear(self, day: int) -> tuple[Irradiance, Floats]:
        """Clear-sky irradiance of the day, and the cosine of the sun's angle to the panels' normal."""
        terms, date = self._terms, self._almanac.date(day)
        day_of_year = date.timetuple().tm_yday
        up, east, north = sun(date, _HOURS, terms.latitude_deg, terms.longitude_deg, terms.utc_offset_h)
        bare = clear_sky(
            up, extraterrestrial_w_m2(day_of_year), on_day(climate().turbidity, date), terms.altitude_m
        )
        tilt, azimuth = math.radians(terms.pv_tilt_deg), math.radians(terms.pv_azimuth_deg)
        lean = math.sin(azimuth) * east + math.cos(azimuth) * north
        incidence = math.cos(tilt) * up + math.sin(tilt) * lean
        return bare, np.where(up > 0.0, np.maximum(incidence, 0.0), 0.0)

    def day(self, day: int) -> WeatherDay:
        """The weather of that day.

        Clouds take the beam before they take the global irradiance: the beam falls with the square of the
        index [A], the diffuse part is what is left of the global one, spread evenly over the sky.
        """
        bare, incidence = self.clear(day)
        index = self._clouds.index(day)
        level = bare.global_w_m2 * index
        beam = bare.beam_w_m2 * np.minimum(index, 1.0) ** 2
        bare_level_beam = np.maximum(bare.global_w_m2 - bare.diffuse_w_m2, 0.0)
        diffuse = np.maximum(level - bare_level_beam * np.minimum(index, 1.0) ** 2, 0.0)
        slope = math.cos(math.radians(self._terms.pv_tilt_deg))
        panel = beam * incidence + diffuse * (1.0 + slope) / 2.0 + level * _ALBEDO * (1.0 - slope) / 2.0
        wave = np.cos((_HOURS - _WARMEST_H) * 2.0 * math.pi / 24.0)
        mean_c = on_day(climate().air_c, self._almanac.date(day))
        # A covered sky evens the day out.
        air_c = mean_c + climate().air_swing_c * wave * float(index.mean())
        return WeatherDay(day, panel, level, bare.global_w_m2, air_c, index)
