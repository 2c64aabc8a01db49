"""The sun and the clear sky of sim.grid beside pvlib, at Teorama."""

from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import numpy as np
import pytest

from sim.grid.local_calendar import LocalCalendar
from sim.grid.terms import PlantTerms
from sim.grid.weather import CloudModel, Weather, climate, on_day, sun
from sim.kernel.random import RandomStreams

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

DATE0 = date(2026, 1, 1)
PLACE = (8.43, -73.29)
DAYS = {"2026-03-20": 78, "2026-06-21": 171, "2026-09-22": 264, "2026-12-21": 354}


@pytest.fixture(scope="module")
def pvlib() -> ModuleType:
    return pytest.importorskip("pvlib", reason="pvlib is in the oracles environment only")


def clear_weather(**terms: float) -> Weather:
    almanac = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)
    return Weather(PlantTerms(**terms), CloudModel(RandomStreams(1), "oracle", almanac, 0.0), almanac)


def minutes_of(label: str):
    pandas = pytest.importorskip("pandas")
    return pandas.date_range(f"{label} 00:00:30", periods=1440, freq="1min", tz="Etc/GMT+5")


@pytest.mark.parametrize(("label", "day"), DAYS.items())
def test_the_sun_stands_where_pvlib_sees_it(pvlib, label, day):
    theirs = pvlib.solarposition.get_solarposition(minutes_of(label), *PLACE, altitude=1100.0)
    hours = (np.arange(1440) + 0.5) / 60.0
    up, east, north = sun(DATE0 + timedelta(days=day), hours, *PLACE, -5.0)
    elevation = np.radians(theirs.elevation.to_numpy())
    azimuth = np.radians(theirs.azimuth.to_numpy())
    ours = np.stack([up, east, north])
    seen = np.stack(
        [np.sin(elevation), np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth)]
    )
    apart_deg = np.degrees(np.arccos(np.clip((ours * seen).sum(axis=0), -1.0, 1.0)))
    assert apart_deg.max() < 0.03


@pytest.mark.parametrize(("label", "day"), DAYS.items())
def test_a_clear_day_has_the_energy_of_pvlibs(pvlib, label, day):
    place = pvlib.location.Location(*PLACE, "Etc/GMT+5", 1100.0)
    theirs = place.get_clearsky(
        minutes_of(label),
        linke_turbidity=on_day(climate().turbidity, DATE0 + timedelta(days=day)),
        model="ineichen",
    )
    ours, _ = clear_weather().clear(day)
    assert ours.global_w_m2.sum() == pytest.approx(theirs.ghi.sum(), rel=0.02)
    assert ours.global_w_m2.max() == pytest.approx(theirs.ghi.max(), rel=0.02)
    assert ours.beam_w_m2.sum() == pytest.approx(theirs.dni.sum(), rel=0.06)


def test_the_panels_plane_has_the_energy_of_pvlibs(pvlib):
    terms = {"pv_tilt_deg": 15.0, "pv_azimuth_deg": 180.0}
    for label, day in DAYS.items():
        times = minutes_of(label)
        place = pvlib.location.Location(*PLACE, "Etc/GMT+5", 1100.0)
        sky = place.get_clearsky(
            times, linke_turbidity=on_day(climate().turbidity, DATE0 + timedelta(days=day))
        )
        seen = place.get_solarposition(times)
        theirs = pvlib.irradiance.get_total_irradiance(
            15.0,
            180.0,
            seen.apparent_zenith,
            seen.azimuth,
            sky.dni,
            sky.ghi,
            sky.dhi,
            albedo=0.2,
            model="isotropic",
        )
        ours = clear_weather(**terms).day(day).panel_w_m2.sum()
        assert ours == pytest.approx(float(theirs.poa_global.fillna(0.0).sum()), rel=0.03), label
