"""Fidelity of the grid: figures measured beside published ones, and what is not modelled."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from sim.grid.demand import CommunityDemand, home_household
from sim.grid.local_calendar import LocalCalendar
from sim.grid.terms import HomesTerms, PlantTerms
from sim.grid.weather import CloudModel, Floats, Weather
from sim.kernel.random import RandomStreams

# ---- rows


@dataclass(frozen=True, slots=True)
class FidelityRow:
    """One line of the fidelity table.

    Attributes:
        what: in words, with the unit.
        measured: by the simulator.
        published_low: lower end of what was published.
        published_high: upper end; the same where one value was published.
        tolerance: how far outside is still good, as a share of the nearer end.
        source: of the published range.
    """

    what: str
    measured: float
    published_low: float
    published_high: float
    tolerance: float
    source: str

    @property
    def within(self) -> bool:
        """True if the measured value lies in the published range, widened by the tolerance."""
        low = self.published_low * (1.0 - self.tolerance)
        return low <= self.measured <= self.published_high * (1.0 + self.tolerance)


# ---- demand beside published bills

_STEP_MIN = 5
_MONTH_DAYS = 30.0
_FIGURES = ("zero_share", "mean_kwh", "median_kwh", "p10_kwh", "p90_kwh")


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The figures of one billing period, brought to 30 days.

    Attributes:
        zero_share: bills of 0 kWh over all bills.
        mean_kwh, median_kwh, p10_kwh, p90_kwh: of the others, kWh per 30 days.
        power_factor: of the whole feeder's energy; 0 where it was not published.
    """

    zero_share: float
    mean_kwh: float
    median_kwh: float
    p10_kwh: float
    p90_kwh: float
    power_factor: float = 0.0


@cache
def published() -> dict[str, MonthFigures]:
    """The published months, per 30 days. Source: ``data/published.toml``."""
    months = _data()
    return {
        name: MonthFigures(row["zero_share"], *(row[key] * _MONTH_DAYS / row["days"] for key in _FIGURES[1:]))
        for name, row in months.items()
        if "bills" in row
    }


def simulated_month(
    terms: HomesTerms,
    streams: RandomStreams,
    epoch: datetime,
    service_h: tuple[float, float],
    *,
    days: int = 28,
    name: str = "calibration",
) -> MonthFigures:
    """The bills of a village that is supplied in the same hours every day, at the nominal voltage.

    Args:
        terms: of the homes.
        streams: of the world.
        epoch: the aware instant of the first midnight.
        service_h: begin and end of the supply, hours of the day.
        days: how many.
        name: of the village.
    """
    calendar = LocalCalendar(epoch, -5.0)
    names = [f"{name}/home-{number + 1:03d}" for number in range(terms.count)]
    homes = [home_household(terms, streams.stream(label)) for label in names]
    village = CommunityDemand(
        names, homes, streams, calendar, market_weekday=terms.market_weekday, scale=terms.demand_scale
    )
    active_wh, reactive_varh = np.zeros(terms.count), np.zeros(terms.count)
    for day in range(days):
        drawn = village.day(day)
        for minute in range(0, 1440, _STEP_MIN):
            village.thermostats.switch()
            supplied = service_h[0] <= minute / 60.0 < service_h[1]
            if supplied:
                window = slice(minute, minute + _STEP_MIN)
                cold_w, cold_var = village.cold(terms.count)
                hours = _STEP_MIN / 60.0
                active_wh += (drawn.active_w[window].mean(axis=0) + cold_w) * hours
                reactive_varh += (drawn.reactive_var[window].mean(axis=0) + cold_var) * hours
            village.thermostats.pass_time(_STEP_MIN * 60.0, np.full(len(village.cold_load), supplied))
    return _figures(active_wh / 1000.0 * _MONTH_DAYS / days, float(reactive_varh.sum() / active_wh.sum()))


def calibration_rows(measured: MonthFigures, tolerance: float = 0.15) -> tuple[FidelityRow, ...]:
    """The measured month beside the published ones, for the fidelity table."""
    months = published().values()
    names = {
        "zero_share": "share of bills of 0 kWh",
        "mean_kwh": "mean of the others, kWh per 30 d",
        "median_kwh": "median of the others, kWh per 30 d",
        "p10_kwh": "10th percentile of the others, kWh per 30 d",
        "p90_kwh": "90th percentile of the others, kWh per 30 d",
    }
    source = "Isla Fuerte, bills of February and March 2022, service of some 4 to 5 h a day"
    rows = [
        FidelityRow(
            what,
            getattr(measured, key),
            min(getattr(month, key) for month in months),
            max(getattr(month, key) for month in months),
            tolerance,
            source,
        )
        for key, what in names.items()
    ]
    low, high = _data()["locality"]["power_factor"]
    rows.append(
        FidelityRow(
            "power factor of the feeder's energy",
            measured.power_factor,
            low,
            high,
            0.0,
            "CNM, Isla Fuerte 2020 to 2025",
        )
    )
    return tuple(rows)


def _figures(kwh: Floats, reactive_ratio: float) -> MonthFigures:
    used = kwh[kwh > 0.0]
    return MonthFigures(
        zero_share=float((kwh == 0.0).mean()),
        mean_kwh=float(used.mean()),
        median_kwh=float(np.median(used)),
        p10_kwh=float(np.percentile(used, 10)),
        p90_kwh=float(np.percentile(used, 90)),
        power_factor=float(1.0 / np.hypot(1.0, reactive_ratio)),
    )


@cache
def _data() -> dict[str, Any]:
    text = resources.files("sim.grid").joinpath("data/published.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


# ---- rows of the grid, and what is not modelled

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
    """Sentences on what the grid leaves out. Source: ``data/not_modelled.toml``."""
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
    calendar = LocalCalendar(_EQUINOX, -5.0)
    weather = Weather(PlantTerms(), CloudModel(RandomStreams(_SEED), "fidelity", calendar, 0.0), calendar)
    clear = weather.day(0).clear_level_w_m2
    source = "pvlib at Teorama, clear sky with its world grid of turbidity"
    return (
        FidelityRow("clear sky at the equinox, peak, W/m²", float(clear.max()), 1078.0, 1078.0, 0.02, source),
        FidelityRow(
            "clear sky at the equinox, day, kWh/m²", float(clear.sum()) / 60_000.0, 7.7, 7.7, 0.02, source
        ),
    )
