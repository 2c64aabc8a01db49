"""Irradiance under a sky without clouds: the model of Ineichen and Perez with the Linke turbidity."""

import math
from dataclasses import dataclass

import numpy as np

from sim.grid.sky.position import Floats


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
