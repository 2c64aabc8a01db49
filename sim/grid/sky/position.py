"""Where the sun stands: the low-precision formulas of the Astronomical Almanac, good to some 0.02°."""

import math
from datetime import date

import numpy as np
from numpy.typing import NDArray

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
