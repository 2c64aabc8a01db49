"""How far the grid can be trusted: rows measured beside published, and what is not modelled.

The rows are the same whenever and wherever they are made: fixed seed, fixed dates.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from sim.grid.almanac import Almanac
from sim.grid.demand.calibration import calibration_rows, simulated_month
from sim.grid.fidelity_row import FidelityRow
from sim.grid.sky.clouds import Clouds
from sim.grid.sky.weather import Weather
from sim.grid.terms import HomesTerms, PlantTerms
from sim.kernel.random import RandomStreams

_SEED = 2
_EPOCH = datetime(2022, 2, 1, 5, tzinfo=UTC)
_EQUINOX = datetime(2022, 3, 20, 5, tzinfo=UTC)
#: The bills of Isla Fuerte belong to a service of some 4 to 5 h in the evening.
_SERVICE_H = (18.0, 22.5)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One sentence on what is not modelled, in English and Spanish."""

    en: str
    es: str


@cache
def not_modelled() -> tuple[LeftOut, ...]:
    """What the grid leaves out. Source: ``data/not_modelled.toml``."""
    text = resources.files("sim.grid").joinpath("data/not_modelled.toml").read_text(encoding="utf-8")
    return tuple(LeftOut(**row) for row in tomllib.loads(text)["sentence"])


def fidelity_rows(homes: int = 400, days: int = 28) -> tuple[FidelityRow, ...]:
    """The grid's rows: a month of demand beside bills, a clear equinox beside the published one.

    Args:
        homes: of the village of the demand's rows.
        days: of its month.
    """
    terms = HomesTerms(count=homes, climate="warm")
    month = simulated_month(terms, RandomStreams(_SEED), _EPOCH, _SERVICE_H, days=days)
    return calibration_rows(month) + sky_rows()


def sky_rows() -> tuple[FidelityRow, ...]:
    """The clear sky of an equinox at Teorama."""
    almanac = Almanac(_EQUINOX, -5.0)
    weather = Weather(PlantTerms(), Clouds(RandomStreams(_SEED), "fidelity", almanac, 0.0), almanac)
    clear = weather.day(0).clear_level_w_m2
    source = "pvlib at Teorama, clear sky with its world grid of turbidity"
    return (
        FidelityRow("clear sky at the equinox, peak, W/m²", float(clear.max()), 1078.0, 1078.0, 0.02, source),
        FidelityRow(
            "clear sky at the equinox, day, kWh/m²", float(clear.sum()) / 60_000.0, 7.7, 7.7, 0.02, source
        ),
    )
