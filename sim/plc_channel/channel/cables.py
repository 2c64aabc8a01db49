"""Cables as transmission lines, from ``data/cables.toml``: two parallel wires with skin effect.

>>> line = cable("triplex-al-2x33")
>>> [round(float(value), 2) for value in line.attenuation_db_km(band_hz([0, 96]))]
[0.5, 0.75]
"""

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.phy.schemes import constants

_MU_0 = 4e-7 * math.pi
_EPSILON_0 = 8.8541878128e-12
_DB_PER_NEPER = 20.0 / math.log(10.0)

Reals = NDArray[np.float64]
Complexes = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable at carrier frequencies.

    Args:
        name: as the feeder has it.
        area_mm2: of a conductor.
        resistivity: of its metal, ohm·m.
        spacing_mm: between the axes of two conductors.
        proximity: resistance over that of a thin skin.
        permittivity: of the insulation, over that of vacuum.
        loss_tangent: of the insulation.
    """

    name: str
    area_mm2: float
    resistivity: float
    spacing_mm: float
    proximity: float
    permittivity: float
    loss_tangent: float

    def propagation(self, frequency_hz: Reals) -> tuple[Complexes, Complexes]:
        """Propagation constant, Np/m and rad/m, and characteristic impedance, ohm."""
        radius_m = math.sqrt(self.area_mm2 / math.pi) * 1e-3
        shape = math.acosh(self.spacing_mm * 1e-3 / (2.0 * radius_m))
        omega = 2.0 * math.pi * frequency_hz
        skin = np.sqrt(math.pi * frequency_hz * _MU_0 * self.resistivity)
        series = self.proximity * skin / (math.pi * radius_m) + 1j * omega * (_MU_0 / math.pi * shape)
        capacitance = math.pi * _EPSILON_0 * self.permittivity / shape
        shunt = omega * capacitance * (self.loss_tangent + 1j)
        return np.sqrt(series * shunt), np.sqrt(series / shunt)

    def attenuation_db_km(self, frequency_hz: Reals) -> Reals:
        """What a kilometre of it takes when nothing else hangs on it, dB."""
        gamma: Complexes = self.propagation(frequency_hz)[0]
        return np.array(gamma.real * (_DB_PER_NEPER * 1000.0), dtype=np.float64)


def band_hz(carriers: Iterable[int] | None = None) -> Reals:
    """Frequencies of PRIME's carriers 0 to 96, or of those named, Hz."""
    fixed = constants()
    chosen = np.arange(fixed.carriers) if carriers is None else np.array(list(carriers))
    return np.asarray(fixed.first_carrier_hz + chosen * fixed.carrier_spacing_hz, dtype=np.float64)


@cache
def _rows() -> dict[str, dict[str, Any]]:
    text = resources.files("sim.plc_channel").joinpath("data/cables.toml").read_text(encoding="utf-8")
    return {row["alias"]: row for row in tomllib.loads(text).values()}


@cache
def cable(name: str) -> Cable:
    """The cable of that name.

    Raises:
        ChannelTermsError: there is none.
    """
    rows = _rows()
    if name not in rows:
        raise ChannelTermsError(f"there is no cable {name!r}; the table has {', '.join(sorted(rows))}")
    return Cable(name, **rows[name]["conductor"], **rows[name]["insulation"])


def published_cables() -> dict[str, dict[str, Any]]:
    """``zc_ohm`` and ``db_km`` at 42 and 89 kHz, of the cables for which plc.md 1.8 computes them."""
    return {name: row["published"] for name, row in _rows().items() if "published" in row}
