"""Weather on the panels.

The sun's position, clear-sky irradiance, clouds and temperature, minute by minute.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sim.grid.local_calendar import MINUTES, LocalCalendar
from sim.grid.terms import PlantTerms
from sim.kernel.random import RandomStreams

# ---- position of the sun

Floats = NDArray[np.float64]

_J2000 = date(2000, 1, 1)
_SOLAR_CONSTANT_W_M2 = 1366.1


def extraterrestrial_w_m2(day_of_year: int) -> float:
    """Normal irradiance outside the atmosphere. Source: Spencer 1971; solar constant 1366.1 W/m²."""
    g = 2.0 * math.pi * (day_of_year - 1) / 365.0
    return _SOLAR_CONSTANT_W_M2 * (
        1.00011
        + 0.034221 * math.cos(g)
        + 0.00128 * math.sin(g)
        + 0.000719 * math.cos(2 * g)
        + 0.000077 * math.sin(2 * g)
    )


def sun(
    day: date, hours: Floats, latitude_deg: float, longitude_deg: float, utc_offset_h: float
) -> tuple[Floats, Floats, Floats]:
    """The direction towards the sun at local civil hours of a day: up, east and north, a unit vector.

    Refraction is left out: at the horizon the sun then stands half a degree too low.

    Source: Astronomical Almanac, low-precision formulas for the sun's coordinates.
    """
    noon_days = (day - _J2000).days - 0.5 + (hours - utc_offset_h) / 24.0
    mean_deg = 280.460 + 0.9856474 * noon_days
    anomaly = np.radians(357.528 + 0.9856003 * noon_days)
    longitude = np.radians(mean_deg + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    tilt = np.radians(23.439 - 4e-7 * noon_days)
    declination = np.arcsin(np.sin(tilt) * np.sin(longitude))
    ascension_deg = np.degrees(np.arctan2(np.cos(tilt) * np.sin(longitude), np.cos(longitude)))
    ahead_deg = (mean_deg - ascension_deg + 180.0) % 360.0 - 180.0  # the equation of time, as an angle
    angle = np.radians(15.0 * (hours - utc_offset_h - 12.0) + longitude_deg + ahead_deg)
    latitude = math.radians(latitude_deg)
    up = math.sin(latitude) * np.sin(declination) + math.cos(latitude) * np.cos(declination) * np.cos(angle)
    east = -np.cos(declination) * np.sin(angle)
    level = math.cos(latitude) * np.sin(declination)
    north = level - math.sin(latitude) * np.cos(declination) * np.cos(angle)
    return np.asarray(up), np.asarray(east), np.asarray(north)


# ---- clear-sky irradiance (Ineichen and Perez, Linke turbidity)


@dataclass(frozen=True, slots=True)
class Irradiance:
    """W/m², minute by minute: global and diffuse on a level plane, beam towards the sun."""

    global_w_m2: Floats
    beam_w_m2: Floats
    diffuse_w_m2: Floats


def air_mass(up: Floats, altitude_m: float) -> Floats:
    """Relative optical air mass at the pressure of the altitude. Source: Kasten and Young 1989."""
    zenith_deg = np.degrees(np.arccos(np.clip(up, -1.0, 1.0)))
    below = np.maximum(96.07995 - zenith_deg, 0.1)
    relative = 1.0 / np.maximum(up + 0.50572 * below**-1.6364, 1e-3)
    return np.asarray(relative * math.exp(-altitude_m / 8435.0))


def clear_sky(up: Floats, extraterrestrial_w_m2: float, turbidity: float, altitude_m: float) -> Irradiance:
    """Clear-sky irradiance.

    Args:
        up: the sine of the sun's elevation.
        extraterrestrial_w_m2: of the day.
        turbidity: of Linke at air mass 2, 1 (clean and dry) to some 8.
        altitude_m: above the sea.

    Source: Ineichen and Perez 2002, Solar Energy 73(3).
    """
    mass = air_mass(up, altitude_m)
    height_8000, height_1250 = math.exp(-altitude_m / 8000.0), math.exp(-altitude_m / 1250.0)
    gain = 5.09e-5 * altitude_m + 0.868
    slope = 3.92e-5 * altitude_m + 0.0387
    sine = np.maximum(up, 0.0)
    dimming = np.exp(-slope * mass * (height_8000 + height_1250 * (turbidity - 1.0)))
    level = gain * extraterrestrial_w_m2 * sine * dimming
    level = np.where(up > 0.0, level, 0.0)
    beam = (0.664 + 0.163 / height_8000) * np.exp(-0.09 * mass * (turbidity - 1.0)) * extraterrestrial_w_m2
    share = 1.0 - (0.1 - 0.2 * math.exp(-turbidity)) / (0.1 + 0.882 / height_8000)
    beam = np.minimum(beam, np.where(up > 0.0, level * share / np.maximum(up, 1e-3), 0.0))
    beam = np.maximum(beam, 0.0)
    return Irradiance(level, beam, np.maximum(level - beam * sine, 0.0))


# ---- clouds

KINDS = ("clear", "mixed", "overcast")
_KNOT_MIN = 15
_AFTERNOON_MIN = 13 * 60


@dataclass(frozen=True, slots=True)
class DayType:
    """Kind of day: mean of the clear-sky index, its swing, what the afternoon takes off."""

    mean: float
    swing: float
    afternoon: float


@dataclass(frozen=True, slots=True)
class Climate:
    """The climate file; tuples hold one value a month."""

    turbidity: tuple[float, ...]
    shares: tuple[tuple[float, float, float], ...]
    kinds: tuple[DayType, ...]
    persistence: float
    air_c: tuple[float, ...]
    air_swing_c: float


def on_day(monthly: Sequence[float], day: date) -> float:
    """A value of a day out of those of the middles of the months, straight in between.

    >>> round(on_day((10.0,) * 6 + (20.0,) * 6, date(2026, 7, 1)), 2)
    15.33
    """
    middles = [(date(day.year, month, 15) - day).days for month in range(1, 13)]
    around = [(date(day.year - 1, 12, 15) - day).days, *middles, (date(day.year + 1, 1, 15) - day).days]
    return float(np.interp(0.0, around, (monthly[-1], *monthly, monthly[0])))


@cache
def climate() -> Climate:
    """The climate of Teorama. Source: ``data/climate.toml``, where every value carries its confidence."""
    data = tomllib.loads(
        resources.files("sim.grid").joinpath("data/climate.toml").read_text(encoding="utf-8")
    )
    months = zip(data["clear_share"], data["overcast_share"], strict=True)
    return Climate(
        turbidity=tuple(data["linke_turbidity"]),
        shares=tuple((clear, 1.0 - clear - overcast, overcast) for clear, overcast in months),
        kinds=tuple(DayType(**data["kinds"][name]) for name in KINDS),
        persistence=data["chain"]["persistence"],
        air_c=tuple(data["air"]["mean_c"]),
        air_swing_c=data["air"]["swing_c"],
    )


class CloudModel:
    """The clear-sky index of any day; days may be asked for in any order.

    Args:
        streams, name: where its randomness comes from: one stream a day.
        calendar: of the place.
        cloudiness: 0 never a cloud, 1 the climate, up to 2.
    """

    __slots__ = ("_calendar", "_cloudiness", "_kinds", "_name", "_streams")

    def __init__(
        self, streams: RandomStreams, name: str, calendar: LocalCalendar, cloudiness: float = 1.0
    ) -> None:
        self._streams, self._name, self._calendar, self._cloudiness = streams, name, calendar, cloudiness
        self._kinds: list[int] = []

    def kind(self, day: int) -> str:
        """Kind of a day: clear, mixed or overcast."""
        while len(self._kinds) <= day:
            number = len(self._kinds)
            draw = self._streams.stream(f"{self._name}/sky/kind-{number}").random(2)
            if number and draw[0] < climate().persistence:
                self._kinds.append(self._kinds[-1])
            else:
                shares = np.cumsum(climate().shares[self._calendar.date(number).month - 1])
                self._kinds.append(min(int(np.searchsorted(shares, draw[1], side="right")), 2))
        return KINDS[self._kinds[day]]

    def index(self, day: int) -> Floats:
        """The clear-sky index of every minute of the day, 0.05 to 1.1."""
        kind = climate().kinds[KINDS.index(self.kind(day))]
        stream = self._streams.stream(f"{self._name}/sky/day-{day}")
        knots = np.arange(0, MINUTES + _KNOT_MIN, _KNOT_MIN)
        minutes = np.arange(MINUTES)
        slow = np.interp(minutes, knots[::4], stream.standard_normal(len(knots[::4])))
        quick = np.interp(minutes, knots, stream.standard_normal(len(knots)))
        # Broken clouds come and go within minutes, and their edges brighten what they do not cover.
        broken = stream.standard_normal(MINUTES)
        broken = (broken + np.roll(broken, 1) + np.roll(broken, 2)) / np.sqrt(3.0)
        wander = kind.swing * (0.6 * slow + 0.55 * quick + 0.5 * broken)
        after = kind.afternoon * np.clip((minutes - _AFTERNOON_MIN) / 120.0, 0.0, 1.0)
        clouded = 1.0 - self._cloudiness * (1.0 - (kind.mean + wander - after))
        return np.asarray(np.clip(clouded, 0.05, 1.1)) if self._cloudiness > 0.0 else np.ones(MINUTES)


# ---- weather of a day

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
        calendar: of the place.
    """

    __slots__ = ("_calendar", "_clouds", "_terms")

    def __init__(self, terms: PlantTerms, clouds: CloudModel, calendar: LocalCalendar) -> None:
        self._terms, self._clouds, self._calendar = terms, clouds, calendar

    def clear(self, day: int) -> tuple[Irradiance, Floats]:
        """Clear-sky irradiance of the day, and the cosine of the sun's angle to the panels' normal."""
        terms, date = self._terms, self._calendar.date(day)
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
        mean_c = on_day(climate().air_c, self._calendar.date(day))
        # A covered sky evens the day out.
        air_c = mean_c + climate().air_swing_c * wave * float(index.mean())
        return WeatherDay(day, panel, level, bare.global_w_m2, air_c, index)
